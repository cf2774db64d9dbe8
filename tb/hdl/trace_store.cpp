// What core_trace.sv writes down, shared with Python (tb/env/trace_records.py) as an array of records.
// On only when RATEL_TRACE is set, since a network writes millions of words. RATEL_TRACE=stages also
// turns on stage_trace.sv; then all records go to records.bin in RATEL_RESULTS_DIR when the
// simulation ends, and what every part waited for to waits.bin, so that they survive an assertion
// that ends the process.

#include <cstdint>
#include <cstdlib>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "svdpi.h"
#include "verilated.h"

namespace {

struct Record {
  uint32_t cycle;
  uint16_t line;
  uint8_t bank;
  uint8_t kind;  // 0: a word
  uint32_t strobes;
  uint32_t extra;
  uint8_t data[16];
};
static_assert(sizeof(Record) == 32, "tb/env/trace_records.py reads 32-byte records");

std::vector<Record> records;

// The conditions of tb/env/waits_table.py as they are, and the cycle since which each has its value.
// Of each account of tb/env/accounts_table.py: what is in it, and its first mistake (kind, cycle).
constexpr unsigned kAccounts = 64;
enum Mistake : uint32_t { kNone, kTooMuchGone, kTooMuchInside, kLate };

struct Waits {
  uint32_t cycle;
  uint32_t bits[16];
  uint32_t since[512];
  uint32_t numbers[64];
  int32_t inside[kAccounts];
  uint32_t mistake[kAccounts];
  uint32_t when[kAccounts];
};

uint32_t moved[kAccounts];  // cycle in which something last came into an empty account, or went

Waits waits{};

// What dependency_trace.sv saw since Python has last looked.
struct Dependency {
  uint32_t kind, engine, index;
  uint32_t ranges[8];
};
static_assert(sizeof(Dependency) == 44, "tb/env/dependencies.py reads 44-byte records");

std::vector<Dependency> dependencies;

// Aborts by kind, engine and its state: see abort_states.sv.
constexpr unsigned kKinds = 3, kEngines = 4, kStates = 8;
uint32_t aborts[kKinds][kEngines][kStates];

void save(const char* name, const void* data, size_t bytes) {
  const char* folder = std::getenv("RATEL_RESULTS_DIR");
  if (folder == nullptr) return;
  std::FILE* file = std::fopen((std::string(folder) + "/" + name).c_str(), "wb");
  if (file == nullptr) return;
  std::fwrite(data, 1, bytes, file);
  std::fclose(file);
}

void save_records(void*) {
  save("records.bin", records.data(), sizeof(Record) * records.size());
  save("waits.bin", &waits, sizeof waits);
}

}  // namespace

extern "C" {

uint32_t trace_count() { return records.size(); }
const void* trace_records() { return records.data(); }
void trace_clear() { records.clear(); }
void trace_save() { save_records(nullptr); }
int trace_errors() { return Verilated::threadContextp()->errorCount(); }
const void* trace_aborts() { return aborts; }

uint32_t trace_dependency_count() { return dependencies.size(); }
const void* trace_dependencies() { return dependencies.data(); }
void trace_dependencies_clear() { dependencies.clear(); }

void trace_dependency(unsigned kind, unsigned engine, unsigned index, const svBitVecVal* ranges) {
  Dependency seen{kind, engine, index, {}};
  std::memcpy(seen.ranges, ranges, sizeof seen.ranges);
  dependencies.push_back(seen);
}

void trace_abort(unsigned kind, unsigned load, unsigned execute, unsigned store, unsigned front) {
  const unsigned states[kEngines] = {load, execute, store, front};
  for (unsigned engine = 0; engine < kEngines; ++engine) ++aborts[kind][engine][states[engine]];
}

int trace_enabled() { return std::getenv("RATEL_TRACE") != nullptr; }

int trace_stages() {
  const char* level = std::getenv("RATEL_TRACE");
  const bool on = level != nullptr && std::strcmp(level, "stages") == 0;
  if (on) Verilated::addExitCb(save_records, nullptr);
  return on;
}

void trace_stage(unsigned kind, unsigned cycle, unsigned line, unsigned bank, unsigned strobes,
                 unsigned extra, const svBitVecVal* data) {
  Record record{};
  record.cycle = cycle;
  record.line = static_cast<uint16_t>(line);
  record.bank = static_cast<uint8_t>(bank);
  record.kind = static_cast<uint8_t>(kind);
  record.strobes = strobes;
  record.extra = extra;
  std::memcpy(record.data, data, sizeof record.data);
  records.push_back(record);
}

void trace_waits(unsigned cycle, unsigned words, const svBitVecVal* bits, unsigned numbers,
                 const svBitVecVal* values) {
  if (words > sizeof waits.bits / 4 || numbers > sizeof waits.numbers / 4) std::abort();
  waits.cycle = cycle;
  for (unsigned word = 0; word < words; ++word) {
    uint32_t changed = waits.bits[word] ^ bits[word];
    waits.bits[word] = bits[word];
    for (unsigned bit = 0; changed != 0; ++bit, changed >>= 1) {
      if (changed & 1) waits.since[32 * word + bit] = cycle;
    }
  }
  std::memcpy(waits.numbers, values, 4 * numbers);
}

// A limit of all ones is none.
void trace_accounts(unsigned cycle, unsigned count, const svBitVecVal* came,
                    const svBitVecVal* went, const svBitVecVal* clear, const svBitVecVal* most,
                    const svBitVecVal* longest) {
  if (count > kAccounts) std::abort();
  const auto at = [](const svBitVecVal* bits, unsigned n) { return bits[n / 32] >> n % 32 & 1; };
  for (unsigned n = 0; n < count; ++n) {
    int32_t& inside = waits.inside[n];
    const bool in = at(came, n), out = at(went, n);
    if (at(clear, n)) {
      inside = 0;
      continue;
    }
    if (out || (in && inside == 0)) moved[n] = cycle;
    inside += int(in) - int(out);
    if (waits.mistake[n] != kNone || inside == 0) continue;
    
    const Mistake found = inside < 0                                  ? kTooMuchGone
                          : uint32_t(inside) > most[n]                 ? kTooMuchInside
                          : longest[n] != ~0u && cycle - moved[n] > longest[n] ? kLate
                                                                      : kNone;
    waits.mistake[n] = found;
    waits.when[n] = cycle;
  }
}

void trace_accounts_forget() {
  std::memset(waits.inside, 0, sizeof waits.inside);
  std::memset(waits.mistake, 0, sizeof waits.mistake);
}

const void* trace_waits_state() { return &waits; }

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
