`include "ratel_desc.vh"

// Execute engine: convolutions, elementwise and pooling operations, tables, copies and fills.
// Ports and wiring of the stages, which is why it is long; no logic beyond selects.
//
//   descriptor slots (two instructions in flight)
//        |
//   row generator --+--> gather --> step --> array --> drain --+---------------> requant --> writer
//   tap generator --+              weight fetch                +--> prescale --^
//
// Each stage works on its own oldest instruction, so the front of the next runs while the last tile
// of the one before drains.
//
//   name                     | meaning
//   -------------------------|---------------------------------------------------------------
//   Rows, Cols, RequantLanes | as in ratel_core
//   x_valid_i .. x_ready_o   | one transfer starts one instruction
//   x_done_o                 | pulse, in order: with the last write of an instruction
//   x_idle_o                 | nothing in flight
//   ex_rd_*, ex_wr_*         | scratchpad;  w_*: weight buffer;  p_*: parameters;  t_*: table
//   exec_*                   | pulses for the performance counters
//   wrapped_o                | bit an owner, see ratel_wrapped
module ratel_execute #(
  parameter Rows         = 8,
  parameter Cols         = 8,
  parameter RequantLanes = 8
) (
  input  wire                           clk_i,
  input  wire                           rst_ni,
  input  wire                           x_valid_i,
  input  wire [`DESC_EXECUTE_WIDTH-1:0] x_desc_i,
  output wire                           x_ready_o,
  output wire                           x_done_o,
  output wire                           x_idle_o,
  output wire [Rows-1:0]                ex_rd_en_o,
  output wire [Rows*16-1:0]             ex_rd_addr_o,
  input  wire [Rows-1:0]                ex_rd_gnt_i,
  input  wire [Rows*Cols*8-1:0]         ex_rd_data_i,
  output wire                           ex_wr_en_o,
  output wire [4:0]                     ex_wr_bank_o,
  output wire [15:0]                    ex_wr_addr_o,
  output wire [Cols*8-1:0]              ex_wr_data_o,
  output wire [Cols-1:0]                ex_wr_be_o,
  output wire                           w_rd_en_o,
  output wire [15:0]                    w_rd_addr_o,
  input  wire [Cols*8-1:0]              w_rd_data_i,
  output wire                           p_rd_en_o,
  output wire [7:0]                     p_rd_addr_o,
  input  wire [Cols*32-1:0]             p_rd_bias_i,
  input  wire [Cols*32-1:0]             p_rd_mult_i,
  input  wire [Cols*8-1:0]              p_rd_shift_i,
  output wire                           t_rd_en_o,
  output wire [Cols*8-1:0]              t_rd_index_o,
  input  wire [Cols*8-1:0]              t_rd_data_i,
  output wire                           exec_step_o,
  output wire                           exec_stall_fetch_o,
  output wire                           exec_stall_drain_o,
  output wire [8:0]                     exec_macs_o,
  output wire [7:0]                     wrapped_o
);

  localparam [4:0] AllCols = Cols[4:0];
  localparam BankWidth = $clog2(Rows);
  localparam DescWidth = `DESC_EXECUTE_WIDTH;

  // A slot holds the descriptor and, above it, the decoded operation.
  localparam Mac       = DescWidth;
  localparam Conv      = DescWidth + 1;
  localparam Binary    = DescWidth + 2;
  localparam Sub       = DescWidth + 3;
  localparam Mul       = DescWidth + 4;
  localparam Max       = DescWidth + 5;
  localparam Avg       = DescWidth + 6;
  localparam Lut       = DescWidth + 7;
  localparam Fill      = DescWidth + 8;
  localparam Unclamped = DescWidth + 9;
  localparam Scaled    = DescWidth + 10;
  localparam SlotWidth = DescWidth + 11;

  // Flags of mac instructions, in this order in the descriptor.
  localparam Perch = 0;
  localparam Bias  = 1;
  localparam Acc   = 2;
  localparam Hold  = 3;

  wire [10:0] mode;

  ratel_exec_mode u_mode (
    .vec_i       (x_desc_i[`DESC_EXECUTE_VEC]),
    .op_i        (x_desc_i[`DESC_EXECUTE_OP]),
    .mac_o       (mode[0]),
    .conv_o      (mode[1]),
    .binary_o    (mode[2]),
    .sub_o       (mode[3]),
    .mul_o       (mode[4]),
    .max_o       (mode[5]),
    .avg_o       (mode[6]),
    .lut_o       (mode[7]),
    .fill_o      (mode[8]),
    .unclamped_o (mode[9]),
    .scaled_o    (mode[10])
  );

  // A stage each: who looks at which instruction. The writer, last, frees the slot.
  localparam Stages = 7;

  wire [Stages-1:0] stage_valid;
  wire [Stages-1:0] stage_done;
  wire              row_done;
  wire              tap_done;
  wire              gather_done;
  wire              weight_done;
  wire              step_done;
  wire              drain_done;
  wire              writer_done;

  assign stage_done = {writer_done, drain_done, step_done, weight_done, gather_done, tap_done,
                       row_done};

  // Every stage reads only its own fields of the descriptor.
  /* verilator lint_off UNUSEDSIGNAL */
  wire [SlotWidth-1:0] row_desc;
  wire [SlotWidth-1:0] tap_desc;
  wire [SlotWidth-1:0] gather_desc;
  wire [SlotWidth-1:0] weight_desc;
  wire [SlotWidth-1:0] step_desc;
  wire [SlotWidth-1:0] drain_desc;
  wire [SlotWidth-1:0] writer_desc;
  /* verilator lint_on UNUSEDSIGNAL */

  wire slots_idle;

  // The last write is in the scratchpad after the cycle of x_done_o.
  assign x_idle_o = slots_idle && !x_done_o;

  ratel_exec_slots #(
    .Stages (Stages),
    .Width  (SlotWidth)
  ) u_slots (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .valid_i (x_valid_i),
    .desc_i  ({mode, x_desc_i}),
    .ready_o (x_ready_o),
    .idle_o  (slots_idle),
    .done_i  (stage_done),
    .valid_o (stage_valid),
    .desc_o  ({writer_desc, drain_desc, step_desc, weight_desc, gather_desc, tap_desc, row_desc})
  );

  // Row generator and tap generator.
  wire                      tile_valid;
  wire [Rows-1:0]           tile_row;
  wire [Rows*27-1:0]        tile_y;
  wire [Rows*27-1:0]        tile_x;
  wire [Rows*BankWidth-1:0] tile_low;
  wire [Rows*16-1:0]        tile_line;
  wire [Rows*BankWidth-1:0] tile_low2;
  wire [Rows*16-1:0]        tile_line2;
  wire                      tile_release;

  ratel_row_generator #(
    .Rows (Rows)
  ) u_rows (
    .clk_i          (clk_i),
    .rst_ni         (rst_ni),
    .valid_i        (stage_valid[0]),
    .done_o         (row_done),
    .pixels_i       (row_desc[`DESC_EXECUTE_PIXELS]),
    .blocks_i       (row_desc[`DESC_EXECUTE_OUT_BLOCKS]),
    .out_w_i        (row_desc[`DESC_EXECUTE_OUT_W]),
    .sy_i           (row_desc[`DESC_EXECUTE_SY]),
    .sx_i           (row_desc[`DESC_EXECUTE_SX]),
    .pad_top_i      (row_desc[`DESC_EXECUTE_PAD_TOP]),
    .pad_left_i     (row_desc[`DESC_EXECUTE_PAD_LEFT]),
    .cbs_i          (row_desc[`DESC_EXECUTE_IN_CBS]),
    .row_step_i     (row_desc[`DESC_EXECUTE_ROW_STEP]),
    .origin_i       (row_desc[`DESC_EXECUTE_ORIGIN]),
    .pitch2_i       (row_desc[`DESC_EXECUTE_IN2_PITCH]),
    .cbs2_i         (row_desc[`DESC_EXECUTE_IN2_CBS]),
    .tile_valid_o   (tile_valid),
    .tile_row_o     (tile_row),
    .tile_y_o       (tile_y),
    .tile_x_o       (tile_x),
    .tile_low_o     (tile_low),
    .tile_line_o    (tile_line),
    .tile_low2_o    (tile_low2),
    .tile_line2_o   (tile_line2),
    .release_i      (tile_release)
  );

  wire                 tap_valid;
  wire                 tap_ready;
  wire [26:0]          tap_y;
  wire [26:0]          tap_x;
  wire [BankWidth-1:0] tap_low;
  wire [15:0]          tap_line;
  wire                 tap_first;
  wire                 tap_last;
  wire                 tap_second;
  wire                 tap_tail;
  wire                 tap_end;
  wire [4:0]           tap_rows;
  wire                 tap_edge;

  ratel_tap_generator #(
    .Rows (Rows)
  ) u_taps (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .valid_i      (stage_valid[1]),
    .done_o       (tap_done),
    .conv_i       (tap_desc[Conv]),
    .binary_i     (tap_desc[Binary]),
    .pixels_i     (tap_desc[`DESC_EXECUTE_PIXELS]),
    .blocks_i     (tap_desc[`DESC_EXECUTE_OUT_BLOCKS]),
    .in_base_i    (tap_desc[`DESC_EXECUTE_IN_BASE]),
    .in2_base_i   (tap_desc[`DESC_EXECUTE_IN2_BASE]),
    .in_cbs_i     (tap_desc[`DESC_EXECUTE_IN_CBS]),
    .in_blocks_i  (tap_desc[`DESC_EXECUTE_IN_BLOCKS]),
    .kh_i         (tap_desc[`DESC_EXECUTE_KH]),
    .kw_i         (tap_desc[`DESC_EXECUTE_KW]),
    .dy_i         (tap_desc[`DESC_EXECUTE_DY]),
    .dx_i         (tap_desc[`DESC_EXECUTE_DX]),
    .tap_step_i   (tap_desc[`DESC_EXECUTE_TAP_STEP]),
    .tap_valid_o  (tap_valid),
    .tap_ready_i  (tap_ready),
    .tap_y_o      (tap_y),
    .tap_x_o      (tap_x),
    .tap_low_o    (tap_low),
    .tap_line_o   (tap_line),
    .tap_first_o  (tap_first),
    .tap_last_o   (tap_last),
    .tap_second_o (tap_second),
    .tap_tail_o   (tap_tail),
    .tap_end_o    (tap_end),
    .tap_rows_o   (tap_rows),
    .tap_edge_o   (tap_edge)
  );

  // Gather. Outside the image: the zero point, or what cannot win or count in pooling.
  wire [7:0] fill = gather_desc[Fill] ? gather_desc[`DESC_EXECUTE_FILL]
                  : gather_desc[Max]  ? 8'h80
                  : gather_desc[Avg]  ? 8'h00
                                      : gather_desc[`DESC_EXECUTE_IN_ZP];

  wire                   set_valid;
  wire                   set_pop;
  wire [Rows*Cols*8-1:0] set_words;
  wire [Rows-1:0]        set_inside;
  wire                   set_first;
  wire                   set_last;
  wire                   set_second;
  wire                   set_tail;
  wire                   set_end;
  wire [4:0]             set_rows;
  wire                   set_edge;

  ratel_gather #(
    .Rows (Rows),
    .Cols (Cols)
  ) u_gather (
    .clk_i          (clk_i),
    .rst_ni         (rst_ni),
    .tile_valid_i   (tile_valid),
    .tile_row_i     (tile_row),
    .tile_y_i       (tile_y),
    .tile_x_i       (tile_x),
    .tile_low_i     (tile_low),
    .tile_line_i    (tile_line),
    .tile_low2_i    (tile_low2),
    .tile_line2_i   (tile_line2),
    .tile_release_o (tile_release),
    .tap_valid_i    (tap_valid),
    .tap_ready_o    (tap_ready),
    .tap_y_i        (tap_y),
    .tap_x_i        (tap_x),
    .tap_low_i      (tap_low),
    .tap_line_i     (tap_line),
    .tap_first_i    (tap_first),
    .tap_last_i     (tap_last),
    .tap_second_i   (tap_second),
    .tap_tail_i     (tap_tail),
    .tap_end_i      (tap_end),
    .tap_rows_i     (tap_rows),
    .tap_edge_i     (tap_edge),
    .in_h_i         (gather_desc[`DESC_EXECUTE_IN_H]),
    .in_w_i         (gather_desc[`DESC_EXECUTE_IN_W]),
    .in_cbs_i       (gather_desc[`DESC_EXECUTE_IN_CBS]),
    .fill_i         (fill),
    .skip_i         (gather_desc[Fill]),
    .done_o         (gather_done),
    .rd_en_o        (ex_rd_en_o),
    .rd_addr_o      (ex_rd_addr_o),
    .rd_gnt_i       (ex_rd_gnt_i),
    .rd_data_i      (ex_rd_data_i),
    .set_valid_o    (set_valid),
    .set_pop_i      (set_pop),
    .set_words_o    (set_words),
    .set_inside_o   (set_inside),
    .set_first_o    (set_first),
    .set_last_o     (set_last),
    .set_second_o   (set_second),
    .set_tail_o     (set_tail),
    .set_end_o      (set_end),
    .set_rows_o     (set_rows),
    .set_edge_o     (set_edge)
  );

  // Weights and steps.
  wire       weight_valid;
  wire       weight_pop;
  wire       room;
  wire       step;
  wire [1:0] step_op;
  wire [3:0] step_byte;
  wire       step_last;

  ratel_weight_fetch #(
    .Rows (Rows)
  ) u_weights (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .valid_i      (stage_valid[3]),
    .done_o       (weight_done),
    .mac_i        (weight_desc[Mac]),
    .wbase_i      (weight_desc[`DESC_EXECUTE_WBASE]),
    .steps_i      (weight_desc[`DESC_EXECUTE_STEPS]),
    .pixels_i     (weight_desc[`DESC_EXECUTE_PIXELS]),
    .blocks_i     (weight_desc[`DESC_EXECUTE_OUT_BLOCKS]),
    .rd_en_o      (w_rd_en_o),
    .rd_addr_o    (w_rd_addr_o),
    .word_valid_o (weight_valid),
    .pop_i        (weight_pop)
  );

  wire [3:0] step_flags = step_desc[`DESC_EXECUTE_FLAGS];

  ratel_step #(
    .Cols (Cols)
  ) u_step (
    .clk_i          (clk_i),
    .rst_ni         (rst_ni),
    .valid_i        (stage_valid[4]),
    .done_o         (step_done),
    .mac_i          (step_desc[Mac]),
    .conv_i         (step_desc[Conv]),
    .binary_i       (step_desc[Binary]),
    .max_i          (step_desc[Max]),
    .acc_i          (step_desc[Conv] && step_flags[Acc]),
    .in_tail_i      (step_desc[`DESC_EXECUTE_IN_TAIL]),
    .out_tail_i     (step_desc[`DESC_EXECUTE_OUT_TAIL]),
    .set_valid_i    (set_valid),
    .set_pop_o      (set_pop),
    .set_first_i    (set_first),
    .set_last_i     (set_last),
    .set_tail_i     (set_tail),
    .set_end_i      (set_end),
    .set_rows_i     (set_rows),
    .set_edge_i     (set_edge),
    .weight_valid_i (weight_valid),
    .weight_pop_o   (weight_pop),
    .room_i         (room),
    .step_o         (step),
    .op_o           (step_op),
    .byte_o         (step_byte),
    .last_o         (step_last),
    .stall_fetch_o  (exec_stall_fetch_o),
    .stall_drain_o  (exec_stall_drain_o),
    .macs_o         (exec_macs_o)
  );

  assign exec_step_o = step;

  // Array. Zero points come off where the operation multiplies or rescales; bytes pass otherwise.
  wire       centred = step_desc[Mac] || step_desc[Scaled];
  wire [7:0] zp      = !centred   ? 8'h00
                     : set_second ? step_desc[`DESC_EXECUTE_W_ZP]
                                  : step_desc[`DESC_EXECUTE_IN_ZP];

  wire                    pending;
  wire                    shadow;
  wire [Rows*Cols*32-1:0] acc;
  wire [Rows*18-1:0]      count;
  wire [Rows*Cols-1:0]    sum_wraps;

  ratel_array #(
    .Rows (Rows),
    .Cols (Cols)
  ) u_array (
    .clk_i       (clk_i),
    .rst_ni      (rst_ni),
    .step_i      (step),
    .last_i      (step_last),
    .op_i        (step_op),
    .broadcast_i (step_desc[Conv]),
    .byte_i      (step_byte),
    .words_i     (set_words),
    .zp_i        (zp),
    .weighted_i  (step_desc[Mac]),
    .weights_i   (w_rd_data_i),
    .weight_zp_i (step_desc[`DESC_EXECUTE_W_ZP]),
    .inside_i    (set_inside),
    .pending_o   (pending),
    .shadow_o    (shadow),
    .acc_o       (acc),
    .count_o     (count),
    .wraps_o     (sum_wraps)
  );

  // Drain, prescaler, requantiser.
  wire [3:0]                 drain_flags = drain_desc[`DESC_EXECUTE_FLAGS];
  wire                       drain_long  = drain_desc[Scaled] || drain_desc[Avg] || drain_desc[Lut];
  wire                       item;
  wire [1:0]                 item_group;
  wire                       item_edge;
  wire [RequantLanes*32-1:0] item_acc;
  wire [17:0]                item_count;
  wire                       pre_busy;
  wire                       pre_item;
  wire [RequantLanes*32-1:0] pre_value;
  wire [31:0]                pre_mult;
  wire [7:0]                 pre_shift;
  wire                       out_item;
  wire [RequantLanes*32-1:0] out_value;
  wire [RequantLanes-1:0]    bias_wraps;

  ratel_drain #(
    .Rows  (Rows),
    .Cols  (Cols),
    .Lanes (RequantLanes)
  ) u_drain (
    .clk_i           (clk_i),
    .rst_ni          (rst_ni),
    .valid_i         (stage_valid[5]),
    .done_o          (drain_done),
    .long_i          (drain_long),
    .hold_i          (drain_desc[Conv] && drain_flags[Hold]),
    .params_i        (drain_desc[Mac] && (drain_flags[Perch] || drain_flags[Bias])),
    .pbase_i         (drain_desc[`DESC_EXECUTE_PBASE]),
    .pixels_i        (drain_desc[`DESC_EXECUTE_PIXELS]),
    .blocks_i        (drain_desc[`DESC_EXECUTE_OUT_BLOCKS]),
    .long_busy_i     (pre_busy),
    .pending_i       (pending),
    .shadow_i        (shadow),
    .acc_i           (acc),
    .count_i         (count),
    .room_o          (room),
    .param_rd_en_o   (p_rd_en_o),
    .param_rd_addr_o (p_rd_addr_o),
    .item_o          (item),
    .item_group_o    (item_group),
    .item_edge_o     (item_edge),
    .item_acc_o      (item_acc),
    .item_count_o    (item_count)
  );

  // Averages and table bytes are results already: the requantiser's identity.
  ratel_prescale #(
    .Cols  (Cols),
    .Lanes (RequantLanes)
  ) u_prescale (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .item_i        (item && drain_long),
    .acc_i         (item_acc),
    .count_i       (item_count),
    .sub_i         (drain_desc[Sub]),
    .mul_i         (drain_desc[Mul]),
    .avg_i         (drain_desc[Avg]),
    .lut_i         (drain_desc[Lut]),
    .mult1_i       (drain_desc[`DESC_EXECUTE_MULT1]),
    .shift1_i      (drain_desc[`DESC_EXECUTE_SHIFT1]),
    .mult2_i       (drain_desc[`DESC_EXECUTE_MULT2]),
    .shift2_i      (drain_desc[`DESC_EXECUTE_SHIFT2]),
    .mult_i        (drain_desc[Scaled] ? drain_desc[`DESC_EXECUTE_MULT] : 32'h4000_0000),
    .shift_i       (drain_desc[Scaled] ? drain_desc[`DESC_EXECUTE_SHIFT] : 8'd1),
    .table_rd_en_o (t_rd_en_o),
    .table_index_o (t_rd_index_o),
    .table_data_i  (t_rd_data_i),
    .busy_o        (pre_busy),
    .item_o        (pre_item),
    .value_o       (pre_value),
    .mult_o        (pre_mult),
    .shift_o       (pre_shift)
  );

  ratel_requant #(
    .Cols  (Cols),
    .Lanes (RequantLanes)
  ) u_requant (
    .clk_i       (clk_i),
    .rst_ni      (rst_ni),
    .direct_i    (item && !drain_long),
    .group_i     (item_group),
    .acc_i       (item_acc),
    .mac_i       (drain_desc[Mac]),
    .perch_i     (drain_flags[Perch]),
    .use_bias_i  (drain_flags[Bias]),
    .mult_i      (drain_desc[`DESC_EXECUTE_MULT]),
    .shift_i     (drain_desc[`DESC_EXECUTE_SHIFT]),
    .bias_i      (p_rd_bias_i),
    .mults_i     (p_rd_mult_i),
    .shifts_i    (p_rd_shift_i),
    .pre_i       (pre_item),
    .pre_value_i (pre_value),
    .pre_mult_i  (pre_mult),
    .pre_shift_i (pre_shift),
    .item_o      (out_item),
    .value_o     (out_value),
    .wraps_o     (bias_wraps)
  );

  ratel_wrapped #(
    .Rows  (Rows),
    .Cols  (Cols),
    .Lanes (RequantLanes)
  ) u_wrapped (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .step_i       (step && step_desc[Mac]),
    .step_rows_i  (set_rows),
    .step_cols_i  (set_edge ? step_desc[`DESC_EXECUTE_OUT_TAIL] : AllCols),
    .step_owner_i (step_desc[`DESC_EXECUTE_OWNER]),
    .sum_wraps_i  (sum_wraps),
    .item_i       (item && drain_desc[Mac] && !(drain_desc[Conv] && drain_flags[Hold])),
    .item_group_i (item_group),
    .item_cols_i  (item_edge ? drain_desc[`DESC_EXECUTE_OUT_TAIL] : AllCols),
    .item_owner_i (drain_desc[`DESC_EXECUTE_OWNER]),
    .bias_wraps_i (bias_wraps),
    .wrapped_o    (wrapped_o)
  );

  // Writer. Averages and maxima are clamped in the input's own scale.
  wire [3:0] writer_flags = writer_desc[`DESC_EXECUTE_FLAGS];
  wire       writer_plain = writer_desc[Unclamped];
  wire       writer_scale = writer_desc[Mac] || writer_desc[Scaled];

  ratel_writer #(
    .Rows  (Rows),
    .Cols  (Cols),
    .Lanes (RequantLanes)
  ) u_writer (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .done_o       (writer_done),
    .hold_i       (writer_desc[Conv] && writer_flags[Hold]),
    .pixels_i     (writer_desc[`DESC_EXECUTE_PIXELS]),
    .blocks_i     (writer_desc[`DESC_EXECUTE_OUT_BLOCKS]),
    .tail_i       (writer_desc[`DESC_EXECUTE_OUT_TAIL]),
    .out_w_i      (writer_desc[`DESC_EXECUTE_OUT_W]),
    .base_i       (writer_desc[`DESC_EXECUTE_OUT_BASE]),
    .pitch_i      (writer_desc[`DESC_EXECUTE_OUT_PITCH]),
    .cbs_i        (writer_desc[`DESC_EXECUTE_OUT_CBS]),
    .zero_point_i (writer_scale ? writer_desc[`DESC_EXECUTE_OUT_ZP] : 8'h00),
    .min_i        (writer_plain ? 8'h80 : writer_desc[`DESC_EXECUTE_ACT_MIN]),
    .max_i        (writer_plain ? 8'h7f : writer_desc[`DESC_EXECUTE_ACT_MAX]),
    .item_i       (out_item),
    .value_i      (out_value),
    .end_o        (x_done_o),
    .wr_en_o      (ex_wr_en_o),
    .wr_bank_o    (ex_wr_bank_o),
    .wr_addr_o    (ex_wr_addr_o),
    .wr_data_o    (ex_wr_data_o),
    .wr_be_o      (ex_wr_be_o)
  );

  // The stages of the front look at the tap's last flag, not at valid.
  wire unused = &{1'b0, stage_valid[2], stage_valid[6], step_flags, drain_flags, writer_flags};

endmodule
