// Weight buffer: what reaches the memory is what was asked for, and a sweep leaves 0 and its code.
`include "rules.svh"

module ratel_wbuf_rules #(
  parameter Cols      = 2,
  parameter Depth     = 4,
  parameter Integrity = 0,
  parameter Lane      = 8,
  parameter AddrWidth = 2
) (
  input wire                 clk_i,
  input wire                 rst_ni,
  input wire                 wr_en_i,
  input wire [15:0]          wr_addr_i,
  input wire [Cols*8-1:0]    wr_data_i,
  input wire [Cols-1:0]      wr_be_i,
  input wire                 sweep_i,
  input wire [13:0]          sweep_addr_i,
`ifdef FORMAL
  input wire                 mem_en,
  input wire [AddrWidth-1:0] mem_addr,
  input wire [Cols-1:0]      mem_be,
`endif
  input wire [Cols*Lane-1:0] wr_code
);

  `HOST_IF(nothing_else_writes, sweep_i, !wr_en_i)

`ifdef FORMAL
  `RULE(writes_when_asked, mem_en == (wr_en_i || sweep_i))
  `RULE_IF(writes_there, wr_en_i, mem_addr == wr_addr_i[AddrWidth-1:0] && mem_be == wr_be_i)
  `RULE_IF(sweeps_there, sweep_i, mem_addr == sweep_addr_i[AddrWidth-1:0] && mem_be == {Cols{1'b1}})
`endif
  `RULE_IF(sweeps_to_zero, sweep_i, wr_code == 0)

  wire [Cols*8-1:0] bytes;
  genvar g;
  generate
    for (g = 0; g < Cols; g = g + 1) begin : gen_byte
      assign bytes[8*g +: 8] = wr_code[Lane*g +: 8];
    end
  endgenerate
  `RULE_IF(writes_the_bytes, wr_en_i, bytes == wr_data_i)

endmodule
