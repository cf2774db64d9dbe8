// Sequences a soft reset or an abort: engines finish the bursts they have announced, then all but
// the AXI4-Lite and CV-X-IF ports is reset; an abort leaves errors, counters, the number of the
// next instruction and registers as they are.
//
//   request -> pending (abort) -- engines idle --> reset for two cycles -> released
//                                 or after Drain
//                                 cycles: give up
//
//   name         | meaning
//   -------------|-------------------------------------------------------------------------------
//   request_i    | pulse: soft reset wanted; stop_i: abort wanted
//   idle_i       | the load and store engines have nothing outstanding
//   scan_mode_i  | test mode: only rst_ni resets, whatever is shifted through the registers here;
//                | an open pin is no test mode
//   begin_o      | the request is granted: first cycle
//   pending_o    | from the next cycle until the release: take and start nothing
//   abandon_o    | pulse before the reset: what is owed on the bus is given up
//   state_rst_no | reset of what an abort leaves as it is
//   core_rst_no  | reset of the core's inside, hard or soft, straight from a register
module ratel_soft_reset (
  input  wire clk_i,
  input  wire rst_ni,
  input  wire request_i,
  input  wire stop_i,
  input  wire idle_i,
  input  wire scan_mode_i,
  output wire begin_o,
  output wire pending_o,
  output wire abandon_o,
  output wire state_rst_no,
  output wire core_rst_no
);
  localparam [1:0] Run     = 2'd0;
  localparam [1:0] Abort   = 2'd1;
  localparam [1:0] Reset   = 2'd2;
  localparam [1:0] Release = 2'd3;
  localparam [0:0] Off     = 1'b1;    // of a reset that is active low

  reg [1:0] state_q;
  reg [1:0] state_d;
  reg       run_nq;    // low: soft reset or abort
  reg       state_nq;  // low: soft reset
  reg       full_q;    // a soft reset is wanted, not only an abort
  reg       again_q;   // a soft reset was wanted in the last cycles of an abort
  reg [9:0] wait_q;

  localparam [9:0] Drain = 10'd1000;   // cycles that memory has to answer

  wire gone = (wait_q == Drain);

  wire request = request_i || again_q;

  assign begin_o     = request && ((state_q == Run) || (state_q == Abort));
  assign abandon_o   = (state_q == Abort) && (state_d == Reset);
  assign pending_o   = (state_q != Run);
  assign core_rst_no  = rst_ni && (run_nq || (scan_mode_i === 1'b1));
  assign state_rst_no = rst_ni && (state_nq || (scan_mode_i === 1'b1));

  always @* begin
    case (state_q)
      Run:     state_d = (request || stop_i) ? Abort : Run;
      Abort:   state_d = (idle_i || gone) ? Reset : Abort;
      Reset:   state_d = Release;
      default: state_d = Run;
    endcase
  end

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q  <= Run;
      run_nq   <= Off;
      state_nq <= Off;
      full_q   <= 1'b0;
      again_q  <= 1'b0;
      wait_q   <= 10'd0;
    end else begin
      state_q  <= state_d;
      run_nq   <= !((state_d == Reset) || (state_d == Release));
      state_nq <= !(((state_d == Reset) || (state_d == Release)) && (full_q || begin_o));
      if (begin_o)                full_q <= 1'b1;
      else if (state_q == Release) full_q <= 1'b0;
      again_q  <= request && !begin_o && !full_q;
      wait_q   <= (state_q == Abort) ? wait_q + 10'd1 : 10'd0;
    end
  end
endmodule
