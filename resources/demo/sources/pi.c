// pi UNIT POINTS: throws POINTS points at a square and prints how many fall into the quarter circle in it: the share
// is pi / 4. The points come from a hash of their number, so a unit gives the same answer on every computer.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// Tells the donor how far the unit is, 0 to 1. Optional.
__attribute__((import_module("powerswarm"), import_name("progress"))) void progress(double done);

// splitmix64: S. Vigna, public domain.
static uint64_t hash(uint64_t number) {
  uint64_t z = number * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

int main(int argc, char **argv) {
  long long unit = argc == 3 ? atoll(argv[1]) : -1;
  long long points = argc == 3 ? atoll(argv[2]) : 0;
  if (unit < 0 || points < 1 || unit >= INT64_MAX / points) {
    fprintf(stderr, "usage: pi UNIT POINTS\n");
    return 2;
  }
  uint64_t inside = 0;
  for (long long i = 0; i < points; i++) {
    uint64_t bits = hash((uint64_t)(unit * points + i + 1));
    uint64_t x = bits >> 32, y = bits & 0xffffffffu;
    // Up to (2^32 - 1)^2 * 2 < 2^65: halved, so that the sum fits.
    inside += (x * x / 2 + y * y / 2) < (UINT64_C(1) << 63);
    if (i % 1000000 == 0) progress((double)i / (double)points);
  }
  printf("%llu of %lld\n", (unsigned long long)inside, points);
  return 0;
}
