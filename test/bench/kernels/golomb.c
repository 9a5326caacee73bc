/* The shortest Golomb ruler with n marks, by depth-first search over sets of distances kept as 128 bits. */
#include "kernel.h"

enum { MARKS_MAX = 28 };

/* Bit 63 of `high` stands for the distance 0, bit 0 of `low` for 127. */
struct distances {
  uint64_t high, low;
};

static uint32_t marks_wanted, shortest;
static uint32_t at[MARKS_MAX], best[MARKS_MAX];
static uint64_t visited;

/* `from_last` holds the distances from the last mark back to all marks, `used` those between any two of them. */
static void extend(uint32_t placed, struct distances from_last, struct distances used) {
  visited++;
  if (placed == marks_wanted) {
    shortest = at[placed - 1];
    memcpy(best, at, sizeof at);
    return;
  }
  /* The marks that come after the next one need at least 1 + 2 + … more. */
  uint32_t still = marks_wanted - placed - 1, end = shortest - still * (still + 1) / 2;
  for (uint32_t position = at[placed - 1] + 1; position < end; position++) {
    from_last.low = from_last.low >> 1 | from_last.high << 63;
    from_last.high >>= 1;
    if ((from_last.high & used.high) != 0 || (from_last.low & used.low) != 0) continue;
    at[placed] = position;
    struct distances all = {used.high | from_last.high, used.low | from_last.low};
    extend(placed + 1, (struct distances){from_last.high | 1ull << 63, from_last.low}, all);
    end = shortest - still * (still + 1) / 2;
  }
}

static void kernel(int count, char **arguments) {
  marks_wanted = number(count, arguments, 1, 8);
  shortest = number(count, arguments, 2, 100);
  struct distances first = {1ull << 63, 0}, none = {0, 0};
  extend(1, first, none);
  printf("golomb %u: %u, %llu visited:", marks_wanted, shortest, (unsigned long long)visited);
  for (uint32_t mark = 0; mark < marks_wanted; mark++) printf(" %u", best[mark]);
  puts("");
}
