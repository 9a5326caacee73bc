/* Sieve of Eratosthenes over bytes: the innermost loop is one store. */
#include "kernel.h"

static void kernel(int count, char **arguments) {
  uint32_t limit = number(count, arguments, 1, 1000000), primes = 0;
  uint8_t *composite = calloc(limit + 1, 1);
  for (uint32_t i = 2; (uint64_t)i * i <= limit; i++)
    if (!composite[i])
      for (uint32_t multiple = i * i; multiple <= limit; multiple += i) composite[multiple] = 1;
  for (uint32_t i = 2; i <= limit; i++) primes += !composite[i];
  printf("sieve %u: %u\n", limit, primes);
}
