// Clock gate: a latch that is open while the clock is low, and an AND. A technology's cell replaces
// this file; nothing else in the core gates a clock, and nothing does unless ClockGate is 1.
//
//   name        | meaning
//   ------------|----------------------------------------------
//   en_i        | the next rising edge is wanted
//   scan_mode_i | test mode: all edges; an open pin is none
//   clk_o       | the clock, low in cycles that are not wanted
module ratel_clock_gate (
  input  wire clk_i,
  input  wire en_i,
  input  wire scan_mode_i,
  output wire clk_o
);

  reg en_q;

  // verilator lint_off LATCH
  // It is a latch: what changes while the clock is high must not reach clk_o.
  always @* begin
    if (!clk_i) en_q = en_i || (scan_mode_i === 1'b1);
  end
  // verilator lint_on LATCH

  assign clk_o = clk_i && en_q;

endmodule
