// Scratchpad: a bank serves one reader and one writer a cycle, execute goes first, and a store waits
// eight cycles at most.
`include "rules.svh"

module ratel_spad_rules #(
  parameter Rows  = 8,
  parameter Cols  = 8,
  parameter BankWidth = 3,
  parameter AddrWidth = 2,
  parameter Lane      = 8,
  parameter Integrity = 0
) (
  input wire                    clk_i,
  input wire                    rst_ni,
  input wire [Rows-1:0]         ex_rd_en_i,
  input wire [Rows-1:0]         ex_rd_gnt_o,
  input wire [Rows*Cols*8-1:0]  ex_rd_data_o,
  input wire                    st_rd_en_i,
  input wire [4:0]              st_rd_bank_i,
  input wire                    st_rd_gnt_o,
  input wire [Cols*8-1:0]       st_rd_data_o,
  input wire                    ex_bad_o,
  input wire                    st_bad_o,
  input wire                    ex_wr_en_i,
  input wire [4:0]              ex_wr_bank_i,
  input wire [4:0]              ld_wr_bank_i,
  input wire [15:0]             ld_wr_addr_i,
  input wire [Cols-1:0]         ld_wr_be_i,
  input wire                    sweep_i,
  input wire [13:0]             sweep_addr_i,
  input wire [AddrWidth-1:0]    in_addr,
  input wire [Cols-1:0]         in_be,
  input wire [Cols*Lane-1:0]    in_code,
  input wire                    ld_wr_ready_o,
  input wire [3:0]              age_q,
  input wire [BankWidth-1:0]       wait_bank_q,
  input wire [BankWidth-1:0]       st_data_bank_q
);

  `STARTS_IN_RESET

  wire [BankWidth-1:0] st_bank = st_rd_bank_i[BankWidth-1:0];
  wire [BankWidth-1:0] ex_bank = ex_wr_bank_i[BankWidth-1:0];
  wire [BankWidth-1:0] ld_bank = ld_wr_bank_i[BankWidth-1:0];
  wire                 waits   = st_rd_en_i && !st_rd_gnt_o;

  `HOST_NEXT(waits_at_its_bank, waits, !st_rd_en_i || st_rd_bank_i == $past(st_rd_bank_i))

  // Reads.
  `RULE_IF(serves_what_asks, st_rd_gnt_o, st_rd_en_i)
  `RULE_IF(one_reader_a_bank, st_rd_gnt_o, !(ex_rd_en_i[st_bank] && ex_rd_gnt_o[st_bank]))
  `RULE_IF(free_bank_is_given, st_rd_en_i && !ex_rd_en_i[st_bank], st_rd_gnt_o)
  `RULE_IF(execute_goes_first, age_q < 4'd8, &ex_rd_gnt_o)
  `RULE_IF(but_for_one_bank, age_q == 4'd8, ex_rd_gnt_o == ~({{(Rows-1){1'b0}}, 1'b1} << wait_bank_q))
  `RULE(waits_no_longer, age_q <= 4'd8)
  `RULE_IF(then_it_goes, st_rd_en_i && age_q == 4'd8, st_rd_gnt_o)
  `RULE_NEXT(age_of_the_wait, waits, age_q == $past(age_q) + 4'd1)
  `RULE_NEXT(no_age_without, !waits, age_q == 4'd0)
  `RULE_IF(bank_of_the_wait, st_rd_en_i && age_q != 4'd0, wait_bank_q == st_bank)
  `RULE_NEXT(data_of_its_bank, st_rd_gnt_o,
             st_rd_data_o == ex_rd_data_o[Cols*8*$past(st_bank) +: Cols*8])
  `RULE_NEXT(data_keep_their_bank, !st_rd_gnt_o, st_data_bank_q == $past(st_data_bank_q))
  `RULE(unchecked_is_never_bad, Integrity != 0 || (!ex_bad_o && !st_bad_o))

  // A bank that nobody reads stands still.
  wire [Rows-1:0] read = (ex_rd_en_i & ex_rd_gnt_o) | ({{(Rows-1){1'b0}}, st_rd_gnt_o} << st_bank);

  wire [Rows*Cols*8-1:0] still;

  genvar bank;
  generate
    for (bank = 0; bank < Rows; bank = bank + 1) begin : gen_bank
      assign still[Cols*8*bank +: Cols*8] = {(Cols * 8){!read[bank]}};
    end
  endgenerate

  `RULE_NEXT(stands_still, !(&read), ((ex_rd_data_o ^ $past(ex_rd_data_o)) & $past(still)) == 0)

  // Writes.
  `RULE_IF(execute_writes_first, ex_wr_en_i && ex_bank == ld_bank, !ld_wr_ready_o)
  `RULE_IF(load_writes_beside, !ex_wr_en_i || ex_bank != ld_bank, ld_wr_ready_o)
  `RULE_IF(loads_there, !sweep_i, in_addr == ld_wr_addr_i[AddrWidth-1:0] && in_be == ld_wr_be_i)
  `RULE_IF(sweeps_all_of_it, sweep_i,
           in_addr == sweep_addr_i[AddrWidth-1:0] && (&in_be) && in_code == 0)

endmodule
