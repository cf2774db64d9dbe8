/* A kernel in machine mode and user programs that try to escape through the NPU and past it: each is
   refused, and the kernel's trap handler prints why. */
#include "check.h"
#include "ratel.h"

#include <string.h>

enum { PAGE = 0x1000, BYTES = 256, OPEN = BYTES - 16 }; /* OPEN: bytes that the window opens */
enum { USER_CONTEXT = 1 };

/* The user's: data that the window opens to the NPU, and a stack. Nothing else is his. */
static uint8_t user_data[BYTES] __attribute__((section(".user"), aligned(256)));
static uint8_t user_other[BYTES] __attribute__((section(".user"), aligned(256)));
static uint8_t user_stack[1024] __attribute__((section(".user"), aligned(16)));

static uint8_t secret[BYTES] __attribute__((aligned(256)));
static ratel_core_t core;

/* ---- what runs in user mode: it has no constants in memory, since it could not read them ---- */

static void user_exit(uint32_t value) {
  register uint32_t a0 __asm__("a0") = value;
  __asm__ volatile("ecall" : : "r"(a0) : "memory");
}

static void user_transfer(uint32_t address, uint32_t bytes, int store) {
  uint32_t columns = 4; /* channels: as many as the narrowest core has columns */
  if (store) {
    ratel_cfg_st_shape(bytes / columns, 1, columns, 1);
    ratel_cfg_st_pitch(bytes, columns, bytes / columns);
    ratel_st_t(address, 0, 0);
  } else {
    ratel_cfg_ld_shape(bytes / columns, 1, columns, 1);
    ratel_cfg_ld_pitch(bytes, columns, bytes / columns);
    ratel_ld_t(address, 0, 0);
  }
}

/* Let what was refused come to the kernel first, then end with the code of the first error. */
static void user_end(void) {
  uint32_t code = ratel_fence(0, 0) & 0xff;
  __asm__ volatile(".rept 40\n nop\n .endr");
  user_exit(code);
}

static void read_secret(uint32_t at) { user_transfer(at, 64, 0); user_end(); }
static void write_secret(uint32_t at) { user_transfer(at, 64, 1); user_end(); }
static void read_table(uint32_t at) { ratel_ld_l(at); user_end(); }

static void store_word(uint32_t at) {
  *(volatile uint32_t *)at = 1;
  __asm__ volatile(".rept 40\n nop\n .endr");
  user_end();
}

static void store_lines(uint32_t at) { user_transfer(at, OPEN / 2, 1); user_end(); }

static void move(uint32_t at) {
  user_transfer(at, OPEN / 2, 0);
  user_transfer(at + OPEN / 2, OPEN / 2, 1);
  user_end();
}

/* ---- the kernel ---- */

static volatile uint32_t refusals, refusal_code, refusal_detail, accesses, access_address;

/* The NPU's interrupt: somebody has an error. Its record stays until the user has ended, so that his
   fence finds it, too. */
static void on_npu(void) {
  ratel_write(RATEL_ERR_OWNER_OFFSET, RATEL_ERR_OWNER_ANY_MASK);
  uint32_t cause = ratel_read(RATEL_ERR_CAUSE_OFFSET);
  refusals += 1;
  refusal_code = cause & RATEL_ERR_CAUSE_CODE_MASK;
  refusal_detail = ratel_read(RATEL_ERR_DETAIL_OFFSET);
  soc_printf("kernel: owner %u, instruction %x refused, %s: %x\n",
             (unsigned)((cause & RATEL_ERR_CAUSE_OWNER_MASK) >> RATEL_ERR_CAUSE_OWNER_LSB),
             (unsigned)ratel_read(RATEL_ERR_INSTR_OFFSET), ratel_error_text(refusal_code),
             (unsigned)refusal_detail);
  ratel_write(RATEL_IRQ_ENABLE_OFFSET, 0);
}

/* Exceptions of user programs: the call that ends them, and accesses that were refused. */
static uint32_t on_user_trap(uint32_t cause, uint32_t address, const uint32_t *saved) {
  if (cause == SOC_CAUSE_ECALL) soc_leave_user(saved[SOC_SAVED_A0]);
  if (cause & SOC_CAUSE_INTERRUPT) {
    accesses += 1;
    access_address = soc_read(SOC_FAULT);
    soc_printf("kernel: %s of user mode answered with an error, last refused address %x\n",
               (cause & 0x7ffu) == SOC_CAUSE_NMI_STORE ? "store" : "load",
               (unsigned)access_address);
    return address;
  }
  soc_printf("kernel: user program ended by exception %u at %x\n", (unsigned)cause,
             (unsigned)address);
  soc_leave_user(~0u);
}

