// Words of load and store: each is where the layout of the tensor has it, in order, and none is
// before the tensor's base or behind the last word, which is what ratel_rules_transfer looked at.
//
// As in ratel_runs_rules, multiples of steps are in tables: a proof looks at the instructions of four
// steps, whichever these are.
`include "rules.svh"

module ratel_walk_rules #(
  parameter Rows = 8
) (
  input wire        clk_i,
  input wire        rst_ni,
  input wire        start,
  input wire [15:0] start_base_i,
  input wire [15:0] start_first_i,
  input wire [15:0] start_pitch_i,
  input wire [15:0] start_group_step_i,
  input wire [15:0] start_block_step_i,
  input wire [15:0] start_rows_i,
  input wire [15:0] start_width_i,
  input wire [15:0] start_blocks_i,
  input wire [3:0]  start_wrap_i,
  input wire        start_linear_i,
  input wire        take,
  input wire        hold_i,
  input wire        drop_i,
  input wire        word_valid_o,
  input wire        word_ready_i,
  input wire [3:0]  word_bank_o,
  input wire [15:0] word_addr_o,
  input wire        word_tail_o,
  input wire        word_final_o,
  input wire        busy_o,
  input wire        set_valid_q,
  input wire [1:0]  set_phase_q,
  input wire [15:0] set_first_q,
  input wire [15:0] set_pitch_q,
  input wire [15:0] set_line_q,
  input wire [15:0] set_row_step_q,
  input wire [15:0] set_group_step_q,
  input wire [15:0] set_block_step_q,
  input wire [15:0] set_rows_q,
  input wire [15:0] set_width_q,
  input wire [15:0] set_blocks_q,
  input wire [3:0]  set_wrap_q,
  input wire        set_linear_q,
  input wire [15:0] factor,
  input wire [15:0] product,
  input wire [15:0] group_step_q,
  input wire [15:0] block_step_q,
  input wire [15:0] row_step_q,
  input wire [3:0]  pitch_bank_q,
  input wire [15:0] width_q,
  input wire [15:0] blocks_q,
  input wire [3:0]  wrap_q,
  input wire        linear_q,
  input wire [3:0]  row_bank_q,
  input wire [15:0] row_line_q,
  input wire [15:0] line_q,
  input wire [15:0] blocks_left_q,
  input wire [15:0] pixels_left_q,
  input wire [15:0] rows_left_q
);

  `STARTS_IN_RESET

  localparam Bits = $clog2(Rows);
  wire [3:0] all = Rows - 1;

  `HOST_IF(tensor_is_not_empty, start, start_rows_i != 0 && start_width_i != 0
           && start_blocks_i != 0)
  `HOST_IF(tensors_fill_all_banks, start && !start_linear_i, start_wrap_i == all)
  `HOST_IF(lines_begin_at_nothing, start && start_linear_i,
           start_first_i == 0 && start_pitch_i == 0 && (start_wrap_i == 0 || start_wrap_i == 3
           || start_wrap_i == 7 || start_wrap_i == 15))

  function [2:0] shift;
    input [3:0] wrap;
    shift = wrap == 4'd15 ? 3'd4 : wrap == 4'd7 ? 3'd3 : wrap == 4'd3 ? 3'd2 : 3'd0;
  endfunction

  // The instruction that comes: its last pixel and where that is; where a pixel's last block is.
  wire [15:0] rows_more   = start_rows_i - 16'd1;
  wire [15:0] blocks_more = start_blocks_i - 16'd1;
  wire [15:0] row_advance = start_linear_i ? start_width_i : start_pitch_i;
  wire [31:0] down, group_lines, block_lines;
  wire [33:0] last_row    = {18'd0, start_first_i} + {2'd0, down};
  wire [33:0] last_pixel  = last_row + {18'd0, start_width_i - 16'd1};
  wire [33:0] last_group  = last_pixel >> shift(start_wrap_i);
  wire [33:0] last_line   = {18'd0, start_base_i} + {2'd0, group_lines};
  wire [33:0] last_word   = last_line + {2'd0, block_lines};
  wire        coming;   // an instruction that is looked at

`ifdef FORMAL
  (* anyconst *) wire [15:0] group_step, block_step, advance;
  reg [31:0] groups_of [0:65535];   // multiples of the group's step, and so on
  reg [31:0] blocks_of [0:65535];
  reg [31:0] rows_of   [0:65535];

  assign coming      = start && start_group_step_i == group_step
                       && start_block_step_i == block_step && row_advance == advance;
  assign down        = rows_of[rows_more];
  assign group_lines = groups_of[last_group[15:0]];
  assign block_lines = blocks_of[blocks_more];
