/* All pairs of gravity in single precision, four at a time by the compiler's vector types. */
#include <math.h>
#include "kernel.h"

typedef float four __attribute__((vector_size(16)));

static four root(four v) {
  return (four){sqrtf(v[0]), sqrtf(v[1]), sqrtf(v[2]), sqrtf(v[3])};
}

static float sum(four v) {
  return v[0] + v[1] + v[2] + v[3];
}

static void kernel(int count, char **arguments) {
  uint32_t n = number(count, arguments, 1, 256) & ~3u, steps = number(count, arguments, 2, 10), seed = 12345;
  const float step = 1e-3f, soft = 1e-4f;
  float *place[3], *speed[3];
  four *packed[3];
  for (int axis = 0; axis < 3; axis++) {
    packed[axis] = aligned_alloc(16, n * sizeof(float));
    place[axis] = (float *)packed[axis];
    speed[axis] = calloc(n, sizeof(float));
  }
  for (uint32_t i = 0; i < n; i++)
    for (int axis = 0; axis < 3; axis++) place[axis][i] = (next_random(&seed) >> 8) / 16777216.0f;
  const four mass = (four){1, 1, 1, 1} / (float)n, softening = {soft, soft, soft, soft};
  for (uint32_t t = 0; t < steps; t++) {
    for (uint32_t i = 0; i < n; i++) {
      four x = {0}, y = {0}, z = {0};
      for (uint32_t j = 0; j < n / 4; j++) {
        four dx = packed[0][j] - place[0][i], dy = packed[1][j] - place[1][i], dz = packed[2][j] - place[2][i];
        four near = 1 / root(dx * dx + dy * dy + dz * dz + softening);
        four pull = mass * near * near * near;
        x += dx * pull;
        y += dy * pull;
        z += dz * pull;
      }
      speed[0][i] += sum(x) * step;
      speed[1][i] += sum(y) * step;
      speed[2][i] += sum(z) * step;
    }
    for (int axis = 0; axis < 3; axis++)
      for (uint32_t i = 0; i < n; i++) place[axis][i] += speed[axis][i] * step;
  }
  uint32_t hash = 0;
  for (int axis = 0; axis < 3; axis++) hash = hash * 31 + digest(place[axis], n * sizeof(float));
  printf("nbody %u %u: %08x\n", n, steps, hash);
}
