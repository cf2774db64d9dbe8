// Walks, for each tile, the words that every row needs: taps ky, kx and in convolution the input
// blocks of each tap (innermost); in elementwise operations operand 1, then operand 2.
// Gives the displacement from the row's own place, as coordinates and as bank offset and line.
//
//   name                  | meaning
//   ----------------------|------------------------------------------------------
//   Rows                  | as in ratel_core
//   valid_i, done_o       | an instruction is there; its last tap has been given
//   conv_i                | words are input blocks;  binary_i: words are operands
//   tap_valid_o           | a tap is there, tap_ready_i takes it
//   tap_low_o             | displacement in pixels mod Rows
//   tap_line_o            | base + (displacement div Rows) * block stride + block
//   tap_first_o           | first of the tile;  tap_last_o: last of the tile
//   tap_second_o          | operand 2
//   tap_tail_o            | the word is the last block of the input
//   tap_end_o             | last of the instruction
//   tap_rows_o            | pixels of the tile
//   tap_edge_o            | the output block is the last
//   pixels_i, blocks_i    | output pixels a block, output blocks
//   in_base_i, in2_base_i | first line of the operands
//   in_cbs_i, in_blocks_i | block stride and blocks of the input
//   kh_i .. dx_i          | kernel and dilation
//   tap_step_i            | P*dy
//   tap_y_o, tap_x_o      | displacement as coordinates
module ratel_tap_generator #(
  parameter Rows = 8
) (
  input  wire                    clk_i,
  input  wire                    rst_ni,
  input  wire                    valid_i,
  output wire                    done_o,
  input  wire                    conv_i,
  input  wire                    binary_i,
  input  wire [17:0]             pixels_i,
  input  wire [15:0]             blocks_i,
  input  wire [15:0]             in_base_i,
  input  wire [15:0]             in2_base_i,
  input  wire [15:0]             in_cbs_i,
  input  wire [15:0]             in_blocks_i,
  input  wire [15:0]             kh_i,
  input  wire [15:0]             kw_i,
  input  wire [7:0]              dy_i,
  input  wire [7:0]              dx_i,
  input  wire [19:0]             tap_step_i,
  output wire                    tap_valid_o,
  input  wire                    tap_ready_i,
  output wire [26:0]             tap_y_o,
  output wire [26:0]             tap_x_o,
  output wire [$clog2(Rows)-1:0] tap_low_o,
  output wire [15:0]             tap_line_o,
  output wire                    tap_first_o,
  output wire                    tap_last_o,
  output wire                    tap_second_o,
  output wire                    tap_tail_o,
  output wire                    tap_end_o,
  output wire [4:0]              tap_rows_o,
  output wire                    tap_edge_o
);

  localparam BankWidth = $clog2(Rows);
  localparam PlaceWidth = 16 + BankWidth;

  reg [15:0]           ky_q;
  reg [15:0]           kx_q;
  reg [15:0]           word_q;       // input block (conv) or operand (elementwise)
  reg [26:0]           y_q;
  reg [26:0]           x_q;
  reg [PlaceWidth-1:0] place_q;
  reg [PlaceWidth-1:0] line_place_q; // displacement of kx = 0

  reg        tap_valid_q;
  wire       advance   = valid_i && (!tap_valid_q || tap_ready_i);
  wire [15:0] words    = conv_i ? in_blocks_i : (binary_i ? 16'd2 : 16'd1);
  wire       word_last = word_q == words - 16'd1;
  wire       kx_last   = kx_q == kw_i - 16'd1;
  wire       ky_last   = ky_q == kh_i - 16'd1;
  wire       tile_last = word_last && kx_last && ky_last;
  wire       first     = (word_q == 16'd0) && (kx_q == 16'd0) && (ky_q == 16'd0);
  wire       second    = binary_i && word_q[0];

  wire [4:0]  rows;
  wire        last_tile;
  wire        last_block;
  wire [15:0] block;
  wire        last = tile_last && last_tile && last_block;

  ratel_tile_counter #(
    .Rows (Rows)
  ) u_tiles (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .pixels_i     (pixels_i),
    .blocks_i     (blocks_i),
    .advance_i    (advance && tile_last),
    .rows_o       (rows),
    .last_tile_o  (last_tile),
    .last_block_o (last_block),
    .block_o      (block)
  );

  assign done_o = advance && last;

  wire [PlaceWidth-1:0] next_line = line_place_q + tap_step_i[PlaceWidth-1:0];

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ky_q         <= 16'd0;
      kx_q         <= 16'd0;
      word_q       <= 16'd0;
      y_q          <= 27'd0;
      x_q          <= 27'd0;
      place_q      <= {PlaceWidth{1'b0}};
      line_place_q <= {PlaceWidth{1'b0}};
    end else if (advance) begin
      word_q <= word_last ? 16'd0 : word_q + 16'd1;
      if (word_last) begin
        kx_q    <= kx_last ? 16'd0 : kx_q + 16'd1;
        x_q     <= kx_last ? 27'd0 : x_q + {19'd0, dx_i};
        place_q <= kx_last ? next_line : place_q + {{PlaceWidth-8{1'b0}}, dx_i};
        if (kx_last) begin
          ky_q         <= ky_q + 16'd1;
          y_q          <= y_q + {19'd0, dy_i};
          line_place_q <= next_line;
        end
        if (tile_last) begin
          ky_q         <= 16'd0;
          y_q          <= 27'd0;
          place_q      <= {PlaceWidth{1'b0}};
          line_place_q <= {PlaceWidth{1'b0}};
        end
      end
    end
  end

  reg [26:0]          tap_y_q;
  reg [26:0]          tap_x_q;
  reg [BankWidth-1:0] tap_low_q;
  reg [15:0]          tap_line_q;
  reg                 tap_first_q;
  reg                 tap_last_q;
  reg                 tap_second_q;
  reg                 tap_tail_q;
  reg                 tap_end_q;
  reg [4:0]           tap_rows_q;
  reg                 tap_edge_q;

  wire [15:0] lines = place_q[PlaceWidth-1:BankWidth] * in_cbs_i;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)          tap_valid_q <= 1'b0;
    else if (advance)     tap_valid_q <= 1'b1;
    else if (tap_ready_i) tap_valid_q <= 1'b0;
  end

  always @(posedge clk_i) begin
    if (advance) begin
      tap_y_q      <= y_q;
      tap_x_q      <= x_q;
      tap_low_q    <= place_q[BankWidth-1:0];
      tap_line_q   <= (second ? in2_base_i : in_base_i) + lines + (conv_i ? word_q : block);
      tap_first_q  <= first;
      tap_last_q   <= tile_last;
      tap_second_q <= second;
      tap_tail_q   <= word_last;
      tap_end_q    <= last;
      tap_rows_q   <= rows;
      tap_edge_q   <= last_block;
    end
  end

  assign tap_valid_o  = tap_valid_q;
  assign tap_y_o      = tap_y_q;
  assign tap_x_o      = tap_x_q;
  assign tap_low_o    = tap_low_q;
  assign tap_line_o   = tap_line_q;
  assign tap_first_o  = tap_first_q;
  assign tap_last_o   = tap_last_q;
  assign tap_second_o = tap_second_q;
  assign tap_tail_o   = tap_tail_q;
  assign tap_end_o    = tap_end_q;
  assign tap_rows_o   = tap_rows_q;
  assign tap_edge_o   = tap_edge_q;

  // Displacements are modulo the scratchpad.
  wire unused = &{1'b0, tap_step_i};

endmodule
