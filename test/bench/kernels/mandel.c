/* Escape times of the Mandelbrot set on a grid: short dependent chains of doubles, an exit in the innermost loop. */
#include "kernel.h"

static uint32_t escape(double re, double im, uint32_t limit) {
  double x = 0, y = 0;
  uint32_t step = 0;
  while (step < limit) {
    double xx = x * x, yy = y * y;
    if (xx + yy > 4) break;
    y = 2 * x * y + im;
    x = xx - yy + re;
    step++;
  }
  return step;
}

static void kernel(int count, char **arguments) {
  uint32_t size = number(count, arguments, 1, 100), limit = number(count, arguments, 2, 1000);
  uint64_t total = 0;
  for (uint32_t row = 0; row < size; row++)
    for (uint32_t column = 0; column < size; column++)
      total += escape(3.0 * column / size - 2, 3.0 * row / size - 1.5, limit);
  printf("mandel %u %u: %llu\n", size, limit, (unsigned long long)total);
}
