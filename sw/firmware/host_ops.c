#include "host_ops.h"

#include "fixed_point.h"

#include <string.h>

/* A value with m integer bits is raw / 2^(31 - m). */

static int32_t shift_left(int32_t x, uint32_t exponent) {
  int32_t threshold = (int32_t)((1u << (31 - exponent)) - 1);
  if (x > threshold) return INT32_MAX;
  if (x < -threshold) return INT32_MIN;
  return fixed_wrap((int64_t)x << exponent);
}

/* exp(a) for -1/4 <= a < 0, a Taylor series around -1/8; no integer bits. */
static int32_t exp_near_zero(int32_t a) {
  const int32_t exp_minus_eighth = 1895147668, third = 715827883;
  int32_t x = fixed_wrap((int64_t)a + (1 << 28));
  int32_t x2 = fixed_high_mul(x, x);
  int32_t x3 = fixed_high_mul(x2, x);
  int32_t x4_over_4 = fixed_divide_pot(fixed_high_mul(x2, x2), 2);
  int32_t tail = fixed_wrap((int64_t)fixed_high_mul(fixed_wrap((int64_t)x4_over_4 + x3), third) + x2);
  int32_t sum = fixed_wrap((int64_t)x + fixed_divide_pot(tail, 1));
  return fixed_wrap((int64_t)fixed_high_mul(exp_minus_eighth, sum) + exp_minus_eighth);
}

/* exp(a) for a <= 0 with 5 integer bits; no integer bits out. */
static int32_t exp_negative(int32_t a) {
  static const int32_t powers[] = {/* exp(-2^e), e = -2..4 */
                                   1672461947, 1302514674, 790015084, 290630308,
                                   39332535,   720401,     242};
  const int32_t quarter = 1 << 24;
  if (a == 0) return INT32_MAX;
  int32_t modulo = (a & (quarter - 1)) - quarter;
  int32_t result = exp_near_zero(shift_left(modulo, 5));
  int32_t rest = fixed_wrap((int64_t)modulo - a);
  for (int e = 0; e < 7; ++e) {
    if (rest & (quarter << e)) result = fixed_high_mul(result, powers[e]);
  }
  return result;
}

/* 1 / (1 + a) for 0 <= a < 1, by Newton's method; no integer bits on either side. */
static int32_t reciprocal(int32_t a) {
  int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2);
  int32_t x = fixed_wrap((int64_t)fixed_high_mul(half, -1010580540) + 1515870810);
  for (int i = 0; i < 3; ++i) {
    int32_t error = fixed_wrap(((int64_t)1 << 29) - fixed_high_mul(half, x));
    x = fixed_wrap((int64_t)x + shift_left(fixed_high_mul(x, error), 2));
  }
  return shift_left(x, 1);
}

static int32_t exponential(int32_t diff, int32_t multiplier, uint32_t left_shift) {
  return exp_negative(fixed_high_mul(fixed_wrap((int64_t)diff << left_shift), multiplier));
}

void host_softmax(const int8_t *in, int8_t *out, uint32_t rows, uint32_t depth, int32_t multiplier,
                  uint32_t left_shift, int32_t diff_min) {
  for (uint32_t row = 0; row < rows; ++row, in += depth, out += depth) {
    int32_t maximum = in[host_argmax(in, depth)];
    int64_t terms = 0;
    for (uint32_t i = 0; i < depth; ++i) {
      int32_t diff = in[i] - maximum;
      if (diff >= diff_min) terms += fixed_divide_pot(exponential(diff, multiplier, left_shift), 12);
    }
    uint32_t sum = (uint32_t)terms;
    uint32_t zeros = 0;
    for (uint32_t bits = sum; zeros < 32 && !(bits >> 31); bits <<= 1) zeros += 1;
    int32_t scale = reciprocal((int32_t)((sum << zeros) - 0x80000000u));
    for (uint32_t i = 0; i < depth; ++i) {
      int32_t diff = in[i] - maximum, value = -128;
      if (diff >= diff_min) {
        int32_t product = fixed_high_mul(scale, exponential(diff, multiplier, left_shift));
        value += fixed_divide_pot(product, 12 - zeros + 31 - 8);
        if (value > 127) value = 127;
      }
      out[i] = (int8_t)value;
    }
  }
}

void host_copy(const int8_t *from, int8_t *to, const host_block_t *b) {
  for (uint32_t i = 0; i < b->shape[0]; ++i) {
    for (uint32_t j = 0; j < b->shape[1]; ++j) {
      for (uint32_t k = 0; k < b->shape[2]; ++k) {
        const int8_t *in =
            from + (int32_t)i * b->from[0] + (int32_t)j * b->from[1] + (int32_t)k * b->from[2];
        int8_t *out = to + (int32_t)i * b->to[0] + (int32_t)j * b->to[1] + (int32_t)k * b->to[2];
        for (uint32_t l = 0; l < b->shape[3]; ++l) {
          *out = *in;
          in += b->from[3];
          out += b->to[3];
        }
      }
    }
  }
}

void host_fill(int8_t *to, uint32_t bytes, int32_t value) { memset(to, value, bytes); }

uint32_t host_argmax(const int8_t *values, uint32_t count) {
  uint32_t best = 0;
  for (uint32_t i = 1; i < count; ++i) {
    if (values[i] > values[best]) best = i;
  }
  return best;
}
