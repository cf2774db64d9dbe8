// What each operation is, one line for each of them.
`include "rules.svh"
`include "ratel_isa.vh"

module ratel_exec_mode_rules (
  input wire       vec_i,
  input wire [3:0] op_i,
  input wire       mac_o,
  input wire       conv_o,
  input wire       binary_o,
  input wire       scaled_o,
  input wire       sub_o,
  input wire       mul_o,
  input wire       max_o,
  input wire       avg_o,
  input wire       lut_o,
  input wire       fill_o,
  input wire       unclamped_o
);

  wire [10:0] is = {mac_o, conv_o, binary_o, scaled_o, sub_o, mul_o, max_o, avg_o, lut_o, fill_o, unclamped_o};

  `ALWAYS(conv_is,    !vec_i && op_i == `OP_CONV,    is == 11'b11_00_00_00_000)
  `ALWAYS(dwconv_is,  !vec_i && op_i == `OP_DWCONV,  is == 11'b10_00_00_00_000)
  `ALWAYS(add_is,     vec_i && op_i == `OP_ADD,      is == 11'b00_11_00_00_000)
  `ALWAYS(sub_is,     vec_i && op_i == `OP_SUB,      is == 11'b00_11_10_00_000)
  `ALWAYS(mul_is,     vec_i && op_i == `OP_MUL,      is == 11'b00_11_01_00_000)
  `ALWAYS(maxpool_is, vec_i && op_i == `OP_MAXPOOL,  is == 11'b00_00_00_10_000)
  `ALWAYS(avgpool_is, vec_i && op_i == `OP_AVGPOOL,  is == 11'b00_00_00_01_000)
  `ALWAYS(lut_is,     vec_i && op_i == `OP_LUT,      is == 11'b00_00_00_00_101)
  `ALWAYS(copy_is,    vec_i && op_i == `OP_COPY,     is == 11'b00_00_00_00_001)
  `ALWAYS(fill_is,    vec_i && op_i == `OP_FILL,     is == 11'b00_00_00_00_011)

endmodule
