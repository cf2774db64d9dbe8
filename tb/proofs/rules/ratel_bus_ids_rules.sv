// What the bus owes: no burst is forgotten, and no id is used again while answers with it may come.
`include "rules.svh"

module ratel_bus_ids_rules #(
  parameter IdWidth = 4
) (
  input wire               clk_i,
  input wire               rst_ni,
  input wire               announce_i,
  input wire               answered_i,
  input wire               late_i,
  input wire               abandon_i,
  input wire [IdWidth-1:0] id_o,
  input wire [4:0]         owed_o,
  input wire               late_o,
  input wire               spent_o,
  input wire [7:0]         late_q
);

  `STARTS_IN_RESET

  // An engine announces at most 16 bursts, and none when no id is left.
  `HOST_IF(not_too_many, announce_i, owed_o < 5'd16 || answered_i)
  `HOST_IF(not_without_an_id, announce_i, !spent_o)

  reg [9:0] all_q;  // bursts announced and not answered

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) all_q <= 10'd0;
    else all_q <= all_q + {9'd0, announce_i} - {9'd0, answered_i && owed_o != 0}
                  - {9'd0, late_i && late_o};
  end

  `RULE(nothing_is_forgotten, all_q == {5'd0, owed_o} + {2'd0, late_q})
  `RULE(late_while_some_are, late_o == (late_q != 0))
  `RULE(owed_in_bounds, owed_o <= 5'd16)
  `RULE_IF(late_in_bounds, !spent_o, late_q <= 8'd239)
  `RULE_IF(spent_owes_nothing, spent_o, owed_o == 0)
  `RULE_IF(ends_with_the_first_id, all_q == 0, owed_o == 0 && !late_o)
  `RULE_NEXT(recovers, all_q == 0 && !announce_i, id_o == 0 && !spent_o)

  // Giving up uses an id up: the next is above it, and above the last there is none.
  wire last_id  = id_o == {IdWidth{1'b1}};
  wire gives_up = abandon_i && (announce_i || owed_o > {4'd0, answered_i});

  `RULE_NEXT(next_id_or_none, gives_up,
             spent_o ? id_o == $past(id_o)
                     : !$past(last_id) && id_o == $past(id_o) + {{(IdWidth - 1){1'b0}}, 1'b1})
  `RULE_NEXT(id_stays_while_answers_may_come, all_q != 0 && !gives_up, id_o == $past(id_o))
  `RULE_NEXT(spent_until_all_have_come, spent_o && all_q != 0, spent_o)
  `RULE_NEXT(spent_only_for_want_of_an_id, !spent_o && (!gives_up || !last_id && late_q < 8'd224),
             !spent_o)
  `RULE_NEXT(gives_up_all_of_it, gives_up, owed_o == 0 && late_o)

`ifdef FORMAL
  // An id of the solver's choice, which some of what was given up has.
  (* anyconst *) wire [IdWidth-1:0] some;
  reg                               given_up_q;

  always @(posedge clk_i) begin
    if (!rst_ni) given_up_q <= 1'b0;
    else if (abandon_i && id_o == some && owed_o != 0 && !(answered_i && owed_o == 5'd1))
      given_up_q <= 1'b1;
    else if (!late_o) given_up_q <= 1'b0;
  end

  `RULE_IF(next_id_is_new, given_up_q && late_o && !spent_o, some < id_o)
`endif

endmodule
