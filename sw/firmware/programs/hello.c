/* The smallest program: is it Ratel, and does it answer custom instructions? */
#include "ratel_isa.h"
#include "ratel_regs.h"
#include "soc.h"

int main(void) {
  uint32_t id = *(volatile uint32_t *)(SOC_NPU_BASE + RATEL_ID_OFFSET);
  soc_printf("hello from the CPU: ID %x\n", (unsigned)id);
  ratel_cfg_in(4, 4, 8, 1);
  uint32_t before = ratel_rdcnt(RATEL_CNT_INSTRUCTIONS);
  uint32_t error = ratel_fence(0, 0);
  soc_mark(SOC_MARK_CHECK);
  soc_printf("fence %x, %u instruction before the counter was read\n", (unsigned)error,
             (unsigned)before);
  return id != RATEL_ID_RESET || error != 0 || before != 1;
}
