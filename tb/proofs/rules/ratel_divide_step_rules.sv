// Two bits of a division: digit * divisor * 2^Place and a remainder below that, whatever is left, if
// a digit is enough for it.
`include "rules.svh"

module ratel_divide_step_rules #(
  parameter Place = 0
) (
  input wire [25:0] rest_i,
  input wire [17:0] divisor_i,
  input wire [27:0] step_o
);

  wire [31:0] unit  = {14'd0, divisor_i} << Place;
  wire [31:0] rest  = {6'd0, rest_i};
  wire [31:0] left  = {6'd0, step_o[25:0]};
  wire [31:0] taken = (step_o[27] ? unit << 1 : 32'd0) + (step_o[26] ? unit : 32'd0);
  // Of an average: at most 128 and a half times the divisor is left.
  wire        fits  = divisor_i != 0 && unit < 32'h0200_0000 && rest < unit << 2;

  `ALWAYS(nothing_is_lost, fits, taken + left == rest)
  `ALWAYS(less_than_one_is_left, fits, left < unit)

endmodule
