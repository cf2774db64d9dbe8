// Parameter buffer: what reaches a memory is what was asked for, and a sweep leaves 0 in all three.
`include "rules.svh"

module ratel_pbuf_rules #(
  parameter Cols      = 2,
  parameter Depth     = 4,
  parameter Integrity = 0,
  parameter Lane      = 8,
  parameter AddrWidth = 2
) (
  input wire                 clk_i,
  input wire                 rst_ni,
  input wire                 wr_en_i,
  input wire [7:0]           wr_addr_i,
  input wire [3:0]           wr_slot_i,
  input wire [Cols*8-1:0]    wr_data_i,
  input wire                 sweep_i,
  input wire [13:0]          sweep_addr_i,
  input wire [Cols*Lane-1:0] wr_code,
  input wire [4*Cols-1:0]    quarter_be,
  input wire                 wr_bias,
  input wire                 wr_mult,
  input wire                 wr_shift,
  input wire [AddrWidth-1:0] wr_addr
);

  `HOST_IF(nothing_else_writes, sweep_i, !wr_en_i)
  `HOST_IF(slot_of_nine, wr_en_i, wr_slot_i <= 4'd8)

  wire [4*Cols-1:0] quarter = {{(3*Cols){1'b0}}, {Cols{1'b1}}} << (Cols * wr_slot_i[1:0]);

  `RULE_IF(writes_one, wr_en_i, wr_bias + wr_mult + wr_shift == 2'd1)
  `RULE_IF(writes_the_slot, wr_en_i,
           wr_bias == (wr_slot_i < 4'd4) && wr_mult == (wr_slot_i >= 4'd4 && wr_slot_i < 4'd8))
  `RULE_IF(writes_there, wr_en_i, wr_addr == wr_addr_i[AddrWidth-1:0])
  `RULE_IF(writes_a_quarter, wr_en_i && !wr_shift, quarter_be == quarter)
  `RULE_IF(sweeps_there, sweep_i, wr_addr == sweep_addr_i[AddrWidth-1:0])
  `RULE_IF(sweeps_all_of_it, sweep_i,
           wr_bias && wr_mult && wr_shift && (&quarter_be) && wr_code == 0)
  `RULE(quiet_otherwise, wr_en_i || sweep_i || !(wr_bias || wr_mult || wr_shift))

  wire [Cols*8-1:0] bytes;
  genvar g;
  generate
    for (g = 0; g < Cols; g = g + 1) begin : gen_byte
      assign bytes[8*g +: 8] = wr_code[Lane*g +: 8];
    end
  endgenerate
  `RULE_IF(writes_the_bytes, wr_en_i, bytes == wr_data_i)

endmodule
