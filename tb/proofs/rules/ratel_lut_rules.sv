// Lookup table: what reaches its copies is what was asked for, and a sweep leaves 0.
`include "rules.svh"

module ratel_lut_rules #(
  parameter Cols      = 2,
  parameter Integrity = 0,
  parameter Lane      = 8,
  parameter ByteBits  = 1
) (
  input wire                  clk_i,
  input wire                  rst_ni,
  input wire                  wr_en_i,
  input wire [7:0]            wr_addr_i,
  input wire [Cols*8-1:0]     wr_data_i,
  input wire                  sweep_i,
  input wire [13:0]           sweep_addr_i,
  input wire                  rd_en_i,
  input wire [Cols*8-1:0]     rd_data_o,
`ifdef FORMAL
  input wire                  mem_en,
  input wire [7-ByteBits:0]   mem_addr,
`endif
  input wire [Cols*Lane-1:0]  wr_code
);

  `STARTS_IN_RESET

  `HOST_IF(nothing_else_writes, sweep_i, !wr_en_i)

  wire [Cols*8-1:0] bytes;
  genvar g;
  generate
    for (g = 0; g < Cols; g = g + 1) begin : gen_byte
      assign bytes[8*g +: 8] = wr_code[Lane*g +: 8];
    end
  endgenerate

`ifdef FORMAL
  `RULE(writes_when_asked, mem_en == (wr_en_i || sweep_i))
  `RULE_IF(writes_there, wr_en_i, mem_addr == wr_addr_i[7:ByteBits])
  `RULE_IF(sweeps_there, sweep_i, mem_addr == sweep_addr_i[7-ByteBits:0])
`endif
  `RULE_IF(writes_the_bytes, wr_en_i, bytes == wr_data_i)
  `RULE_IF(sweeps_to_zero, sweep_i, wr_code == 0)
  `RULE_NEXT(stands_until_the_next_read, !rd_en_i, rd_data_o == $past(rd_data_o))

endmodule
