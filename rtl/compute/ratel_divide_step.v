// Two bits of a restoring division: subtracts the divisor at weights 2*2^Place and 2^Place where it
// fits.
//
//   name              | meaning
//   ------------------|-----------------------------------------------
//   Place             | weight of the lower quotient bit
//   step_o            | {two quotient bits, remainder}
//   rest_i, divisor_i | what is left so far, and by what it is divided
module ratel_divide_step #(
  parameter Place = 0
) (
  input  wire [25:0] rest_i,
  input  wire [17:0] divisor_i,
  output wire [27:0] step_o
);

  wire [25:0] high      = {8'd0, divisor_i} << (Place + 1);
  wire [25:0] low       = {8'd0, divisor_i} << Place;
  wire        high_fits = rest_i >= high;
  wire [25:0] rest      = high_fits ? rest_i - high : rest_i;
  wire        low_fits  = rest >= low;

  assign step_o = {high_fits, low_fits, low_fits ? rest - low : rest};

endmodule
