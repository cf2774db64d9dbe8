// Do two half-open intervals meet?
//
//   name       | meaning
//   -----------|----------------------------------
//   Width      | bits of a bound
//   a_*, b_*   | [lo, hi) and whether there is one
//   meet_o     | they have a point in common
module ratel_interval #(
  parameter Width = 16
) (
  input  wire             a_valid_i,
  input  wire [Width-1:0] a_lo_i,
  input  wire [Width-1:0] a_hi_i,
  input  wire             b_valid_i,
  input  wire [Width-1:0] b_lo_i,
  input  wire [Width-1:0] b_hi_i,
  output wire             meet_o
);
  assign meet_o = a_valid_i && b_valid_i && (a_lo_i < b_hi_i) && (b_lo_i < a_hi_i);
endmodule
