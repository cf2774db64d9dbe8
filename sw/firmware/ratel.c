#include "ratel.h"

#include <string.h>

/* ---- doorbell ---- */

/* A write waits for a full doorbell only some cycles, then it is a bus error. */
static void doorbell_free(void) {
  while (ratel_read(RATEL_STATUS_OFFSET) & RATEL_STATUS_DOORBELL_MASK) {
  }
}

void ratel_doorbell(uint32_t word, uint32_t rs1, uint32_t rs2) {
  doorbell_free();
  ratel_write(RATEL_DB_RS1_OFFSET, rs1);
  ratel_write(RATEL_DB_RS2_OFFSET, rs2);
  ratel_write(RATEL_DB_INSTR_OFFSET, word);
}

uint32_t ratel_doorbell_result(uint32_t word, uint32_t rs1) {
  ratel_doorbell(word, rs1, 0);
  doorbell_free();
  return ratel_read(RATEL_DB_RESULT_OFFSET);
}

/* ---- errors ---- */

static void unpack_cause(ratel_error_t *error, uint32_t cause) {
  error->code = (cause & RATEL_ERR_CAUSE_CODE_MASK) >> RATEL_ERR_CAUSE_CODE_LSB;
  error->field = (cause & RATEL_ERR_CAUSE_FIELD_MASK) >> RATEL_ERR_CAUSE_FIELD_LSB;
}

void ratel_last_error(ratel_error_t *error) {
  unpack_cause(error, ratel_read(RATEL_ERR_CAUSE_OFFSET));
  error->word = ratel_read(RATEL_ERR_INSTR_OFFSET);
  error->detail = ratel_read(RATEL_ERR_DETAIL_OFFSET);
  error->index = ratel_read(RATEL_ERR_INDEX_OFFSET);
}

const char *ratel_error_text(uint32_t code) {
  static const char *const text[] = {
      "no error",           "illegal instruction", "reserved bit set", "size",
      "value out of range", "address not aligned", "past the scratchpad", "past the weight buffer",
      "past the parameter buffer", "past the end of memory", "output overlaps input",
      "accumulators", "bus error on a read", "bus error on a write", "not allowed to a user",
      "ended by a soft reset", "no window allows it", "ended by the watchdog",
  };
  return code < sizeof text / sizeof *text ? text[code] : "unknown error";
}

uint32_t ratel_wait(ratel_error_t *error) {
  static const uint32_t ports[] = {RATEL_OWNER_CPU, RATEL_OWNER_DOORBELL};
  ratel_error_t first = {0, 0, 0, 0, 0};
  ratel_fence(0, 0);
  uint32_t pending = ratel_read(RATEL_ERR_PENDING_OFFSET);
  for (uint32_t i = 0; i < 2; ++i) {
    if (!(pending >> ports[i] & 1)) continue;
    ratel_error_t last;
    ratel_write(RATEL_ERR_OWNER_OFFSET, ports[i]);
    ratel_last_error(&last);
    ratel_write(RATEL_ERR_CAUSE_OFFSET, RATEL_ERR_CAUSE_VALID_MASK);
    if (!first.code || (int32_t)(last.index - first.index) < 0) first = last;
  }
  ratel_write(RATEL_ERR_OWNER_OFFSET, RATEL_ERR_OWNER_ANY_MASK);
  if (error) *error = first;
  return first.code;
}

/* ---- the core ---- */

int ratel_probe(ratel_core_t *core) {
  uint32_t a = ratel_read(RATEL_PARAMS0_OFFSET), b = ratel_read(RATEL_PARAMS1_OFFSET);
  core->rows = (a & RATEL_PARAMS0_ROWS_MASK) >> RATEL_PARAMS0_ROWS_LSB;
  core->cols = (a & RATEL_PARAMS0_COLS_MASK) >> RATEL_PARAMS0_COLS_LSB;
  core->spad_lines = 1u << ((a & RATEL_PARAMS0_SPAD_DEPTH_LOG2_MASK) >>
                            RATEL_PARAMS0_SPAD_DEPTH_LOG2_LSB);
  core->weight_words = 1u << ((b & RATEL_PARAMS1_WBUF_DEPTH_LOG2_MASK) >>
                              RATEL_PARAMS1_WBUF_DEPTH_LOG2_LSB);
  core->parameter_entries = 1u << ((b & RATEL_PARAMS1_PARAM_DEPTH_LOG2_MASK) >>
                                   RATEL_PARAMS1_PARAM_DEPTH_LOG2_LSB);
  return ratel_read(RATEL_ID_OFFSET) == RATEL_ID_RESET;
}

