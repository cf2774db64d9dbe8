// Watchdog: fires after exactly as many cycles without progress as its limit says, never before.
`include "rules.svh"

module ratel_watchdog_rules (
  input wire        clk_i,
  input wire        rst_ni,
  input wire [31:0] limit_i,
  input wire        busy_i,
  input wire        progress_i,
  input wire        taken_i,
  input wire        fire_o,
  input wire [31:0] count_q
);

  `STARTS_IN_RESET

  wire stands = busy_i && !progress_i && !taken_i;

  reg [31:0] idle_q;  // cycles without progress, as many as there were

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)      idle_q <= 32'd0;
    else if (!stands) idle_q <= 32'd0;
    else if (!fire_o) idle_q <= idle_q + 32'd1;
  end

  `RULE(counts_what_stands, count_q == idle_q)
  `RULE_IF(off_is_silent, limit_i == 0, !fire_o)
  `RULE_IF(not_too_early, fire_o, idle_q >= limit_i)
  `RULE_IF(not_too_late, limit_i != 0 && idle_q >= limit_i, fire_o)
  `RULE_NEXT(stays_until_taken, fire_o && stands, fire_o || limit_i != $past(limit_i))
  `RULE_NEXT(progress_begins_again, !stands && limit_i > 1, count_q == 0)

endmodule
