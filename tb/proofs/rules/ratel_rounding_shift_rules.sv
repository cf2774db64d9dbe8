// gemmlowp's RoundingDivideByPOT, written as there: quotient, remainder and threshold.
`include "rules.svh"

module ratel_rounding_shift_rules (
  input wire [31:0] value_i,
  input wire [4:0]  shift_i,
  input wire [31:0] value_o
);

  wire [31:0]        mask      = (32'd1 << shift_i) - 32'd1;
  wire [31:0]        remainder = value_i & mask;
  wire [31:0]        threshold = (mask >> 1) + {31'd0, value_i[31]};
  wire signed [31:0] value     = value_i;
  wire signed [31:0] quotient  = value >>> shift_i;

  `ALWAYS(is_rounding_divide, 1'b1,
          value_o == quotient + {31'd0, remainder > threshold})
  `ALWAYS(no_shift_no_change, shift_i == 0, value_o == value_i)
  `ALWAYS(sign_is_kept, value_i[31] && value_o != 0, value_o[31])

endmodule
