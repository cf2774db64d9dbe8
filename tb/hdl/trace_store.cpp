// What core_trace.sv writes down, shared with Python (tb/env/core_trace.py) as an array of records.
// On only when RATEL_TRACE is set, since a network writes millions of words.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "svdpi.h"

namespace {

struct Record {
  uint32_t cycle;
  uint16_t line;
  uint8_t bank;
  uint8_t kind;  // 0: a word
  uint32_t strobes;
  uint32_t unused;
  uint8_t data[16];
};
static_assert(sizeof(Record) == 32, "tb/env/core_trace.py reads 32-byte records");

std::vector<Record> records;

}  // namespace

extern "C" {

uint32_t trace_count() { return records.size(); }
const void* trace_records() { return records.data(); }
void trace_clear() { records.clear(); }

int trace_enabled() { return std::getenv("RATEL_TRACE") != nullptr; }

void trace_event(unsigned kind, unsigned cycle) {
  Record record{};
  record.cycle = cycle;
  record.kind = static_cast<uint8_t>(kind);
  records.push_back(record);
}

void trace_word(unsigned cycle, unsigned line, unsigned bank, unsigned strobes,
                const svBitVecVal* data) {
  Record record{};
  record.cycle = cycle;
  record.line = static_cast<uint16_t>(line);
  record.bank = static_cast<uint8_t>(bank);
  record.strobes = strobes;
  std::memcpy(record.data, data, sizeof record.data);
  records.push_back(record);
}

}  // extern "C"
