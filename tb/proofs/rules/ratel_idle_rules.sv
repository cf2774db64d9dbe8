// Clocks may stop when nothing has happened for long enough, and not a cycle earlier.
`include "rules.svh"

module ratel_idle_rules (
  input wire       clk_i,
  input wire       rst_ni,
  input wire       engines_i,
  input wire       active_i,
  input wire       wake_i,
  input wire       compute_o,
  input wire       idle_o,
  input wire [2:0] drain_q,
  input wire [6:0] settle_q
);

  `STARTS_IN_RESET

  // Cycles since an engine was at work, and since anything was: as many as there were, up to 255.
  reg [7:0] rest_q, still_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      rest_q  <= 8'd0;
      still_q <= 8'd0;
    end else begin
      rest_q  <= engines_i ? 8'd0 : (&rest_q ? rest_q : rest_q + 8'd1);
      still_q <= (active_i || wake_i) ? 8'd0 : (&still_q ? still_q : still_q + 8'd1);
    end
  end

  `RULE(counts_the_rest, {5'd0, drain_q} == (rest_q < 8'd7 ? rest_q : 8'd7))
  `RULE(counts_what_is_still, {1'b0, settle_q} == (still_q < 8'd80 ? still_q : 8'd80))
  `RULE_IF(clock_at_work, engines_i, compute_o)
  `RULE_IF(clock_for_seven_more, rest_q < 8'd7, compute_o)
  `RULE_IF(no_clock_after_that, !engines_i && rest_q >= 8'd7, !compute_o)
  `RULE_IF(awake_for_eighty, still_q < 8'd80, !idle_o)
  `RULE_IF(idle_after_that, still_q >= 8'd80, idle_o)

endmodule
