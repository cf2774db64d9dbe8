/* Start-up, vectors and the way into and out of a trap.
 *
 * All traps and interrupts take one path: save what C may change, call soc_trap(mcause, mepc),
 * return to the address that it gives back. mscratch holds 0 in machine mode, and the kernel's stack
 * while a user program runs, whose own stack nothing of the kernel is ever put on.
 */
  .option norvc
  .option arch, +zicsr

  .section .vectors, "ax"
  .rept 32
  j trap
  .endr

  .section .start, "ax"
  .globl _start
_start:
  la sp, __stack
  la a0, __bss_start
  la a1, __bss_end
1:
  bgeu a0, a1, 2f
  sw zero, 0(a0)
  addi a0, a0, 4
  j 1b
2:
  call main
  tail soc_exit

  .text
  .balign 4
trap:
  csrrw sp, mscratch, sp
  bnez sp, 1f
  csrrw sp, mscratch, zero
1:
  addi sp, sp, -64
  sw ra, 0(sp)
  sw t0, 4(sp)
  sw t1, 8(sp)
  sw t2, 12(sp)
  sw t3, 16(sp)
  sw t4, 20(sp)
  sw t5, 24(sp)
  sw t6, 28(sp)
  sw a0, 32(sp)
  sw a1, 36(sp)
  sw a2, 40(sp)
  sw a3, 44(sp)
  sw a4, 48(sp)
  sw a5, 52(sp)
  sw a6, 56(sp)
  sw a7, 60(sp)
  csrr a0, mcause
  csrr a1, mepc
  mv a2, sp
  call soc_trap
  csrw mepc, a0
  lw ra, 0(sp)
  lw t0, 4(sp)
  lw t1, 8(sp)
  lw t2, 12(sp)
  lw t3, 16(sp)
  lw t4, 20(sp)
  lw t5, 24(sp)
  lw t6, 28(sp)
  lw a0, 32(sp)
  lw a1, 36(sp)
  lw a2, 40(sp)
  lw a3, 44(sp)
  lw a4, 48(sp)
  lw a5, 52(sp)
  lw a6, 56(sp)
  lw a7, 60(sp)
  addi sp, sp, 64
  csrrw sp, mscratch, sp
  bnez sp, 2f
  csrrw sp, mscratch, sp
2:
  /* No load may still be in the pipeline when the interrupted instruction comes: see the note on
     instructions with a result in docs/firmware.md. */
  nop
  nop
  mret

/* uint32_t soc_enter_user(void (*program)(uint32_t), uint32_t argument, void *stack)
 *
 * Interrupts must be off; in user mode they are on. Returns what soc_leave_user is given.
 */
  .globl soc_enter_user
soc_enter_user:
  addi sp, sp, -64
  sw ra, 0(sp)
  sw s0, 4(sp)
  sw s1, 8(sp)
  sw s2, 12(sp)
  sw s3, 16(sp)
  sw s4, 20(sp)
  sw s5, 24(sp)
  sw s6, 28(sp)
  sw s7, 32(sp)
  sw s8, 36(sp)
  sw s9, 40(sp)
  sw s10, 44(sp)
  sw s11, 48(sp)
  la t0, soc_kernel_stack
  sw sp, 0(t0)
  csrw mscratch, sp
  csrw mepc, a0
  li t0, 0x80             /* MPIE */
  csrs mstatus, t0
  li t0, 0x80000000       /* SOC_MODE: the next mret goes to user mode */
  li t1, 1
  sw t1, 0x24(t0)
  lw t1, 0x24(t0)
  mv a0, a1
  mv sp, a2
  nop
  nop
  mret

/* void soc_leave_user(uint32_t value): from a trap of the user program, which ends there. */
  .globl soc_leave_user
soc_leave_user:
  csrw mscratch, zero
  li t0, 0x80000000
  sw zero, 0x24(t0)
  la t0, soc_kernel_stack
  lw sp, 0(t0)
  lw ra, 0(sp)
  lw s0, 4(sp)
  lw s1, 8(sp)
  lw s2, 12(sp)
  lw s3, 16(sp)
  lw s4, 20(sp)
  lw s5, 24(sp)
  lw s6, 28(sp)
  lw s7, 32(sp)
  lw s8, 36(sp)
  lw s9, 40(sp)
  lw s10, 44(sp)
  lw s11, 48(sp)
  addi sp, sp, 64
  ret

  .bss
  .balign 4
soc_kernel_stack:
  .word 0
