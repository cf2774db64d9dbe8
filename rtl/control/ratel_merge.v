// Merges the instructions of the two ports into one stream, in the order in which they came; the
// port that was not served last goes first if both came in the same cycle.
//
//   xif_*, db_*   instructions of the CV-X-IF port and of the doorbell, valid until ready
//   out_*         the merged stream; out_db_o: it is the doorbell's
module ratel_merge (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        xif_valid_i,
  output wire        xif_ready_o,
  input  wire [31:0] xif_word_i,
  input  wire [31:0] xif_rs1_i,
  input  wire [31:0] xif_rs2_i,
  input  wire        db_valid_i,
  output wire        db_ready_o,
  input  wire [31:0] db_word_i,
  input  wire [31:0] db_rs1_i,
  input  wire [31:0] db_rs2_i,
  output wire        out_valid_o,
  input  wire        out_ready_i,
  output wire [31:0] out_word_o,
  output wire [31:0] out_rs1_o,
  output wire [31:0] out_rs2_o,
  output wire        out_db_o
);
  // Who goes first when both are there: who was there alone, then the one not served last.
  reg db_first_q;

  wire both   = xif_valid_i && db_valid_i;
  wire choose = both ? db_first_q : db_valid_i;
  wire taken  = out_valid_o && out_ready_i;

  assign out_valid_o = xif_valid_i || db_valid_i;
  assign out_db_o    = choose;
  assign out_word_o  = choose ? db_word_i : xif_word_i;
  assign out_rs1_o   = choose ? db_rs1_i : xif_rs1_i;
  assign out_rs2_o   = choose ? db_rs2_i : xif_rs2_i;
  assign xif_ready_o = out_ready_i && xif_valid_i && !choose;
  assign db_ready_o  = out_ready_i && db_valid_i && choose;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) db_first_q <= 1'b0;
    else if (taken) db_first_q <= !choose;
    else if (out_valid_o) db_first_q <= choose;
  end
endmodule
