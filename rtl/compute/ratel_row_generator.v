// Walks the output pixels, one a cycle, and keeps where the input of each begins: (y, x) of tap (0,
// 0) for the test against the image, and the scratchpad place of input pixel p = y*P + x, split
// into bank offset and line so that a tap only adds to both. The next tile is made while one is in
// use.
//
//   walk --> next tile (shift register of rows) --> tile_*_o, until release_i
//
// Places are computed modulo the address space: p may be negative left of and above the image,
// where nothing is read. In elementwise operations pixel and tap (0, 0) coincide, and the second
// operand's place (low2, line2) has its own pitch.
//
//   name                        | meaning
//   ----------------------------|----------------------------------------------------------------
//   Rows                        | as in ratel_core
//   valid_i, done_o             | an instruction is there; its last tile has been made
//   tile_valid_o                | a tile is there; release_i ends it
//   tile_row_o[r]               | row r is a pixel (not past the last)
//   tile_y_o, tile_x_o          | input coordinates, 27 bits signed a row
//   tile_low_o                  | p mod Rows, BankWidth bits a row
//   tile_line_o                 | (p div Rows) * block stride, 16 bits a row
//   pixels_i, blocks_i          | output pixels a block, output blocks
//   out_w_i .. pad_left_i       | output width, strides and padding
//   cbs_i, row_step_i, origin_i | block stride of the input, P*sy, place of the first pixel's tap
//                               | (0, 0)
//   pitch2_i, cbs2_i            | pitch and block stride of operand 2
//   tile_low2_o, tile_line2_o   | the same of operand 2
module ratel_row_generator #(
  parameter Rows = 8
) (
  input  wire                         clk_i,
  input  wire                         rst_ni,
  input  wire                         valid_i,
  output wire                         done_o,
  input  wire [17:0]                  pixels_i,
  input  wire [15:0]                  blocks_i,
  input  wire [15:0]                  out_w_i,
  input  wire [7:0]                   sy_i,
  input  wire [7:0]                   sx_i,
  input  wire [15:0]                  pad_top_i,
  input  wire [15:0]                  pad_left_i,
  input  wire [15:0]                  cbs_i,
  input  wire [19:0]                  row_step_i,
  input  wire [19:0]                  origin_i,
  input  wire [15:0]                  pitch2_i,
  input  wire [15:0]                  cbs2_i,
  output wire                         tile_valid_o,
  output wire [Rows-1:0]              tile_row_o,
  output wire [Rows*27-1:0]           tile_y_o,
  output wire [Rows*27-1:0]           tile_x_o,
  output wire [Rows*$clog2(Rows)-1:0] tile_low_o,
  output wire [Rows*16-1:0]           tile_line_o,
  output wire [Rows*$clog2(Rows)-1:0] tile_low2_o,
  output wire [Rows*16-1:0]           tile_line2_o,
  input  wire                         release_i
);

  localparam BankWidth = $clog2(Rows);
  localparam PlaceWidth = 16 + BankWidth;
  localparam integer LastIndex = Rows - 1;
  localparam [4:0]   LastRow   = LastIndex[4:0];
  localparam [0:0]   Fresh     = 1'b1;

  // Where the walk stands. `fresh_q`: at output pixel 0, the registers hold nothing yet.
  reg                  fresh_q;
  reg [4:0]            row_q;
  reg [15:0]           ox_q;
  reg [26:0]           y_q;
  reg [26:0]           x_q;
  reg [PlaceWidth-1:0] place_q;        // p of this pixel
  reg [PlaceWidth-1:0] line_place_q;   // p of the first pixel of this output row
  reg [PlaceWidth-1:0] place2_q;
  reg [PlaceWidth-1:0] line_place2_q;

  wire [4:0]  rows;
  wire        last_tile;
  wire        last_block;
  wire [15:0] block;

  reg  full_q;
  reg  tile_valid_q;
  wire take     = full_q && (!tile_valid_q || release_i);
  wire shift    = valid_i && (!full_q || take);
  wire row_end  = row_q == LastRow;
  wire tile_end = shift && row_end;
  wire is_row   = row_q < rows;

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

  assign done_o = tile_end && last_tile && last_block;

  wire [26:0]           left_x      = 27'd0 - {11'd0, pad_left_i};
  wire [PlaceWidth-1:0] first_place = {PlaceWidth{1'b0}} - origin_i[PlaceWidth-1:0];
  wire [26:0]           y           = fresh_q ? 27'd0 - {11'd0, pad_top_i} : y_q;
  wire [26:0]           x           = fresh_q ? left_x : x_q;
  wire [PlaceWidth-1:0] place       = fresh_q ? first_place : place_q;
  wire [PlaceWidth-1:0] line_place  = fresh_q ? first_place : line_place_q;
  wire [PlaceWidth-1:0] place2      = fresh_q ? {PlaceWidth{1'b0}} : place2_q;
  wire [PlaceWidth-1:0] line_place2 = fresh_q ? {PlaceWidth{1'b0}} : line_place2_q;
  wire [15:0]           ox          = fresh_q ? 16'd0 : ox_q;

  wire                  image_row_end = ox == out_w_i - 16'd1;
  wire [PlaceWidth-1:0] next_line     = line_place + row_step_i[PlaceWidth-1:0];
  wire [PlaceWidth-1:0] next_line2    = line_place2 + {{BankWidth{1'b0}}, pitch2_i};
  wire [15:0]           line          = place[PlaceWidth-1:BankWidth] * cbs_i;
  wire [15:0]           line2         = place2[PlaceWidth-1:BankWidth] * cbs2_i;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fresh_q      <= Fresh;
      row_q        <= 5'd0;
      full_q       <= 1'b0;
      tile_valid_q <= 1'b0;
    end else begin
      tile_valid_q <= take || (tile_valid_q && !release_i);
      full_q       <= tile_end || (full_q && !take);
      if (shift) begin
        row_q   <= row_end ? 5'd0 : row_q + 5'd1;
        fresh_q <= row_end && last_tile;
      end
    end
  end

  always @(posedge clk_i) begin
    if (shift && is_row) begin
      ox_q          <= image_row_end ? 16'd0 : ox + 16'd1;
      y_q           <= image_row_end ? y + {19'd0, sy_i} : y;
      x_q           <= image_row_end ? left_x : x + {19'd0, sx_i};
      place_q       <= image_row_end ? next_line : place + {{PlaceWidth-8{1'b0}}, sx_i};
      line_place_q  <= image_row_end ? next_line : line_place;
      place2_q      <= image_row_end ? next_line2 : place2 + {{PlaceWidth-1{1'b0}}, 1'b1};
      line_place2_q <= image_row_end ? next_line2 : line_place2;
    end
  end

  // The next tile: rows enter at the top and have moved to their place when the tile is full.
  reg [Rows-1:0]           next_row_q;
  reg [Rows*27-1:0]        next_y_q;
  reg [Rows*27-1:0]        next_x_q;
  reg [Rows*BankWidth-1:0] next_low_q;
  reg [Rows*16-1:0]        next_line_q;
  reg [Rows*BankWidth-1:0] next_low2_q;
  reg [Rows*16-1:0]        next_line2_q;

  always @(posedge clk_i) begin
    if (shift) begin
      next_row_q   <= {is_row, next_row_q[Rows-1:1]};
      next_y_q     <= {y, next_y_q[Rows*27-1:27]};
      next_x_q     <= {x, next_x_q[Rows*27-1:27]};
      next_low_q   <= {place[BankWidth-1:0], next_low_q[Rows*BankWidth-1:BankWidth]};
      next_line_q  <= {line, next_line_q[Rows*16-1:16]};
      next_low2_q  <= {place2[BankWidth-1:0], next_low2_q[Rows*BankWidth-1:BankWidth]};
      next_line2_q <= {line2, next_line2_q[Rows*16-1:16]};
    end
  end

  // The tile in use.
  reg [Rows-1:0]           row_valid_q;
  reg [Rows*27-1:0]        tile_y_q;
  reg [Rows*27-1:0]        tile_x_q;
  reg [Rows*BankWidth-1:0] tile_low_q;
  reg [Rows*16-1:0]        tile_line_q;
  reg [Rows*BankWidth-1:0] tile_low2_q;
  reg [Rows*16-1:0]        tile_line2_q;

  always @(posedge clk_i) begin
    if (take) begin
      row_valid_q  <= next_row_q;
      tile_y_q     <= next_y_q;
      tile_x_q     <= next_x_q;
      tile_low_q   <= next_low_q;
      tile_line_q  <= next_line_q;
      tile_low2_q  <= next_low2_q;
      tile_line2_q <= next_line2_q;
    end
  end

  assign tile_valid_o = tile_valid_q;
  assign tile_row_o   = row_valid_q;
  assign tile_y_o     = tile_y_q;
  assign tile_x_o     = tile_x_q;
  assign tile_low_o   = tile_low_q;
  assign tile_line_o  = tile_line_q;
  assign tile_low2_o  = tile_low2_q;
  assign tile_line2_o = tile_line2_q;

  // The block does not change where a pixel is; places are modulo the scratchpad.
  wire unused = &{1'b0, block, row_step_i, origin_i};

endmodule
