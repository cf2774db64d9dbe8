// Words for the stream: read while it has room for them and for what is on its way, pushed in the cycle
// after each grant and in no other, none when it is dropped.
`include "rules.svh"

module ratel_store_gather_rules #(
  parameter Cols       = 8,
  parameter Capacity   = 32,
  parameter CountWidth = 5
) (
  input wire                  clk_i,
  input wire                  rst_ni,
  input wire                  drop_i,
  input wire                  spad_rd_en_o,
  input wire                  spad_rd_gnt_i,
  input wire                  word_valid,
  input wire                  word_ready,
  input wire                  word_tail,
  input wire [4:0]            tail_bytes,
  input wire [CountWidth-1:0] count_i,
  input wire [4:0]            push_bytes_o
);

  `STARTS_IN_RESET

  `HOST_IF(granted_is_what_is_asked, spad_rd_gnt_i, spad_rd_en_o)

  `RULE_IF(drop_asks_for_nothing, drop_i, !spad_rd_en_o)
  `RULE_IF(a_grant_takes_the_word, spad_rd_gnt_i, word_ready)
  `RULE_NEXT(pushes_what_was_granted, !spad_rd_gnt_i, push_bytes_o == 0)
  `RULE_NEXT(pushes_a_whole_word, spad_rd_gnt_i && !word_tail, {27'd0, push_bytes_o} == Cols)
  `RULE_NEXT(pushes_the_tail, spad_rd_gnt_i && word_tail, push_bytes_o == $past(tail_bytes))

  // A word on its way is counted as whole: how many bytes it has does not matter in time.
  reg granted_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) granted_q <= 1'b0;
    else granted_q <= spad_rd_gnt_i;
  end

  wire [31:0] then = {{(32 - CountWidth){1'b0}}, count_i} + (granted_q ? 2 * Cols : Cols);

  `RULE_IF(reads_what_has_room, spad_rd_en_o, word_valid && then <= Capacity)
  `RULE_IF(reads_while_there_is_room, word_valid && !drop_i && then <= Capacity, spad_rd_en_o)

endmodule
