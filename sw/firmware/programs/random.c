/* Runs machine code that the bench put at a fixed address, under random interrupts. The argument is
   the rate of the interrupts; the handler issues custom instructions too, with rd = t6. */
#include "ratel.h"
#include "soc.h"

#define ENTRY 0x80000u

/* Saves what the function may use beyond C's rules. */
static void call(void) {
  __asm__ volatile("jalr ra, 0(%0)"
                   : : "r"(ENTRY)
                   : "ra", "t0", "t1", "t2", "t3", "t4", "t5", "a0", "a1", "a2", "a3", "a4", "a5",
                     "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "memory");
}

static void on_random(void) {
  __asm__ volatile("nop\n nop\n .insn r 0x0b, 5, 1, t6, x0, x0\n nop" ::: "t6", "memory");
  soc_write(SOC_PENDING, 0);
}

int main(void) {
  soc_handle(SOC_IRQ_RANDOM, on_random);
  soc_enable(SOC_IRQ_RANDOM);
  soc_write(SOC_RATE, soc_read(SOC_ARGUMENT));
  soc_interrupts_on();
  call();
  soc_interrupts_off();
  uint32_t cause = ratel_fence(0, 0);
  soc_mark(SOC_MARK_CHECK);
  return (int)cause;
}
