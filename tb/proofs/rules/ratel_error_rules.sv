// The error records: for each owner the first error stays first.
//
// A record changes only when it is cleared, or for an error that ratel_error_order knows to be
// older while nobody has read it; then it is that error's, whole.
`include "rules.svh"

module ratel_error_rules (
  input wire         clk_i,
  input wire         rst_ni,
  input wire         fail_i,
  input wire         fail_check_i,
  input wire [2:0]   fail_owner_i,
  input wire         load_error_i,
  input wire [66:0]  load_info_i,
  input wire         store_error_i,
  input wire [66:0]  store_info_i,
  input wire [7:0]   clear_i,
  input wire [7:0]   read_i,
  input wire [2:0]   fence_owner_i,
  input wire [31:0]  fence_cause_o,
  input wire [2:0]   show_owner_i,
  input wire [31:0]  cause_o,
  input wire [31:0]  word_o,
  input wire [31:0]  detail_o,
  input wire [31:0]  index_o,
  input wire [7:0]   valid_o,
  input wire         busy_o,
  input wire         load_may,
  input wire         store_may,
  input wire         check_may,
  input wire         store_older,
`ifdef FORMAL
  input wire [2:0]   order_load_owner,
  input wire         order_by_check,
`endif
  input wire [111:0] of_load,
  input wire [111:0] of_store,
  input wire [111:0] of_fail
);

  `STARTS_IN_RESET

  // Of users only one is in the engines at a time (ratel_tenant).
  `HOST_IF(no_two_users_at_once, load_error_i && store_error_i,
           load_info_i[66:64] == store_info_i[66:64]
           || load_info_i[65:64] == 2'd0 && store_info_i[65:64] == 2'd0)

  // The owner shown, whichever it is; it is the same one from one cycle to the next.
  wire [2:0]   owner  = show_owner_i;
  wire         shown  = valid_o[owner];
  wire [111:0] record = {cause_o[7:0], cause_o[15:8], detail_o, word_o, index_o};
  wire         load   = load_error_i && load_info_i[66:64] == owner;
  wire         store  = store_error_i && store_info_i[66:64] == owner;
  wire         fail   = fail_i && !busy_o && fail_owner_i == owner;
  wire         older  = load && load_may || store && store_may || fail && fail_check_i && check_may;

  reg [2:0] owner_q;
  always @(posedge clk_i) owner_q <= owner;
  wire still = owner == owner_q;

  `RULE_NEXT(valid_until_cleared, shown && !clear_i[owner], !still || shown)
  `RULE_NEXT(cleared_is_gone, shown && clear_i[owner] && !load && !store && !fail, !still || !shown)
  `RULE_NEXT(first_stays_first, shown && !clear_i[owner] && !older, !still
             || record == $past(record))
  `RULE_NEXT(read_stays, shown && read_i[owner] && !clear_i[owner], !still
             || record == $past(record))
  `RULE_NEXT(no_error_no_record, !shown && !load && !store && !fail, !still || !shown)
  `RULE_NEXT(first_error_is_kept, !shown && (load || store || fail), !still || shown)
  `RULE_NEXT(record_is_the_loads, !shown && load && !store, !still || record == $past(of_load))
  `RULE_NEXT(record_is_the_stores, !shown && store && !load, !still || record == $past(of_store))
  `RULE_NEXT(record_is_the_fails, !shown && fail, !still || record == $past(of_fail))
  `RULE_NEXT(older_of_two, !shown && load && store, !still
             || record == ($past(store_older) ? $past(of_store) : $past(of_load)))
  `RULE_NEXT(older_replaces, shown && !read_i[owner] && !clear_i[owner] && load && load_may && !store,
             !still || record == $past(of_load))
  `RULE_IF(refusals_wait_for_the_bus, load_error_i || store_error_i, busy_o)
  `RULE_IF(no_record_is_zero, !shown, cause_o == 0 && detail_o == 0 && word_o == 0 && index_o == 0)
  `RULE_IF(fence_sees_the_same, fence_owner_i == owner, fence_cause_o == cause_o)

`ifdef FORMAL
  // What ratel_error_order is told.
  `RULE_IF(order_knows_the_loads_owner, load_error_i && !store_error_i,
           order_load_owner == load_info_i[66:64])
  `RULE_IF(order_knows_the_check, fail_i && !busy_o, order_by_check == fail_check_i)
`endif

endmodule
