// Walks the tiles of an instruction: blocks outside, tiles of `Rows` pixels inside.
//
//   name               | meaning
//   -------------------|----------------------------------------------------------------
//   Rows               | as in ratel_core
//   pixels_i, blocks_i | output pixels a block, output blocks; stable while it walks
//   advance_i          | go to the next tile; after the last one it is back at the start
//   rows_o             | pixels of this tile, 1..Rows
//   last_tile_o        | last tile of the block
//   last_block_o       | the block is the last
//   block_o            | number of the block
module ratel_tile_counter #(
  parameter Rows = 8
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire [17:0] pixels_i,
  input  wire [15:0] blocks_i,
  input  wire        advance_i,
  output wire [4:0]  rows_o,
  output wire        last_tile_o,
  output wire        last_block_o,
  output wire [15:0] block_o
);

  localparam [17:0] TilePixels = Rows[17:0];

  reg [17:0] passed_q;  // pixels of the block before this tile
  reg [15:0] block_q;

  wire [17:0] left = pixels_i - passed_q;

  assign last_tile_o  = left <= TilePixels;
  assign last_block_o = block_q == blocks_i - 16'd1;
  assign rows_o       = last_tile_o ? left[4:0] : TilePixels[4:0];
  assign block_o      = block_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      passed_q <= 18'd0;
      block_q  <= 16'd0;
    end else if (advance_i) begin
      passed_q <= last_tile_o ? 18'd0 : passed_q + TilePixels;
      if (last_tile_o) block_q <= last_block_o ? 16'd0 : block_q + 16'd1;
    end
  end

endmodule
