// The check's own control: one instruction at a time, as it was given; each is handed over or
// refused, once, after as many cycles as its kind takes, and stays until it is taken.
`include "rules.svh"
`include "ratel_isa.vh"
`include "ratel_ranges.vh"

module ratel_check_rules (
  input wire        clk_i,
  input wire        rst_ni,
  input wire        start_i,
  input wire [31:0] start_word_i,
  input wire [31:0] start_index_i,
  input wire [2:0]  start_owner_i,
  input wire        idle_o,
  input wire        out_valid_o,
  input wire        out_ready_i,
  input wire [1:0]  out_engine_o,
  input wire [31:0] word_o,
  input wire [31:0] index_o,
  input wire [2:0]  owner_o,
  input wire        fail_o,
  input wire        fail_ready_i,
  input wire [7:0]  code_o,
  input wire [7:0]  field_o,
  input wire [31:0] detail_o,
  input wire        linear,
  input wire [1:0]  state_q,
  input wire [3:0]  step_q
);

  `STARTS_IN_RESET

  wire [2:0] given = start_word_i[14:12];
  wire [2:0] held  = word_o[14:12];
  wire [4:0] takes = held >= `CLASS_MAC ? 5'd17 : linear ? 5'd3 : 5'd12;
  wire       start = start_i && idle_o;
  wire       ready = out_valid_o || fail_o;

  reg was_reset_q;
  always @(posedge clk_i) was_reset_q <= !rst_ni;

  reg [4:0] age_q;  // cycles since the start, up to 31
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)      age_q <= 5'd0;
    else if (start)   age_q <= 5'd1;
    else if (idle_o)  age_q <= 5'd0;
    else if (!(&age_q)) age_q <= age_q + 5'd1;
  end

  `HOST_IF(only_what_is_checked_comes, start, given >= `CLASS_LD && given <= `CLASS_VEC)

  `RULE_IF(reset_leaves_nothing, was_reset_q,
           idle_o && {word_o, index_o, owner_o, code_o, field_o, detail_o} == 0)
  `RULE(of_a_class_that_is_checked, held <= `CLASS_VEC && (idle_o || held != `CLASS_CFG))
  `RULE_IF(derives_step_by_step, state_q == 2'd1,
           age_q == {1'b0, step_q} + 5'd1 && age_q < takes - 5'd1)
  `RULE_IF(judges_then, state_q == 2'd2, age_q == takes - 5'd1)
  `RULE_IF(not_sooner, ready, age_q >= takes)
  `RULE_IF(not_later, !idle_o && age_q >= takes, ready)
  `RULE(one_or_the_other, !(out_valid_o && fail_o) && !(idle_o && ready))
  `RULE_NEXT(is_what_was_given, start, !idle_o && word_o == $past(start_word_i)
             && index_o == $past(start_index_i) && owner_o == $past(start_owner_i))
  `RULE_NEXT(stays_the_same, !idle_o,
             {word_o, index_o, owner_o} == $past({word_o, index_o, owner_o}))
  `STAYS(offer_stays, out_valid_o, out_ready_i, out_engine_o)
  `STAYS(refusal_stays, fail_o, fail_ready_i, {code_o, field_o, detail_o})
  `RULE_NEXT(handed_over_once, out_valid_o && out_ready_i, idle_o)
  `RULE_NEXT(refused_once, fail_o && fail_ready_i, idle_o)
  `RULE_NEXT(nothing_from_nothing, idle_o && !start_i, idle_o)
  `RULE_IF(to_its_engine, !idle_o, out_engine_o == (held == `CLASS_LD ? `ENGINE_LOAD
           : held == `CLASS_ST ? `ENGINE_STORE : `ENGINE_EXECUTE))

endmodule
