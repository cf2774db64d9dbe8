/* Every instruction of Ratel once, from C, against plain loops on the CPU. */
#include "check.h"
#include "fixed_point.h"
#include "ratel.h"

#include <string.h>

enum { H = 5, W = 6, C = 10, OC = 12, PIXELS = H * W };

static ratel_core_t core;
static int8_t input[PIXELS * C], second[PIXELS * C], result[PIXELS * 16], wanted[PIXELS * 16];
static int8_t weights[OC * 9 * C], packed[32 * 9 * C];
static uint8_t parameters[4 * 9 * 16] __attribute__((aligned(16)));
static int32_t bias[32], multiplier[32];
static int8_t shift[32];

static ratel_tensor_t tensor(const int8_t *data, uint32_t h, uint32_t w, uint32_t c) {
  return (ratel_tensor_t){data, h, w, c, 0, 0};
}

/* Wait, let the bench compare memory, and expect no error. */
static void settle(const char *what) {
  check_equal(what, ratel_wait(0), RATEL_ERR_NONE);
  soc_mark(SOC_MARK_CHECK);
}

static void random_parameters(uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    bias[i] = (int32_t)(check_random() % 20001) - 10000;
    multiplier[i] = (int32_t)(check_random() | 0x40000000u) & 0x7fffffff;
    shift[i] = (int8_t)(-(int32_t)(check_random() % 4) - 6);
  }
  ratel_pack_parameters(&core, bias, multiplier, shift, count, parameters);
}

static const ratel_window_t window = {
    .kernel_h = 3, .kernel_w = 3, .stride_y = 2, .stride_x = 1, .dilation_y = 1, .dilation_x = 1,
    .pad_top = 1, .pad_left = 1, .input_zero_point = -3, .output_zero_point = 5, .act_min = -100,
    .act_max = 110, .weights = packed, .parameters = parameters,
};
enum { OH = 3, OW = 6 };

static int8_t requantise(int32_t sum, uint32_t o) {
  int32_t value = fixed_scale(sum, multiplier[o], shift[o]) + window.output_zero_point;
  return fixed_clamp(value, window.act_min, window.act_max);
}

/* Input pixel of a tap of `window`, or -1 outside the image. */
static int tap(int oy, int ox, int ky, int kx) {
  int y = oy * 2 - 1 + ky, x = ox - 1 + kx;
  return y < 0 || y >= H || x < 0 || x >= W ? -1 : y * W + x;
}

static void test_conv(void) {
  ratel_tensor_t in = tensor(input, H, W, C), out = tensor(result, OH, OW, OC);
  check_fill(weights, sizeof weights);
  random_parameters(OC);
  ratel_pack_conv(&core, weights, OC, 9 * C, packed);
  check_equal("conv2d", ratel_conv2d(&core, &in, &window, &out, 0), RATEL_ERR_NONE);
  soc_mark(SOC_MARK_CHECK);
  for (int p = 0; p < OH * OW; ++p) {
    for (uint32_t o = 0; o < OC; ++o) {
      int32_t sum = bias[o];
      for (int k = 0; k < 9; ++k) {
        int at = tap(p / OW, p % OW, k / 3, k % 3);
        if (at < 0) continue;
        for (int c = 0; c < C; ++c) sum += (input[at * C + c] + 3) * weights[(o * 9 + k) * C + c];
      }
      wanted[p * OC + o] = requantise(sum, o);
    }
  }
  check_bytes("conv2d", result, wanted, OH * OW * OC);
}

static void test_depthwise(void) {
  ratel_tensor_t in = tensor(input, H, W, C), out = tensor(result, OH, OW, C);
  check_fill(weights, 9 * C);
  random_parameters(C);
  ratel_pack_depthwise(&core, weights, C, 9, packed);
  check_equal("depthwise2d", ratel_depthwise2d(&core, &in, &window, &out, 0), RATEL_ERR_NONE);
  soc_mark(SOC_MARK_CHECK);
  for (int p = 0; p < OH * OW; ++p) {
    for (uint32_t c = 0; c < C; ++c) {
      int32_t sum = bias[c];
      for (int k = 0; k < 9; ++k) {
        int at = tap(p / OW, p % OW, k / 3, k % 3);
        if (at >= 0) sum += (input[at * C + c] + 3) * weights[k * C + c];
      }
      wanted[p * C + c] = requantise(sum, c);
    }
  }
  check_bytes("depthwise2d", result, wanted, OH * OW * C);
}

