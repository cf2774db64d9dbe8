// Soft reset and abort: asked for, it comes; it ends whatever the bus does; and it starts from a
// reset of the pin like from power-up, in every state.
`include "rules.svh"

module ratel_soft_reset_rules (
  input wire       clk_i,
  input wire       rst_ni,
  input wire       request_i,
  input wire       stop_i,
  input wire       idle_i,
  input wire       scan_mode_i,
  input wire       begin_o,
  input wire       pending_o,
  input wire       abandon_o,
  input wire       state_rst_no,
  input wire       core_rst_no,
  input wire [1:0] state_q,
  input wire       full_q,
  input wire       again_q,
  input wire       run_nq,
  input wire       state_nq,
  input wire [9:0] wait_q
);

  `STARTS_IN_RESET

  localparam [1:0] Run = 2'd0, Abort = 2'd1, Reset = 2'd2, Release = 2'd3;

  `HOST(no_test, scan_mode_i !== 1'b1)

  reg was_reset_q;
  always @(posedge clk_i) was_reset_q <= !rst_ni;

  `RULE_IF(pin_resets_all, was_reset_q, state_q == Run && !full_q && !again_q && wait_q == 0)
  `RULE(pending_while_it_runs, pending_o == (state_q != Run))
  `RULE(resets_when_it_says, core_rst_no == !(state_q == Reset || state_q == Release))
  `RULE_IF(state_with_the_core, !state_rst_no, !core_rst_no)
  `RULE_IF(abort_leaves_state, state_q == Release && !full_q, state_rst_no)
  `RULE_IF(soft_reset_resets_state, full_q && !core_rst_no, !state_rst_no)
  `RULE_NEXT(asked_for_it_comes, (request_i || stop_i) && state_q == Run, state_q == Abort)
  `RULE_NEXT(what_begins_comes, begin_o, full_q && (state_q == Abort || state_q == Reset))
  `RULE_NEXT(what_begins_comes_once, begin_o, !again_q)
  `RULE_NEXT(begins_in_an_abort, request_i && state_q == Abort, full_q && !again_q)
  `RULE_NEXT(late_request_is_kept, request_i && !begin_o && !full_q, again_q)
  `RULE_NEXT(kept_request_comes, again_q && state_q == Run, state_q == Abort && full_q)
  // It ends: the wait counts to its bound, and each state has one that follows.
  `RULE(waits_no_longer, wait_q <= 10'd1001 && (state_q != Abort || wait_q <= 10'd1000))
  `RULE_NEXT(wait_counts, state_q == Abort, state_q == Reset || (state_q == Abort
             && wait_q == $past(wait_q) + 10'd1))
  `RULE_NEXT(wait_ends, state_q == Abort && (idle_i || wait_q == 10'd1000), state_q == Reset)
  `RULE_NEXT(resets_for_two, state_q == Reset, state_q == Release)
  `RULE_NEXT(releases, state_q == Release, state_q == Run)
  `RULE_IF(gives_up_before_the_reset, abandon_o, state_q == Abort && core_rst_no)
  `RULE_NEXT(reset_after_giving_up, abandon_o, state_q == Reset)
  `RULE_NEXT(no_reset_without, core_rst_no && !abandon_o, core_rst_no)

endmodule
