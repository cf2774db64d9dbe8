// One accepted instruction: decided once and for all, passed by two pointers, executed or flushed, not
// both.
`include "rules.svh"

module ratel_xif_entry_rules #(
  parameter XifIdWidth = 4
) (
  input wire                  clk_i,
  input wire                  rst_ni,
  input wire                  push_i,
  input wire                  value_i,
  input wire                  refused_i,
  input wire [XifIdWidth-1:0] push_id_i,
  input wire                  push_committed_i,
  input wire                  push_dead_i,
  input wire                  commit_valid_i,
  input wire [XifIdWidth-1:0] commit_id_i,
  input wire                  commit_kill_i,
  input wire                  exec_take_i,
  input wire                  exec_pass_i,
  input wire                  result_pass_i,
  input wire                  flush_i,
  input wire [XifIdWidth-1:0] id_o,
  input wire                  to_execute_o,
  input wire                  to_return_o,
  input wire                  committed_o,
  input wire                  dead_o,
  input wire                  flushed_o,
  input wire                  executed_o,
  input wire                  returns_value_o,
  input wire                  refused_o
);

  `STARTS_IN_RESET

  wire used = to_execute_o || to_return_o;

  // A commit is of its id and the half before it, a kill of its id and the half after it.
  wire [XifIdWidth-1:0] steps   = commit_kill_i ? id_o - commit_id_i : commit_id_i - id_o;
  wire                  covered = commit_valid_i && !steps[XifIdWidth-1];
  wire                  decided = committed_o || dead_o;
  wire                  keeps   = !push_i;

  `HOST_IF(free_when_it_moves_in, push_i, !used && !flush_i)
  `HOST_IF(one_decision_or_none, push_i, !push_committed_i || !push_dead_i)
  `HOST_IF(passes_what_is_there, exec_pass_i, to_execute_o)
  `HOST_IF(returns_what_is_there, result_pass_i, to_return_o)
  `HOST_IF(executes_and_passes, exec_take_i, exec_pass_i && committed_o && !flushed_o)

  `RULE_NEXT(moves_in, push_i, to_execute_o && to_return_o && !executed_o && !flushed_o
             && id_o == $past(push_id_i) && committed_o == $past(push_committed_i)
             && dead_o == $past(push_dead_i) && returns_value_o == $past(value_i)
             && refused_o == $past(refused_i))
  `RULE_NEXT(stays_what_it_is, keeps, id_o == $past(id_o) && returns_value_o == $past(returns_value_o)
             && refused_o == $past(refused_o))
  `RULE(one_decision, !committed_o || !dead_o)
  `RULE_NEXT(decision_stays, keeps && decided, committed_o == $past(committed_o) && dead_o == $past(dead_o))
  `RULE_NEXT(decided_by_a_commit, keeps && used && !decided && covered,
             committed_o == !$past(commit_kill_i) && dead_o == $past(commit_kill_i))
  `RULE_NEXT(by_nothing_else, keeps && !decided && !covered, !committed_o && !dead_o)
  // Ids come again: what is decided of the next with this id is nothing to an entry that is free.
  `RULE_NEXT(free_hears_nothing, keeps && !used,
             {committed_o, dead_o} == $past({committed_o, dead_o}))
  `RULE_NEXT(executed_when_taken, keeps, executed_o == ($past(executed_o) || $past(exec_take_i)))
  `RULE_NEXT(flushed_before_it_is, keeps,
             flushed_o == ($past(flushed_o) || $past(flush_i && !executed_o && !exec_take_i)))
  `RULE(not_both, !executed_o || !flushed_o)
  `RULE_NEXT(each_pointer_passes, keeps, to_execute_o == $past(to_execute_o && !exec_pass_i)
             && to_return_o == $past(to_return_o && !result_pass_i))

endmodule
