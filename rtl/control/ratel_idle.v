// Says when clocks may stop: that of compute and memories, and that of the whole core.
//
//   name      | meaning
//   ----------|-------------------------------------------------------------------------------
//   rst_ni    | hard reset only
//   engines_i | an engine or a memory has something to do
//   active_i  | anything in the core but the count of cycles may change
//   wake_i    | something is offered to the core on one of its ports
//   compute_o | compute and memories need their clock
//   idle_o    | nothing will change before something is offered: registered, long after the last
//             | that happened, so that all counts of quiet cycles have ended
module ratel_idle (
  input  wire clk_i,
  input  wire rst_ni,
  input  wire engines_i,
  input  wire active_i,
  input  wire wake_i,
  output wire compute_o,
  output wire idle_o
);
  // Longer than any pipeline behind an engine, and than the ports' wait for a quiet bus.
  localparam [2:0] Drain = 3'd7;
  localparam [6:0] Settle = 7'd80;

  reg [2:0] drain_q;
  reg [6:0] settle_q;

  assign compute_o = engines_i || (drain_q != Drain);
  assign idle_o    = (settle_q == Settle);

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      drain_q  <= 3'd0;
      settle_q <= 7'd0;
    end else begin
      if (engines_i) drain_q <= 3'd0;
      else if (drain_q != Drain) drain_q <= drain_q + 3'd1;
      if (active_i || wake_i) settle_q <= 7'd0;
      else if (!idle_o) settle_q <= settle_q + 7'd1;
    end
  end
endmodule
