// Steps: each byte of a word in a convolution, or the whole word at once; none without its words, its
// weights and room, and none is held back for anything else.
`include "rules.svh"

module ratel_step_rules #(
  parameter Cols = 8
) (
  input wire       clk_i,
  input wire       rst_ni,
  input wire       valid_i,
  input wire       done_o,
  input wire       mac_i,
  input wire       conv_i,
  input wire       binary_i,
  input wire       max_i,
  input wire       acc_i,
  input wire [4:0] in_tail_i,
  input wire [4:0] out_tail_i,
  input wire       set_valid_i,
  input wire       set_pop_o,
  input wire       set_first_i,
  input wire       set_last_i,
  input wire       set_tail_i,
  input wire       set_end_i,
  input wire [4:0] set_rows_i,
  input wire       set_edge_i,
  input wire       weight_valid_i,
  input wire       weight_pop_o,
  input wire       room_i,
  input wire       step_o,
  input wire [1:0] op_o,
  input wire [3:0] byte_o,
  input wire       last_o,
  input wire       stall_fetch_o,
  input wire       stall_drain_o,
  input wire [8:0] macs_o
);

  `STARTS_IN_RESET

  wire [31:0] in_word  = set_tail_i ? {27'd0, in_tail_i} : Cols;
  wire [31:0] out_word = set_edge_i ? {27'd0, out_tail_i} : Cols;
  wire [31:0] steps    = conv_i ? in_word : 32'd1;  // that the word is for
  wire        ends     = {28'd0, byte_o} + 32'd1 == steps;
  wire        fetched  = set_valid_i && (!mac_i || weight_valid_i);
  wire        ends_tile = ends && set_last_i;

  `HOST_IF(tails_are_of_a_word, valid_i, in_tail_i >= 5'd1 && {27'd0, in_tail_i} <= Cols
           && out_tail_i >= 5'd1 && {27'd0, out_tail_i} <= Cols)
  `HOST_IF(one_kind, valid_i, {2'd0, mac_i} + {2'd0, binary_i} + {2'd0, max_i} <= 3'd1
           && (mac_i || !conv_i))
  `HOST_NEXT(instruction_stays, valid_i && !done_o,
             valid_i && {mac_i, conv_i, binary_i, max_i, acc_i, in_tail_i, out_tail_i}
             == $past({mac_i, conv_i, binary_i, max_i, acc_i, in_tail_i, out_tail_i}))
  `HOST_STAYS(word_stays, set_valid_i, set_pop_o,
              {set_first_i, set_last_i, set_tail_i, set_end_i, set_rows_i, set_edge_i})

  // --- bytes
  `RULE_IF(byte_is_of_the_word, valid_i && set_valid_i, {28'd0, byte_o} < steps)
  `RULE_IF(inside_a_word, byte_o != 4'd0, valid_i && set_valid_i && conv_i)
  `RULE_NEXT(next_byte, step_o && !set_pop_o, byte_o == $past(byte_o) + 4'd1)
  `RULE_NEXT(next_word_from_its_first, set_pop_o, byte_o == 4'd0)
  `RULE_NEXT(no_step_same_byte, !step_o, byte_o == $past(byte_o))

  // --- steps
  `RULE_IF(steps_with_what_it_needs, step_o, valid_i && fetched && (room_i || !ends_tile))
  `RULE_IF(steps_when_it_can, valid_i && fetched && (room_i || !ends_tile), step_o)
  `RULE_IF(word_goes_with_its_last, step_o, set_pop_o == ends && last_o == ends_tile)
  `RULE_IF(weight_goes_with_its_step, step_o, weight_pop_o == mac_i)
  `RULE_IF(nothing_goes_without, !step_o, !set_pop_o && !weight_pop_o && !done_o && macs_o == 9'd0)
  `RULE_IF(ends_with_the_last, step_o, done_o == (ends_tile && set_end_i))
  `RULE_IF(tile_begins_anew, step_o && set_first_i && byte_o == 4'd0 && !acc_i, op_o == 2'd0)
  `RULE_IF(tile_goes_on, step_o && (!set_first_i || byte_o != 4'd0 || acc_i),
           op_o == (max_i ? 2'd2 : binary_i ? 2'd3 : 2'd1))

  // --- what counters are told
  `RULE(steps_or_stalls, {1'b0, step_o} + {1'b0, stall_fetch_o} + {1'b0, stall_drain_o} == {1'b0, valid_i})
  `RULE_IF(waits_for_the_drain, stall_drain_o, fetched && ends_tile && !room_i)
  `RULE_IF(waits_for_the_fetch, stall_fetch_o, !fetched)
  `RULE_IF(counts_what_it_multiplies, step_o,
           {23'd0, macs_o} == (mac_i ? {27'd0, set_rows_i} * out_word : 32'd0))

endmodule
