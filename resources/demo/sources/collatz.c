// collatz UNIT SIZE: of the numbers UNIT * SIZE + 1 to UNIT * SIZE + SIZE, the one with the longest way to 1 when even
// numbers are halved and odd ones become 3 n + 1. Prints the number and its steps.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int steps(uint64_t n) {
  int count = 0;
  while (n != 1) {
    if (n & 1) {
      if (n > (UINT64_MAX - 1) / 3) return -1;
      n = 3 * n + 1;
    } else {
      n >>= 1;
    }
    count++;
  }
  return count;
}

int main(int argc, char **argv) {
  long long unit = argc == 3 ? atoll(argv[1]) : -1;
  long long size = argc == 3 ? atoll(argv[2]) : 0;
  if (unit < 0 || size < 1 || unit >= INT64_MAX / size) {
    fprintf(stderr, "usage: collatz UNIT SIZE\n");
    return 2;
  }
  uint64_t best = 0;
  int longest = -1;
  for (uint64_t n = (uint64_t)(unit * size) + 1; n <= (uint64_t)(unit * size + size); n++) {
    int count = steps(n);
    if (count < 0) {
      fprintf(stderr, "%llu leaves 64 bits\n", (unsigned long long)n);
      return 1;
    }
    if (count > longest) {
      longest = count;
      best = n;
    }
  }
  printf("%llu %d\n", (unsigned long long)best, longest);
  return 0;
}
