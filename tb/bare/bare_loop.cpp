// The fastest way to run the core: its Verilated model in a C++ loop, with no bench around it.
//
//   job file --> issue a program over CV-X-IF --> core <--> memory without wait states
//                                                  |
//                       bytes of the output compared with what the job file expects
//
// Only for measuring: what the tile level costs on top. Usage: bare_loop job.bin result.json
//
// The job file holds 32-bit words {magic, instructions, inputs, memory bytes, input address, input
// bytes, output address, output bytes}, then (word, rs1, rs2) of each instruction, the memory, and
// for each input its bytes and the output's. See scripts/runs/bare.py.

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <deque>
#include <memory>
#include <vector>

#include "Vratel_core.h"
#include "verilated.h"

namespace {

constexpr uint32_t kMagic = 0x4c544152;
constexpr uint64_t kQuietCycles = 200000;

struct Header {
  uint32_t magic, instructions, inputs, memory, in_addr, in_bytes, out_addr, out_bytes;
};

struct Instruction {
  uint32_t word, rs1, rs2;
};

struct Burst {
  uint32_t address, beats, id;
};

class Loop {
 public:
  Loop(std::vector<uint8_t> memory, std::vector<Instruction> program)
      : memory_(std::move(memory)), program_(std::move(program)), core_(new Vratel_core) {
    std::memset(&core_->x_compressed_valid_i, 0, sizeof core_->x_compressed_valid_i);
    core_->rst_ni = 0;
    core_->x_issue_mode_i = 3;  // machine mode: users would need memory windows
    core_->x_result_ready_i = 1;
    core_->s_axil_bready_i = 1;
    core_->s_axil_rready_i = 1;
    core_->m_axi_arready_i = 1;
    core_->m_axi_awready_i = 1;
    core_->m_axi_wready_i = 1;
    for (int i = 0; i < 4; ++i) step();
    core_->rst_ni = 1;
  }

  std::vector<uint8_t>& memory() { return memory_; }
  uint64_t cycles() const { return cycles_; }

  // Runs the program once; false when nothing came back for long.
  bool run() {
    issued_ = returned_ = 0;
    uint64_t last = cycles_;
    while (returned_ < program_.size() || !responses_.empty()) {
      const size_t before = returned_;
      step();
      if (returned_ != before) last = cycles_;
      if (cycles_ - last > kQuietCycles) return false;
    }
    return true;
  }

 private:
  static constexpr unsigned kIds = 8;  // in flight; every XifIdWidth from 3 has as many

  // One cycle: outputs settle, handshakes are seen, the clock rises, inputs change.
  void step() {
    Vratel_core& c = *core_;
    c.clk_i = 0;
    c.eval();
    const bool issue = c.x_issue_valid_i && c.x_issue_ready_o;
    const bool result = c.x_result_valid_o && c.x_result_ready_i;
    const bool ar = c.m_axi_arvalid_o, aw = c.m_axi_awvalid_o, w = c.m_axi_wvalid_o;
    const bool r = c.m_axi_rvalid_i && c.m_axi_rready_o;
    const bool b = c.m_axi_bvalid_i && c.m_axi_bready_o;
    const uint32_t issued_id = c.x_issue_id_i;
    if (ar) reads_.push_back({c.m_axi_araddr_o & ~kMask, c.m_axi_arlen_o + 1u, c.m_axi_arid_o});
    if (aw) writes_.push_back({c.m_axi_awaddr_o & ~kMask, c.m_axi_awlen_o + 1u, c.m_axi_awid_o});
    if (w) {
      uint8_t data[kBytes];
      std::memcpy(data, &c.m_axi_wdata_o, kBytes);
      beats_.insert(beats_.end(), data, data + kBytes);
      strobes_.push_back(c.m_axi_wstrb_o);
    }
    c.clk_i = 1;
    c.eval();
    ++cycles_;
    if (!c.rst_ni) return;
    if (issue) ++issued_;
    if (result) ++returned_;
    // the program: every instruction is committed in the cycle after its issue
    c.x_commit_valid_i = issue;
    c.x_commit_id_i = issued_id;
    c.x_issue_valid_i = issued_ < program_.size() && issued_ - returned_ < kIds;
    if (c.x_issue_valid_i) {
      const Instruction& item = program_[issued_];
      c.x_issue_instr_i = item.word;
      c.x_issue_rs1_i = item.rs1;
      c.x_issue_rs2_i = item.rs2;
      c.x_issue_rs_valid_i = 3;
      c.x_issue_id_i = issued_ % kIds;
    }
    read_channel(r);
    write_channel(b);
  }

