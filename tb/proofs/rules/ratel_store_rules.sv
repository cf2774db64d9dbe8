// Store engine: announces only what may be written, in its owner's name, tells each end once, and is
// idle when nothing of it is left.
`include "rules.svh"
`include "ratel_desc.vh"

module ratel_store_rules (
  input wire        clk_i,
  input wire        rst_ni,
  input wire        valid_i,
  input wire        ready_o,
  input wire [`DESC_STORE_WIDTH-1:0] desc_i,
  input wire        done_o,
  input wire        err_o,
  input wire [31:0] err_addr_o,
  input wire        err_window_o,
  input wire        idle_o,
  input wire        abort_i,
  input wire        start,
  input wire [1:0]  tag_q,
  input wire        fail_q,
  input wire        fail_end,
  input wire        answer_fail,
  input wire        answer_end,
  input wire        answer_window,
  input wire        answer_refused,
  input wire        refusal,
  input wire        over,
  input wire [2:0]  in_work_q,
  input wire        run_valid,
  input wire        burst_valid,
  input wire        burst_ready,
  input wire [1:0]  burst_tag,
  input wire        burst_fails,
  input wire [2:0]  burst_owner,
  input wire [2:0]  prot,
  input wire        allowed,
  input wire        spent,
  input wire        refuse,
  input wire        refused_q,
  input wire        answer_valid,
`ifdef FORMAL
  input wire [3:0]  answer_count,
  input wire [2:0]  answer_in,
  input wire [2:0]  answer_out,
`endif
  input wire        answer_room,
  input wire        walk_busy,
  input wire        port_quiet,
  input wire        runs_free,
  input wire        walk_free,
  input wire        walk_hold,
  input wire [1:0]  set_up_tag
);

  `STARTS_IN_RESET

  wire announce = burst_valid && burst_ready;
  wire bus_owes = run_valid || burst_valid || !port_quiet || answer_valid;
  wire at_work  = walk_busy || in_work_q != 3'd0 || done_o;

  // Start and end.
  `RULE_IF(ready_for_four, runs_free && walk_free && !in_work_q[2] && !abort_i, ready_o)
  `RULE_IF(walk_waits_for_the_older, burst_valid && burst_tag != set_up_tag, walk_hold)
  `RULE_IF(none_in_an_abort, abort_i, !ready_o)
  `RULE(starts_what_is_taken, start == (valid_i && ready_o))
  `RULE_NEXT(next_tag, start, tag_q == $past(tag_q) + 2'd1)
  `RULE_NEXT(same_tag, !start, tag_q == $past(tag_q))
  `RULE_IF(no_more_than_four, in_work_q[2], !ready_o)
  `RULE_NEXT(one_more_in_work, start && !over, in_work_q == $past(in_work_q) + 3'd1)
  `RULE_NEXT(one_fewer_in_work, !start && over, in_work_q == $past(in_work_q) - 3'd1)
  `RULE_NEXT(as_many_in_work, start == over, in_work_q == $past(in_work_q))
  `RULE(over_at_its_end, over == (answer_end || fail_end))
  `RULE_NEXT(end_is_told, over, done_o)
  `RULE_NEXT(and_nothing_else, !over, !done_o)
  `RULE_NEXT(failure_is_told, fail_end, err_o && !fail_q)
  `RULE_NEXT(success_is_none, !fail_end, !err_o)

  // What is announced.
  `RULE_IF(only_what_it_may, announce,
           allowed && !spent && answer_room && !burst_fails && !refused_q && !abort_i)
  `RULE_IF(refuses_the_others, refuse, burst_valid && (!allowed || spent) && !announce)
  `RULE_NEXT(none_behind_a_refusal, refuse, refused_q)
  `RULE_NEXT(until_that_is_told, refused_q && !refusal, refused_q)
  `RULE_NEXT(then_it_goes_on, !refuse && refusal, !refused_q)
  `RULE_IF(privileged, burst_owner[1:0] == 2'd0, prot == 3'b001)
  `RULE_IF(unprivileged, burst_owner[1:0] != 2'd0, prot == 3'b010)
  `RULE_NEXT(owner_as_given, start && !abort_i,
             burst_tag != $past(tag_q) || burst_owner == $past(desc_i[`DESC_STORE_OWNER]))
  `RULE_NEXT(owner_stays, !start,
             burst_tag != $past(burst_tag) || burst_owner == $past(burst_owner))

  `RULE_NEXT(refusal_comes_next, refuse && !answer_valid,
             answer_valid && answer_refused && answer_window == !$past(allowed))
  `RULE_NEXT(burst_comes_next, announce && !answer_valid, answer_valid && !answer_refused)

  // Errors: the first is kept until its instruction has ended.
  `RULE_NEXT(answer_that_failed, !fail_end && answer_fail,
             fail_q && err_window_o == $past(refusal && answer_window))
  `RULE_NEXT(failure_stays, fail_q && !fail_end,
             fail_q && err_addr_o == $past(err_addr_o) && err_window_o == $past(err_window_o))

`ifdef FORMAL
  `RULE(answer_queue_in_order, answer_count <= 4'd8 && answer_in == answer_out + answer_count[2:0])
`endif

  // Idle.
  `RULE_IF(idle_bus_owes_nothing, idle_o, !bus_owes)
  `RULE_IF(idle_has_nothing_at_work, idle_o && !abort_i, !at_work)
  `RULE_IF(nothing_left_is_idle, !bus_owes && (abort_i || !at_work), idle_o)

endmodule
