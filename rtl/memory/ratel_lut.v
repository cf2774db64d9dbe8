// Table of 256 bytes, looked up by every lane at once: one copy a lane, all written together.
//
//   name                  | meaning
//   ----------------------|-----------------------------------------------------------------------
//   Cols, Integrity       | as in ratel_core
//   rd_en_i, rd_index_i   | one index byte a lane; `rd_data_o` the cycle after
//   wr_en_i, wr_addr_i    | write the Cols bytes of `wr_data_i` from index `wr_addr_i`, a multiple
//                         | of Cols
//   sweep_i, sweep_addr_i | write 0 to this word of Cols bytes; nothing else writes
//   fixed_o, bad_o        | see ratel_code_read
module ratel_lut #(
  parameter Cols = 8,
  parameter Integrity = 0
) (
  input  wire              clk_i,
  input  wire              rst_ni,
  input  wire              rd_en_i,
  input  wire [Cols*8-1:0] rd_index_i,
  output wire [Cols*8-1:0] rd_data_o,
  input  wire              wr_en_i,
  input  wire [7:0]        wr_addr_i,
  input  wire [Cols*8-1:0] wr_data_i,
  input  wire              sweep_i,
  input  wire [13:0]       sweep_addr_i,
  output wire              fixed_o,
  output wire              bad_o
);

  localparam ByteBits = $clog2(Cols);
  localparam Lane = (Integrity == 2) ? 13 : (Integrity == 1) ? 9 : 8;

  wire [Cols*Lane-1:0] wr_code;
  wire [Cols-1:0]      fixed;
  wire [Cols-1:0]      bad;

  ratel_code_write #(
    .Lanes     (Cols),
    .Integrity (Integrity)
  ) u_write (
    .data_i (wr_data_i & {(Cols * 8){!sweep_i}}),
    .code_o (wr_code)
  );

  assign fixed_o = |fixed;
  assign bad_o   = |bad;

  genvar lane;
  generate
    for (lane = 0; lane < Cols; lane = lane + 1) begin : gen_lane
      wire [7:0]        index = rd_index_i[8*lane +: 8];
      wire [Cols*8-1:0] word;
      wire [Cols*Lane-1:0] rd_code;
      reg  [ByteBits-1:0] byte_q;

      ratel_sram #(
        .Width (Cols * Lane),
        .Depth (256 / Cols),
        .Lane  (Lane)
      ) u_sram (
        .clk_i     (clk_i),
        .wr_en_i   (wr_en_i || sweep_i),
        .wr_addr_i (sweep_i ? sweep_addr_i[7-ByteBits:0] : wr_addr_i[7:ByteBits]),
        .wr_data_i (wr_code),
        .wr_be_i   ({Cols{1'b1}}),
        .rd_en_i   (rd_en_i),
        .rd_addr_i (index[7:ByteBits]),
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
        .data_o  (word),
        .fixed_o (fixed[lane]),
        .bad_o   (bad[lane])
      );

      always @(posedge clk_i) begin
        if (rd_en_i) byte_q <= index[ByteBits-1:0];
      end

      assign rd_data_o[8*lane +: 8] = word[8*byte_q +: 8];
    end
  endgenerate

  wire unused_addr = &{1'b0, wr_addr_i[ByteBits-1:0], sweep_addr_i};

endmodule
