// Saturation keeps order and keeps small numbers.
`include "rules.svh"

module ratel_saturate_rules #(
  parameter InWidth  = 50,
  parameter OutWidth = 32
) (
  input wire [InWidth-1:0]  value_i,
  input wire [OutWidth-1:0] value_o
);

  wire [InWidth-1:0] greatest = {{(InWidth - OutWidth){1'b0}}, {OutWidth{1'b1}}};

  `ALWAYS(small_is_kept, value_i <= greatest, {{(InWidth - OutWidth){1'b0}}, value_o} == value_i)
  `ALWAYS(large_is_greatest, value_i > greatest, value_o == {OutWidth{1'b1}})

endmodule
