// Front end: one instruction at a time is taken, numbered and executed, handed over or refused; of
// two errors in a cycle that of the check is told, whole.
`include "rules.svh"

module ratel_frontend_rules (
  input wire        clk_i,
  input wire        rst_ni,
  input wire        state_rst_ni,
  input wire        in_valid_i,
  input wire        in_ready_o,
  input wire [31:0] in_word_i,
  input wire [31:0] in_rs1_i,
  input wire [31:0] in_data_o,
  input wire [2:0]  in_owner_i,
  input wire        hold_i,
  input wire        error_busy_i,
  input wire        check_idle_i,
  input wire        check_start_o,
  input wire [31:0] check_index_o,
  input wire        check_fail_i,
  input wire [7:0]  check_code_i,
  input wire [7:0]  check_field_i,
  input wire [31:0] check_detail_i,
  input wire [31:0] check_fail_word_i,
  input wire [31:0] check_fail_index_i,
  input wire [2:0]  check_fail_owner_i,
  input wire        engines_busy_i,
  input wire [31:0] cause_i,
  input wire        fail_o,
  input wire        fail_check_o,
  input wire        fail_ready_o,
  input wire [7:0]  code_o,
  input wire [7:0]  field_o,
  input wire [31:0] detail_o,
  input wire [31:0] fail_word_o,
  input wire [31:0] fail_index_o,
  input wire [2:0]  fail_owner_o,
  input wire        clear_error_o,
  input wire        done_o,
  input wire        retired_o,
  input wire        legal,
  input wire        check,
  input wire        cfg,
  input wire        fence,
  input wire        rdcnt,
  input wire        fence_ok,
  input wire        sys_bad,
  input wire        here_bad
);

  `STARTS_IN_RESET

  wire [114:0] told   = {code_o, field_o, detail_o, fail_word_o, fail_index_o, fail_owner_o};
  wire [114:0] checks = {check_code_i, check_field_i, check_detail_i, check_fail_word_i,
                         check_fail_index_i, check_fail_owner_i};

  `HOST_IF(check_that_fails_is_at_work, check_fail_i, !check_idle_i)

  // What is taken.
  `RULE_IF(takes_what_is_there, in_ready_o, in_valid_i && !hold_i && !error_busy_i)
  `RULE_IF(waits_for_the_check, in_ready_o && !sys_bad, check_idle_i)
  `RULE_IF(fence_waits_for_engines, in_ready_o && fence && !sys_bad, !engines_busy_i)
  `RULE_IF(refused_fence_waits_for_nothing,
           in_valid_i && sys_bad && !hold_i && !error_busy_i && !check_fail_i, in_ready_o)
  `RULE_IF(goes_as_soon_as_it_can,
           in_valid_i && !hold_i && !error_busy_i && !check_fail_i && check_idle_i &&
           !engines_busy_i, in_ready_o)
  `RULE_IF(illegal_does_nothing, !legal, here_bad && !cfg && !check && !fence && !rdcnt)
  `RULE_IF(rdcnt_is_refused, in_ready_o && rdcnt, fail_o)
  `RULE(is_counted, retired_o == (in_ready_o && !rdcnt))
  `RULE(handed_over, check_start_o == (in_ready_o && check))
  `RULE_IF(handed_over_is_no_error, check_start_o, !here_bad && !cfg && !fence && !rdcnt)

  // What a fence does.
  `RULE_IF(fence_tells_the_cause, fence_ok, in_data_o == cause_i)
  `RULE_IF(nothing_else_does, !fence_ok, in_data_o == 0 && !clear_error_o && !done_o)
  `RULE_IF(fence_clears, in_ready_o && fence_ok, clear_error_o == in_rs1_i[0])
  `RULE_IF(fence_is_done, in_ready_o && fence_ok, done_o == in_rs1_i[1])
  `RULE_IF(once_it_is_taken, !in_ready_o, !clear_error_o && !done_o)

  // Numbers.
  `RULE_NEXT(next_number, retired_o && state_rst_ni,
             !state_rst_ni || check_index_o == $past(check_index_o) + 32'd1)
  `RULE_NEXT(same_number, !retired_o && state_rst_ni,
             !state_rst_ni || check_index_o == $past(check_index_o))

  // Errors.
  `RULE(error_of_either, fail_o == (check_fail_i || (in_ready_o && here_bad)))
  `RULE(check_says_so, fail_check_o == check_fail_i)
  `RULE(record_is_free, fail_ready_o == !error_busy_i)
  `RULE_IF(check_goes_first, check_fail_i, told == checks && !(in_ready_o && here_bad))
  `RULE_IF(own_error, fail_o && !check_fail_i,
           fail_word_o == in_word_i && fail_index_o == check_index_o &&
           fail_owner_o == in_owner_i)

endmodule
