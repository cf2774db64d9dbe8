/* Steps of a job, written to the doorbell. */
#define RATEL_DOORBELL
#include "doorbell.h"
#include "ratel.h"

#define JOB_STEP job_step_doorbell
#include "job_steps.inc"
