// Bench top: the core, a clock, and two sets of drivers for its pins.
//
//   tile = 0   Python agents drive the py_* registers (pin level)
//   tile = 1   the transactors below drive the pins, Python wakes once a job (tile level)
//
// Monitors look at the plain names x_* (CV-X-IF), l_* (AXI4-Lite), m_* (AXI4), which are the pins at
// either speed. One build serves both, so both test the same circuit.
//
//   name               | meaning
//   -------------------|------------------------------------
//   Rows .. ClockGate  | as in ratel_core, with its defaults
//   StopWhenIdle       | 1: the core has no clock while it says that it needs none
module ratel_tb #(
  parameter int Rows             = 8,
  parameter int Cols             = 8,
  parameter int SpadDepth        = 1024,
  parameter int WbufDepth        = 2048,
  parameter int ParamDepth       = 64,
  parameter int RequantLanes     = Cols,
  parameter int AxiDataWidth     = 64,
  parameter int AxiIdWidth       = 4,
  parameter int MaxBurst         = 16,
  parameter int ReadsOutstanding = 8,
  parameter int WritesOutstanding = 8,
  parameter int WriteAfterData   = 0,
  parameter int Windows          = 4,
  parameter int QueueDepth       = 4,
  parameter int XifQueueDepth    = 4,
  parameter int XifIdWidth       = 4,
  parameter int Integrity        = 0,
  parameter int ClockGate        = 0,
  parameter int StopWhenIdle     = 0
);

  logic        core_clk;
  logic [31:0] core_edges;  // rising ones, of the core's clock

`include "ratel_pins.svh"
`include "drivers.svh"
  `DRIVEN_BY_PYTHON(x_compressed_valid)
  assign x_result_id = core_result_id;

  // As an integrator would do it.
  generate
    if (StopWhenIdle != 0) begin : gen_stop
      ratel_clock_gate u_clock_gate (
        .clk_i(clk),
        .en_i(!idle || x_issue_valid || x_commit_valid || l_awvalid || l_wvalid || l_arvalid
              || m_rvalid || m_bvalid),
        .scan_mode_i(1'b0),
        .clk_o(core_clk)
      );
      initial core_edges = '0;
      always @(posedge core_clk) core_edges <= core_edges + 1;
    end else begin : gen_run
      assign core_clk = clk;
      assign core_edges = '0;
    end
  endgenerate

`include "ratel_dut.svh"

endmodule
