/* A compiled network: what sw/firmware/codegen.py generates and programs/network.c runs. */
#ifndef NETWORK_H
#define NETWORK_H

#include <stdint.h>

typedef struct {
  const char *name;
  uint32_t phases;
  const uint8_t *on_host; /* one a phase: 1 when the CPU computes it */
  uint32_t (*const *run)(void); /* one a phase; returns what the fence returned, 0 on the host */
  int8_t *input;  /* where the network expects its input, which it may overwrite */
  const int8_t *inputs; /* where all inputs of the run lie, one after the other */
  uint32_t input_bytes;
  const int8_t *output;
  uint32_t output_bytes;
  uint32_t classifies; /* the output is one value a class */
} network_t;

extern const network_t network;

#endif
