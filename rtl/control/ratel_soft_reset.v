// Sequences a soft reset: engines finish the bursts they have announced, then everything but the
// AXI4-Lite and CV-X-IF ports is reset.
//
//   request -> pending (abort) -- engines idle --> reset for two cycles -> released
//
//   request_i   pulse: soft reset wanted
//   idle_i      the load and store engines have nothing outstanding
//   scan_mode_i test mode: only rst_ni resets, whatever is shifted through the registers here; an
//               open pin is no test mode
//   begin_o     the request is granted: first cycle
//   pending_o   from the next cycle until the release: take and start nothing
//   core_rst_no reset of the core's inside, hard or soft, straight from a register
module ratel_soft_reset (
  input  wire clk_i,
  input  wire rst_ni,
  input  wire request_i,
  input  wire idle_i,
  input  wire scan_mode_i,
  output wire begin_o,
  output wire pending_o,
  output wire core_rst_no
);
  localparam [1:0] Run     = 2'd0;
  localparam [1:0] Abort   = 2'd1;
  localparam [1:0] Reset   = 2'd2;
  localparam [1:0] Release = 2'd3;

  reg [1:0] state_q;
  reg [1:0] state_d;
  reg       run_nq;  // low: soft reset

  assign begin_o     = request_i && (state_q == Run);
  assign pending_o   = (state_q != Run);
  assign core_rst_no = rst_ni && (run_nq || (scan_mode_i === 1'b1));

  always @* begin
    case (state_q)
      Run:     state_d = request_i ? Abort : Run;
      Abort:   state_d = idle_i ? Reset : Abort;
      Reset:   state_d = Release;
      default: state_d = Run;
    endcase
  end

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Run;
      run_nq  <= 1'b1;
    end else begin
      state_q <= state_d;
      run_nq  <= !((state_d == Reset) || (state_d == Release));
    end
  end
endmodule
