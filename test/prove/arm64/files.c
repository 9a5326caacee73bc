/* What differs most between processors: the sign of a NaN that is made, copied and printed; functions of libm; files
 * read from /in and left in /out. With an argument, the raw bytes of NaNs: the one thing that apps are told not to show. */
#include <dirent.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static volatile double zero = 0.0;

static void numbers(FILE *out) {
  double nan = zero / zero, other = -nan;
  fprintf(out, "%f %f %d\n", nan, other, signbit(nan) != 0);
  fprintf(out, "%f %f %.17g\n", copysign(1.0, nan), copysign(nan, -1.0), sqrt(-2.0 + zero));
  for (int n = -3; n <= 3; n++) fprintf(out, "%.17g %.17g\n", exp(n * 0.1), sin(n * 1e5) + pow(1.0000001, n * 1e6));
}

static int raw_bytes(void) {
  double stored[2] = {zero / zero, -(zero / zero)};
  uint64_t bits[2];
  memcpy(bits, stored, sizeof bits);
  printf("%016llx %016llx\n", (unsigned long long)bits[0], (unsigned long long)bits[1]);
  return 0;
}

int main(int count, char **arguments) {
  (void)arguments;
  if (count > 1) return raw_bytes();
  char path[300], line[200];
  FILE *summary = fopen("/out/summary.txt", "w");
  DIR *in = opendir("/in");
  if (summary == NULL || in == NULL) return 2;
  for (struct dirent *entry; (entry = readdir(in)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/in/%s", entry->d_name);
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) return 3;
    fclose(file);
    fprintf(summary, "%s: %s\n", entry->d_name, line);
  }
  closedir(in);
  fclose(summary);
  FILE *numeric = fopen("/out/numbers.txt", "w");
  if (numeric == NULL) return 4;
  numbers(numeric);
  numbers(stdout);
  fclose(numeric);
  return 0;
}
