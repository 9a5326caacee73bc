/* Counts the ways to put n queens on a board: recursion with very little work in each call. */
#include "kernel.h"

static uint64_t place(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
  if (columns == all) return 1;
  uint64_t ways = 0;
  uint32_t open = all & ~(columns | left | right);
  while (open != 0) {
    uint32_t queen = open & -open;
    open ^= queen;
    ways += place(all, columns | queen, (left | queen) << 1, (right | queen) >> 1);
  }
  return ways;
}

static void kernel(int count, char **arguments) {
  uint32_t n = number(count, arguments, 1, 10);
  printf("queens %u: %llu\n", n, (unsigned long long)place((1u << n) - 1, 0, 0, 0));
}
