// A slot: what it holds it does not change, and it is clear when all that it had to wait for ended.
`include "rules.svh"
`include "ratel_ranges.vh"

module ratel_slot_rules #(
  parameter Slots = 12
) (
  input wire                    clk_i,
  input wire                    rst_ni,
  input wire                    push_i,
  input wire [`RANGE_WIDTH-1:0] ranges_i,
  input wire [Slots-1:0]        waits_i,
  input wire                    start_i,
  input wire                    free_i,
  input wire [Slots-1:0]        freed_i,
  input wire                    used_o,
  input wire                    waiting_o,
  input wire                    clear_o,
  input wire                    hazard_o,
  input wire                    overlap,
  input wire [Slots-1:0]        waits_q,
  input wire [`RANGE_WIDTH-1:0] ranges_q
);

  `STARTS_IN_RESET

  `HOST_IF(enters_a_free_slot, push_i, !used_o)
  `HOST_IF(starts_when_clear, start_i, used_o && waiting_o && clear_o)
  `HOST_IF(ends_what_started, free_i, used_o && (!waiting_o || start_i))
  `HOST_IF(waits_for_what_goes_on, push_i, (waits_i & freed_i) == 0)

  reg [Slots-1:0] before_q;  // what it had to wait for and has not ended

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)     before_q <= {Slots{1'b0}};
    else if (push_i) before_q <= waits_i;
    else             before_q <= before_q & ~freed_i;
  end

  `RULE(waits_for_those, waits_q == before_q)
  `RULE(clear_when_all_ended, clear_o == (before_q == 0))
  `RULE_IF(starts_after_all, start_i, before_q == 0)
  `RULE_IF(runs_after_all, used_o && !waiting_o, before_q == 0)
  `RULE_NEXT(waits_when_it_enters, push_i, used_o && waiting_o && ranges_q == $past(ranges_i))
  `RULE_NEXT(keeps_its_ranges, used_o, ranges_q == $past(ranges_q))
  `RULE_NEXT(used_until_it_ends, used_o && !free_i, used_o)
  `RULE_NEXT(free_when_it_ended, free_i, !used_o)
  `RULE_IF(younger_must_wait, used_o && !free_i && overlap, hazard_o)
  `RULE_IF(nobody_waits_for_nothing, !used_o || free_i, !hazard_o)

endmodule
