// Banks and rows: a row is served only with its own line, and no bank serves two.
`include "rules.svh"

module ratel_bank_arbiter_rules #(
  parameter Rows      = 8,
  parameter BankWidth = 3
) (
  input wire [Rows-1:0]           want_i,
  input wire [Rows*BankWidth-1:0] bank_i,
  input wire [Rows*16-1:0]        line_i,
  input wire [Rows-1:0]           rd_en_o,
  input wire [Rows*16-1:0]        rd_addr_o,
  input wire [Rows-1:0]           rd_gnt_i,
  input wire [Rows-1:0]           served_o
);

`ifdef FORMAL
  (* anyconst *) wire [BankWidth-1:0] row;
  (* anyconst *) wire [BankWidth-1:0] other;
  wire [BankWidth-1:0] bank       = bank_i[BankWidth*row +: BankWidth];
  wire [BankWidth-1:0] other_bank = bank_i[BankWidth*other +: BankWidth];

  `ALWAYS(serves_who_asked, served_o[row], want_i[row] && rd_en_o[bank] && rd_gnt_i[bank])
  `ALWAYS(with_its_own_line, served_o[row],
          rd_addr_o[16*bank +: 16] == line_i[16*row +: 16])
  `ALWAYS(one_row_a_bank, served_o[row] && served_o[other] && row != other, bank != other_bank)
  `ALWAYS(no_bank_idles, want_i[row] && rd_gnt_i[bank], rd_en_o[bank])
  `ALWAYS(no_read_unasked, want_i == 0, rd_en_o == 0)
`endif

endmodule
