// Lets each bank serve the lowest row that wants it, all banks in the same cycle.
//
//   name               | meaning
//   -------------------|----------------------------------------------------
//   Rows               | as in ratel_core
//   want_i             | rows that still need their word
//   bank_i, line_i     | where it is, BankWidth and 16 bits a row
//   rd_en_o, rd_addr_o | request of each bank;  rd_gnt_i: the bank serves it
//   served_o           | rows whose word comes in the next cycle
module ratel_bank_arbiter #(
  parameter Rows = 8
) (
  input  wire [Rows-1:0]              want_i,
  input  wire [Rows*$clog2(Rows)-1:0] bank_i,
  input  wire [Rows*16-1:0]           line_i,
  output reg  [Rows-1:0]              rd_en_o,
  output reg  [Rows*16-1:0]           rd_addr_o,
  input  wire [Rows-1:0]              rd_gnt_i,
  output wire [Rows-1:0]              served_o
);

  localparam BankWidth = $clog2(Rows);

  // Rows that ask in this cycle: no lower row wants the same bank.
  reg [Rows-1:0] ask;
  integer        row;
  integer        lower;

  always @* begin
    ask = want_i;
    for (row = 1; row < Rows; row = row + 1) begin
      for (lower = 0; lower < row; lower = lower + 1) begin
        if (want_i[lower]
            && bank_i[BankWidth*row +: BankWidth] == bank_i[BankWidth*lower +: BankWidth])
          ask[row] = 1'b0;
      end
    end
  end

  integer bank;
  integer asker;

  always @* begin
    rd_en_o   = {Rows{1'b0}};
    rd_addr_o = {Rows*16{1'b0}};
    for (bank = 0; bank < Rows; bank = bank + 1) begin
      for (asker = 0; asker < Rows; asker = asker + 1) begin
        if (ask[asker] && bank_i[BankWidth*asker +: BankWidth] == bank[BankWidth-1:0]) begin
          rd_en_o[bank]           = 1'b1;
          rd_addr_o[16*bank +: 16] = rd_addr_o[16*bank +: 16] | line_i[16*asker +: 16];
        end
      end
    end
  end

  genvar r;
  generate
    for (r = 0; r < Rows; r = r + 1) begin : gen_served
      assign served_o[r] = ask[r] && rd_gnt_i[bank_i[BankWidth*r +: BankWidth]];
    end
  endgenerate

endmodule
