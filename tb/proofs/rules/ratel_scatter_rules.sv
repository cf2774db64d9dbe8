// Scatter: a word takes its bytes once they are there, rests until its memory takes it, and goes to
// the memory of its operation alone; each operation walks its destination as its layout has it.
`include "rules.svh"
`include "ratel_isa.vh"

module ratel_scatter_rules #(
  parameter Rows = 8,
  parameter Cols = 8,
  parameter CountWidth = 5
) (
  input wire                  clk_i,
  input wire                  rst_ni,
  input wire [2:0]            start_op_i,
  input wire [15:0]           start_base_i,
  input wire [15:0]           start_p0_i,
  input wire [15:0]           start_channels_i,
  input wire [15:0]           start_blocks_i,
  input wire [4:0]            start_tail_i,
  input wire [15:0]           start_pitch_i,
  input wire [15:0]           start_cbs_i,
  input wire [15:0]           start_pixels_i,
  input wire [15:0]           walk_base,
  input wire [15:0]           walk_first,
  input wire [15:0]           walk_pitch,
  input wire [15:0]           walk_group_step,
  input wire [15:0]           walk_block_step,
  input wire [15:0]           walk_blocks,
  input wire [3:0]            walk_wrap,
  input wire                  walk_linear,
  input wire [4:0]            walk_tail,
  input wire                  drop_i,
  input wire [CountWidth-1:0] count_i,
  input wire [CountWidth-1:0] pop_bytes_o,
  input wire                  word_valid,
  input wire                  make,
  input wire [2:0]            op,
  input wire                  word_tail,
  input wire [4:0]            tail_bytes,
  input wire                  spad_wr_valid_o,
  input wire                  spad_wr_ready_i,
  input wire [4:0]            spad_wr_bank_o,
  input wire [15:0]           spad_wr_addr_o,
  input wire [Cols*8-1:0]     spad_wr_data_o,
  input wire [Cols-1:0]       spad_wr_be_o,
  input wire                  wbuf_wr_en_o,
  input wire                  pbuf_wr_en_o,
  input wire                  lut_wr_en_o,
  input wire                  pending_o,
  input wire                  done_o,
  input wire [2:0]            op_q,
  input wire                  final_q
);

  `STARTS_IN_RESET

  localparam RowMaskInt = Rows - 1;
  localparam ColMaskInt = Cols - 1;
  localparam [4:0] WholeWord = Cols[4:0];

  // Layouts: docs/isa.md. A tensor has rows of pixels of blocks, dealt out over the banks; all else
  // is words one behind the other.
  wire tensor = start_op_i == `OP_LD_T;
  wire matrix = start_op_i == `OP_LD_M;
  wire turned = start_op_i == `OP_LD_MT;
  wire words  = start_op_i == `OP_LD_W || start_op_i == `OP_LD_L;

  `RULE_IF(tensor_in_its_layout, tensor,
           walk_base == start_base_i && walk_first == start_p0_i && walk_pitch == start_pitch_i &&
           walk_group_step == start_cbs_i && walk_block_step == 16'd1 &&
           walk_blocks == start_blocks_i && walk_wrap == RowMaskInt[3:0] && !walk_linear &&
           walk_tail == start_tail_i)
  `RULE_IF(others_one_behind_the_other, !tensor,
           walk_first == 16'd0 && walk_pitch == 16'd0 && walk_linear)
  `RULE_IF(matrix_block_by_block, matrix,
           walk_group_step == 16'd1 && walk_block_step == start_pixels_i &&
           walk_blocks == start_blocks_i && walk_wrap == 4'd0 && walk_tail == start_tail_i)
  `RULE_IF(turned_lane_by_lane, turned,
           walk_group_step == start_channels_i && walk_block_step == 16'd1 &&
           walk_blocks == start_channels_i && walk_wrap == ColMaskInt[3:0] && walk_tail == 5'd1)
  `RULE_IF(words_as_they_come, words,
           walk_group_step == 16'd1 && walk_blocks == 16'd1 && walk_wrap == 4'd0 &&
           walk_tail == WholeWord)
  `RULE_IF(parameters_of_nine, start_op_i == `OP_LD_P, walk_blocks == 16'd9 && walk_wrap == 4'd0)
  `RULE_IF(biases_of_four, start_op_i == `OP_LD_B, walk_blocks == 16'd4 && walk_wrap == 4'd0)
  `RULE_IF(table_from_0, start_op_i == `OP_LD_L, walk_base == 16'd0)
  `RULE_IF(others_from_their_base, start_op_i != `OP_LD_L, walk_base == start_base_i)

  // Words.
  wire       taken = pending_o && (!spad_wr_valid_o || spad_wr_ready_i);
  wire [4:0] needs = (op == `OP_LD_MT) ? 5'd1 : word_tail ? tail_bytes : WholeWord;
  wire [2:0] memories = {1'b0, wbuf_wr_en_o} + {1'b0, pbuf_wr_en_o} + {1'b0, lut_wr_en_o}
                        + {1'b0, spad_wr_valid_o};

  `RULE_IF(takes_its_bytes, make,
           word_valid && !drop_i && {{(CountWidth-5){1'b0}}, needs} == pop_bytes_o)
  `RULE_IF(takes_nothing_else, !make, pop_bytes_o == 0)
  `RULE_IF(takes_what_is_there, make, pop_bytes_o <= count_i)
  `RULE_IF(takes_no_room_of_another, make, !pending_o || taken)
  `RULE_NEXT(rests_then, make, pending_o)
  `RULE_NEXT(rests_until_taken, pending_o && !taken, pending_o)
  `RULE_NEXT(goes_once, taken && !make, !pending_o)
  `STAYS(stays_as_it_is, spad_wr_valid_o, spad_wr_ready_i,
         {spad_wr_bank_o, spad_wr_addr_o, spad_wr_data_o, spad_wr_be_o})
  `RULE_IF(one_memory, pending_o && op_q != 3'd7, memories == 3'd1)
  `RULE_IF(no_memory_without_a_word, !pending_o, memories == 3'd0)
  `RULE_IF(tensors_to_the_scratchpad, pending_o, spad_wr_valid_o == (op_q == `OP_LD_T))
  `RULE_IF(parameters_to_theirs, pending_o,
           pbuf_wr_en_o == (op_q == `OP_LD_P || op_q == `OP_LD_B))
  `RULE_IF(table_to_the_table, pending_o, lut_wr_en_o == (op_q == `OP_LD_L))
  `RULE(done_with_the_last, done_o == (taken && final_q))

endmodule
