/* Run a compiled network on its inputs and print what it finds.
 *
 * The argument of the run is the number of inputs. After every phase the bench is told, so that it
 * can compare what was computed; the cycles of that are not counted.
 */
#include "network.h"

#include "host_ops.h"
#include "ratel.h"
#include "soc.h"

#include <string.h>

/* Where an input of the run lies for good; the network may compute in the memory of its own. */
static const int8_t *given(uint32_t number) {
  return network.inputs + number * network.input_bytes;
}

/* An autoencoder has no class: print how far its output is from its input. */
static uint32_t difference(const int8_t *input) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < network.output_bytes; ++i) {
    int32_t d = network.output[i] - input[i];
    sum += (uint32_t)(d < 0 ? -d : d);
  }
  return sum;
}

static void report(uint32_t number, uint32_t npu, uint32_t host) {
  soc_printf("input %u: ", (unsigned)number);
  if (network.classifies) {
    uint32_t best = host_argmax(network.output, network.output_bytes);
    soc_printf("class %u (%d)", (unsigned)best, network.output[best]);
  } else {
    soc_printf("difference %u", (unsigned)difference(given(number)));
  }
  soc_printf(", %u cycles on Ratel, %u on the CPU\n", (unsigned)npu, (unsigned)host);
}

int main(void) {
  uint32_t count = soc_read(SOC_ARGUMENT);
  soc_printf("%s: %u inputs\n", network.name, (unsigned)count);
  for (uint32_t number = 0; number < count; ++number) {
    uint32_t cycles[2] = {0, 0};
    memcpy(network.input, given(number), network.input_bytes);
    for (uint32_t phase = 0; phase < network.phases; ++phase) {
      uint32_t host = network.on_host[phase];
      uint32_t start = soc_cycles();
      uint32_t cause = network.run[phase]();
      cycles[host] += soc_cycles() - start;
      if (cause) {
        ratel_error_t error;
        ratel_last_error(&error);
        soc_printf("phase %u: %s, instruction %x\n", (unsigned)phase, ratel_error_text(error.code),
                   (unsigned)error.word);
        return 1;
      }
      soc_mark(host ? SOC_MARK_HOST : SOC_MARK_PHASE);
    }
    report(number, cycles[0], cycles[1]);
    soc_mark(SOC_MARK_DONE);
  }
  return 0;
}
