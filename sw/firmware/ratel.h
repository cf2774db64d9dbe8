/* Driver of Ratel for C programs: tensors in memory in, tensors in memory out, error codes.
 *
 *   memory (NHWC, dense or with pitches) --ratel_load--> scratchpad --ratel_...--> scratchpad
 *                                                                   --ratel_store--> memory
 *
 * The single steps queue instructions and return at once; ratel_wait waits for all of them and
 * returns the first error. ratel_conv2d and its like do a whole layer, memory to memory, and wait.
 * Instructions go over CV-X-IF; define RATEL_DOORBELL before including this file to send those of
 * that file through the registers instead.
 */
#ifndef RATEL_H
#define RATEL_H

#include <stddef.h>
#include <stdint.h>

#ifndef RATEL_BASE
#define RATEL_BASE 0x40000000u /* of the registers, as the system maps them */
#endif

#include "ratel_regs.h"

static inline uint32_t ratel_read(uint32_t offset) {
  return *(volatile uint32_t *)(RATEL_BASE + offset);
}
static inline void ratel_write(uint32_t offset, uint32_t value) {
  *(volatile uint32_t *)(RATEL_BASE + offset) = value;
}

/* Send a word through the doorbell; the result of a fence or rdcnt is there when STATUS.DOORBELL
   has gone. */
void ratel_doorbell(uint32_t word, uint32_t rs1, uint32_t rs2);
uint32_t ratel_doorbell_result(uint32_t word, uint32_t rs1);

#ifdef RATEL_DOORBELL
#define RATEL_ISSUE(funct3, funct7, rs1, rs2) \
  ratel_doorbell(RATEL_WORD(funct3, funct7), (rs1), (rs2))
#define RATEL_ISSUE_RESULT(funct3, funct7, rs1) \
  ratel_doorbell_result(RATEL_WORD(funct3, funct7), (rs1))
#endif
#include "ratel_isa.h"

/* ---- errors ---- */

typedef struct {
  uint32_t code;   /* RATEL_ERR_* */
  uint32_t field;  /* RATEL_FIELD_* */
  uint32_t word;   /* of the instruction that failed */
  uint32_t detail; /* the value refused, or the address of a bus error */
  uint32_t index;  /* of the instruction since reset */
} ratel_error_t;

/* Owners, as ERR_OWNER takes them: instructions of the CPU in machine mode, and of the supervisor
   page's doorbell. A user context n has 1..3 more. */
enum { RATEL_OWNER_CPU = 0, RATEL_OWNER_DOORBELL = 4 };

/* Read the error record of the owner in ERR_OWNER. */
void ratel_last_error(ratel_error_t *error);
const char *ratel_error_text(uint32_t code);

/* Wait until everything is done; return RATEL_ERR_NONE or the code of the first error of machine mode,
   through either port, and clear it. error may be 0. */
uint32_t ratel_wait(ratel_error_t *error);

/* ---- the core that is there ---- */

typedef struct {
  uint32_t rows, cols, spad_lines, weight_words, parameter_entries;
} ratel_core_t;

/* Returns 0 when the ID register is not Ratel's. */
int ratel_probe(ratel_core_t *core);

/* ---- tensors ---- */

typedef struct {
  const int8_t *data; /* pixel (0, 0), channel 0 */
  uint32_t h, w, c;
  uint32_t row_pitch, pix_pitch; /* bytes; 0: dense */
} ratel_tensor_t;

/* Lines that a tensor takes in the scratchpad. */
uint32_t ratel_lines(const ratel_core_t *core, uint32_t h, uint32_t w, uint32_t c);
void ratel_load(const ratel_core_t *core, const ratel_tensor_t *tensor, uint32_t base);
void ratel_store(const ratel_core_t *core, const ratel_tensor_t *tensor, uint32_t base);

/* ---- weights and parameters: packed once, off line or by these ---- */

/* Bytes of packed weights and parameters of a layer with oc outputs and `steps` weights for each. */
uint32_t ratel_weight_bytes(const ratel_core_t *core, uint32_t oc, uint32_t steps);
uint32_t ratel_parameter_bytes(const ratel_core_t *core, uint32_t oc);

/* weights int8 [oc][kh][kw][c] of a convolution, or [kh][kw][c] of a depthwise one. */
void ratel_pack_conv(const ratel_core_t *core, const int8_t *weights, uint32_t oc, uint32_t steps,
                     int8_t *packed);
void ratel_pack_depthwise(const ratel_core_t *core, const int8_t *weights, uint32_t c,
                          uint32_t taps, int8_t *packed);
/* bias, multiplier and shift of each output; packed must be a multiple of 4. */
void ratel_pack_parameters(const ratel_core_t *core, const int32_t *bias, const int32_t *multiplier,
                           const int8_t *shift, uint32_t oc, uint8_t *packed);

/* ---- whole layers, memory to memory ---- */

typedef struct {
  uint32_t kernel_h, kernel_w, stride_y, stride_x, dilation_y, dilation_x;
  uint32_t pad_top, pad_left;
  int32_t input_zero_point, output_zero_point, act_min, act_max;
  const int8_t *weights;     /* packed; not of pools */
  const uint8_t *parameters; /* packed; not of pools */
} ratel_window_t;

uint32_t ratel_conv2d(const ratel_core_t *core, const ratel_tensor_t *in, const ratel_window_t *op,
                      const ratel_tensor_t *out, ratel_error_t *error);
uint32_t ratel_depthwise2d(const ratel_core_t *core, const ratel_tensor_t *in,
                           const ratel_window_t *op, const ratel_tensor_t *out,
                           ratel_error_t *error);
uint32_t ratel_maxpool2d(const ratel_core_t *core, const ratel_tensor_t *in,
                         const ratel_window_t *op, const ratel_tensor_t *out,
                         ratel_error_t *error);
uint32_t ratel_avgpool2d(const ratel_core_t *core, const ratel_tensor_t *in,
                         const ratel_window_t *op, const ratel_tensor_t *out,
                         ratel_error_t *error);

typedef struct {
  int32_t a_zero_point, b_zero_point, output_zero_point, act_min, act_max;
  int32_t a_multiplier, b_multiplier, multiplier; /* of TensorFlow Lite, left shift 20 in a and b */
  int32_t a_shift, b_shift, shift;
} ratel_addition_t;

uint32_t ratel_addition(const ratel_core_t *core, const ratel_tensor_t *a, const ratel_tensor_t *b,
                        const ratel_addition_t *op, const ratel_tensor_t *out,
                        ratel_error_t *error);

/* Every byte through a table of 256. */
uint32_t ratel_lookup(const ratel_core_t *core, const ratel_tensor_t *in, const int8_t *table,
                      const ratel_tensor_t *out, ratel_error_t *error);

#endif
