// Reads the weight word of the next step ahead of time. The weight buffer's own output register is
// the only storage: a word stays there until its step takes it, and the read of the following one
// goes out in that same cycle.
//
//   name               | meaning
//   -------------------|-----------------------------------------------------------------
//   Rows               | as in ratel_core
//   valid_i, done_o    | an instruction is there; its last read has gone out
//   mac_i              | the instruction has weights (others end at once)
//   wbase_i, steps_i   | first word; words a block, read again for each tile of the block
//   rd_en_o, rd_addr_o | weight buffer
//   word_valid_o       | the buffer's output is the next step's word; pop_i takes it
//   pixels_i, blocks_i | output pixels a block, output blocks
module ratel_weight_fetch #(
  parameter Rows = 8
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        valid_i,
  output wire        done_o,
  input  wire        mac_i,
  input  wire [15:0] wbase_i,
  input  wire [15:0] steps_i,
  input  wire [17:0] pixels_i,
  input  wire [15:0] blocks_i,
  output wire        rd_en_o,
  output wire [15:0] rd_addr_o,
  output wire        word_valid_o,
  input  wire        pop_i
);

  reg        word_valid_q;
  reg [15:0] step_q;
  reg [15:0] block_base_q;  // first word of the block, less wbase

  wire        last_tile;
  wire        last_block;
  wire [4:0]  rows;
  wire [15:0] block;
  wire        read     = valid_i && mac_i && (!word_valid_q || pop_i);
  wire        tile_end = read && (step_q == steps_i - 16'd1);

  ratel_tile_counter #(
    .Rows (Rows)
  ) u_tiles (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .pixels_i     (pixels_i),
    .blocks_i     (blocks_i),
    .advance_i    (tile_end),
    .rows_o       (rows),
    .last_tile_o  (last_tile),
    .last_block_o (last_block),
    .block_o      (block)
  );

  assign done_o       = valid_i && (!mac_i || (tile_end && last_tile && last_block));
  assign rd_en_o      = read;
  assign rd_addr_o    = wbase_i + block_base_q + step_q;
  assign word_valid_o = word_valid_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      word_valid_q <= 1'b0;
      step_q       <= 16'd0;
      block_base_q <= 16'd0;
    end else begin
      word_valid_q <= read || (word_valid_q && !pop_i);
      if (read) step_q <= tile_end ? 16'd0 : step_q + 16'd1;
      if (tile_end && last_tile) block_base_q <= last_block ? 16'd0 : block_base_q + steps_i;
    end
  end

  wire unused = &{1'b0, rows, block};

endmodule
