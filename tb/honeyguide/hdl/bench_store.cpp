// What the bench keeps outside the simulator, shared by SystemVerilog (DPI) and Python (ctypes):
// external memory, the bytes seen written on the pins, commands for the player, recorded events.
// Python sees every array as a NumPy view on the same bytes, so nothing is ever copied or polled.

#include <cstdint>
#include <cstring>
#include <vector>

#include "svdpi.h"

namespace {

struct Fault {
  uint64_t first, last;  // bytes, both included
  uint32_t on_write, resp;
};

constexpr uint32_t kWords = 8;  // 32-bit words of a command and of an event

std::vector<uint8_t> memory;    // what the memory holds
std::vector<uint8_t> written;   // 1 where a byte was seen written on the pins
std::vector<uint8_t> observed;  // its value there
std::vector<Fault> faults;
std::vector<uint32_t> commands, events;

uint64_t little_endian(const svBitVecVal* words, uint32_t index) {
  return (words[index / 4] >> (8 * (index % 4))) & 0xff;
}

}  // namespace

extern "C" {

// ---- Python ----------------------------------------------------------------------------------

void bench_create(uint32_t bytes) {
  memory.assign(bytes, 0);
  written.assign(bytes, 0);
  observed.assign(bytes, 0);
  faults.clear();
  commands.clear();
  events.clear();
}

uint8_t* bench_memory() { return memory.data(); }
uint8_t* bench_written() { return written.data(); }
uint8_t* bench_observed() { return observed.data(); }

void bench_clear_faults() { faults.clear(); }

void bench_add_fault(uint32_t first, uint32_t last, uint32_t on_write, uint32_t resp) {
  faults.push_back({first, last, on_write, resp});
}

void bench_add_commands(const uint32_t* words, uint32_t count) {
  commands.insert(commands.end(), words, words + static_cast<size_t>(count) * kWords);
}

uint32_t bench_event_count() { return events.size() / kWords; }
const uint32_t* bench_events() { return events.data(); }
void bench_clear_events() { events.clear(); }

// ---- SystemVerilog ---------------------------------------------------------------------------

// Response of one beat: OKAY, what a fault says, or DECERR outside the memory.
int bench_response(unsigned addr, unsigned bytes, int on_write) {
  const uint64_t end = static_cast<uint64_t>(addr) + bytes;
  for (const Fault& fault : faults) {
    if (fault.on_write == static_cast<uint32_t>(on_write) && addr <= fault.last &&
        end > fault.first) {
      return static_cast<int>(fault.resp);
    }
  }
  return end <= memory.size() ? 0 : 3;
}

void bench_read_beat(unsigned addr, unsigned bytes, svBitVecVal* data) {
  uint8_t lanes[16] = {0};
  if (static_cast<uint64_t>(addr) + bytes <= memory.size()) {
    std::memcpy(lanes, memory.data() + addr, bytes);
  }
  std::memcpy(data, lanes, sizeof lanes);
}

void bench_write_beat(unsigned addr, unsigned bytes, const svBitVecVal* data, unsigned strobes) {
  for (uint32_t i = 0; i < bytes; ++i) {
    if ((strobes >> i & 1) && addr + i < memory.size()) memory[addr + i] = little_endian(data, i);
  }
}

// The same from the recorder, which sees the pins and knows nothing of the memory model.
void bench_observe_beat(unsigned addr, unsigned bytes, const svBitVecVal* data, unsigned strobes) {
  for (uint32_t i = 0; i < bytes; ++i) {
    if ((strobes >> i & 1) && addr + i < observed.size()) {
      observed[addr + i] = little_endian(data, i);
      written[addr + i] = 1;
    }
  }
}

int bench_command(unsigned index, svBitVecVal* command) {
  const size_t at = static_cast<size_t>(index) * kWords;
  if (at + kWords > commands.size()) return 0;
  std::memcpy(command, commands.data() + at, kWords * sizeof(uint32_t));
  return 1;
}

void bench_record(unsigned kind, unsigned cycle, const svBitVecVal* payload) {
  const uint32_t head[2] = {kind, cycle};
  events.insert(events.end(), head, head + 2);
  events.insert(events.end(), payload, payload + kWords - 2);
}

}  // extern "C"
