// Merges the instructions of the two ports into one stream, in the order in which they came: a
// doorbell word waits for what the CV-X-IF port held when it arrived, and goes before the rest.
//
//   name        | meaning
//   ------------|------------------------------------------------------------------------
//   xif_*, db_* | instructions of the CV-X-IF port and of the doorbell, valid until ready
//   mark_o      | first cycle of a doorbell word
//   older_i     | the CV-X-IF port still has instructions from before the last mark
//   out_*       | the merged stream; out_db_o: it is the doorbell's
module ratel_merge (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        xif_valid_i,
  output wire        xif_ready_o,
  input  wire [31:0] xif_word_i,
  input  wire [31:0] xif_rs1_i,
  input  wire [31:0] xif_rs2_i,
  input  wire [2:0]  xif_owner_i,
  input  wire        db_valid_i,
  output wire        db_ready_o,
  input  wire [31:0] db_word_i,
  input  wire [31:0] db_rs1_i,
  input  wire [31:0] db_rs2_i,
  input  wire [2:0]  db_owner_i,
  output wire        mark_o,
  input  wire        older_i,
  output wire        out_valid_o,
  input  wire        out_ready_i,
  output wire [31:0] out_word_o,
  output wire [31:0] out_rs1_o,
  output wire [31:0] out_rs2_o,
  output wire [2:0]  out_owner_o,
  output wire        out_db_o
);
  reg db_seen_q;

  wire choose = db_valid_i && !older_i;

  assign mark_o      = db_valid_i && !db_seen_q;
  assign out_valid_o = xif_valid_i || choose;
  assign out_db_o    = choose;
  assign out_word_o  = choose ? db_word_i : xif_word_i;
  assign out_rs1_o   = choose ? db_rs1_i : xif_rs1_i;
  assign out_rs2_o   = choose ? db_rs2_i : xif_rs2_i;
  assign xif_ready_o = out_ready_i && xif_valid_i && !choose;
  assign db_ready_o  = out_ready_i && choose;
  assign out_owner_o = choose ? db_owner_i : xif_owner_i;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) db_seen_q <= 1'b0;
    else db_seen_q <= db_valid_i && !db_ready_o;
  end
endmodule
