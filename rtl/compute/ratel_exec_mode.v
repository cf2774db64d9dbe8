`include "ratel_isa.vh"

// What an operation means to the stages of execute: the only place that looks at the encoding.
// Decoded once, on the way into the descriptor slots.
//
//   name            | meaning
//   ----------------|-----------------------------------------------------------------
//   vec_i, op_i     | class (0 mac, 1 vec) and funct7 of the operation
//   mac_o           | convolution or depthwise: weights are read, parameters apply
//   conv_o          | a row's word feeds a step for each byte, broadcast along the row
//   binary_o        | two operands
//   scaled_o        | elementwise with zero points and scales: add, sub, mul
//   unclamped_o     | lut, copy, fill: the byte is the result
//   sub_o .. fill_o | operation of that name
module ratel_exec_mode (
  input  wire       vec_i,
  input  wire [3:0] op_i,
  output wire       mac_o,
  output wire       conv_o,
  output wire       binary_o,
  output wire       scaled_o,
  output wire       sub_o,
  output wire       mul_o,
  output wire       max_o,
  output wire       avg_o,
  output wire       lut_o,
  output wire       fill_o,
  output wire       unclamped_o
);

  localparam [15:0] Binary = `VEC_BINARY;
  localparam [15:0] Scaled = `VEC_SCALED;

  assign mac_o       = !vec_i;
  assign conv_o      = !vec_i && (op_i == `OP_CONV);
  assign sub_o       = vec_i && (op_i == `OP_SUB);
  assign mul_o       = vec_i && (op_i == `OP_MUL);
  assign binary_o    = vec_i && Binary[op_i];
  assign scaled_o    = vec_i && Scaled[op_i];
  assign max_o       = vec_i && (op_i == `OP_MAXPOOL);
  assign avg_o       = vec_i && (op_i == `OP_AVGPOOL);
  assign lut_o       = vec_i && (op_i == `OP_LUT);
  assign fill_o      = vec_i && (op_i == `OP_FILL);
  assign unclamped_o = lut_o || fill_o || (vec_i && (op_i == `OP_COPY));

endmodule
