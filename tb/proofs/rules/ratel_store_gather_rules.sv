// Words for the stream: pushed in the cycle after each grant and in no other, none when it is dropped.
`include "rules.svh"

module ratel_store_gather_rules (
  input wire       clk_i,
  input wire       rst_ni,
  input wire       drop_i,
  input wire       spad_rd_en_o,
  input wire       spad_rd_gnt_i,
  input wire       word_ready,
  input wire [4:0] push_bytes_o
);

  `STARTS_IN_RESET

  `HOST_IF(granted_is_what_is_asked, spad_rd_gnt_i, spad_rd_en_o)

  `RULE_IF(drop_asks_for_nothing, drop_i, !spad_rd_en_o)
  `RULE_IF(a_grant_takes_the_word, spad_rd_gnt_i, word_ready)
  `RULE_NEXT(pushes_what_was_granted, !spad_rd_gnt_i, push_bytes_o == 0)

endmodule
