// Decides whether a word is one of Ratel's instructions and what it needs.
//
// Shared by the CV-X-IF port, which has to answer at once, and by the front end, which has to
// refuse illegal words of the doorbell. Purely combinational.
//
//   name        | meaning
//   ------------|------------------------------------------------------------
//   word_i      | instruction word
//   legal_o     | the word is an instruction of Ratel
//   class_o     | funct3
//   op_o        | funct7[3:0]: operation of its class, or configuration group
//   needs_rs2_o | rs2 carries an operand
//   result_o    | the instruction returns a value to rd
`include "ratel_isa.vh"

module ratel_decode (
  input  wire [31:0] word_i,
  output reg         legal_o,
  output wire [2:0]  class_o,
  output wire [3:0]  op_o,
  output wire        needs_rs2_o,
  output wire        result_o
);
  wire [6:0] funct7 = word_i[31:25];
  wire [6:0] opcode = word_i[6:0];
  wire       rd_zero = (word_i[11:7] == 5'd0);
  wire       rs2_zero = (word_i[24:20] == 5'd0);

  assign class_o     = word_i[14:12];
  assign op_o        = funct7[3:0];
  assign result_o    = (class_o == `CLASS_SYS);
  assign needs_rs2_o = !result_o;

  // rs1 is an operand of every instruction, so its field is free.
  wire unused = &{1'b0, word_i[19:15]};

  always @* begin
    case (class_o)
      `CLASS_CFG: legal_o = (funct7 < `CFG_GROUPS) && rd_zero;
      `CLASS_LD:  legal_o = (funct7 < `OPS_LD) && rd_zero;
      `CLASS_ST:  legal_o = (funct7 < `OPS_ST) && rd_zero;
      `CLASS_MAC: legal_o = (funct7 < `OPS_MAC) && rd_zero;
      `CLASS_VEC: legal_o = (funct7 < `OPS_VEC) && rd_zero;
      `CLASS_SYS: legal_o = (funct7 < `OPS_SYS) && rs2_zero;
      default:    legal_o = 1'b0;
    endcase
    if (opcode != `RATEL_OPCODE) legal_o = 1'b0;
  end
endmodule
