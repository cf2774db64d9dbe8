// Word walker of load and store: the on-chip words of an instruction, one a cycle, in the order in
// which their bytes stand in memory: rows, pixels of a row, blocks of a pixel.
//
//   pixel p, groups of n = wrap+1:   bank = p mod n     line = base + (p div n)*group_step
//   block b of the pixel:             addr = line + b*block_step
//
// Pixels follow each other; at the end of a row the walk goes on `pitch` pixels after the start of
// the row, or, when `linear`, with the next pixel. Nothing is multiplied on the way: the two
// products an instruction needs,
//   first line  (first div Rows)*group_step     and     row step  (pitch div Rows)*group_step,
// are made by one multiplier in a set-up stage while the previous instruction is still being
// walked.
//
//   name                                   | meaning
//   ---------------------------------------|---------------------------------------------------
//   Rows                                   | as in ratel_core
//   UserWidth                              | bits that travel with an instruction
//   start_*                                | an instruction, taken when valid and ready; `user`
//                                          | travels along
//   hold_i                                 | keep the instruction in the set-up stage
//   set_up_user_o                          | user bits of the instruction in the set-up stage
//   drop_i                                 | give up the instruction being walked
//   word_valid_o, word_user_o              | the rest describes a word; it advances with
//                                          | `word_ready_i`
//   word_bank_o, word_addr_o, word_block_o | where it is; block number modulo 16
//   word_tail_o                            | it is the last block of its pixel
//   word_final_o                           | it is the last word of the instruction
//   busy_o                                 | an instruction is in either stage
module ratel_walk #(
  parameter Rows = 8,
  parameter UserWidth = 2
) (
  input  wire                 clk_i,
  input  wire                 rst_ni,
  input  wire                 start_valid_i,
  output wire                 start_ready_o,
  input  wire [UserWidth-1:0] start_user_i,
  input  wire [15:0]          start_base_i,
  input  wire [15:0]          start_first_i,
  input  wire [15:0]          start_pitch_i,
  input  wire [15:0]          start_group_step_i,
  input  wire [15:0]          start_block_step_i,
  input  wire [15:0]          start_rows_i,
  input  wire [15:0]          start_width_i,
  input  wire [15:0]          start_blocks_i,
  input  wire [3:0]           start_wrap_i,
  input  wire                 start_linear_i,
  input  wire                 hold_i,
  output wire [UserWidth-1:0] set_up_user_o,
  input  wire                 drop_i,
  output wire                 word_valid_o,
  input  wire                 word_ready_i,
  output wire [UserWidth-1:0] word_user_o,
  output wire [3:0]           word_bank_o,
  output wire [15:0]          word_addr_o,
  output wire [3:0]           word_block_o,
  output wire                 word_tail_o,
  output wire                 word_final_o,
  output wire                 busy_o
);

  localparam RowBits = $clog2(Rows);
  localparam RowMaskInt = Rows - 1;
  localparam [3:0] RowMask = RowMaskInt[3:0];

  // Set-up stage: two products, one a cycle.
  reg                 set_valid_q;
  reg  [1:0]          set_phase_q;   // 0: product of first, 1: product of pitch, 2: ready
  reg [UserWidth-1:0] set_user_q;
  reg  [15:0]         set_first_q;
  reg  [15:0]         set_pitch_q;
  reg  [15:0]         set_line_q;
  reg  [15:0]         set_row_step_q;
  reg  [15:0]         set_group_step_q;
  reg  [15:0]         set_block_step_q;
  reg  [15:0]         set_rows_q;
  reg  [15:0]         set_width_q;
  reg  [15:0]         set_blocks_q;
  reg  [3:0]          set_wrap_q;
  reg                 set_linear_q;

  wire        start   = start_valid_i && start_ready_o;
  wire [15:0] factor  = ((set_phase_q == 2'd0) ? set_first_q : set_pitch_q) >> RowBits;
  wire [15:0] product = factor * set_group_step_q;
  wire        take;

  assign start_ready_o = !set_valid_q;
  assign set_up_user_o = set_user_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      set_valid_q <= 1'b0;
      set_phase_q <= 2'd0;
    end else begin
      if (start) begin
        set_valid_q <= 1'b1;
        set_phase_q <= 2'd0;
      end else if (take) begin
        set_valid_q <= 1'b0;
      end else if (set_phase_q != 2'd2) begin
        set_phase_q <= set_phase_q + 2'd1;
      end
    end
  end

  always @(posedge clk_i) begin
    if (start) begin
      set_user_q       <= start_user_i;
      set_first_q      <= start_first_i;
      set_pitch_q      <= start_pitch_i;
      set_line_q       <= start_base_i;
      set_group_step_q <= start_group_step_i;
      set_block_step_q <= start_block_step_i;
      set_rows_q       <= start_rows_i;
      set_width_q      <= start_width_i;
      set_blocks_q     <= start_blocks_i;
      set_wrap_q       <= start_wrap_i;
      set_linear_q     <= start_linear_i;
    end else begin
      if (set_phase_q == 2'd0) set_line_q     <= set_line_q + product;
      if (set_phase_q == 2'd1) set_row_step_q <= product;
    end
  end

  // Walk stage.
  reg                  valid_q;
  reg  [UserWidth-1:0] user_q;
  reg  [3:0]           pitch_bank_q;   // pitch mod Rows
  reg  [15:0]          row_step_q;
  reg  [15:0]          group_step_q;
  reg  [15:0]          block_step_q;
  reg  [15:0]          width_q;
  reg  [15:0]          blocks_q;
  reg  [3:0]           wrap_q;
  reg                  linear_q;
  reg  [3:0]           row_bank_q;     // of the row's first pixel
  reg  [15:0]          row_line_q;
  reg  [3:0]           bank_q;         // of the pixel
  reg  [15:0]          line_q;
  reg  [15:0]          addr_q;         // of the word
  reg  [3:0]           block_q;
  reg  [15:0]          blocks_left_q;  // this one included
  reg  [15:0]          pixels_left_q;
  reg  [15:0]          rows_left_q;

  wire        tail     = (blocks_left_q == 16'd1);
  wire        row_end  = (pixels_left_q == 16'd1);
  wire        last_row = (rows_left_q == 16'd1);
  wire        step     = valid_q && word_ready_i;
  wire        jump     = row_end && !linear_q;

  wire        wraps         = (bank_q == wrap_q);
  wire [4:0]  row_bank_sum  = {1'b0, row_bank_q} + {1'b0, pitch_bank_q};
  wire        row_wraps     = (row_bank_sum > {1'b0, wrap_q});
  wire [3:0]  next_row_bank = row_bank_sum[3:0] & wrap_q;
  wire [15:0] next_row_line = row_line_q + row_step_q + (row_wraps ? group_step_q : 16'd0);
  wire [3:0]  next_bank     = jump ? next_row_bank : (wraps ? 4'd0 : bank_q + 4'd1);
  wire [15:0] next_line     = jump ? next_row_line : (wraps ? line_q + group_step_q : line_q);

  assign take = set_valid_q && (set_phase_q == 2'd2) && !hold_i &&
                (!valid_q || drop_i || (word_ready_i && word_final_o));

  assign word_valid_o = valid_q;
  assign word_user_o  = user_q;
  assign word_bank_o  = bank_q;
  assign word_addr_o  = addr_q;
  assign word_block_o = block_q;
  assign word_tail_o  = tail;
  assign word_final_o = tail && row_end && last_row;
  assign busy_o       = valid_q || set_valid_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                                   valid_q <= 1'b0;
    else if (take)                                 valid_q <= 1'b1;
    else if (drop_i || (step && word_final_o))     valid_q <= 1'b0;
  end

  always @(posedge clk_i) begin
    if (take) begin
      user_q        <= set_user_q;
      pitch_bank_q  <= set_pitch_q[3:0] & RowMask;
      row_step_q    <= set_row_step_q;
      group_step_q  <= set_group_step_q;
      block_step_q  <= set_block_step_q;
      width_q       <= set_width_q;
      blocks_q      <= set_blocks_q;
      wrap_q        <= set_wrap_q;
      linear_q      <= set_linear_q;
      row_bank_q    <= set_first_q[3:0] & RowMask;
      row_line_q    <= set_line_q;
      bank_q        <= set_first_q[3:0] & RowMask;
      line_q        <= set_line_q;
      addr_q        <= set_line_q;
      block_q       <= 4'd0;
      blocks_left_q <= set_blocks_q;
      pixels_left_q <= set_width_q;
      rows_left_q   <= set_rows_q;
    end else if (step) begin
      if (!tail) begin
        addr_q        <= addr_q + block_step_q;
        block_q       <= block_q + 4'd1;
        blocks_left_q <= blocks_left_q - 16'd1;
      end else begin
        bank_q        <= next_bank;
        line_q        <= next_line;
        addr_q        <= next_line;
        block_q       <= 4'd0;
        blocks_left_q <= blocks_q;
        pixels_left_q <= row_end ? width_q : pixels_left_q - 16'd1;
        if (row_end) rows_left_q <= rows_left_q - 16'd1;
        if (jump) begin
          row_bank_q <= next_row_bank;
          row_line_q <= next_row_line;
        end
      end
    end
  end

endmodule
