// Weight buffer: `Depth` words of `Cols` bytes, one weight byte a column of the array and step.
//
//   name                          | meaning
//   ------------------------------|--------------------------------------------------------
//   Cols                          | as in ratel_core
//   Depth                         | its WbufDepth
//   rd_en_i, rd_addr_i, rd_data_o | execute reads; data the cycle after
//   wr_en_i, wr_addr_i, wr_data_i | load writes, `wr_be_i` byte by byte (transposing loads)
//   sweep_i, sweep_addr_i         | write 0 to this word; nothing else writes
module ratel_wbuf #(
  parameter Cols  = 8,
  parameter Depth = 2048
) (
  input  wire              clk_i,
  input  wire              rd_en_i,
  input  wire [15:0]       rd_addr_i,
  output wire [Cols*8-1:0] rd_data_o,
  input  wire              wr_en_i,
  input  wire [15:0]       wr_addr_i,
  input  wire [Cols*8-1:0] wr_data_i,
  input  wire [Cols-1:0]   wr_be_i,
  input  wire              sweep_i,
  input  wire [13:0]       sweep_addr_i
);

  localparam AddrWidth = $clog2(Depth);

  ratel_sram #(
    .Width (Cols * 8),
    .Depth (Depth)
  ) u_sram (
    .clk_i     (clk_i),
    .wr_en_i   (wr_en_i || sweep_i),
    .wr_addr_i (sweep_i ? sweep_addr_i[AddrWidth-1:0] : wr_addr_i[AddrWidth-1:0]),
    .wr_data_i (wr_data_i & {(Cols * 8){!sweep_i}}),
    .wr_be_i   (wr_be_i | {Cols{sweep_i}}),
    .rd_en_i   (rd_en_i),
    .rd_addr_i (rd_addr_i[AddrWidth-1:0]),
    .rd_data_o (rd_data_o)
  );

  // `check` has refused every address outside the buffer.
  wire unused_addr = &{1'b0, rd_addr_i, wr_addr_i, sweep_addr_i};

endmodule
