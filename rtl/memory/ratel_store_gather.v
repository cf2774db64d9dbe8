// Gather: words of the scratchpad to bytes in memory order. One word a cycle is read while the
// gearbox has room; the last block of a pixel gives `tail` bytes.
//
//   name                      | meaning
//   --------------------------|--------------------------------------------------------------------
//   Rows, Cols                | as in ratel_core
//   Capacity                  | bytes the gearbox holds
//   start_*                   | an instruction (fields of the store descriptor)
//   hold_i, set_up_tag_o      | keep the instruction of that tag from beginning
//   drop_i                    | give up the instruction being read, and the word on its way
//   walk_tag_o                | the instruction whose words are or were last read; busy_o: there is
//                             | one, or the next
//   spad_rd_*                 | read port; data the cycle after the grant
//   count_i                   | bytes in the gearbox
//   push_data_o, push_bytes_o | bytes for the gearbox in this cycle, 0 for none
module ratel_store_gather #(
  parameter Rows     = 8,
  parameter Cols     = 8,
  parameter Capacity = 32
) (
  input  wire                                                  clk_i,
  input  wire                                                  rst_ni,
  input  wire                                                  start_valid_i,
  output wire                                                  start_ready_o,
  input  wire [1:0]                                            start_tag_i,
  input  wire [15:0]                                           start_base_i,
  input  wire [15:0]                                           start_p0_i,
  input  wire [15:0]                                           start_rows_i,
  input  wire [15:0]                                           start_width_i,
  input  wire [15:0]                                           start_blocks_i,
  input  wire [4:0]                                            start_tail_i,
  input  wire [15:0]                                           start_pitch_i,
  input  wire [15:0]                                           start_cbs_i,
  input  wire                                                  hold_i,
  output wire [1:0]                                            set_up_tag_o,
  input  wire                                                  drop_i,
  output wire [1:0]                                            walk_tag_o,
  output wire                                                  busy_o,
  // scratchpad
  output wire                                                  spad_rd_en_o,
  output wire [4:0]                                            spad_rd_bank_o,
  output wire [15:0]                                           spad_rd_addr_o,
  input  wire                                                  spad_rd_gnt_i,
  input  wire [Cols*8-1:0]                                     spad_rd_data_i,
  // gearbox
  input  wire [(Capacity > 31 ? $clog2(Capacity + 1) : 5)-1:0] count_i,
  output wire [Cols*8-1:0]                                     push_data_o,
  output wire [4:0]                                            push_bytes_o
);

  localparam CountWidth = (Capacity > 31) ? $clog2(Capacity + 1) : 5;
  localparam RowMaskInt = Rows - 1;
  localparam [3:0] RowMask = RowMaskInt[3:0];
  localparam [4:0] WholeWord = Cols[4:0];
  localparam OneInt = Capacity - Cols;
  localparam TwoInt = Capacity - 2 * Cols;
  localparam [CountWidth-1:0] RoomForOne = OneInt[CountWidth-1:0];
  localparam [CountWidth-1:0] RoomForTwo = TwoInt[CountWidth-1:0];

  wire [4:0]  tail_bytes;
  wire [4:0]  unused_set_up_tail;
  wire        word_valid;
  wire        word_ready;
  wire [3:0]  word_bank;
  wire        word_tail;
  wire [3:0]  unused_block;
  wire        unused_final;

  ratel_walk #(
    .Rows      (Rows),
    .UserWidth (7)
  ) u_walk (
    .clk_i              (clk_i),
    .rst_ni             (rst_ni),
    .start_valid_i      (start_valid_i),
    .start_ready_o      (start_ready_o),
    .start_user_i       ({start_tag_i, start_tail_i}),
    .start_base_i       (start_base_i),
    .start_first_i      (start_p0_i),
    .start_pitch_i      (start_pitch_i),
    .start_group_step_i (start_cbs_i),
    .start_block_step_i (16'd1),
    .start_rows_i       (start_rows_i),
    .start_width_i      (start_width_i),
    .start_blocks_i     (start_blocks_i),
    .start_wrap_i       (RowMask),
    .start_linear_i     (1'b0),
    .hold_i             (hold_i),
    .set_up_user_o      ({set_up_tag_o, unused_set_up_tail}),
    .drop_i             (drop_i),
    .word_valid_o       (word_valid),
    .word_ready_i       (word_ready),
    .word_user_o        ({walk_tag_o, tail_bytes}),
    .word_bank_o        (word_bank),
    .word_addr_o        (spad_rd_addr_o),
    .word_block_o       (unused_block),
    .word_tail_o        (word_tail),
    .word_final_o       (unused_final),
    .busy_o             (busy_o)
  );

  // The word that was granted in the last cycle is on its way.
  reg       coming_q;
  reg [4:0] coming_bytes_q;

  wire room = coming_q ? (count_i <= RoomForTwo) : (count_i <= RoomForOne);

  assign spad_rd_en_o   = word_valid && room && !drop_i;
  assign spad_rd_bank_o = {1'b0, word_bank};
  assign word_ready     = spad_rd_en_o && spad_rd_gnt_i;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) coming_q <= 1'b0;
    else         coming_q <= word_ready;
  end

  always @(posedge clk_i) begin
    if (word_ready) coming_bytes_q <= word_tail ? tail_bytes : WholeWord;
  end

  assign push_data_o  = spad_rd_data_i;
  assign push_bytes_o = coming_q ? coming_bytes_q : 5'd0;

endmodule
