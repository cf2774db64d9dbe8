/* gemmlowp's fixed point, as TensorFlow Lite uses it for every int8 operator. */
#ifndef FIXED_POINT_H
#define FIXED_POINT_H

#include <stdint.h>

static inline int32_t fixed_wrap(int64_t value) { return (int32_t)(uint32_t)value; }

/* High 32 bits of 2ab, rounded; only INT32_MIN squared does not fit. */
static inline int32_t fixed_high_mul(int32_t a, int32_t b) {
  int64_t high = ((int64_t)a * b + ((int64_t)1 << 30)) >> 31;
  return high > INT32_MAX ? INT32_MAX : (int32_t)high;
}

/* x / 2^exponent, ties away from zero. */
static inline int32_t fixed_divide_pot(int32_t x, uint32_t exponent) {
  int64_t mask = ((int64_t)1 << exponent) - 1;
  int64_t threshold = (mask >> 1) + (x < 0);
  return (int32_t)(((int64_t)x >> exponent) + (((int64_t)x & mask) > threshold));
}

/* x * multiplier * 2^(shift - 31), rounded twice. */
static inline int32_t fixed_scale(int32_t x, int32_t multiplier, int32_t shift) {
  int32_t left = shift > 0 ? shift : 0, right = shift < 0 ? -shift : 0;
  return fixed_divide_pot(fixed_high_mul(fixed_wrap((int64_t)x << left), multiplier),
                          (uint32_t)right);
}

static inline int8_t fixed_clamp(int32_t value, int32_t low, int32_t high) {
  return (int8_t)(value < low ? low : value > high ? high : value);
}

#endif
