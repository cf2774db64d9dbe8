/* The doorbell alone, then two jobs at once: one as custom instructions, one through the doorbell.
 * Steps alternate in the main program, then the doorbell's job runs from timer interrupts that come
 * between the custom instructions of the other. */
#include "check.h"
#include "doorbell.h"
#include "fixed_point.h"
#include "ratel.h"

#include <string.h>

static int8_t input[2][JOB_BYTES], table[2][256], output[2][JOB_BYTES], wanted[2][JOB_BYTES];
static job_t jobs[2];
static volatile uint32_t doorbell_step;

static void prepare(uint32_t number) {
  jobs[number] = (job_t){input[number], table[number], output[number], number ? 64 : 0};
  check_fill(input[number], JOB_BYTES);
  check_fill(table[number], 256);
  memset(output[number], 0, JOB_BYTES);
  for (uint32_t i = 0; i < JOB_BYTES; ++i) {
    int32_t x = table[number][(uint8_t)input[number][i]];
    int32_t y = fixed_scale(x * (1 << 20), 1073741824, 0);
    wanted[number][i] = fixed_clamp(fixed_scale(2 * y, 1073741824, -18), -90, 90);
  }
}

static void finish(const char *what) {
  check_equal(what, ratel_wait(0), RATEL_ERR_NONE);
  check_equal("idle", ratel_read(RATEL_STATUS_OFFSET), 0);
  soc_mark(SOC_MARK_CHECK);
  check_bytes(what, output[0], wanted[0], JOB_BYTES);
  check_bytes(what, output[1], wanted[1], JOB_BYTES);
}

/* A word is taken into program order when it is no longer pending. */
static void doorbell_taken(void) {
  while (ratel_read(RATEL_STATUS_OFFSET) & RATEL_STATUS_DOORBELL_MASK) {
  }
}

/* A doorbell word comes after the custom instructions before it, even if those still wait in the
   port because everything behind it is full. */
static void test_order(const ratel_core_t *core) {
  uint32_t cbs = (JOB_C + core->cols - 1) / core->cols;
  ratel_tensor_t out = {output[0], JOB_H, JOB_W, JOB_C, 0, 0};
  ratel_cfg_in(JOB_W, JOB_H, JOB_C, cbs);
  ratel_cfg_out(JOB_W, JOB_H, JOB_C, cbs);
  ratel_cfg_pitch(JOB_W, JOB_W, 0, 0);
  ratel_cfg_act(-128, 127, 1);
  ratel_write(RATEL_DB_RS1_OFFSET, 0);
  ratel_write(RATEL_DB_RS2_OFFSET, 0);
  for (uint32_t i = 0; i < 12; ++i) ratel_fill(0); /* more than the queues hold */
  ratel_cfg_act(-128, 127, 7);
  ratel_write(RATEL_DB_INSTR_OFFSET, RATEL_WORD(4, 7));
  doorbell_taken();
  ratel_store(core, &out, 0);
  check_equal("order", ratel_wait(0), RATEL_ERR_NONE);
  check_equal("idle", ratel_read(RATEL_STATUS_OFFSET), 0);
  soc_mark(SOC_MARK_CHECK);
  memset(wanted[0], 7, JOB_BYTES);
  check_bytes("order", output[0], wanted[0], JOB_BYTES);
}

static void on_timer(void) {
  if (doorbell_step < JOB_STEPS) {
    job_step_doorbell(&jobs[1], doorbell_step);
    doorbell_taken();
    doorbell_step += 1;
    soc_write(SOC_COMPARE, soc_cycles() + 150);
  } else {
    soc_write(SOC_COMPARE, 0);
  }
}

int main(void) {
  ratel_core_t core;
  check_equal("probe", (uint32_t)ratel_probe(&core), 1);

  test_order(&core);
  prepare(0);
  prepare(1);
  for (uint32_t step = 0; step < JOB_STEPS; ++step) job_step_doorbell(&jobs[0], step);
  for (uint32_t step = 0; step < JOB_STEPS; ++step) job_step_doorbell(&jobs[1], step);
  doorbell_taken();
  finish("doorbell");
  check_equal("doorbell fence", ratel_doorbell_result(RATEL_WORD(5, 0), 0), 0);
  check_equal("idle", ratel_read(RATEL_STATUS_OFFSET), 0);
  soc_mark(SOC_MARK_CHECK);

  for (uint32_t turn = 0; turn < 4; ++turn) {
    prepare(0);
    prepare(1);
    for (uint32_t step = 0; step < JOB_STEPS; ++step) {
      job_step_xif(&jobs[0], step);
      job_step_doorbell(&jobs[1], step);
      doorbell_taken();
    }
    finish("alternating");
  }

  soc_handle(SOC_IRQ_TIMER, on_timer);
  soc_enable(SOC_IRQ_TIMER);
  for (uint32_t turn = 0; turn < 4; ++turn) {
    prepare(0);
    prepare(1);
    doorbell_step = 0;
    soc_write(SOC_COMPARE, soc_cycles() + 60 + 7 * turn);
    for (uint32_t step = 0; step < JOB_STEPS; ++step) {
      job_step_xif(&jobs[0], step); /* configuration is shared: not to be interrupted */
      soc_interrupts_on();
      for (volatile uint32_t wait = 0; wait < 20 * (turn & 3u); ++wait) {
      }
      soc_interrupts_off();
    }
    soc_interrupts_on();
    while (doorbell_step < JOB_STEPS) {
    }
    soc_interrupts_off();
    finish("interrupt");
  }
  return check_result();
}
