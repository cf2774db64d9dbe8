// Load engine: announces only what may be read, in its owner's name, tells each end once, and is
// idle when nothing of it is left.
`include "rules.svh"
`include "ratel_desc.vh"

module ratel_load_rules #(
  parameter BusBytes   = 8,
  parameter Capacity   = 24,
  parameter CountWidth = 5
) (
  input wire        clk_i,
  input wire        rst_ni,
  input wire        valid_i,
  input wire        ready_o,
  input wire [`DESC_LOAD_WIDTH-1:0] desc_i,
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
  input wire        beat_fail,
  input wire [31:0] beat_fail_addr,
  input wire        refusal_pop,
  input wire        refusal_fail,
  input wire        info_window,
  input wire        info_refused,
  input wire        info_fails,
  input wire [1:0]  walk_tag,
  input wire [1:0]  fail_tag_q,
  input wire        word_done,
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
  input wire        info_valid,
`ifdef FORMAL
  input wire [3:0]  info_count,
  input wire [2:0]  info_in,
  input wire [2:0]  info_out,
  input wire        room,
`endif
  input wire [CountWidth-1:0] count,
  input wire        info_room,
  input wire        walk_busy,
  input wire        word_pending,
  input wire        port_quiet
);

  `STARTS_IN_RESET

  wire announce = burst_valid && burst_ready;
  wire bus_owes = run_valid || burst_valid || !port_quiet || info_valid;
  wire at_work  = walk_busy || word_pending || done_o;

  // Start and end.
  `RULE_IF(none_in_an_abort, abort_i, !ready_o)
  `RULE_NEXT(abort_drops_runs, abort_i, !run_valid)
  `RULE(starts_what_is_taken, start == (valid_i && ready_o))
  `RULE_NEXT(next_tag, start, tag_q == $past(tag_q) + 2'd1)
  `RULE_NEXT(same_tag, !start, tag_q == $past(tag_q))
  `RULE_NEXT(end_is_told, word_done || fail_end, done_o)
  `RULE_NEXT(and_nothing_else, !word_done && !fail_end, !done_o)
  `RULE_NEXT(failure_is_told, fail_end, err_o && !fail_q)
  `RULE_NEXT(success_is_none, !fail_end, !err_o)

  // What is announced.
  `RULE_IF(only_what_it_may, announce,
           allowed && !spent && info_room && !burst_fails && !refused_q && !abort_i)
  `RULE_IF(refuses_the_others, refuse, burst_valid && (!allowed || spent) && !announce)
  `RULE_NEXT(none_behind_a_refusal, refuse, refused_q)
  `RULE_NEXT(until_that_is_told, refused_q && !refusal_pop, refused_q)
  `RULE_NEXT(then_it_goes_on, !refuse && refusal_pop, !refused_q)
  `RULE_IF(privileged, burst_owner[1:0] == 2'd0, prot == 3'b001)
  `RULE_IF(unprivileged, burst_owner[1:0] != 2'd0, prot == 3'b010)
  `RULE_NEXT(owner_as_given, start && !abort_i,
             burst_tag != $past(tag_q) || burst_owner == $past(desc_i[`DESC_LOAD_OWNER]))
  `RULE_NEXT(owner_stays, !start,
             burst_tag != $past(burst_tag) || burst_owner == $past(burst_owner))

  `RULE_NEXT(refusal_comes_next, refuse && !info_valid,
             info_valid && info_refused && info_window == !$past(allowed))
  `RULE_NEXT(burst_comes_next, announce && !info_valid, info_valid && !info_refused)
  `RULE_IF(refusal_has_no_beats, refusal_pop, info_refused)
  `RULE_IF(refusal_is_told_in_turn, info_valid && info_refused,
           refusal_pop == (!fail_q || info_fails || abort_i))
  `RULE_IF(failure_ends_its_own, fail_end, fail_q && walk_tag == fail_tag_q && !abort_i)

  // Errors: the first is kept until its instruction has ended.
  `RULE_NEXT(beat_that_failed, !fail_end && beat_fail, fail_q && err_addr_o == $past(beat_fail_addr))
  `RULE_NEXT(failed_at_a_window, !fail_end && refusal_fail,
             fail_q && err_window_o == $past(info_window))
  `RULE_NEXT(failure_stays, fail_q && !fail_end && !beat_fail && !refusal_fail,
             fail_q && err_addr_o == $past(err_addr_o) && err_window_o == $past(err_window_o))

`ifdef FORMAL
  `RULE(beat_is_taken_while_it_fits, room == ({27'd0, count} + BusBytes <= Capacity))
  `RULE(info_queue_in_order, info_count <= 4'd8 && info_in == info_out + info_count[2:0])
`endif

  // Idle.
  `RULE_IF(idle_bus_owes_nothing, idle_o, !bus_owes)
  `RULE_IF(idle_has_nothing_at_work, idle_o && !abort_i, !at_work)
  `RULE_IF(nothing_left_is_idle, !bus_owes && (abort_i || !at_work), idle_o)

endmodule
