// Weight words: each read is inside what the instruction was checked for, and none is lost.
`include "rules.svh"

module ratel_weight_fetch_rules (
  input wire        clk_i,
  input wire        rst_ni,
  input wire        valid_i,
  input wire        done_o,
  input wire        mac_i,
  input wire [15:0] wbase_i,
  input wire [15:0] steps_i,
  input wire [17:0] pixels_i,
  input wire [15:0] blocks_i,
  input wire        rd_en_o,
  input wire [15:0] rd_addr_o,
  input wire        word_valid_o,
  input wire        pop_i,
  input wire [15:0] step_q
);

  `STARTS_IN_RESET

  `HOST_IF(something_to_do, valid_i, steps_i != 0 && pixels_i != 0 && blocks_i != 0)
  `HOST_STAYS(held_until_done, valid_i, done_o, {mac_i, wbase_i, steps_i, pixels_i, blocks_i})
  `HOST_IF(pops_what_is_there, pop_i, word_valid_o)

  `RULE_IF(idle_at_the_start, !valid_i || !mac_i, step_q == 0)
  `RULE_IF(step_in_range, valid_i && mac_i && step_q != 0, step_q < steps_i)
  `RULE_IF(reads_only_weights, rd_en_o, valid_i && mac_i && (!word_valid_o || pop_i))
  `RULE_NEXT(word_after_read, rd_en_o, word_valid_o)
  `RULE_NEXT(word_waits_for_pop, word_valid_o && !pop_i, word_valid_o)
  `RULE_NEXT(popped_and_not_read, pop_i && !rd_en_o, !word_valid_o)
  `RULE_NEXT(next_word_follows, rd_en_o && step_q != steps_i - 16'd1, step_q == $past(step_q) + 16'd1)
  `RULE_NEXT(block_starts_again, rd_en_o && step_q == steps_i - 16'd1, step_q == 0)

endmodule