  void read_channel(bool taken) {
    Vratel_core& c = *core_;
    if (taken) {
      Burst& burst = reads_.front();
      burst.address += kBytes;
      if (--burst.beats == 0) reads_.pop_front();
    }
    c.m_axi_rvalid_i = !reads_.empty();
    if (reads_.empty()) return;
    const Burst& burst = reads_.front();
    if (burst.address + kBytes <= memory_.size()) {
      std::memcpy(&c.m_axi_rdata_i, &memory_[burst.address], kBytes);
    }
    c.m_axi_rid_i = burst.id;
    c.m_axi_rlast_i = burst.beats == 1;
  }

  void write_channel(bool taken) {
    Vratel_core& c = *core_;
    if (taken) responses_.pop_front();
    while (!writes_.empty() && !strobes_.empty()) {
      Burst& burst = writes_.front();
      for (unsigned i = 0; i < kBytes; ++i) {
        if (strobes_.front() >> i & 1 && burst.address + i < memory_.size()) {
          memory_[burst.address + i] = beats_[i];
        }
      }
      strobes_.pop_front();
      beats_.erase(beats_.begin(), beats_.begin() + kBytes);
      burst.address += kBytes;
      if (--burst.beats == 0) {
        responses_.push_back(burst.id);
        writes_.pop_front();
      }
    }
    c.m_axi_bvalid_i = !responses_.empty();
    if (!responses_.empty()) c.m_axi_bid_i = responses_.front();
  }

  static constexpr unsigned kBytes = sizeof(Vratel_core::m_axi_rdata_i);
  static constexpr uint32_t kMask = kBytes - 1;

  std::vector<uint8_t> memory_;
  std::vector<Instruction> program_;
  std::unique_ptr<Vratel_core> core_;
  std::deque<Burst> reads_, writes_;
  std::deque<uint8_t> beats_;
  std::deque<uint32_t> strobes_;
  std::deque<uint32_t> responses_;
  size_t issued_ = 0, returned_ = 0;
  uint64_t cycles_ = 0;
};

template <typename T>
bool read_all(std::FILE* file, std::vector<T>& into) {
  return std::fread(into.data(), sizeof(T), into.size(), file) == into.size();
}

}  // namespace

int main(int argc, char** argv) {
  Verilated::commandArgs(argc, argv);
  if (argc < 3) return 2;
  std::FILE* file = std::fopen(argv[1], "rb");
  Header head{};
  if (!file || std::fread(&head, sizeof head, 1, file) != 1 || head.magic != kMagic) return 2;
  std::vector<Instruction> program(head.instructions);
  std::vector<uint8_t> memory(head.memory);
  if (!read_all(file, program) || !read_all(file, memory)) return 2;
  Loop loop(std::move(memory), std::move(program));
  std::vector<uint8_t> input(head.in_bytes), output(head.out_bytes);
  uint64_t wrong = 0;
  bool alive = true;
  const std::clock_t started = std::clock();  // of the processor: others may be at work
  for (uint32_t i = 0; i < head.inputs && alive; ++i) {
    if (!read_all(file, input) || !read_all(file, output)) return 2;
    std::memcpy(&loop.memory()[head.in_addr], input.data(), input.size());
    alive = loop.run();
    for (uint32_t k = 0; k < head.out_bytes; ++k) {
      wrong += loop.memory()[head.out_addr + k] != output[k];
    }
  }
  const double spent = static_cast<double>(std::clock() - started) / CLOCKS_PER_SEC;
  std::fclose(file);
  std::FILE* result = std::fopen(argv[2], "w");
  if (!result) return 2;
  std::fprintf(result, "{\"cycles\": %llu, \"seconds\": %.6f, \"wrong\": %llu, \"alive\": %s}\n",
               static_cast<unsigned long long>(loop.cycles()), spent,
               static_cast<unsigned long long>(wrong), alive ? "true" : "false");
  std::fclose(result);
  return wrong || !alive ? 1 : 0;
}
