/* The test system: memory map, devices, console, traps and interrupts. */
#ifndef SOC_H
#define SOC_H

#include <stddef.h>
#include <stdint.h>

#define SOC_NPU_BASE 0x40000000u /* registers of Ratel */
#define SOC_DEVICES 0x80000000u

/* Offsets of the devices: see tb/soc/soc_devices.sv. */
#define SOC_EXIT 0x00u
#define SOC_CONSOLE 0x04u
#define SOC_MARK 0x08u
#define SOC_CYCLE 0x0cu
#define SOC_COMPARE 0x10u
#define SOC_RATE 0x14u
#define SOC_PENDING 0x18u
#define SOC_SEED 0x1cu
#define SOC_ARGUMENT 0x20u
#define SOC_MODE 0x24u  /* bit 0: the next mret goes to user mode */
#define SOC_FAULT 0x28u /* address of the last access that user mode was refused */

/* Interrupt lines, as bits of mie and as codes in mcause. */
#define SOC_IRQ_TIMER 7u
#define SOC_IRQ_NPU 16u
#define SOC_IRQ_RANDOM 17u

/* Exception codes in mcause. */
#define SOC_CAUSE_ILLEGAL 2u
#define SOC_CAUSE_ECALL 11u /* this CPU knows machine mode alone: a user's ecall, too */
#define SOC_CAUSE_INTERRUPT 0x80000000u
#define SOC_CAUSE_NMI_LOAD 0x400u  /* a load was answered with a bus error */
#define SOC_CAUSE_NMI_STORE 0x401u /* a store was */

/* Marks for the bench. A check may only be asked for after a fence: Ratel must be idle. */
#define SOC_MARK_CHECK 1u /* compare all of memory with the golden machine's */
#define SOC_MARK_PHASE 2u /* a job of a network is done */
#define SOC_MARK_HOST 3u  /* a host layer is done */
#define SOC_MARK_DONE 4u  /* an inference is done */

static inline uint32_t soc_read(uint32_t offset) {
  return *(volatile uint32_t *)(SOC_DEVICES + offset);
}
static inline void soc_write(uint32_t offset, uint32_t value) {
  *(volatile uint32_t *)(SOC_DEVICES + offset) = value;
}
static inline uint32_t soc_cycles(void) { return soc_read(SOC_CYCLE); }
static inline void soc_mark(uint32_t why) { soc_write(SOC_MARK, why); }
void soc_exit(uint32_t code) __attribute__((noreturn));

/* Console: text, unsigned decimal, hexadecimal, and a small printf: %s %d %u %x %c %%. */
void soc_putc(char c);
void soc_puts(const char *text);
void soc_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One instruction on a CSR; the -march that selects the right libraries leaves Zicsr out. */
#define SOC_CSR(text, value) \
  __asm__ volatile(".option push\n .option arch, +zicsr\n " text "\n .option pop" \
                   : : "r"(value) : "memory")

/* Interrupts. A handler runs with interrupts off. */
typedef void (*soc_handler_t)(void);
void soc_handle(uint32_t line, soc_handler_t handler); /* 0 takes the handler away */
void soc_enable(uint32_t line);
void soc_disable(uint32_t line);
static inline void soc_interrupts_on(void) { SOC_CSR("csrsi mstatus, 8", 0); }
static inline void soc_interrupts_off(void) { SOC_CSR("csrci mstatus, 8", 0); }

/* Exceptions. While armed one exception or NMI is noted and passed over; any other ends the run. */
typedef struct {
  uint32_t count, cause, address;
} soc_trap_t;
extern volatile soc_trap_t soc_last_trap;
void soc_expect_trap(void);

/* User mode, as far as the system models it: docs/firmware.md. A program runs with interrupts on,
   until a trap of it calls soc_leave_user; the hook sees its exceptions and NMIs first and returns
   the address to go on at. Saved registers: ra, t0..t6, a0..a7. */
typedef uint32_t (*soc_hook_t)(uint32_t cause, uint32_t address, const uint32_t *saved);
extern soc_hook_t soc_user_hook;
enum { SOC_SAVED_A0 = 8 };
extern uint8_t __user_start[], __user_end[];
uint32_t soc_enter_user(void (*program)(uint32_t), uint32_t argument, void *stack);
void soc_leave_user(uint32_t value) __attribute__((noreturn));

#endif
