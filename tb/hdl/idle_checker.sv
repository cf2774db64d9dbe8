// When clocks may stop: not while anything works or is offered, nor soon after; but then they may.
//
//   name        | meaning
//   ------------|------------------------------------------------------------------------------
//   offered_i   | valids of what is offered to the core on its ports
//   result_i    | a result is offered to the CPU
//   axil_i      | AXI-Lite hands over in this cycle: aw, w, ar, b, r, from the highest bit
//   busy_i      | STATUS.BUSY as machine mode reads it
//   sweep_i     | memories are swept
//   engines_i   | an engine is busy or is offered an instruction, or execute's pipeline is not empty
//   ports_i     | the load or the store engine still waits for the memory port to be quiet
//   accesses_i  | one of the memories that compute's clock drives is read or written
//   compute_i   | compute and memories have their clock
//   idle_i      | the core says that its own clock may stop
module idle_checker (
  input logic       clk_i,
  input logic       rst_ni,
  input logic [6:0] offered_i,
  input logic       result_i,
  input logic [4:0] axil_i,
  input logic       busy_i,
  input logic       sweep_i,
  input logic       engines_i,
  input logic       ports_i,
  input logic       accesses_i,
  input logic       compute_i,
  input logic       idle_i
);

  // What ratel_idle promises, and how much later it may keep it.
  localparam logic [7:0] Drain = 7, Settle = 80, Slack = 16;

  // AXI-Lite owes an answer from the first of address and data on; some come before one is taken.
  logic [2:0] aw_q, w_q, ar_q;
  wire  owes   = |{aw_q, w_q, ar_q};
  wire  needs  = engines_i || sweep_i;
  wire  active = |offered_i || result_i || owes || busy_i || needs || ports_i;

  logic [7:0] rest_q, still_q;  // cycles since the engines needed a clock, since anything was active

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {aw_q, w_q, ar_q} <= '0;
      {rest_q, still_q} <= '0;
    end else begin
      aw_q    <= aw_q + 3'(axil_i[4]) - 3'(axil_i[1]);
      w_q     <= w_q + 3'(axil_i[3]) - 3'(axil_i[1]);
      ar_q    <= ar_q + 3'(axil_i[2]) - 3'(axil_i[0]);
      rest_q  <= needs ? '0 : (&rest_q ? rest_q : rest_q + 1);
      still_q <= active ? '0 : (&still_q ? still_q : still_q + 1);
    end
  end

  idle_clocks_what_works: assert property (@(posedge clk_i) disable iff (!rst_ni)
    needs || accesses_i || rest_q < Drain |-> compute_i);
  idle_stops_the_clock_of_compute: assert property (@(posedge clk_i) disable iff (!rst_ni)
    !needs && rest_q >= Drain + Slack |-> !compute_i);
  idle_is_long_after_all: assert property (@(posedge clk_i) disable iff (!rst_ni)
    still_q < Settle |-> !idle_i);
  idle_comes: assert property (@(posedge clk_i) disable iff (!rst_ni)
    still_q >= Settle + Slack |-> idle_i);

endmodule
