// The merged stream: a doorbell word is marked once, when it comes, waits for what is older and for
// nothing else; what goes out is all of one port's and is taken from that port alone.
`include "rules.svh"

module ratel_merge_rules (
  input wire        clk_i,
  input wire        rst_ni,
  input wire        xif_valid_i,
  input wire        xif_ready_o,
  input wire [31:0] xif_word_i,
  input wire [31:0] xif_rs1_i,
  input wire [31:0] xif_rs2_i,
  input wire [2:0]  xif_owner_i,
  input wire        db_valid_i,
  input wire        db_ready_o,
  input wire [31:0] db_word_i,
  input wire [31:0] db_rs1_i,
  input wire [31:0] db_rs2_i,
  input wire [2:0]  db_owner_i,
  input wire        mark_o,
  input wire        older_i,
  input wire        out_valid_o,
  input wire        out_ready_i,
  input wire [31:0] out_word_o,
  input wire [31:0] out_rs1_o,
  input wire [31:0] out_rs2_o,
  input wire [2:0]  out_owner_o,
  input wire        out_db_o,
  input wire        db_seen_q
);

  `STARTS_IN_RESET

  reg waits_q;  // the word at the doorbell was there a cycle ago

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) waits_q <= 1'b0;
    else waits_q <= db_valid_i && !(out_ready_i && out_db_o);
  end

  wire [98:0] xif = {xif_owner_i, xif_word_i, xif_rs1_i, xif_rs2_i};
  wire [98:0] db  = {db_owner_i, db_word_i, db_rs1_i, db_rs2_i};
  wire [98:0] out = {out_owner_o, out_word_o, out_rs1_o, out_rs2_o};

  `RULE(knows_what_waits, db_seen_q == waits_q)
  `RULE(marked_once, mark_o == (db_valid_i && !waits_q))
  `RULE_IF(doorbell_goes_first, db_valid_i && !older_i, out_valid_o && out_db_o && out == db)
  `RULE_IF(what_is_older_goes_before, db_valid_i && older_i, !out_db_o)
  `RULE_IF(else_the_other, !out_db_o, out_valid_o == xif_valid_i && out == xif)
  `RULE(doorbell_is_taken, db_ready_o == (out_ready_i && out_valid_o && out_db_o))
  `RULE(other_is_taken, xif_ready_o == (out_ready_i && out_valid_o && !out_db_o))
  `RULE_IF(nothing_from_nothing, !db_valid_i, !out_db_o)

endmodule
