// End of the line: adds the output zero point, clamps, and writes. Walks the output pixels in the
// order in which items leave the array, so an item needs no address of its own.
//
//   name                       | meaning
//   ---------------------------|-----------------------------------------------------------
//   Rows, Cols                 | as in ratel_core
//   Lanes                      | its RequantLanes
//   done_o                     | the item that comes in now is the last of the instruction
//   item_i, value_i            | requantised lanes
//   zero_point_i, min_i, max_i | of the instruction;  hold_i: nothing is written
//   end_o                      | with the last write of an instruction
//   wr_*                       | scratchpad
//   pixels_i, blocks_i, tail_i | output pixels a block, output blocks, channels of the last
//   out_w_i .. cbs_i           | output width, first line, pitch, block stride
module ratel_writer #(
  parameter Rows  = 8,
  parameter Cols  = 8,
  parameter Lanes = 8
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  output wire                done_o,
  input  wire                hold_i,
  input  wire [17:0]         pixels_i,
  input  wire [15:0]         blocks_i,
  input  wire [4:0]          tail_i,
  input  wire [15:0]         out_w_i,
  input  wire [15:0]         base_i,
  input  wire [15:0]         pitch_i,
  input  wire [15:0]         cbs_i,
  input  wire [7:0]          zero_point_i,
  input  wire [7:0]          min_i,
  input  wire [7:0]          max_i,
  input  wire                item_i,
  input  wire [Lanes*32-1:0] value_i,
  output wire                end_o,
  output wire                wr_en_o,
  output wire [4:0]          wr_bank_o,
  output wire [15:0]         wr_addr_o,
  output wire [Cols*8-1:0]   wr_data_o,
  output wire [Cols-1:0]     wr_be_o
);

  localparam Groups     = Cols / Lanes;
  localparam BankWidth  = $clog2(Rows);
  localparam PlaceWidth = 16 + BankWidth;
  localparam integer LastIndex  = Groups - 1;
  localparam [1:0]   LastGroup  = LastIndex[1:0];
  localparam [4:0]   AllCols    = Cols[4:0];
  localparam [Cols-1:0] FirstGroup = {Cols{1'b1}} >> (Cols - Lanes);

  reg [1:0]            group_q;
  reg [17:0]           pixel_q;
  reg [15:0]           ox_q;
  reg [PlaceWidth-1:0] place_q;
  reg [PlaceWidth-1:0] line_place_q;  // of the first pixel of the row
  reg [15:0]           block_q;

  wire word_end   = item_i && (hold_i || group_q == LastGroup);
  wire row_end    = ox_q == out_w_i - 16'd1;
  wire block_end  = hold_i || pixel_q == pixels_i - 18'd1;
  wire last_block = hold_i || block_q == blocks_i - 16'd1;

  wire [PlaceWidth-1:0] next_line = line_place_q + {{BankWidth{1'b0}}, pitch_i};

  assign done_o = word_end && block_end && last_block;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      group_q      <= 2'd0;
      pixel_q      <= 18'd0;
      ox_q         <= 16'd0;
      place_q      <= {PlaceWidth{1'b0}};
      line_place_q <= {PlaceWidth{1'b0}};
      block_q      <= 16'd0;
    end else if (word_end) begin
      group_q <= 2'd0;
      if (block_end) begin
        pixel_q      <= 18'd0;
        ox_q         <= 16'd0;
        place_q      <= {PlaceWidth{1'b0}};
        line_place_q <= {PlaceWidth{1'b0}};
        block_q      <= last_block ? 16'd0 : block_q + 16'd1;
      end else begin
        pixel_q      <= pixel_q + 18'd1;
        ox_q         <= row_end ? 16'd0 : ox_q + 16'd1;
        place_q      <= row_end ? next_line : place_q + {{PlaceWidth-1{1'b0}}, 1'b1};
        line_place_q <= row_end ? next_line : line_place_q;
      end
    end else if (item_i) begin
      group_q <= group_q + 2'd1;
    end
  end

  // Byte enables: the lanes of this group, and in the last block only its channels.
  wire [4:0]      cols       = last_block ? tail_i : AllCols;
  wire [Cols-1:0] in_block   = ~({Cols{1'b1}} << cols);
  wire [Cols-1:0] group_mask = FirstGroup << (group_q * Lanes);

  wire [Lanes*8-1:0] byte_value;

  genvar lane;
  generate
    for (lane = 0; lane < Lanes; lane = lane + 1) begin : gen_lane
      wire signed [31:0] low  = {{24{min_i[7]}}, min_i};
      wire signed [31:0] high = {{24{max_i[7]}}, max_i};
      wire signed [31:0] sum  = value_i[32*lane +: 32] + {{24{zero_point_i[7]}}, zero_point_i};

      assign byte_value[8*lane +: 8] = (sum < low) ? min_i : ((sum > high) ? max_i : sum[7:0]);
    end
  endgenerate

  reg                 end_q;
  reg                 wr_en_q;
  reg [BankWidth-1:0] wr_bank_q;
  reg [15:0]          wr_addr_q;
  reg [Lanes*8-1:0]   wr_data_q;
  reg [Cols-1:0]      wr_be_q;

  wire [15:0] lines = place_q[PlaceWidth-1:BankWidth] * cbs_i;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      end_q   <= 1'b0;
      wr_en_q <= 1'b0;
    end else begin
      end_q   <= done_o;
      wr_en_q <= item_i && !hold_i;
    end
  end

  always @(posedge clk_i) begin
    if (item_i) begin
      wr_bank_q <= place_q[BankWidth-1:0];
      wr_addr_q <= base_i + lines + block_q;
      wr_data_q <= byte_value;
      wr_be_q   <= in_block & group_mask;
    end
  end

  assign end_o     = end_q;
  assign wr_en_o   = wr_en_q;
  assign wr_bank_o = {{5-BankWidth{1'b0}}, wr_bank_q};
  assign wr_addr_o = wr_addr_q;
  assign wr_data_o = {Groups{wr_data_q}};
  assign wr_be_o   = wr_be_q;

endmodule