/* ---- tensors ---- */

static uint32_t blocks(const ratel_core_t *core, uint32_t c) {
  return (c + core->cols - 1) / core->cols;
}

static uint32_t pix_pitch(const ratel_tensor_t *t) { return t->pix_pitch ? t->pix_pitch : t->c; }

static uint32_t row_pitch(const ratel_tensor_t *t) {
  return t->row_pitch ? t->row_pitch : t->w * pix_pitch(t);
}

static uint32_t address(const void *pointer) { return (uint32_t)(uintptr_t)pointer; }

uint32_t ratel_lines(const ratel_core_t *core, uint32_t h, uint32_t w, uint32_t c) {
  return ((h * w + core->rows - 1) / core->rows) * blocks(core, c);
}

void ratel_load(const ratel_core_t *core, const ratel_tensor_t *t, uint32_t base) {
  ratel_cfg_ld_shape(t->w, t->h, t->c, blocks(core, t->c));
  ratel_cfg_ld_pitch(row_pitch(t), pix_pitch(t), t->w);
  ratel_ld_t(address(t->data), base, 0);
}

void ratel_store(const ratel_core_t *core, const ratel_tensor_t *t, uint32_t base) {
  ratel_cfg_st_shape(t->w, t->h, t->c, blocks(core, t->c));
  ratel_cfg_st_pitch(row_pitch(t), pix_pitch(t), t->w);
  ratel_st_t(address(t->data), base, 0);
}

/* ---- packing ---- */

uint32_t ratel_weight_bytes(const ratel_core_t *core, uint32_t oc, uint32_t steps) {
  return blocks(core, oc) * steps * core->cols;
}

uint32_t ratel_parameter_bytes(const ratel_core_t *core, uint32_t oc) {
  return blocks(core, oc) * 9 * core->cols;
}

/* Word `step` of output block b holds, in byte j, that weight of output b * cols + j. */
void ratel_pack_conv(const ratel_core_t *core, const int8_t *weights, uint32_t oc, uint32_t steps,
                     int8_t *packed) {
  for (uint32_t o = 0; o < blocks(core, oc) * core->cols; ++o) {
    int8_t *to = packed + (o / core->cols) * steps * core->cols + o % core->cols;
    for (uint32_t step = 0; step < steps; ++step) {
      to[step * core->cols] = o < oc ? weights[o * steps + step] : 0;
    }
  }
}

void ratel_pack_depthwise(const ratel_core_t *core, const int8_t *weights, uint32_t c,
                          uint32_t taps, int8_t *packed) {
  for (uint32_t o = 0; o < blocks(core, c) * core->cols; ++o) {
    int8_t *to = packed + (o / core->cols) * taps * core->cols + o % core->cols;
    for (uint32_t tap = 0; tap < taps; ++tap) {
      to[tap * core->cols] = o < c ? weights[tap * c + o] : 0;
    }
  }
}

static void put_word(uint8_t *to, int32_t value) {
  for (int byte = 0; byte < 4; ++byte) to[byte] = (uint8_t)((uint32_t)value >> 8 * byte);
}

void ratel_pack_parameters(const ratel_core_t *core, const int32_t *bias, const int32_t *multiplier,
                           const int8_t *shift, uint32_t oc, uint8_t *packed) {
  uint32_t cols = core->cols;
  for (uint32_t o = 0; o < blocks(core, oc) * cols; ++o) {
    uint8_t *entry = packed + (o / cols) * 9 * cols;
    uint32_t lane = o % cols;
    put_word(entry + 4 * lane, o < oc ? bias[o] : 0);
    put_word(entry + 4 * (cols + lane), o < oc ? multiplier[o] : 0);
    entry[8 * cols + lane] = o < oc ? (uint8_t)shift[o] : 0;
  }
}

/* ---- whole layers: input from line 0 on, further tensors behind it ---- */

static void configure(const ratel_core_t *core, const ratel_tensor_t *in, const ratel_tensor_t *out,
                      const ratel_window_t *op) {
  ratel_cfg_in(in->w, in->h, in->c, blocks(core, in->c));
  ratel_cfg_out(out->w, out->h, out->c, blocks(core, out->c));
  ratel_cfg_pitch(in->w, out->w, 0, 0);
  ratel_cfg_kernel(op->kernel_w, op->kernel_h, op->stride_x, op->stride_y, op->dilation_x,
                   op->dilation_y);
  ratel_cfg_pad(op->pad_left, op->pad_top, op->input_zero_point, 0, op->output_zero_point);
  ratel_cfg_act(op->act_min, op->act_max, 0);
}

