/* Steps of a job, as custom instructions. */
#include "doorbell.h"
#include "ratel.h"

#define JOB_STEP job_step_xif
#include "job_steps.inc"
