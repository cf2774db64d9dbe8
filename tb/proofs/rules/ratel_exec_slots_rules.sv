// Two instructions in flight: every stage sees each of them once, in order, with its own descriptor.
`include "rules.svh"

module ratel_exec_slots_rules #(
  parameter Stages = 7,
  parameter Width  = 8
) (
  input wire                    clk_i,
  input wire                    rst_ni,
  input wire                    valid_i,
  input wire [Width-1:0]        desc_i,
  input wire                    accept,
  input wire                    ready_o,
  input wire                    idle_o,
  input wire [Stages-1:0]       done_i,
  input wire [Stages-1:0]       valid_o,
  input wire [Stages*Width-1:0] desc_o,
  input wire [Stages-1:0]       todo0_q,
  input wire [Stages-1:0]       todo1_q,
  input wire [Stages-1:0]       at1_q,
  input wire [Width-1:0]        desc0_q,
  input wire [Width-1:0]        desc1_q,
  input wire                    next1_q
);

  `STARTS_IN_RESET

  wire              used0   = todo0_q[Stages-1];
  wire              used1   = todo1_q[Stages-1];
  wire [Stages-2:0] others0 = todo0_q[Stages-2:0] & ~done_i[Stages-2:0];
  wire [Stages-2:0] others1 = todo1_q[Stages-2:0] & ~done_i[Stages-2:0];

  // The last stage ends an instruction after all others have.
  `HOST(done_by_who_works, (done_i & ~valid_o) == 0)
  `HOST_IF(last_stage_is_last, done_i[Stages-1], (at1_q[Stages-1] ? others1 : others0) == 0)

  `RULE_IF(accepts_into_a_free_slot, accept, next1_q ? todo1_q == 0 : todo0_q == 0)
  `RULE(ready_when_the_next_is_free, ready_o == !(next1_q ? used1 : used0))
  `RULE(free_slots_have_no_work, (used0 || todo0_q == 0) && (used1 || todo1_q == 0))
  `RULE(idle_without_work, idle_o == ((todo0_q | todo1_q) == 0))
  `RULE_IF(next_is_the_free_slot, used0 != used1, next1_q == used0)
  `RULE_NEXT(work_in_every_stage, accept,
             ($past(next1_q) ? todo1_q : todo0_q) == {Stages{1'b1}})
  // A stage is at the older instruction until it has finished it; the next slot is the older one's
  // when both are in use.
  `RULE(stages_keep_the_order,
        at1_q == (used0 && used1 ? (next1_q ? todo1_q | ~todo0_q : todo1_q & ~todo0_q)
                  : used1 ? todo1_q : used0 ? ~todo0_q : {Stages{next1_q}}))
  `RULE_IF(younger_waits_for_older, used0 && used1,
           (next1_q ? todo1_q & ~todo0_q : todo0_q & ~todo1_q) == 0)

`ifdef FORMAL
  // One instruction, followed through one stage: it meets the descriptor it was accepted with.
  (* anyconst *) wire [2:0] stage;
  (* anyseq *) wire         mark;
  reg                       marked_q, slot_q;
  reg [Width-1:0]           value_q;

  always @(posedge clk_i) begin
    if (!rst_ni) marked_q <= 1'b0;
    else if (!marked_q && accept && mark) {marked_q, slot_q, value_q} <= {1'b1, next1_q, desc_i};
    else if (marked_q && !(slot_q ? todo1_q[Stages-1] && !(done_i[Stages-1] && at1_q[Stages-1])
                                  : todo0_q[Stages-1] && !(done_i[Stages-1] && !at1_q[Stages-1])))
      marked_q <= 1'b0;
  end

  wire here = {29'd0, stage} < Stages && marked_q && valid_o[stage] && at1_q[stage] == slot_q;
  `RULE_IF(descriptor_is_kept, marked_q,
           (slot_q ? used1 : used0) && (slot_q ? desc1_q : desc0_q) == value_q)
  `RULE_IF(stage_sees_it, here, desc_o[Width*stage +: Width] == value_q)
`endif

endmodule
