// Two half-open intervals meet exactly when a point is in both.
`include "rules.svh"

module ratel_interval_rules #(
  parameter Width = 16
) (
  input wire             a_valid_i,
  input wire [Width-1:0] a_lo_i,
  input wire [Width-1:0] a_hi_i,
  input wire             b_valid_i,
  input wire [Width-1:0] b_lo_i,
  input wire [Width-1:0] b_hi_i,
  input wire             meet_o
);

  wire [Width-1:0] witness = a_lo_i > b_lo_i ? a_lo_i : b_lo_i;
  wire             filled  = a_lo_i < a_hi_i && b_lo_i < b_hi_i;

  `ALWAYS(meet_has_a_point, meet_o && filled,
          a_valid_i && b_valid_i && witness >= a_lo_i && witness < a_hi_i
          && witness >= b_lo_i && witness < b_hi_i)

`ifdef FORMAL
  (* anyconst *) wire [Width-1:0] point;
  `ALWAYS(point_in_both_is_seen,
          a_valid_i && b_valid_i && point >= a_lo_i && point < a_hi_i && point >= b_lo_i
          && point < b_hi_i, meet_o)
`endif

endmodule
