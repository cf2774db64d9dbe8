// CV-X-IF: each accepted instruction returns exactly one result, none before it is committed, none
// once it is killed, and a result on offer does not change.
//
// Every id has its own small record of what the CPU knows: accepted (`live_q`), and committed.
`include "rules.svh"

module ratel_xif_rules #(
  parameter XifQueueDepth  = 4,
  parameter XifIdWidth     = 4,
  parameter XifHartIdWidth = 1,
  parameter PtrWidth       = 2
) (
  input wire                      clk_i,
  input wire                      rst_ni,
  input wire                      issue_valid_i,
  input wire                      issue_ready_o,
  input wire [XifIdWidth-1:0]     issue_id_i,
  input wire                      issue_accept_o,
  input wire                      commit_valid_i,
  input wire [XifIdWidth-1:0]     commit_id_i,
  input wire                      commit_kill_i,
  input wire                      result_valid_o,
  input wire                      result_ready_i,
  input wire [XifHartIdWidth-1:0] result_hartid_o,
  input wire [XifIdWidth-1:0]     result_id_o,
  input wire [31:0]               result_data_o,
  input wire [4:0]                result_rd_o,
  input wire                      result_we_o,
  input wire                      exec_valid_o,
  input wire                      exec_ready_i,
  input wire                      exec_value,
  input wire                      legal,
  input wire                      operands,
  input wire                      sys,
  input wire                      fence,
  input wire                      quick,
  input wire                      will_fail,
  input wire [31:0]               issue_rs1_i,
  input wire                      flush_i,
  input wire                      push,
  input wire                      exec_pass,
  input wire                      result_pass,
  input wire                      result_known,
  input wire                      entry_valid,
  input wire                      entry_held_q,
  input wire                      value_busy_q,
  input wire                      offer_q,
  input wire                      offer_committed_q,
  input wire                      offer_dead_q,
  input wire [XifIdWidth-1:0]     offer_id_q,
  input wire                      quick_here_q,
  input wire                      quick_committed_q,
  input wire                      quick_valid_q,
  input wire [XifIdWidth-1:0]     quick_id_q,
  input wire [XifQueueDepth-1:0]  quick_before_q,
  input wire [3:0]                quick_queued_o,
  input wire [XifQueueDepth-1:0]  older_q,
  input wire [XifQueueDepth-1:0]  to_execute,
  input wire [XifQueueDepth-1:0]  to_return,
  input wire [XifQueueDepth-1:0]  committed,
  input wire [XifQueueDepth-1:0]  dead,
  input wire [XifQueueDepth-1:0]  flushed,
  input wire [XifQueueDepth-1:0]  executed,
  input wire [XifQueueDepth-1:0]  returns_value,
  input wire [XifQueueDepth-1:0]  refused,
  input wire [XifQueueDepth*XifIdWidth-1:0] id,
  input wire [PtrWidth-1:0]       issue_ptr_q,
  input wire [PtrWidth-1:0]       exec_ptr_q,
  input wire [PtrWidth-1:0]       result_ptr_q
);

  `STARTS_IN_RESET

  localparam Ids = 1 << XifIdWidth;

  // --- what the CPU knows ------------------------------------------------------------------------
  reg [Ids-1:0]        live_q, committed_q;
  reg                  wait_q, wait_committed_q, wait_dead_q;
  reg [XifIdWidth-1:0] wait_id_q;
  reg [Ids-1:0]        covered;
  reg [XifIdWidth-1:0] lead;
  integer              i;

  // A commit is of its id and all before it, a kill of its id and all after it.
  always @* begin
    for (i = 0; i < Ids; i = i + 1) begin
      lead       = commit_kill_i ? i[XifIdWidth-1:0] - commit_id_i : commit_id_i - i[XifIdWidth-1:0];
      covered[i] = commit_valid_i && !lead[XifIdWidth-1];
    end
  end

  wire accepted  = issue_valid_i && issue_ready_o && issue_accept_o;
  wire returned  = result_valid_o && result_ready_i;
  wire offered   = wait_q && issue_id_i == wait_id_q;
  wire was       = offered && (wait_committed_q || wait_dead_q);
  wire commits   = was ? wait_committed_q : covered[issue_id_i] && !commit_kill_i;
  wire kills     = was ? wait_dead_q : covered[issue_id_i] && commit_kill_i;

  wire [Ids-1:0] decided = live_q & ~committed_q & covered;
  reg  [Ids-1:0] live, kept;

  always @* begin
    live = commit_kill_i ? live_q & ~decided : live_q;
    kept = commit_kill_i ? committed_q : committed_q | decided;
    if (returned) live[result_id_o] = 1'b0;
    if (returned) kept[result_id_o] = 1'b0;
    if (accepted) live[issue_id_i] = !kills;
    if (accepted) kept[issue_id_i] = commits;
  end

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      live_q            <= {Ids{1'b0}};
      committed_q       <= {Ids{1'b0}};
      wait_q           <= 1'b0;
      wait_id_q        <= {XifIdWidth{1'b0}};
      wait_committed_q <= 1'b0;
      wait_dead_q      <= 1'b0;
    end else begin
      live_q            <= live;
      committed_q       <= kept;
      wait_q           <= issue_valid_i && !issue_ready_o;
      wait_id_q        <= issue_id_i;
      wait_committed_q <= commits;
      wait_dead_q      <= kills;
    end
  end

  // The CPU gives an id again when it has been returned or killed.
  `HOST_IF(id_is_free, accepted, !live_q[issue_id_i])

  // --- the port ----------------------------------------------------------------------------------
  `RULE_IF(result_of_an_accepted, result_valid_o, live_q[result_id_o])
  `RULE_IF(result_of_a_committed, result_valid_o, committed_q[result_id_o])
  `STAYS(result_stays, result_valid_o, result_ready_i,
         {result_id_o, result_data_o, result_rd_o, result_we_o, result_hartid_o})

  // --- inside: who is accepted and has not returned is in one place, and known as the CPU does ----
  reg                  once, alike;
  reg [Ids-1:0]        here;
  reg [XifIdWidth-1:0] own;
  integer              e;

  always @* begin
    here  = {Ids{1'b0}};
    once  = 1'b1;
    alike = 1'b1;
    for (e = 0; e < XifQueueDepth; e = e + 1) begin
      own = id[e*XifIdWidth +: XifIdWidth];
      if (to_return[e] && !dead[e]) begin
        once      = once && !here[own];
        alike     = alike && committed_q[own] == committed[e];
        here[own] = 1'b1;
      end
    end
    if (quick_here_q) begin
      once             = once && !here[quick_id_q];
      alike            = alike && committed_q[quick_id_q] == quick_committed_q;
      here[quick_id_q] = 1'b1;
    end
  end

  `RULE(accepted_is_in_one_place, once && here == live_q)
  `RULE(committed_is_known, alike && (committed_q & ~live_q) == 0)

  `RULE(offer_is_known, offer_q == wait_q && offer_id_q == wait_id_q
                        && offer_committed_q == wait_committed_q && offer_dead_q == wait_dead_q
                        && !(wait_committed_q && wait_dead_q))

  // Entries by their age: between a pointer and the one of the offers they are used.
  reg [3:0]               returns_q, executes_q;
  reg [XifQueueDepth-1:0] to_pass, to_do;
  reg [PtrWidth-1:0]      age;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      returns_q  <= 4'd0;
      executes_q <= 4'd0;
    end else begin
      returns_q  <= returns_q + {3'd0, push} - {3'd0, result_pass};
      executes_q <= executes_q + {3'd0, push} - {3'd0, exec_pass};
    end
  end

  always @* begin
    for (e = 0; e < XifQueueDepth; e = e + 1) begin
      age        = e[PtrWidth-1:0] - result_ptr_q;
      to_pass[e] = {{(4 - PtrWidth){1'b0}}, age} < returns_q;
      age        = e[PtrWidth-1:0] - exec_ptr_q;
      to_do[e]   = {{(4 - PtrWidth){1'b0}}, age} < executes_q;
    end
  end

  `RULE(entries_in_bounds, {28'd0, returns_q} <= XifQueueDepth && {28'd0, executes_q} <= XifQueueDepth)
  `RULE(pointers_in_order, issue_ptr_q == result_ptr_q + returns_q[PtrWidth-1:0]
                           && issue_ptr_q == exec_ptr_q + executes_q[PtrWidth-1:0])
  `RULE(entries_in_order, to_return == to_pass && to_execute == to_do)
  `RULE(one_decision, (committed & dead & (to_return | to_execute)) == 0)
  // In reset too, where comparisons of two versions look as well.
  `ALWAYS(never_both, |to_execute, (committed & dead & to_execute) == 0)
  `RULE(executed_when_committed, (executed & to_return & (to_execute | dead | flushed | ~committed)) == 0)
  `RULE(passed_when_executed,
        (to_return & ~to_execute & ~executed & ~dead & ~(committed & flushed)) == 0)

  // The CPU runs ahead by as many instructions as there are entries, and by one counter read more.
  wire takes = issue_valid_i && legal && operands && !flush_i;
  `RULE_IF(takes_as_many_as_entries, takes && !quick,
           issue_accept_o == ({28'd0, returns_q} < XifQueueDepth
                              && {28'd0, executes_q} < XifQueueDepth))
  `RULE_IF(takes_one_counter_read, takes && quick, issue_accept_o == !quick_here_q)

  // What is refused is known from its operand: a fence with a reserved bit, a counter that is none
  // or not for users. Its value is 0, so it is one that returns a value.
  `RULE_IF(refuses_reserved_bits, push && fence, will_fail == (issue_rs1_i >= 32'd4))
  `RULE_IF(refuses_other_counters, push && sys && !fence, will_fail)
  `RULE_IF(leaves_the_rest_to_the_check, push && !sys, !will_fail)
  `RULE(refused_returns_a_value, ((to_return | to_execute) & refused & ~returns_value) == 0)

  // What was killed, and what an abort has flushed, makes room without being executed.
  wire lost = dead[exec_ptr_q] || (committed[exec_ptr_q] && flushed[exec_ptr_q]);
  `RULE(lost_is_passed, exec_pass == ((exec_valid_o && exec_ready_i)
                                      || (to_execute[exec_ptr_q] && lost)))
  `RULE_IF(lost_is_not_executed, to_execute[exec_ptr_q] && lost, !exec_valid_o)

  `RULE(value_is_returned_last, (to_execute & ~to_return & ~dead & (~committed
                                 | returns_value & ~refused & ~flushed)) == 0)

  // A counter read comes after what was to execute when it was accepted, as far as that still is.
  reg [3:0]               ahead_q;
  reg [XifQueueDepth-1:0] ahead;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) ahead_q <= 4'd0;
    else if (accepted && !push) ahead_q <= executes_q - {3'd0, exec_pass};
    else ahead_q <= ahead_q - {3'd0, exec_pass && ahead_q != 4'd0};
  end

  always @* begin
    for (e = 0; e < XifQueueDepth; e = e + 1) begin
      age      = e[PtrWidth-1:0] - exec_ptr_q;
      ahead[e] = {{(4 - PtrWidth){1'b0}}, age} < ahead_q;
    end
  end

  `RULE(counter_read_comes_after, ahead_q <= executes_q && quick_before_q == ahead)
  `RULE(counts_none_behind_the_read, quick_queued_o <= ahead_q)
  `RULE(older_is_to_execute, (older_q & ~to_execute) == 0)

  reg [3:0] values;
  always @* begin
    values = 4'd0;
    for (e = 0; e < XifQueueDepth; e = e + 1)
      values = values + {3'd0, to_return[e] && executed[e] && returns_value[e] && !refused[e]};
  end

  `RULE(one_value, values == {3'd0, value_busy_q})
  `RULE(counter_read_when_committed, (!quick_valid_q || quick_committed_q)
                                     && (!quick_committed_q || quick_here_q))
  `RULE_IF(offered_result_is_valid, entry_held_q, entry_valid)

  // --- nothing waits for ever: the oldest goes on, whatever is behind it -------------------------
  wire head = to_return[result_ptr_q] && committed[result_ptr_q] && !dead[result_ptr_q];

  `RULE_IF(oldest_returns_when_known, head && result_known, result_valid_o)
  `RULE_IF(oldest_has_its_turn, head && !result_known, to_execute[result_ptr_q] && !value_busy_q)
  `RULE_IF(executes_what_is_committed, exec_valid_o,
           committed[exec_ptr_q] && !dead[exec_ptr_q] && !flushed[exec_ptr_q])
  `RULE_IF(oldest_executes, to_execute[exec_ptr_q] && committed[exec_ptr_q] && !dead[exec_ptr_q]
           && !flushed[exec_ptr_q] && !(exec_value && value_busy_q), exec_valid_o)
  `RULE_NEXT(killed_leaves, to_return[result_ptr_q] && dead[result_ptr_q],
             returns_q == $past(returns_q) + {3'd0, $past(push)} - 4'd1)

endmodule
