/* Two layers, an addition and a table, of which one is sent over CV-X-IF and one through the
   doorbell: jobs.c interleaves them. */
#ifndef DOORBELL_H
#define DOORBELL_H

#include <stdint.h>

typedef struct {
  const int8_t *in;
  const int8_t *table;
  int8_t *out;
  uint32_t base; /* first line of the scratchpad that the job may use */
} job_t;

enum { JOB_H = 6, JOB_W = 8, JOB_C = 12, JOB_BYTES = JOB_H * JOB_W * JOB_C, JOB_STEPS = 4 };

/* One step of a job; each sets what it needs, so steps of two jobs may alternate. */
void job_step_xif(const job_t *job, uint32_t step);
void job_step_doorbell(const job_t *job, uint32_t step);

#endif