static void load_parameters(const ratel_core_t *core, const ratel_window_t *op, uint32_t oc,
                            uint32_t steps) {
  ratel_ld_w(address(op->weights), 0, blocks(core, oc) * steps);
  ratel_ld_p(address(op->parameters), 0, blocks(core, oc));
}

uint32_t ratel_conv2d(const ratel_core_t *core, const ratel_tensor_t *in, const ratel_window_t *op,
                      const ratel_tensor_t *out, ratel_error_t *error) {
  uint32_t out_base = ratel_lines(core, in->h, in->w, in->c);
  load_parameters(core, op, out->c, op->kernel_h * op->kernel_w * in->c);
  ratel_load(core, in, 0);
  configure(core, in, out, op);
  ratel_conv(0, out_base, 0, 0, RATEL_FLAG_PERCH | RATEL_FLAG_BIAS);
  ratel_store(core, out, out_base);
  return ratel_wait(error);
}

uint32_t ratel_depthwise2d(const ratel_core_t *core, const ratel_tensor_t *in,
                           const ratel_window_t *op, const ratel_tensor_t *out,
                           ratel_error_t *error) {
  uint32_t out_base = ratel_lines(core, in->h, in->w, in->c);
  load_parameters(core, op, in->c, op->kernel_h * op->kernel_w);
  ratel_load(core, in, 0);
  configure(core, in, out, op);
  ratel_dwconv(0, out_base, 0, 0, RATEL_FLAG_PERCH | RATEL_FLAG_BIAS);
  ratel_store(core, out, out_base);
  return ratel_wait(error);
}

uint32_t ratel_maxpool2d(const ratel_core_t *core, const ratel_tensor_t *in,
                         const ratel_window_t *op, const ratel_tensor_t *out,
                         ratel_error_t *error) {
  uint32_t out_base = ratel_lines(core, in->h, in->w, in->c);
  ratel_load(core, in, 0);
  configure(core, in, out, op);
  ratel_maxpool(0, out_base);
  ratel_store(core, out, out_base);
  return ratel_wait(error);
}

uint32_t ratel_avgpool2d(const ratel_core_t *core, const ratel_tensor_t *in,
                         const ratel_window_t *op, const ratel_tensor_t *out,
                         ratel_error_t *error) {
  uint32_t out_base = ratel_lines(core, in->h, in->w, in->c);
  ratel_load(core, in, 0);
  configure(core, in, out, op);
  ratel_avgpool(0, out_base);
  ratel_store(core, out, out_base);
  return ratel_wait(error);
}

uint32_t ratel_addition(const ratel_core_t *core, const ratel_tensor_t *a, const ratel_tensor_t *b,
                        const ratel_addition_t *op, const ratel_tensor_t *out,
                        ratel_error_t *error) {
  uint32_t lines = ratel_lines(core, a->h, a->w, a->c), cbs = blocks(core, a->c);
  ratel_load(core, a, 0);
  ratel_load(core, b, lines);
  ratel_cfg_in(a->w, a->h, a->c, cbs);
  ratel_cfg_out(out->w, out->h, out->c, cbs);
  ratel_cfg_pitch(a->w, out->w, b->w, cbs);
  ratel_cfg_pad(0, 0, op->a_zero_point, op->b_zero_point, op->output_zero_point);
  ratel_cfg_act(op->act_min, op->act_max, 0);
  ratel_cfg_scale1(op->a_multiplier, op->a_shift);
  ratel_cfg_scale2(op->b_multiplier, op->b_shift);
  ratel_cfg_scale(op->multiplier, op->shift);
  ratel_add(0, 2 * lines, lines);
  ratel_store(core, out, 2 * lines);
  return ratel_wait(error);
}

uint32_t ratel_lookup(const ratel_core_t *core, const ratel_tensor_t *in, const int8_t *table,
                      const ratel_tensor_t *out, ratel_error_t *error) {
  uint32_t lines = ratel_lines(core, in->h, in->w, in->c), cbs = blocks(core, in->c);
  ratel_ld_l(address(table));
  ratel_load(core, in, 0);
  ratel_cfg_in(in->w, in->h, in->c, cbs);
  ratel_cfg_out(out->w, out->h, out->c, cbs);
  ratel_cfg_pitch(in->w, out->w, 0, 0);
  ratel_lut(0, lines);
  ratel_store(core, out, lines);
  return ratel_wait(error);
}
