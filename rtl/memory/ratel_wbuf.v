// Weight buffer: `Depth` words of `Cols` bytes, one weight byte a column of the array and step.
//
//   name                          | meaning
//   ------------------------------|--------------------------------------------------------
//   Cols, Integrity               | as in ratel_core
//   Depth                         | its WbufDepth
//   rd_en_i, rd_addr_i, rd_data_o | execute reads; data the cycle after
//   wr_en_i, wr_addr_i, wr_data_i | load writes, `wr_be_i` byte by byte (transposing loads)
//   sweep_i, sweep_addr_i         | write 0 to this word; nothing else writes
//   fixed_o, bad_o                | see ratel_code_read
module ratel_wbuf #(
  parameter Cols  = 8,
  parameter Depth = 2048,
  parameter Integrity = 0
) (
  input  wire              clk_i,
  input  wire              rst_ni,
  input  wire              rd_en_i,
  input  wire [15:0]       rd_addr_i,
  output wire [Cols*8-1:0] rd_data_o,
  input  wire              wr_en_i,
  input  wire [15:0]       wr_addr_i,
  input  wire [Cols*8-1:0] wr_data_i,
  input  wire [Cols-1:0]   wr_be_i,
  input  wire              sweep_i,
  input  wire [13:0]       sweep_addr_i,
  output wire              fixed_o,
  output wire              bad_o
);

  localparam AddrWidth = $clog2(Depth);
  localparam Lane = (Integrity == 2) ? 13 : (Integrity == 1) ? 9 : 8;

  wire [Cols*Lane-1:0] wr_code;
  wire [Cols*Lane-1:0] rd_code;

  ratel_code_write #(
    .Lanes     (Cols),
    .Integrity (Integrity)
  ) u_write (
    .data_i (wr_data_i & {(Cols * 8){!sweep_i}}),
    .code_o (wr_code)
  );

  ratel_sram #(
    .Width (Cols * Lane),
    .Depth (Depth),
    .Lane  (Lane)
  ) u_sram (
    .clk_i     (clk_i),
    .wr_en_i   (wr_en_i || sweep_i),
    .wr_addr_i (sweep_i ? sweep_addr_i[AddrWidth-1:0] : wr_addr_i[AddrWidth-1:0]),
    .wr_data_i (wr_code),
    .wr_be_i   (wr_be_i | {Cols{sweep_i}}),
    .rd_en_i   (rd_en_i),
    .rd_addr_i (rd_addr_i[AddrWidth-1:0]),
    .rd_data_o (rd_code)
  );

  ratel_code_read #(
    .Lanes     (Cols),
    .Integrity (Integrity)
  ) u_read (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .rd_en_i (rd_en_i),
    .code_i  (rd_code),
    .data_o  (rd_data_o),
    .fixed_o (fixed_o),
    .bad_o   (bad_o)
  );

  // `check` has refused every address outside the buffer.
  wire unused_addr = &{1'b0, rd_addr_i, wr_addr_i, sweep_addr_i};

endmodule
