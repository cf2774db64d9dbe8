// Shadow accumulators and their way out: a tile is copied when its last step is in, and leaves one
// row a cycle (Lanes < Cols: one group of lanes a cycle) while the array works on the next tile.
//
//   array --> shadow --+--> requantiser                        (mac, maxpool, copy, fill)
//                      +--> prescaler --> requantiser          (add, sub, mul, avgpool, lut)
//
// The two ways differ in length: an item for the short one waits until the long one is empty.
// An instruction with `hold` sends one item, which the writer takes as its end.
//
//   name                       | meaning
//   ---------------------------|-------------------------------------------------------------------
//   Rows, Cols                 | as in ratel_core
//   Lanes                      | its RequantLanes
//   valid_i, done_o            | an instruction is there; its last item goes out
//   long_i                     | its items go through the prescaler;  long_busy_i: that is not
//                              | empty
//   shadow_i, acc_i, count_i   | from the array;  pending_i: a tile is on its way here
//   room_o                     | a tile may end in the array now
//   param_*                    | read of a parameter entry; its output stays until the next read
//   item_o                     | an item leaves: `item_acc_o`, `item_count_o`, lanes `item_group_o`
//   item_edge_o                | it is of the last block
//   hold_i, pixels_i, blocks_i | of its shape
//   params_i, pbase_i          | it has parameter entries, the first of them
module ratel_drain #(
  parameter Rows  = 8,
  parameter Cols  = 8,
  parameter Lanes = 8
) (
  input  wire                    clk_i,
  input  wire                    rst_ni,
  input  wire                    valid_i,
  output wire                    done_o,
  input  wire                    long_i,
  input  wire                    hold_i,
  input  wire                    params_i,
  input  wire [7:0]              pbase_i,
  input  wire [17:0]             pixels_i,
  input  wire [15:0]             blocks_i,
  input  wire                    long_busy_i,
  input  wire                    pending_i,
  input  wire                    shadow_i,
  input  wire [Rows*Cols*32-1:0] acc_i,
  input  wire [Rows*18-1:0]      count_i,
  output wire                    room_o,
  output wire                    param_rd_en_o,
  output wire [7:0]              param_rd_addr_o,
  output wire                    item_o,
  output wire [1:0]              item_group_o,
  output wire                    item_edge_o,
  output wire [Lanes*32-1:0]     item_acc_o,
  output wire [17:0]             item_count_o
);

  localparam Groups     = Cols / Lanes;
  localparam GroupWidth = $clog2(Groups);
  localparam RowWidth   = $clog2(Rows);
  localparam ItemWidth  = RowWidth + GroupWidth;

  reg [Rows*Cols*32-1:0] shadow_q;
  reg [Rows*18-1:0]      count_q;
  reg                    tile_q;         // the shadow holds a tile
  reg [6:0]              item_q;         // items of it that have left
  reg                    param_valid_q;  // the parameter buffer shows this block's entry

  wire [4:0]  rows;
  wire        last_tile;
  wire        last_block;
  wire [15:0] block;
  wire [6:0]  items = hold_i ? 7'd1 : ({2'b00, rows} << GroupWidth);
  wire [6:0]  left  = items - item_q;
  wire        go    = valid_i && tile_q && (param_valid_q || !params_i) && (long_i || !long_busy_i);
  wire        tile_end = go && (left == 7'd1);
  wire        block_end = tile_end && last_tile;

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

  assign done_o = block_end && last_block;

  // A tile that ends now arrives in three cycles; a drain that has started never pauses.
  assign room_o = !pending_i && (!tile_q || (go && left <= 7'd4));

  // The next block's entry is read while the last item of this one leaves.
  wire next_block = block_end && !last_block;

  assign param_rd_en_o   = valid_i && params_i && (!param_valid_q || next_block);
  assign param_rd_addr_o = pbase_i + block[7:0] + {7'd0, next_block};

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      tile_q        <= 1'b0;
      item_q        <= 7'd0;
      param_valid_q <= 1'b0;
    end else begin
      tile_q        <= shadow_i || (tile_q && !tile_end);
      param_valid_q <= !done_o && (param_valid_q || param_rd_en_o);
      if (go) item_q <= tile_end ? 7'd0 : item_q + 7'd1;
    end
  end

  always @(posedge clk_i) begin
    if (shadow_i) begin
      shadow_q <= acc_i;
      count_q  <= count_i;
    end
  end

  wire [ItemWidth-1:0] item = item_q[ItemWidth-1:0];

  assign item_o       = go;
  assign item_edge_o  = last_block;
  assign item_acc_o   = shadow_q[Lanes*32*item +: Lanes*32];
  assign item_count_o = count_q[18*item[ItemWidth-1:GroupWidth] +: 18];

  // Groups is 1, 2 or 4.
  assign item_group_o = item_q[1:0] & (2'd3 >> (2 - GroupWidth));

  wire unused = &{1'b0, block[15:8]};  // the check keeps entries inside the buffer

endmodule
