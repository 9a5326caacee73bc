/* Product of two square matrices of doubles, row by row, so that the innermost loop runs through memory in order. */
#include "kernel.h"

static void multiply(uint32_t n, const double *restrict left, const double *restrict right, double *restrict out) {
  for (uint32_t row = 0; row < n; row++)
    for (uint32_t inner = 0; inner < n; inner++) {
      double factor = left[row * n + inner];
      for (uint32_t column = 0; column < n; column++) out[row * n + column] += factor * right[inner * n + column];
    }
}

static void kernel(int count, char **arguments) {
  uint32_t n = number(count, arguments, 1, 100), seed = 1;
  double *left = malloc(n * n * sizeof *left), *right = malloc(n * n * sizeof *right);
  double *out = calloc(n * n, sizeof *out);
  for (uint32_t i = 0; i < n * n; i++) {
    left[i] = next_random(&seed) / 4294967296.0;
    right[i] = next_random(&seed) / 4294967296.0;
  }
  multiply(n, left, right, out);
  printf("matmul %u: %08x\n", n, digest(out, n * n * sizeof *out));
}
