/* Lucas-Lehmer test of 2^p - 1, squaring by a weighted transform of doubles (Crandall and Fagin, 1994). */
#include <math.h>
#include "kernel.h"

static uint32_t size;
static double *cosine, *sine, *weight, *unweight, *re, *im, *word, *base;

/* Decimation in frequency, then (with the steps in reverse) in time, so that neither needs a bit reversal. */
static void transform(void) {
  for (uint32_t length = size; length >= 2; length /= 2) {
    uint32_t half = length / 2, stride = size / length;
    for (uint32_t start = 0; start < size; start += length)
      for (uint32_t j = 0; j < half; j++) {
        uint32_t a = start + j, b = a + half;
        double c = cosine[j * stride], s = -sine[j * stride];
        double x = re[a] - re[b], y = im[a] - im[b];
        re[a] += re[b];
        im[a] += im[b];
        re[b] = x * c - y * s;
        im[b] = x * s + y * c;
      }
  }
}

static void transform_back(void) {
  for (uint32_t length = 2; length <= size; length *= 2) {
    uint32_t half = length / 2, stride = size / length;
    for (uint32_t start = 0; start < size; start += length)
      for (uint32_t j = 0; j < half; j++) {
        uint32_t a = start + j, b = a + half;
        double c = cosine[j * stride], s = sine[j * stride];
        double x = re[b] * c - im[b] * s, y = re[b] * s + im[b] * c;
        re[b] = re[a] - x;
        im[b] = im[a] - y;
        re[a] += x;
        im[a] += y;
      }
  }
}

/* word = word^2 - 2 modulo 2^p - 1, in balanced digits of alternating size. */
static void step(void) {
  for (uint32_t i = 0; i < size; i++) re[i] = word[i] * weight[i], im[i] = 0;
  transform();
  for (uint32_t i = 0; i < size; i++) {
    double x = re[i], y = im[i];
    re[i] = x * x - y * y;
    im[i] = 2 * x * y;
  }
  transform_back();
  double carry = 0;
  for (uint32_t i = 0; i < size; i++) {
    double digit = rint(re[i] * unweight[i]) + carry;
    carry = rint(digit / base[i]);
    word[i] = digit - carry * base[i];
  }
  for (uint32_t i = 0; carry != 0; i = (i + 1) % size) {
    double digit = word[i] + carry;
    carry = rint(digit / base[i]);
    word[i] = digit - carry * base[i];
  }
  word[0] -= 2;
}

static double *doubles(void) {
  return calloc(size, sizeof(double));
}

static void kernel(int count, char **arguments) {
  uint32_t p = number(count, arguments, 1, 521), nonzero = 0;
  const double turn = 6.283185307179586;
  for (size = 8; size * 18.5 < p;) size *= 2;
  cosine = doubles(), sine = doubles(), weight = doubles(), unweight = doubles();
  re = doubles(), im = doubles(), word = doubles(), base = doubles();
  for (uint32_t i = 0; i < size; i++) {
    uint64_t from = ((uint64_t)p * i + size - 1) / size, to = ((uint64_t)p * (i + 1) + size - 1) / size;
    cosine[i] = cos(turn * i / size);
    sine[i] = sin(turn * i / size);
    base[i] = (double)(1ull << (to - from));
    weight[i] = pow(2, (double)from - (double)p * i / size);
    unweight[i] = 1 / weight[i] / size;
  }
  word[0] = 4;
  for (uint32_t k = 0; k < p - 2; k++) step();
  /* Zero is all digits 0; its other face, 2^p - 1, carries to 0 in balanced digits except for a last unit. */
  for (uint32_t i = 0; i < size; i++) nonzero += word[i] != 0;
  printf("ll %u: %s, transform of %u\n", p, nonzero == 0 ? "prime" : "composite", size);
}