`else
  assign coming      = start;
  assign down        = rows_more * row_advance;
  assign group_lines = last_group[15:0] * start_group_step_i;
  assign block_lines = blocks_more * start_block_step_i;
`endif

  `HOST_IF(inside_its_buffer, coming, last_group[33:16] == 0 && last_word[33:16] == 0)

  // The instruction in the set-up stage, and in the walk.
  reg        set_look_q, look_q;
  reg [15:0] set_base_q, base_q;
  reg [19:0] set_last_row_q, last_row_q;      // first pixel of the last row
  reg [19:0] set_last_q, last_q;              // last pixel
  reg [15:0] set_last_line_q, last_line_q;
  reg [15:0] set_last_block_q, last_block_q;  // lines from a pixel's first block to its last

  always @(posedge clk_i) begin
    if (start) begin
      set_look_q       <= coming;
      set_base_q       <= start_base_i;
      set_last_row_q   <= last_row[19:0];
      set_last_q       <= last_pixel[19:0];
      set_last_line_q  <= last_line[15:0];
      set_last_block_q <= block_lines[15:0];
    end
    if (take) begin
      look_q       <= set_look_q;
      base_q       <= set_base_q;
      last_row_q   <= set_last_row_q;
      last_q       <= set_last_q;
      last_line_q  <= set_last_line_q;
      last_block_q <= set_last_block_q;
    end
  end

  wire working = word_valid_o && look_q;
  wire [16:0] last_address = {1'b0, last_line_q} + {1'b0, last_block_q};

  `RULE_IF(inside_the_tensor, working, word_addr_o >= base_q
           && {1'b0, word_addr_o} <= last_address)
  `RULE_IF(last_word_is_the_last, working && word_final_o, {1'b0, word_addr_o} == last_address)
  `RULE_NEXT(word_stays, word_valid_o && !word_ready_i && !drop_i && !take, word_valid_o
             && word_bank_o == $past(word_bank_o) && word_addr_o == $past(word_addr_o)
             && word_tail_o == $past(word_tail_o) && word_final_o == $past(word_final_o))
  `RULE_NEXT(stands_still_without_a_word, !word_valid_o && !take,
             {word_bank_o, word_addr_o, line_q, row_line_q, row_bank_q}
             == $past({word_bank_o, word_addr_o, line_q, row_line_q, row_bank_q})
             && {blocks_left_q, pixels_left_q, rows_left_q}
             == $past({blocks_left_q, pixels_left_q, rows_left_q}))
  `RULE_NEXT(is_dropped, drop_i && !take, !word_valid_o)
  `RULE_IF(next_one_begins, set_valid_q && set_phase_q == 2'd2 && !hold_i,
           take == (!word_valid_o || drop_i || (word_ready_i && word_final_o)))
  `RULE_IF(next_one_waits, !set_valid_q || set_phase_q != 2'd2 || hold_i, !take)
  `RULE_NEXT(ends_after_the_final, word_valid_o && word_ready_i && word_final_o && !take,
             !word_valid_o)
  `RULE_IF(busy_with_either, set_valid_q || word_valid_o, busy_o)
  `RULE_IF(busy_with_no_more, !set_valid_q && !word_valid_o, !busy_o)
  `RULE_NEXT(first_line_is_made_once, !start && set_phase_q != 2'd0,
             set_line_q == $past(set_line_q))
  `RULE_NEXT(row_step_is_made_once, set_phase_q != 2'd1, set_row_step_q == $past(set_row_step_q))

`ifdef FORMAL
  // Where the word is: first pixel of its row, pixel, block.
  reg [15:0] pitch_q;
  reg [19:0] row_q, pixel_q;
  reg [15:0] block_q;

  always @(posedge clk_i) begin
    if (take) begin
      pitch_q <= set_pitch_q;
      row_q   <= {4'd0, set_first_q};
      pixel_q <= {4'd0, set_first_q};
      block_q <= 16'd0;
    end else if (word_valid_o && word_ready_i) begin
      block_q <= word_tail_o ? 16'd0 : block_q + 16'd1;
      if (word_tail_o && pixels_left_q == 16'd1) begin
        row_q   <= row_q + {4'd0, advance};
        pixel_q <= row_q + {4'd0, advance};
      end else if (word_tail_o) begin
        pixel_q <= pixel_q + 20'd1;
      end
    end
  end

  wire setting = set_valid_q && set_look_q;

  wire [15:0] set_first_group = set_first_q >> Bits;
  wire [15:0] set_pitch_group = set_pitch_q >> Bits;
  wire [19:0] set_last_group  = set_last_q >> shift(set_wrap_q);
  wire [19:0] group       = pixel_q >> shift(wrap_q);
  wire [19:0] row_group   = row_q >> Bits;
  wire [15:0] pitch_group = pitch_q >> Bits;
  wire [19:0] last_group_q = last_q >> shift(wrap_q);
  wire [15:0] rows_after   = rows_left_q - 16'd1;
  wire [15:0] blocks_after = blocks_left_q - 16'd1;

  // What makes a table one of multiples.
`define ADDS(table, a, b) \
  begin \
    if ({1'b0, a} + {1'b0, b} < 17'h1_0000) \
      assume ({1'b0, table[(a) + (b)]} == {1'b0, table[a]} + {1'b0, table[b]}); \
  end

  wire [15:0] group_left  = last_group_q[15:0] - group[15:0];
  wire [15:0] set_group_left = set_last_group[15:0] - set_first_group;
  wire [15:0] next_row_group = row_group[15:0] + pitch_group;
  wire [15:0] rows_then   = rows_after - 16'd1;
  wire [15:0] one = 16'd1;

  always @* begin
    assume (groups_of[16'd0] == 0 && groups_of[one] == {16'd0, group_step});
    assume (blocks_of[16'd0] == 0 && blocks_of[one] == {16'd0, block_step});
    assume (rows_of[16'd0] == 0 && rows_of[one] == {16'd0, advance});
    `ADDS(groups_of, set_first_group, set_group_left)
    `ADDS(groups_of, group[15:0], group_left)
    `ADDS(groups_of, group[15:0], one)
    `ADDS(groups_of, row_group[15:0], pitch_group)
    `ADDS(groups_of, next_row_group, one)
    `ADDS(blocks_of, block_q, blocks_after)
    `ADDS(blocks_of, block_q, one)
    `ADDS(rows_of, rows_then, one)
    if (set_group_step_q == group_step) assume (product == groups_of[factor][15:0]);
  end

  (* anyconst *) wire [47:0] times, more, step;
  `RULE(multiples, (times + more) * step == times * step + more * step)

  `RULE_IF(set_up_is_given, setting, set_group_step_q == group_step
           && set_block_step_q == block_step && set_rows_q != 0 && set_width_q != 0
           && set_blocks_q != 0 && set_phase_q <= 2
           && advance == (set_linear_q ? set_width_q : set_pitch_q))
  `RULE_IF(set_up_in_banks, set_valid_q, set_linear_q ? set_first_q == 0 && set_pitch_q == 0
           && (set_wrap_q == 0 || set_wrap_q == 3 || set_wrap_q == 7 || set_wrap_q == 15)
           : set_wrap_q == all)
  `RULE_IF(set_up_knows_its_last, setting, set_last_group[19:16] == 0
           && {4'd0, set_first_q} <= set_last_row_q
           && {1'b0, set_last_row_q} + {5'd0, set_width_q} == {1'b0, set_last_q} + 21'd1)
  `RULE_IF(set_up_knows_its_rows, setting, {14'd0, set_last_row_q} == {18'd0, set_first_q}
           + {2'd0, rows_of[set_rows_q - 16'd1]})
  `RULE_IF(set_up_knows_its_line, setting, {18'd0, set_last_line_q} == {18'd0, set_base_q}
           + {2'd0, groups_of[set_last_group[15:0]]})
  `RULE_IF(set_up_knows_its_block, setting, {16'd0, set_last_block_q}
           == blocks_of[set_blocks_q - 16'd1])
  `RULE_IF(end_is_in_the_buffer, setting,
           {1'b0, set_last_line_q} + {1'b0, set_last_block_q} < 17'h1_0000)
  `RULE_IF(line_waits, setting && set_phase_q == 0, set_line_q == set_base_q)
  `RULE_IF(first_line, setting && set_phase_q != 0,
           set_line_q == set_base_q + groups_of[set_first_group][15:0])
  `RULE_IF(row_step, setting && set_phase_q == 2,
           set_row_step_q == groups_of[set_pitch_group][15:0])

  `RULE_IF(keeps_the_steps, working, group_step_q == group_step && block_step_q == block_step
           && advance == (linear_q ? width_q : pitch_q)
           && row_step_q == groups_of[pitch_group][15:0]
           && pitch_bank_q == (pitch_q[3:0] & all))
  `RULE_IF(walks_in_banks, word_valid_o, linear_q ? wrap_q == 0 || wrap_q == 3 || wrap_q == 7
           || wrap_q == 15 : wrap_q == all)
  `RULE_IF(counts, working, rows_left_q != 0 && pixels_left_q != 0 && pixels_left_q <= width_q
           && blocks_left_q != 0 && {1'b0, block_q} + {1'b0, blocks_left_q} == {1'b0, blocks_q})
  `RULE_IF(row_of_the_last, working, {2'd0, last_row_q} == {2'd0, row_q} + rows_of[rows_after])
  `RULE_IF(last_of_the_row, working, {1'b0, last_row_q} + {5'd0, width_q} == {1'b0, last_q} + 21'd1)
  `RULE_IF(pixel_of_the_row, working, {1'b0, pixel_q} + {5'd0, pixels_left_q}
           == {1'b0, row_q} + {5'd0, width_q})
  `RULE_IF(pixel_in_the_tensor, working, pixel_q <= last_q && row_q <= last_row_q
           && last_group_q[19:16] == 0)
  `RULE_IF(knows_its_line, working, {18'd0, last_line_q} == {18'd0, base_q}
           + {2'd0, groups_of[last_group_q[15:0]]})
  `RULE_IF(knows_its_block, working, {16'd0, last_block_q} == blocks_of[blocks_q - 16'd1])
  `RULE_IF(bank_of_the_row, working && !linear_q, row_bank_q == (row_q[3:0] & all))
  `RULE_IF(line_of_the_row, working && !linear_q,
           row_line_q == base_q + groups_of[row_group[15:0]][15:0])
  `RULE_IF(bank_of_the_pixel, working, word_bank_o == (pixel_q[3:0] & wrap_q))
  `RULE_IF(line_of_the_pixel, working, {18'd0, line_q} == {18'd0, base_q}
           + {2'd0, groups_of[group[15:0]]})
  `RULE_IF(line_in_the_tensor, working, line_q >= base_q && line_q <= last_line_q)
  `RULE_IF(address_of_the_word, working, {18'd0, word_addr_o} == {18'd0, line_q}
           + {2'd0, blocks_of[block_q]})
  `RULE_IF(end_stays_in_the_buffer, working, !last_address[16])
`endif

endmodule
