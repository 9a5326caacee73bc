/* Shared by the kernels: each defines kernel(), which works on its arguments and prints one line that sums up all of
 * its work. A native build tells the processor time of kernel() on standard error; in a slot the bench measures. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void kernel(int count, char **arguments);

/* The number at a place of the arguments, or a default. */
static inline uint32_t number(int count, char **arguments, int place, uint32_t otherwise) {
  return count > place ? (uint32_t)strtoul(arguments[place], NULL, 10) : otherwise;
}

/* FNV-1a of memory, so that every byte of a result shows in one line. */
static inline uint32_t digest(const void *start, size_t bytes) {
  const unsigned char *at = start;
  uint32_t hash = 2166136261u;
  for (size_t left = bytes; left > 0; left--) hash = (hash ^ *at++) * 16777619u;
  return hash;
}

/* Numerical Recipes' linear congruential generator: the same inputs on every machine. */
static inline uint32_t next_random(uint32_t *state) {
  return *state = *state * 1664525u + 1013904223u;
}

int main(int count, char **arguments) {
#ifdef __wasm__
  kernel(count, arguments);
#else
  clock_t before = clock();
  kernel(count, arguments);
  fprintf(stderr, "seconds %.6f\n", (double)(clock() - before) / CLOCKS_PER_SEC);
#endif
  return 0;
}
