// What comes of wrong bits: each wrong word stops the core in its cycle and is recorded until that
// is taken, the first of several; counts hold what came since they were cleared, and stick at the
// top. A core without the option says nothing.
`include "rules.svh"

module ratel_integrity_rules #(
  parameter Integrity = 0
) (
  input wire        clk_i,
  input wire        rst_ni,
  input wire        clear_i,
  input wire        fixed_i,
  input wire [4:0]  bad_i,
  input wire        pending_i,
  input wire        taken_i,
  input wire        stop_o,
  input wire        fire_o,
  input wire [4:0]  where_o,
  input wire [31:0] count_o
);

  `STARTS_IN_RESET

  localparam [1:0] Mode = Integrity[1:0];

  wire on   = Mode != 2'd0;
  wire ends = taken_i || pending_i;
  reg  was_reset_q;
  always @(posedge clk_i) was_reset_q <= !rst_ni;

  wire [15:0] fixed = count_o[15:0];
  wire [7:0]  bad   = count_o[23:16];

  `RULE(silent_without, on || (!stop_o && !fire_o && where_o == 5'd0 && count_o == 32'd0))
  `RULE(mode_is_told, count_o[31:30] == Mode && count_o[29:24] == 6'd0)
  `RULE(starts_with_nothing, !was_reset_q || (!fire_o && fixed == 16'd0 && bad == 8'd0))
  `RULE(stops_at_once, stop_o == (on && (bad_i != 5'd0 || fire_o)))
  `RULE(says_where, fire_o == (where_o != 5'd0))
  `RULE_NEXT(recorded, !fire_o && !ends, where_o == (on ? $past(bad_i) : 5'd0))
  `RULE_NEXT(first_stays_until_taken, !ends, !$past(fire_o) || where_o == $past(where_o))
  `RULE_NEXT(taken, ends, !fire_o)
  `RULE_NEXT(cleared, clear_i, fixed == 16'd0 && bad == 8'd0)
  `RULE_NEXT(counts_fixed, !clear_i, fixed == $past(fixed)
             + {15'd0, on && $past(fixed_i) && $past(fixed) != 16'hffff})
  `RULE_NEXT(counts_bad, !clear_i, bad == $past(bad)
             + {7'd0, on && $past(bad_i) != 5'd0 && $past(bad) != 8'hff})

endmodule
