// Blocks of Cols channels that C channels occupy, and the channels in the last one.
//
//   name       | meaning
//   -----------|------------------------------------
//   Cols       | as in ratel_core
//   channels_i | C, at least 1
//   blocks_o   | ceil(C / Cols)
//   tail_o     | channels of the last block, 1..Cols
module ratel_blocks #(
  parameter Cols = 8
) (
  input  wire [15:0] channels_i,
  output wire [15:0] blocks_o,
  output wire [4:0]  tail_o
);
  localparam ColsLog2 = (Cols == 4) ? 2 : (Cols == 8) ? 3 : 4;
  localparam [31:0] ColsWord = Cols;

  // From C - 1, so that the sum cannot pass 16 bits; C = 0 is refused before this is used.
  wire [15:0] last = channels_i - 16'd1;

  assign blocks_o = (last >> ColsLog2) + 16'd1;
  assign tail_o   = {1'b0, last[3:0] & (ColsWord[3:0] - 4'd1)} + 5'd1;
endmodule
