/* What goes wrong is reported to C: illegal words, bus errors, refused operands, register errors. */
#include "check.h"
#include "ratel.h"

/* An address that no memory answers. */
#define NOWHERE 0x30000000u

#define ILLEGAL(word)                                              \
  do {                                                             \
    uint32_t traps = soc_last_trap.count, here;                    \
    soc_expect_trap();                                             \
    __asm__ volatile("la %0, 1f\n1: .word " #word : "=&r"(here) :: "memory"); \
    check_equal(#word " traps", soc_last_trap.count, traps + 1);   \
    check_equal(#word " cause", soc_last_trap.cause, SOC_CAUSE_ILLEGAL); \
    check_equal(#word " address", soc_last_trap.address, here);    \
  } while (0)

static ratel_core_t core;
static int8_t buffer[256];

static void test_illegal(void) {
  uint32_t before = ratel_rdcnt(RATEL_CNT_INSTRUCTIONS);
  ILLEGAL(0x0000600b); /* no such class */
  ILLEGAL(0x1a00000b); /* cfg: no such group */
  ILLEGAL(0x0e00100b); /* ld: no such operation */
  ILLEGAL(0x0200200b); /* st */
  ILLEGAL(0x0400300b); /* mac */
  ILLEGAL(0x1000400b); /* vec */
  ILLEGAL(0x0400500b); /* sys */
  ILLEGAL(0x0800058b); /* cfg.in with rd = a1 */
  ILLEGAL(0x0000350b); /* conv with rd = a0 */
  ILLEGAL(0x00b0550b); /* fence with rs2 = a1 */
  ILLEGAL(0x0000002b); /* custom-1 */
  ILLEGAL(0xffffffff);
  check_equal("illegal words are no instructions", ratel_rdcnt(RATEL_CNT_INSTRUCTIONS), before);
  check_equal("illegal words are no errors", ratel_wait(0), RATEL_ERR_NONE);
  soc_mark(SOC_MARK_CHECK);
}

static void test_registers(void) {
  soc_expect_trap();
  uint32_t traps = soc_last_trap.count;
  (void)ratel_read(0x800); /* no register there: SLVERR */
  for (volatile int i = 0; i < 20; ++i) {
  }
  check_equal("read of nothing", soc_last_trap.count, traps + 1);
  check_equal("its cause", soc_last_trap.cause & 0x7ffu, SOC_CAUSE_NMI_LOAD);
  soc_expect_trap();
  ratel_write(RATEL_ID_OFFSET, 0);
  for (volatile int i = 0; i < 20; ++i) {
  }
  check_equal("write to a constant", soc_last_trap.count, traps + 2);
  check_equal("its cause", soc_last_trap.cause & 0x7ffu, SOC_CAUSE_NMI_STORE);
}

static void test_bus_errors(void) {
  ratel_tensor_t nowhere = {(const int8_t *)NOWHERE, 2, 4, 8, 0, 0}, here = {buffer, 2, 4, 8, 0, 0};
  ratel_error_t error;
  check_fill(buffer, sizeof buffer);
  ratel_load(&core, &nowhere, 0);
  check_equal("load from nowhere", ratel_wait(&error), RATEL_ERR_BUS_READ);
  check_equal("its word", error.word & 0xfe00707fu, RATEL_WORD(1, 0));
  check_equal("its address", error.detail, NOWHERE);
  ratel_load(&core, &here, 0);
  ratel_store(&core, &nowhere, 0);
  check_equal("store to nowhere", ratel_wait(&error), RATEL_ERR_BUS_WRITE);
  check_equal("its word", error.word & 0xfe00707fu, RATEL_WORD(2, 0));
  check_equal("its address", error.detail, NOWHERE);
  ratel_load(&core, &here, 0);
  check_equal("after it", ratel_wait(&error), RATEL_ERR_NONE);
  soc_mark(SOC_MARK_CHECK);
}

static void test_refusals(void) {
  ratel_error_t error;
  ratel_tensor_t in = {buffer, 4, 4, 8, 0, 0}, out = {buffer, 4, 4, 8, 0, 0};
  ratel_window_t op = {
      .kernel_h = 1, .kernel_w = 1, .stride_y = 1, .stride_x = 1, .dilation_y = 1, .dilation_x = 1,
      .act_min = 10, .act_max = -10,
  };
  check_equal("act", ratel_maxpool2d(&core, &in, &op, &out, &error), RATEL_ERR_VALUE);
  check_equal("its field", error.field, RATEL_FIELD_ACT);
  op.act_min = -128;
  op.act_max = 127;
  op.stride_x = 0;
  check_equal("stride", ratel_avgpool2d(&core, &in, &op, &out, &error), RATEL_ERR_SIZE);
  check_equal("its field", error.field, RATEL_FIELD_SX);
  ratel_load(&core, &in, core.spad_lines - 1);
  check_equal("scratchpad", ratel_wait(&error), RATEL_ERR_SPAD);
  check_equal("its text", ratel_error_text(error.code)[0], 'p');
  ratel_ld_w(0x100000, core.weight_words - 1, 2);
  check_equal("weights", ratel_wait(&error), RATEL_ERR_WBUF);
  ratel_ld_p(0x100000, core.parameter_entries, 1);
  check_equal("parameters", ratel_wait(&error), RATEL_ERR_PARAM);
  ratel_ld_p(0x100002, 0, 1);
  check_equal("alignment", ratel_wait(&error), RATEL_ERR_ALIGN);
  ratel_ld_l(0xffffff80u);
  check_equal("end of memory", ratel_wait(&error), RATEL_ERR_MEMORY);
  ratel_copy(0, 0);
  ratel_conv(0, 1, 0, 0, RATEL_FLAG_ACC);
  check_equal("two errors, the first is kept", ratel_wait(&error), RATEL_ERR_SIZE);
  ratel_doorbell(0x0000700bu, 1, 2);
  check_equal("doorbell", ratel_wait(&error), RATEL_ERR_ILLEGAL);
  check_equal("its word", error.word, 0x0000700bu);
  check_equal("idle", ratel_read(RATEL_STATUS_OFFSET), 0);
  soc_mark(SOC_MARK_CHECK);
}

/* The error interrupt reaches the CPU. */
static volatile uint32_t interrupts, status;
/* ERROR stays until the record is cleared, which the program does: the handler only looks away. */
static void on_npu(void) {
  interrupts += 1;
  status = ratel_read(RATEL_IRQ_STATUS_OFFSET);
  ratel_write(RATEL_IRQ_STATUS_OFFSET, status);
  if (status & RATEL_IRQ_STATUS_ERROR_MASK)
    ratel_write(RATEL_IRQ_ENABLE_OFFSET, RATEL_IRQ_STATUS_DONE_MASK);
}

static void test_interrupt(void) {
  ratel_write(RATEL_IRQ_STATUS_OFFSET, 3);
  ratel_write(RATEL_IRQ_ENABLE_OFFSET, 3);
  soc_handle(SOC_IRQ_NPU, on_npu);
  soc_enable(SOC_IRQ_NPU);
  soc_interrupts_on();
  ratel_ld_p(2, 0, 1);
  while (!interrupts) {
  }
  check_equal("error interrupt", status, RATEL_IRQ_STATUS_ERROR_MASK);
  check_equal("its error", ratel_wait(0), RATEL_ERR_ALIGN);
  check_equal("fence with done", ratel_fence(0, 1), 0);
  while (interrupts < 2) {
  }
  check_equal("done interrupt", status, RATEL_IRQ_STATUS_DONE_MASK);
  ratel_write(RATEL_IRQ_ENABLE_OFFSET, 3);
  soc_interrupts_off();
  check_equal("quiet", ratel_wait(0), RATEL_ERR_NONE);
  soc_mark(SOC_MARK_CHECK);
}

int main(void) {
  check_equal("probe", (uint32_t)ratel_probe(&core), 1);
  test_illegal();
  test_registers();
  test_bus_errors();
  test_refusals();
  test_interrupt();
  return check_result();
}
