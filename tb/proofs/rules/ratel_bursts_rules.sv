// Bursts: inside a page, no longer than allowed, and together exactly the bytes of the run.
`include "rules.svh"

module ratel_bursts_rules #(
  parameter BusBytes    = 8,
  parameter MaxBurst    = 16,
  parameter OffsetWidth = 3
) (
  input wire                   clk_i,
  input wire                   rst_ni,
  input wire                   run_valid_i,
  input wire                   run_ready_o,
  input wire [31:0]            run_first_i,
  input wire [31:0]            run_last_i,
  input wire                   run_final_i,
  input wire                   drop_i,
  input wire                   burst_valid_o,
  input wire                   burst_ready_i,
  input wire [31:0]            burst_addr_o,
  input wire [31:0]            burst_end_o,
  input wire [7:0]             burst_len_o,
  input wire [OffsetWidth-1:0] burst_last_o,
  input wire                   burst_final_o,
  input wire [31:0]            last_q,
  input wire                   final_q
);

  `STARTS_IN_RESET

  // Bus words of the burst and its last wanted byte
  wire [32:0] first_word = {1'b0, burst_addr_o} >> OffsetWidth;
  wire [32:0] last_word  = first_word + {25'd0, burst_len_o};
  wire [32:0] last_byte  = (last_word << OffsetWidth) + {{(33 - OffsetWidth){1'b0}}, burst_last_o};

  `HOST_IF(run_is_not_empty, run_valid_i, run_first_i <= run_last_i)

  `RULE_IF(inside_the_run, burst_valid_o, burst_addr_o <= last_q)
  `RULE_IF(inside_a_page, burst_valid_o,
           (first_word << OffsetWidth) >> 12 == (last_word << OffsetWidth) >> 12)
  `RULE_IF(tells_its_last_byte, burst_valid_o, {1'b0, burst_end_o} == last_byte)
  `RULE_IF(not_too_long, burst_valid_o, {24'd0, burst_len_o} < MaxBurst)
  `RULE_IF(not_past_the_run, burst_valid_o, last_byte <= {1'b0, last_q})
  `RULE_IF(ends_with_the_run, burst_valid_o && burst_ready_i && run_ready_o && !drop_i,
           last_byte == {1'b0, last_q} && burst_final_o == final_q)
  `RULE_NEXT(starts_with_the_run, run_valid_i && run_ready_o,
             burst_valid_o && burst_addr_o == $past(run_first_i) && last_q == $past(run_last_i)
             && final_q == $past(run_final_i))
  `RULE_NEXT(follows_the_one_before, burst_valid_o && burst_ready_i && !run_ready_o,
             burst_valid_o && {1'b0, burst_addr_o} == $past(last_byte) + 33'd1)
  `RULE_NEXT(stays_until_taken, burst_valid_o && !burst_ready_i && !drop_i,
             burst_valid_o && burst_addr_o == $past(burst_addr_o)
             && burst_len_o == $past(burst_len_o) && burst_last_o == $past(burst_last_o)
             && burst_final_o == $past(burst_final_o))
  `RULE_NEXT(dropped_is_gone, drop_i && !run_valid_i, !burst_valid_o)

endmodule
