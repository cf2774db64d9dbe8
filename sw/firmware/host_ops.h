/* Operators that networks need and Ratel does not have, in integer C. Bit-exact with the golden
   operators, that is with TensorFlow Lite Micro. */
#ifndef HOST_OPS_H
#define HOST_OPS_H

#include <stdint.h>

/* SOFTMAX of int8 [rows, depth]; output scale 1/256, zero point -128.
 *   multiplier, left_shift: input scale * beta * 2^26 as a quantised multiplier
 *   diff_min: a difference to the row's maximum below this counts as exp() = 0
 */
void host_softmax(const int8_t *in, int8_t *out, uint32_t rows, uint32_t depth, int32_t multiplier,
                  uint32_t left_shift, int32_t diff_min);

/* Move a block of bytes of up to 4 axes, strides in bytes: reshape, concatenation, slice, pad. */
typedef struct {
  uint32_t shape[4];
  int32_t from[4], to[4];
} host_block_t;
void host_copy(const int8_t *from, int8_t *to, const host_block_t *block);

/* Set bytes to one value: what a pad puts around its input. */
void host_fill(int8_t *to, uint32_t bytes, int32_t value);

/* Index of the largest value, the first of equals. */
uint32_t host_argmax(const int8_t *values, uint32_t count);

#endif
