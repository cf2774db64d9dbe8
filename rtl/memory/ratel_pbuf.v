// Parameter buffer: one entry an output block, read whole, written in words of `Cols` bytes.
//
//   slot of an entry   0    1    2    3    4    5    6    7    8
//                      |---- bias -----|  |-- multiplier --|  shift   (slot s: bytes s*Cols ..)
//
//   name                          | meaning
//   ------------------------------|----------------------------------------------------------------
//   Cols, Integrity               | as in ratel_core
//   Depth                         | its ParamDepth
//   rd_en_i, rd_addr_i            | read an entry: rd_bias_o, rd_mult_o, rd_shift_o the cycle after
//   wr_en_i, wr_addr_i, wr_slot_i | write `wr_data_i` to a slot of an entry
//   sweep_i, sweep_addr_i         | write 0 to this entry; nothing else writes
//   fixed_o, bad_o                | see ratel_code_read
module ratel_pbuf #(
  parameter Cols  = 8,
  parameter Depth = 64,
  parameter Integrity = 0
) (
  input  wire               clk_i,
  input  wire               rst_ni,
  input  wire               rd_en_i,
  input  wire [7:0]         rd_addr_i,
  output wire [Cols*32-1:0] rd_bias_o,
  output wire [Cols*32-1:0] rd_mult_o,
  output wire [Cols*8-1:0]  rd_shift_o,
  input  wire               wr_en_i,
  input  wire [7:0]         wr_addr_i,
  input  wire [3:0]         wr_slot_i,
  input  wire [Cols*8-1:0]  wr_data_i,
  input  wire               sweep_i,
  input  wire [13:0]        sweep_addr_i,
  output wire               fixed_o,
  output wire               bad_o
);

  localparam AddrWidth = $clog2(Depth);

  wire wr_bias  = sweep_i || (wr_en_i && (wr_slot_i[3:2] == 2'd0));
  wire wr_mult  = sweep_i || (wr_en_i && (wr_slot_i[3:2] == 2'd1));
  wire wr_shift = sweep_i || (wr_en_i && wr_slot_i[3]);

  wire [AddrWidth-1:0] wr_addr = sweep_i ? sweep_addr_i[AddrWidth-1:0] : wr_addr_i[AddrWidth-1:0];
  localparam Lane = (Integrity == 2) ? 13 : (Integrity == 1) ? 9 : 8;

  wire [Cols*Lane-1:0]   wr_code;
  wire [4*Cols*Lane-1:0] bias_code;
  wire [4*Cols*Lane-1:0] mult_code;
  wire [Cols*Lane-1:0]   shift_code;
  wire [2:0]             fixed;
  wire [2:0]             bad;

  ratel_code_write #(
    .Lanes     (Cols),
    .Integrity (Integrity)
  ) u_write (
    .data_i (wr_data_i & {(Cols * 8){!sweep_i}}),
    .code_o (wr_code)
  );

  assign fixed_o = |fixed;
  assign bad_o   = |bad;

  // A slot is a quarter of a bias or multiplier word.
  wire [4*Cols-1:0] quarter_be = {(4 * Cols){sweep_i}} | {
    {Cols{wr_slot_i[1:0] == 2'd3}}, {Cols{wr_slot_i[1:0] == 2'd2}},
    {Cols{wr_slot_i[1:0] == 2'd1}}, {Cols{wr_slot_i[1:0] == 2'd0}}
  };

  ratel_sram #(
    .Width (4 * Cols * Lane),
    .Depth (Depth),
    .Lane  (Lane)
  ) u_bias (
    .clk_i     (clk_i),
    .wr_en_i   (wr_bias),
    .wr_addr_i (wr_addr),
    .wr_data_i ({4{wr_code}}),
    .wr_be_i   (quarter_be),
    .rd_en_i   (rd_en_i),
    .rd_addr_i (rd_addr_i[AddrWidth-1:0]),
    .rd_data_o (bias_code)
  );

  ratel_code_read #(
    .Lanes     (4 * Cols),
    .Integrity (Integrity)
  ) u_read_bias (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .rd_en_i (rd_en_i),
    .code_i  (bias_code),
    .data_o  (rd_bias_o),
    .fixed_o (fixed[0]),
    .bad_o   (bad[0])
  );

  ratel_sram #(
    .Width (4 * Cols * Lane),
    .Depth (Depth),
    .Lane  (Lane)
  ) u_mult (
    .clk_i     (clk_i),
    .wr_en_i   (wr_mult),
    .wr_addr_i (wr_addr),
    .wr_data_i ({4{wr_code}}),
    .wr_be_i   (quarter_be),
    .rd_en_i   (rd_en_i),
    .rd_addr_i (rd_addr_i[AddrWidth-1:0]),
    .rd_data_o (mult_code)
  );

  ratel_code_read #(
    .Lanes     (4 * Cols),
    .Integrity (Integrity)
  ) u_read_mult (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .rd_en_i (rd_en_i),
    .code_i  (mult_code),
    .data_o  (rd_mult_o),
    .fixed_o (fixed[1]),
    .bad_o   (bad[1])
  );

  ratel_sram #(
    .Width (Cols * Lane),
    .Depth (Depth),
    .Lane  (Lane)
  ) u_shift (
    .clk_i     (clk_i),
    .wr_en_i   (wr_shift),
    .wr_addr_i (wr_addr),
    .wr_data_i (wr_code),
    .wr_be_i   ({Cols{1'b1}}),
    .rd_en_i   (rd_en_i),
    .rd_addr_i (rd_addr_i[AddrWidth-1:0]),
    .rd_data_o (shift_code)
  );

  ratel_code_read #(
    .Lanes     (Cols),
    .Integrity (Integrity)
  ) u_read_shift (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .rd_en_i (rd_en_i),
    .code_i  (shift_code),
    .data_o  (rd_shift_o),
    .fixed_o (fixed[2]),
    .bad_o   (bad[2])
  );

  // `check` has refused every entry outside the buffer.
  wire unused_addr = &{1'b0, rd_addr_i, wr_addr_i, sweep_addr_i};

endmodule
