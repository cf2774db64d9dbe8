/* Layers computed under a storm of interrupts: results must be those of a quiet run.
 *
 * Random interrupts hit the CPU in the middle of streams of custom instructions; those in decode
 * and execute are taken back and offered again. Handlers use custom instructions themselves.
 */
#include "check.h"
#include "ratel.h"

#include <string.h>

enum { H = 6, W = 6, C = 9, OC = 10, TURNS = 6 };

static ratel_core_t core;
static int8_t input[H * W * C], quiet[H * W * OC], result[H * W * OC];
static int8_t weights[OC * 9 * C], packed[32 * 9 * C];
static uint8_t parameters[4 * 9 * 16] __attribute__((aligned(16)));
static int32_t bias[32], multiplier[32];
static int8_t shift[32];
static volatile uint32_t taken, handled;

/* Cleared last: the next one must leave the program time for an instruction. */
static void on_random(void) {
  taken += 1;
  handled += ratel_rdcnt(RATEL_CNT_INSTRUCTIONS) != 0;
  ratel_cfg_scale2(1, 0); /* which a convolution does not use */
  soc_write(SOC_PENDING, 0);
}

static void on_timer(void) { soc_write(SOC_COMPARE, soc_cycles() + 400 + (check_random() & 63)); }

static uint32_t layer(int8_t *out) {
  ratel_tensor_t in = {input, H, W, C, 0, 0}, to = {out, H, W, OC, 0, 0};
  ratel_window_t window = {
      .kernel_h = 3, .kernel_w = 3, .stride_y = 1, .stride_x = 1, .dilation_y = 1, .dilation_x = 1,
      .pad_top = 1, .pad_left = 1, .input_zero_point = 2, .output_zero_point = -1, .act_min = -128,
      .act_max = 127, .weights = packed, .parameters = parameters,
  };
  return ratel_conv2d(&core, &in, &window, &to, 0);
}

int main(void) {
  check_equal("probe", (uint32_t)ratel_probe(&core), 1);
  check_fill(input, sizeof input);
  check_fill(weights, sizeof weights);
  for (int i = 0; i < OC; ++i) {
    bias[i] = (int32_t)(check_random() % 2001) - 1000;
    multiplier[i] = 0x50000000 + i;
    shift[i] = -8;
  }
  ratel_pack_conv(&core, weights, OC, 9 * C, packed);
  ratel_pack_parameters(&core, bias, multiplier, shift, OC, parameters);
  check_equal("quiet", layer(quiet), RATEL_ERR_NONE);
  soc_mark(SOC_MARK_CHECK);

  soc_handle(SOC_IRQ_RANDOM, on_random);
  soc_handle(SOC_IRQ_TIMER, on_timer);
  soc_enable(SOC_IRQ_RANDOM);
  soc_enable(SOC_IRQ_TIMER);
  for (uint32_t turn = 0; turn < TURNS; ++turn) {
    memset(result, 0, sizeof result);
    uint32_t before = ratel_rdcnt(RATEL_CNT_INSTRUCTIONS), handlers = taken;
    soc_write(SOC_RATE, 1024u >> turn);
    soc_write(SOC_COMPARE, soc_cycles() + 100);
    soc_interrupts_on();
    uint32_t code = layer(result);
    soc_interrupts_off();
    soc_write(SOC_RATE, 0);
    soc_write(SOC_PENDING, 0);
    check_equal("code", code, RATEL_ERR_NONE);
    /* 16 of the layer, and one for each interrupt: none lost, none twice */
    uint32_t after = ratel_rdcnt(RATEL_CNT_INSTRUCTIONS);
    check_equal("instructions", after - before, 16 + (taken - handlers));
    check_equal("fence", ratel_wait(0), RATEL_ERR_NONE);
    soc_mark(SOC_MARK_CHECK);
    check_bytes("result", result, quiet, H * W * OC);
  }
  check_equal("results in handlers", handled, taken);
  soc_printf("%u interrupts\n", (unsigned)taken);
  return check_result();
}
