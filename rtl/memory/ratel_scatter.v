`include "ratel_isa.vh"

// Scatter: bytes in memory order to words of the scratchpad, the weight and parameter buffers and
// the table.
//
// A word is made when the gearbox holds its bytes (the last block of a pixel has only `tail` of
// them), and rests in an output register until its memory takes it; only the scratchpad ever makes
// it wait. Transposing loads write one byte a cycle.
//
//   name                          | meaning
//   ------------------------------|----------------------------------------------------------------
//   Rows, Cols                    | as in ratel_core
//   CountWidth                    | bits of a number of bytes in the gearbox, at least 5
//   start_*, drop_i               | an instruction (load descriptor fields), given up with `drop_i`
//   walk_valid_o, walk_tag_o      | the instruction being scattered; busy_o: there is one, or the
//                                 | next
//   count_i, data_i               | the gearbox; `pop_bytes_o` leave it in this cycle
//   spad_*, wbuf_*, pbuf_*, lut_* | write ports
//   pending_o                     | a word rests in the output register
//   done_o                        | the last word of an instruction is being taken
module ratel_scatter #(
  parameter Rows = 8,
  parameter Cols = 8,
  parameter CountWidth = 5
) (
  input  wire                  clk_i,
  input  wire                  rst_ni,
  input  wire                  start_valid_i,
  output wire                  start_ready_o,
  input  wire [1:0]            start_tag_i,
  input  wire [2:0]            start_op_i,
  input  wire [15:0]           start_base_i,
  input  wire [15:0]           start_p0_i,
  input  wire [15:0]           start_rows_i,
  input  wire [15:0]           start_width_i,
  input  wire [15:0]           start_channels_i,
  input  wire [15:0]           start_blocks_i,
  input  wire [4:0]            start_tail_i,
  input  wire [15:0]           start_pitch_i,
  input  wire [15:0]           start_cbs_i,
  input  wire [15:0]           start_pixels_i,
  input  wire                  drop_i,
  output wire                  walk_valid_o,
  output wire [1:0]            walk_tag_o,
  output wire                  busy_o,
  // gearbox
  input  wire [CountWidth-1:0] count_i,
  input  wire [Cols*8-1:0]     data_i,
  output wire [CountWidth-1:0] pop_bytes_o,
  // destinations
  output wire                  spad_wr_valid_o,
  output wire [4:0]            spad_wr_bank_o,
  output wire [15:0]           spad_wr_addr_o,
  output wire [Cols*8-1:0]     spad_wr_data_o,
  output wire [Cols-1:0]       spad_wr_be_o,
  input  wire                  spad_wr_ready_i,
  output wire                  wbuf_wr_en_o,
  output wire [15:0]           wbuf_wr_addr_o,
  output wire [Cols*8-1:0]     wbuf_wr_data_o,
  output wire [Cols-1:0]       wbuf_wr_be_o,
  output wire                  pbuf_wr_en_o,
  output wire [7:0]            pbuf_wr_addr_o,
  output wire [3:0]            pbuf_wr_slot_o,
  output wire [Cols*8-1:0]     pbuf_wr_data_o,
  output wire                  lut_wr_en_o,
  output wire [7:0]            lut_wr_addr_o,
  output wire [Cols*8-1:0]     lut_wr_data_o,
  output wire                  pending_o,
  output wire                  done_o
);

  localparam ColBits = $clog2(Cols);
  localparam RowMaskInt = Rows - 1;
  localparam ColMaskInt = Cols - 1;
  localparam [3:0] RowMask = RowMaskInt[3:0];
  localparam [3:0] ColMask = ColMaskInt[3:0];
  localparam [4:0] WholeWord = Cols[4:0];

  // How each operation walks its destination. A linear load is a walk over pixels of one block in
  // groups of one.
  reg [15:0] walk_base;
  reg [15:0] walk_first;
  reg [15:0] walk_pitch;
  reg [15:0] walk_group_step;
  reg [15:0] walk_block_step;
  reg [15:0] walk_blocks;
  reg [3:0]  walk_wrap;
  reg        walk_linear;
  reg [4:0]  walk_tail;

  always @* begin
    walk_base       = start_base_i;
    walk_first      = 16'd0;
    walk_pitch      = 16'd0;
    walk_group_step = 16'd1;
    walk_block_step = 16'd0;
    walk_blocks     = 16'd1;
    walk_wrap       = 4'd0;
    walk_linear     = 1'b1;
    walk_tail       = WholeWord;
    case (start_op_i)
      `OP_LD_T: begin
        walk_first      = start_p0_i;
        walk_pitch      = start_pitch_i;
        walk_group_step = start_cbs_i;
        walk_block_step = 16'd1;
        walk_blocks     = start_blocks_i;
        walk_wrap       = RowMask;
        walk_linear     = 1'b0;
        walk_tail       = start_tail_i;
      end
      `OP_LD_M: begin
        walk_block_step = start_pixels_i;
        walk_blocks     = start_blocks_i;
        walk_tail       = start_tail_i;
      end
      `OP_LD_MT: begin   // one byte a "word"; the bank counts lanes
        walk_group_step = start_channels_i;
        walk_block_step = 16'd1;
        walk_blocks     = start_channels_i;
        walk_wrap       = ColMask;
        walk_tail       = 5'd1;
      end
      `OP_LD_P: walk_blocks = 16'd9;
      `OP_LD_B: walk_blocks = 16'd4;
      `OP_LD_L: walk_base   = 16'd0;
      default: begin     // ld.w
      end
    endcase
  end

  wire [2:0]  op;
  wire [4:0]  tail_bytes;
  wire        word_valid;
  wire        word_ready;
  wire [3:0]  word_bank;
  wire [15:0] word_addr;
  wire [3:0]  word_block;
  wire        word_tail;
  wire        word_final;
  wire [9:0]  unused_set_up_user;

  ratel_walk #(
    .Rows      (Rows),
    .UserWidth (10)
  ) u_walk (
    .clk_i              (clk_i),
    .rst_ni             (rst_ni),
    .start_valid_i      (start_valid_i),
    .start_ready_o      (start_ready_o),
    .start_user_i       ({start_tag_i, start_op_i, walk_tail}),
    .start_base_i       (walk_base),
    .start_first_i      (walk_first),
    .start_pitch_i      (walk_pitch),
    .start_group_step_i (walk_group_step),
    .start_block_step_i (walk_block_step),
    .start_rows_i       (start_rows_i),
    .start_width_i      (start_width_i),
    .start_blocks_i     (walk_blocks),
    .start_wrap_i       (walk_wrap),
    .start_linear_i     (walk_linear),
    .hold_i             (1'b0),
    .set_up_user_o      (unused_set_up_user),
    .drop_i             (drop_i),
    .word_valid_o       (word_valid),
    .word_ready_i       (word_ready),
    .word_user_o        ({walk_tag_o, op, tail_bytes}),
    .word_bank_o        (word_bank),
    .word_addr_o        (word_addr),
    .word_block_o       (word_block),
    .word_tail_o        (word_tail),
    .word_final_o       (word_final),
    .busy_o             (busy_o)
  );

  assign walk_valid_o = word_valid;

  // The word.
  wire       transpose = (op == `OP_LD_MT);
  wire [4:0] bytes     = transpose ? 5'd1 : (word_tail ? tail_bytes : WholeWord);
  wire [CountWidth-1:0] bytes_wide = {{(CountWidth - 5){1'b0}}, bytes};

  wire [Cols-1:0] lanes   = ~({Cols{1'b1}} << bytes);
  wire [Cols-1:0] one_hot = {{(Cols-1){1'b0}}, 1'b1} << word_bank[ColBits-1:0];

  // Output register.
  reg              valid_q;
  reg [2:0]        op_q;
  reg [3:0]        bank_q;
  reg [15:0]       addr_q;
  reg [3:0]        slot_q;
  reg [Cols*8-1:0] data_q;
  reg [Cols-1:0]   be_q;
  reg              final_q;

  wire to_spad = (op_q == `OP_LD_T);
  wire taken   = valid_q && (!to_spad || spad_wr_ready_i);

  assign word_ready  = !drop_i && (count_i >= bytes_wide) && (!valid_q || taken);
  wire   make        = word_valid && word_ready;
  assign pop_bytes_o = make ? bytes_wide : {CountWidth{1'b0}};

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)    valid_q <= 1'b0;
    else if (make)  valid_q <= 1'b1;
    else if (taken) valid_q <= 1'b0;
  end

  always @(posedge clk_i) begin
    if (make) begin
      op_q    <= op;
      bank_q  <= word_bank;
      addr_q  <= word_addr;
      slot_q  <= word_block;
      data_q  <= transpose ? {Cols{data_i[7:0]}} : data_i;
      be_q    <= transpose ? one_hot : lanes;
      final_q <= word_final;
    end
  end

  assign pending_o = valid_q;
  assign done_o    = taken && final_q;

  assign spad_wr_valid_o = valid_q && to_spad;
  assign spad_wr_bank_o  = {1'b0, bank_q};
  assign spad_wr_addr_o  = addr_q;
  assign spad_wr_data_o  = data_q;
  assign spad_wr_be_o    = be_q;

  assign wbuf_wr_en_o    = valid_q && ((op_q == `OP_LD_W) || (op_q == `OP_LD_M) ||
                                       (op_q == `OP_LD_MT));
  assign wbuf_wr_addr_o  = addr_q;
  assign wbuf_wr_data_o  = data_q;
  assign wbuf_wr_be_o    = be_q;

  assign pbuf_wr_en_o    = valid_q && ((op_q == `OP_LD_P) || (op_q == `OP_LD_B));
  assign pbuf_wr_addr_o  = addr_q[7:0];
  assign pbuf_wr_slot_o  = slot_q;
  assign pbuf_wr_data_o  = data_q;

  assign lut_wr_en_o     = valid_q && (op_q == `OP_LD_L);
  assign lut_wr_addr_o   = {addr_q[7-ColBits:0], {ColBits{1'b0}}};
  assign lut_wr_data_o   = data_q;

endmodule
