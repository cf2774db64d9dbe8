// One write port, one read port memory: the only place in the core where a RAM array is declared,
// so that a technology's macro replaces this file and nothing else.
//
// The read is registered: data appear the cycle after `rd_en_i` and stay until the next read.
// Reading and writing one address in the same cycle gives the old word. Contents are not reset.
//
//   name         | meaning
//   -------------|----------------------------------------------
//   Width, Depth | bits of a word, words
//   Lane         | bits that a write enable stands for; Width is a multiple of it
//   wr_en_i      | write `wr_data_i` to `wr_addr_i`
//   wr_be_i      | enables of the write, a bit a lane
//   rd_en_i      | read `rd_addr_i`; `rd_data_o` the cycle after
module ratel_sram #(
  parameter Width = 64,
  parameter Depth = 1024,
  parameter Lane  = 8
) (
  input  wire                     clk_i,
  input  wire                     wr_en_i,
  input  wire [$clog2(Depth)-1:0] wr_addr_i,
  input  wire [Width-1:0]         wr_data_i,
  input  wire [Width/Lane-1:0]    wr_be_i,
  input  wire                     rd_en_i,
  input  wire [$clog2(Depth)-1:0] rd_addr_i,
  output wire [Width-1:0]         rd_data_o
);

  reg [Width-1:0] mem_q [0:Depth-1];
  reg [Width-1:0] rd_data_q;

  integer lane;

  always @(posedge clk_i) begin
    if (wr_en_i) begin
      for (lane = 0; lane < Width / Lane; lane = lane + 1) begin
        if (wr_be_i[lane]) mem_q[wr_addr_i][Lane*lane +: Lane] <= wr_data_i[Lane*lane +: Lane];
      end
    end
  end

  always @(posedge clk_i) begin
    if (rd_en_i) rd_data_q <= mem_q[rd_addr_i];
  end

  assign rd_data_o = rd_data_q;

endmodule