static void test_pools(void) {
  ratel_tensor_t in = tensor(input, H, W, C), out = tensor(result, OH, OW, C);
  for (int average = 0; average < 2; ++average) {
    uint32_t code = average ? ratel_avgpool2d(&core, &in, &window, &out, 0)
                            : ratel_maxpool2d(&core, &in, &window, &out, 0);
    check_equal("pool", code, RATEL_ERR_NONE);
    soc_mark(SOC_MARK_CHECK);
    for (int p = 0; p < OH * OW; ++p) {
      for (int c = 0; c < C; ++c) {
        int32_t sum = 0, most = -128, taps = 0;
        for (int k = 0; k < 9; ++k) {
          int at = tap(p / OW, p % OW, k / 3, k % 3);
          if (at < 0) continue;
          int32_t value = input[at * C + c];
          sum += value;
          taps += 1;
          if (value > most) most = value;
        }
        int32_t mean = (sum + (sum < 0 ? -(taps / 2) : taps / 2)) / taps;
        wanted[p * C + c] = fixed_clamp(average ? mean : most, window.act_min, window.act_max);
      }
    }
    check_bytes(average ? "avgpool" : "maxpool", result, wanted, OH * OW * C);
  }
}

/* add, sub and mul, with the second input behind the first in the scratchpad. */
static void test_elementwise(void) {
  ratel_tensor_t a = tensor(input, H, W, C), b = tensor(second, H, W, C);
  ratel_tensor_t out = tensor(result, H, W, C);
  const ratel_addition_t op = {
      .a_zero_point = 4, .b_zero_point = -7, .output_zero_point = 9, .act_min = -128,
      .act_max = 127, .a_multiplier = 1717986918, .b_multiplier = 1431655765,
      .multiplier = 1288490189, .a_shift = -1, .b_shift = 0, .shift = -18,
  };
  uint32_t lines = ratel_lines(&core, H, W, C);
  for (int kind = 0; kind < 3; ++kind) {
    if (kind == 0) {
      check_equal("add", ratel_addition(&core, &a, &b, &op, &out, 0), RATEL_ERR_NONE);
    } else {
      if (kind == 2) ratel_cfg_scale(1288490189, -7);
      if (kind == 1) ratel_sub(0, 2 * lines, lines);
      if (kind == 2) ratel_mul(0, 2 * lines, lines);
      ratel_store(&core, &out, 2 * lines);
    }
    settle("elementwise");
    for (int i = 0; i < PIXELS * C; ++i) {
      int32_t x = input[i] - 4, y = second[i] + 7, value;
      if (kind == 2) {
        value = fixed_scale(x * y, 1288490189, -7);
      } else {
        x = fixed_scale(x * (1 << 20), op.a_multiplier, op.a_shift);
        y = fixed_scale(y * (1 << 20), op.b_multiplier, op.b_shift);
        value = fixed_scale(kind ? x - y : x + y, op.multiplier, op.shift);
      }
      wanted[i] = fixed_clamp(value + 9, -128, 127);
    }
    check_bytes(kind == 0 ? "add" : kind == 1 ? "sub" : "mul", result, wanted, PIXELS * C);
  }
}

static void test_movement(void) {
  static int8_t table[256];
  ratel_tensor_t in = tensor(input, H, W, C), out = tensor(result, H, W, C);
  uint32_t lines = ratel_lines(&core, H, W, C);
  check_fill(table, sizeof table);
  check_equal("lookup", ratel_lookup(&core, &in, table, &out, 0), RATEL_ERR_NONE);
  soc_mark(SOC_MARK_CHECK);
  for (int i = 0; i < PIXELS * C; ++i) wanted[i] = table[(uint8_t)input[i]];
  check_bytes("lut", result, wanted, PIXELS * C);

  ratel_copy(0, lines);
  ratel_store(&core, &out, lines);
  settle("copy");
  check_bytes("copy", result, input, PIXELS * C);

  ratel_cfg_act(-128, 127, -42);
  ratel_fill(lines);
  ratel_store(&core, &out, lines);
  settle("fill");
  memset(wanted, -42, PIXELS * C);
  check_bytes("fill", result, wanted, PIXELS * C);

  /* Every second pixel of every row, stored densely. */
  ratel_tensor_t sparse = {input, H, W / 2, C, W * C, 2 * C};
  ratel_tensor_t dense = tensor(result, H, W / 2, C);
  ratel_load(&core, &sparse, 0);
  ratel_store(&core, &dense, 0);
  settle("pitch");
  for (int p = 0; p < H * (W / 2); ++p) memcpy(wanted + p * C, input + 2 * p * C, C);
  check_bytes("ld.t with pitches", result, wanted, H * (W / 2) * C);
}

