// Divides an int32 by a power of two, to nearest, ties away from zero (gemmlowp
// RoundingDivideByPOT).
//
// Half of the divisor is added, less one for negative values, so that a tie goes down there:
// the sum may need 33 bits, and the shift drops it back to 32.
//
//   name       | meaning
//   -----------|--------------------------
//   value_i    | int32
//   shift_i    | power of two to divide by
//   value_o    | quotient
module ratel_rounding_shift (
  input  wire [31:0] value_i,
  input  wire [4:0]  shift_i,
  output wire [31:0] value_o
);

  wire        any    = shift_i != 5'd0;
  wire [31:0] half   = (32'd1 << shift_i) >> 1;
  wire        minus  = any && value_i[31];
  wire signed [32:0] nudged = {value_i[31], value_i} + {1'b0, half} - {32'd0, minus};
  wire signed [32:0] result = nudged >>> shift_i;

  assign value_o = result[31:0];

  wire unused = &{1'b0, result[32]};

endmodule
