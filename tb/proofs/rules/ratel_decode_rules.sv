// Which words are instructions: custom-0, a class, an operation that it has, and 0 in the register
// field that it has no use for.
`include "rules.svh"
`include "ratel_isa.vh"

module ratel_decode_rules (
  input wire [31:0] word_i,
  input wire        legal_o,
  input wire [2:0]  class_o,
  input wire [3:0]  op_o,
  input wire        needs_rs2_o,
  input wire        result_o
);

  wire        ours   = word_i[6:0] == `RATEL_OPCODE;
  wire [2:0]  class_ = word_i[14:12];
  wire [6:0]  number = word_i[31:25];
  wire        sys    = class_ == `CLASS_SYS;
  // Operations of each class, from class 7 down.
  wire [63:0] counts = {8'd0, 8'd0, 8'd`OPS_SYS, 8'd`OPS_VEC, 8'd`OPS_MAC, 8'd`OPS_ST, 8'd`OPS_LD, 8'd`CFG_GROUPS};
  wire        known  = {1'b0, number} < counts[8*class_ +: 8];
  wire        unused = sys ? word_i[24:20] == 0 : word_i[11:7] == 0;

  `ALWAYS(legal_is_in_the_table, legal_o, ours && known && unused)
  `ALWAYS(all_of_the_table_is_legal, ours && known && unused, legal_o)
  `ALWAYS(class_and_operation, legal_o, class_o == class_ && op_o == number[3:0])
  `ALWAYS(only_sys_returns, legal_o, result_o == sys && needs_rs2_o == !sys)

endmodule