/* Matrix product of activations: ld.m and ld.mt make weights of a tensor; ld.b brings the biases. */
static void test_matrix(void) {
  enum { M = 6, K = C, N = 8 };
  ratel_tensor_t a = tensor(input, 1, M, K), out = tensor(result, 1, M, N);
  uint32_t lines = ratel_lines(&core, 1, M, K), blocks = (N + core.cols - 1) / core.cols;
  static uint8_t biases[4 * 32] __attribute__((aligned(4)));
  for (int transposed = 0; transposed < 2; ++transposed) {
    for (int i = 0; i < 32; ++i) {
      bias[i] = i < N ? (int32_t)(check_random() % 2001) - 1000 : 0;
      memcpy(biases + 4 * i, &bias[i], 4);
    }
    ratel_load(&core, &a, 0);
    /* b is [K][N], or [N][K] when it is taken transposed. */
    ratel_cfg_ld_shape(transposed ? N : K, 1, transposed ? K : N, 1);
    ratel_cfg_ld_pitch(0, transposed ? K : N, 0);
    if (transposed) {
      ratel_ld_mt((uint32_t)(uintptr_t)second, 0);
    } else {
      ratel_ld_m((uint32_t)(uintptr_t)second, 0);
    }
    ratel_ld_b((uint32_t)(uintptr_t)biases, 0, blocks);
    ratel_cfg_in(M, 1, K, (K + core.cols - 1) / core.cols);
    ratel_cfg_out(M, 1, N, blocks);
    ratel_cfg_pitch(M, M, 0, 0);
    ratel_cfg_kernel(1, 1, 1, 1, 1, 1);
    ratel_cfg_pad(0, 0, 2, -1, 0);
    ratel_cfg_act(-128, 127, 0);
    ratel_cfg_scale(1500000000, -8);
    ratel_conv(0, lines, 0, 0, RATEL_FLAG_BIAS);
    ratel_store(&core, &out, lines);
    settle("matrix");
    for (int m = 0; m < M; ++m) {
      for (int n = 0; n < N; ++n) {
        int32_t sum = bias[n];
        for (int k = 0; k < K; ++k) {
          int32_t weight = second[transposed ? n * K + k : k * N + n];
          sum += (input[m * K + k] - 2) * (weight + 1);
        }
        wanted[m * N + n] = fixed_clamp(fixed_scale(sum, 1500000000, -8), -128, 127);
      }
    }
    check_bytes(transposed ? "ld.mt" : "ld.m", result, wanted, M * N);
  }
}

/* The sum in two parts: a conv that holds its accumulators and one that goes on with them. */
static void test_hold(void) {
  enum { K = 8 };
  uint32_t cols = core.cols, m = core.rows < 4 ? core.rows : 4;
  ratel_tensor_t a = tensor(input, 1, m, K), b = tensor(second, 1, m, K);
  ratel_tensor_t out = tensor(result, 1, m, cols);
  uint32_t lines = ratel_lines(&core, 1, m, K), cbs = (K + cols - 1) / cols;
  check_fill(weights, 2 * K * 16);
  ratel_load(&core, &a, 0);
  ratel_load(&core, &b, lines);
  ratel_ld_w((uint32_t)(uintptr_t)weights, 0, 2 * K);
  ratel_cfg_in(m, 1, K, cbs);
  ratel_cfg_out(m, 1, cols, 1);
  ratel_cfg_pitch(m, m, 0, 0);
  ratel_cfg_kernel(1, 1, 1, 1, 1, 1);
  ratel_cfg_pad(0, 0, 0, 0, 0);
  ratel_cfg_act(-128, 127, 0);
  ratel_cfg_scale(1700000000, -9);
  ratel_conv(0, 0, 0, 0, RATEL_FLAG_HOLD);
  ratel_conv(lines, 2 * lines, K, 0, RATEL_FLAG_ACC);
  ratel_store(&core, &out, 2 * lines);
  settle("hold");
  for (uint32_t p = 0; p < m; ++p) {
    for (uint32_t n = 0; n < cols; ++n) {
      int32_t sum = 0;
      for (uint32_t k = 0; k < K; ++k) {
        sum += input[p * K + k] * weights[k * cols + n];
        sum += second[p * K + k] * weights[(K + k) * cols + n];
      }
      wanted[p * cols + n] = fixed_clamp(fixed_scale(sum, 1700000000, -9), -128, 127);
    }
  }
  check_bytes("hold and acc", result, wanted, m * cols);
}

static void test_system(void) {
  uint32_t before = ratel_rdcnt(RATEL_CNT_INSTRUCTIONS);
  ratel_cfg_scale(1, 0);
  ratel_cfg_scale(1, 0);
  check_equal("rdcnt", ratel_rdcnt(RATEL_CNT_INSTRUCTIONS) - before, 2);
  ratel_cfg_scale(-1, 0);       /* refused only when it is used */
  ratel_cfg_in(1, 1, 1, 0);     /* a block stride of 0 */
  ratel_copy(0, 8);
  uint32_t cause = ratel_fence(1, 0);
  check_equal("fence", cause & 0xff, RATEL_ERR_SIZE);
  check_equal("field", cause >> 8 & 0xff, RATEL_FIELD_CBS);
  check_equal("fence again", ratel_fence(0, 0), 0);
  ratel_write(RATEL_IRQ_STATUS_OFFSET, 3);
  soc_mark(SOC_MARK_CHECK);
}

int main(void) {
  check_equal("probe", (uint32_t)ratel_probe(&core), 1);
  check_fill(input, sizeof input);
  check_fill(second, sizeof second);
  test_conv();
  test_depthwise();
  test_pools();
  test_elementwise();
  test_movement();
  test_matrix();
  test_hold();
  test_system();
  return check_result();
}
