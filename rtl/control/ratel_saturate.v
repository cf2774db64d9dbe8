// Unsigned saturation, for numbers that only have to be known exactly while they are small:
// detail words, and products that would pass any buffer.
//
//   name              | meaning
//   ------------------|----------------------------------------
//   InWidth, OutWidth | bits; OutWidth is less
//   value_i           | any number
//   value_o           | the number, all ones if it does not fit
module ratel_saturate #(
  parameter InWidth  = 50,
  parameter OutWidth = 32
) (
  input  wire [InWidth-1:0]  value_i,
  output wire [OutWidth-1:0] value_o
);
  wire passes = |value_i[InWidth-1:OutWidth];

  assign value_o = passes ? {OutWidth{1'b1}} : value_i[OutWidth-1:0];
endmodule