static uint32_t run_user(void (*program)(uint32_t), uint32_t at) {
  refusals = accesses = refusal_code = refusal_detail = access_address = 0;
  uint32_t value = soc_enter_user(program, at, user_stack + sizeof user_stack);
  check_equal("the core is sound", ratel_wait(0), RATEL_ERR_NONE);
  ratel_write(RATEL_ERR_OWNER_OFFSET, USER_CONTEXT);
  ratel_write(RATEL_ERR_CAUSE_OFFSET, RATEL_ERR_CAUSE_VALID_MASK);
  check_equal("no record is left", ratel_read(RATEL_ERR_PENDING_OFFSET), 0);
  ratel_write(RATEL_IRQ_ENABLE_OFFSET, RATEL_IRQ_ENABLE_ERROR_MASK);
  soc_mark(SOC_MARK_CHECK);
  return value;
}

static void window(uint32_t index, const void *base, uint32_t bytes, uint32_t ctrl) {
  uint32_t first = (uint32_t)(uintptr_t)base;
  ratel_write(RATEL_WINDOW_BASE_OFFSET + 4 * index, first);
  ratel_write(RATEL_WINDOW_LIMIT_OFFSET + 4 * index, first + bytes - 16);
  ratel_write(RATEL_WINDOW_CTRL_OFFSET + 4 * index, ctrl);
}

static void refused_by_npu(const char *name, void (*program)(uint32_t), uint32_t at,
                           uint32_t code, uint32_t detail) {
  soc_printf("%s\n", name);
  check_equal("the user's fence", run_user(program, at), code);
  check_equal("refusals", refusals, 1);
  check_equal("their code", refusal_code, code);
  check_equal("their address", refusal_detail, detail);
  check_equal("accesses", accesses, 0);
}

static void refused_access(const char *name, uint32_t at, uint32_t address) {
  soc_printf("%s\n", name);
  check_equal("no error of the NPU", run_user(store_word, at), RATEL_ERR_NONE);
  check_equal("traps", accesses, 1);
  if (address) check_equal("their address", access_address, address);
}

int main(void) {
  uint32_t secrets = (uint32_t)(uintptr_t)secret, own = (uint32_t)(uintptr_t)user_data;
  uint32_t other = (uint32_t)(uintptr_t)user_other;
  static uint8_t before[BYTES];
  check_equal("probe", (uint32_t)ratel_probe(&core), 1);
  check_fill((int8_t *)secret, BYTES);
  check_fill((int8_t *)user_data, BYTES);
  check_fill((int8_t *)user_other, BYTES);
  memcpy(before, secret, BYTES);
  window(0, user_data, OPEN, 1u << 8 | 7u); /* context 1 of CV-X-IF: valid, read, write */
  ratel_write(RATEL_XIF_CONTEXT_OFFSET, USER_CONTEXT);
  ratel_write(RATEL_ERR_OWNER_OFFSET, RATEL_ERR_OWNER_ANY_MASK);
  ratel_write(RATEL_IRQ_ENABLE_OFFSET, RATEL_IRQ_ENABLE_ERROR_MASK);
  soc_handle(SOC_IRQ_NPU, on_npu);
  soc_enable(SOC_IRQ_NPU);
  soc_user_hook = on_user_trap;

  refused_by_npu("1 read what is the kernel's", read_secret, secrets, RATEL_ERR_WINDOW, secrets);
  refused_by_npu("2 write what is the kernel's", write_secret, secrets, RATEL_ERR_WINDOW, secrets);
  refused_by_npu("3 across the end of the window", read_secret, own + BYTES - 32,
                 RATEL_ERR_WINDOW, own + BYTES - 32);
  refused_by_npu("4 around the end of memory", write_secret, 0xfffffff0u, RATEL_ERR_MEMORY, ~0u);
  refused_by_npu("5 memory of his own that no window opens", read_table, other, RATEL_ERR_WINDOW,
                 other);
  refused_access("6 soft reset on his own page", RATEL_BASE + USER_CONTEXT * PAGE + RATEL_CTRL_OFFSET,
                 0);
  refused_access("7 the supervisor's page", RATEL_BASE + RATEL_WINDOW_CTRL_OFFSET,
                 RATEL_BASE + RATEL_WINDOW_CTRL_OFFSET);
  refused_access("8 a store past the NPU", secrets, secrets);

  soc_printf("9 what the kernel left in the scratchpad\n");
  ratel_tensor_t all = {(const int8_t *)secret, 1, BYTES / 4, 4, 0, 0};
  ratel_load(&core, &all, 0);
  check_equal("load", ratel_wait(0), RATEL_ERR_NONE);
  check_equal("nothing is refused", run_user(store_lines, own), RATEL_ERR_NONE);
  for (uint32_t i = 0; i < OPEN / 2; ++i) check_equal("a byte that was left", user_data[i], 0);

  soc_printf("10 what is allowed\n");
  check_fill((int8_t *)user_data, BYTES);
  check_equal("nothing is refused", run_user(move, own), RATEL_ERR_NONE);
  check_bytes("copy", (int8_t *)user_data + OPEN / 2, (int8_t *)user_data, OPEN / 2);
  check_equal("no refusals", refusals + accesses, 0);
  check_bytes("the secret", (int8_t *)secret, (int8_t *)before, BYTES);
  return check_result();
}
