// Dispatch: no two instructions in conflict are in their engines together, and an instruction waits
// for older ones only, so the oldest can always start.
//
// Two slots of the solver's choice, of any engines. What a conflict is, byte by byte, is proved of
// ratel_overlap, and that a slot says so of ratel_slot; here, that this keeps the two apart.
`include "rules.svh"

module ratel_dispatch_rules #(
  parameter QueueDepth = 4
) (
  input wire                    clk_i,
  input wire                    rst_ni,
  input wire                    in_valid_i,
  input wire                    in_ready_o,
  input wire [1:0]              in_engine_i,
  input wire                    load_done_i,
  input wire                    execute_done_i,
  input wire                    store_done_i,
`ifdef FORMAL
  input wire [3*QueueDepth-1:0] pushed,
  input wire [3*QueueDepth-1:0] hazards,
  input wire [3*QueueDepth-1:0] used,
  input wire [3*QueueDepth-1:0] waiting,
  input wire [2:0]              done_ptrs,
  input wire [2:0]              start_ptrs,
  input wire [2:0]              push_ptrs,
  input wire [9*QueueDepth*QueueDepth-1:0] before,
`endif
  input wire [3*QueueDepth-1:0] waits,
  input wire [3*QueueDepth-1:0] freed,
  input wire [2:0]              begun_o
);

  `STARTS_IN_RESET

  `HOST_IF(for_an_engine, in_valid_i, in_engine_i != 2'd3)
  `HOST_IF(load_ends_what_began, load_done_i, begun_o[0])
  `HOST_IF(execute_ends_what_began, execute_done_i, begun_o[1])
  `HOST_IF(store_ends_what_began, store_done_i, begun_o[2])

`ifdef FORMAL
  localparam All = 3 * QueueDepth;

  (* anyconst *) wire [31:0] first, second;   // slots
  wire chosen = first < All && second < All && first != second;

  reg  conflict_q;   // of the one in the second slot with the one in the first; both are there
  reg  entered_q;    // the one in the first was there before
  wire there = used[first] && !freed[first];

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      conflict_q <= 1'b0;
      entered_q  <= 1'b0;
    end else begin
      if (freed[first]) {conflict_q, entered_q} <= 2'b00;
      else if (pushed[second]) {conflict_q, entered_q} <= {there && waits[first], there};
      else if (freed[second]) {conflict_q, entered_q} <= 2'b00;
    end
  end

  wire held = before[second*All + first];

  `RULE_IF(conflict_does_not_run, chosen && conflict_q, waiting[second])
  `RULE_IF(run_together_without_conflict, chosen && used[first] && !waiting[first]
           && used[second] && !waiting[second], !conflict_q)
  `RULE_IF(waits_for_older_ones, chosen && used[second] && held, entered_q)
  `RULE_IF(conflict_waits, chosen && conflict_q, held && used[first] && used[second] && entered_q)
  `RULE(waits_for_the_right_ones, waits == hazards)
  `RULE_IF(older_is_there, chosen && entered_q, used[first] && used[second])
  `RULE(one_moves_in, (pushed & (pushed - 1'b1)) == 0 && (pushed & used) == 0)
  `RULE(frees_what_is_used, (freed & ~used) == 0)

  // Two slots an engine: what the pointers say of them.
  reg [1:0] u, w;
  reg       d, in_order;
  integer   q;

  always @* begin
    in_order = 1'b1;
    for (q = 0; q < 3; q = q + 1) begin
      u = used[2*q +: 2];
      w = waiting[2*q +: 2];
      d = done_ptrs[q];
      case (u)
        2'b00: in_order = in_order && push_ptrs[q] == d && start_ptrs[q] == d;
        2'b11: in_order = in_order && push_ptrs[q] == d
                          && (w == 2'b00 || w == 2'b11 ? start_ptrs[q] == d
                              : !w[d] && start_ptrs[q] != d);
        default: in_order = in_order && u[d] && push_ptrs[q] != d && (start_ptrs[q] == d) == w[d];
      endcase
    end
  end

  `RULE(slots_in_order, in_order)
  `RULE(waits_where_it_is, (waiting & ~used) == 0)
  `RULE(begun_are_begun, begun_o == {|(used[5:4] & ~waiting[5:4]), |(used[3:2] & ~waiting[3:2]),
                                     |(used[1:0] & ~waiting[1:0])})
`endif

endmodule
