/* What the test programs share: random data, and a check that says what failed. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>

#include "soc.h"

static uint32_t check_failures, check_count, check_state;

static inline uint32_t check_random(void) {
  if (!check_state) check_state = soc_read(SOC_SEED) * 2654435761u | 1u;
  check_state ^= check_state << 13;
  check_state ^= check_state >> 17;
  check_state ^= check_state << 5;
  return check_state;
}

static inline void check_fill(int8_t *data, uint32_t bytes) {
  for (uint32_t i = 0; i < bytes; ++i) data[i] = (int8_t)(check_random() >> 11);
}

static inline void check_equal(const char *what, uint32_t got, uint32_t wanted) {
  check_count += 1;
  if (got == wanted) return;
  check_failures += 1;
  soc_printf("%s: expected %x, got %x\n", what, (unsigned)wanted, (unsigned)got);
}

static inline void check_bytes(const char *what, const int8_t *got, const int8_t *wanted,
                               uint32_t bytes) {
  check_count += bytes;
  for (uint32_t i = 0; i < bytes; ++i) {
    if (got[i] != wanted[i]) {
      check_failures += 1;
      soc_printf("%s: byte %u: expected %d, got %d\n", what, (unsigned)i, wanted[i], got[i]);
      return;
    }
  }
}

/* The program's exit code: 0 when something was checked and nothing was wrong. */
static inline int check_result(void) {
  soc_printf("%u checks, %u failures\n", (unsigned)check_count, (unsigned)check_failures);
  return check_failures || !check_count;
}

#endif
