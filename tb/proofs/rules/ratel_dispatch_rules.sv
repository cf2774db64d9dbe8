// Dispatch: no two instructions in conflict are in their engines together, and each that moves into
// a slot leaves it within a bounded time, if the engines take and end what they are given in theirs.
//
// Conflicts: two slots of the solver's choice, of any engines. What a conflict is, byte by byte, is
// proved of ratel_overlap, and that a slot says so of ratel_slot; here, that this keeps the two apart.
//
// Progress: an engine's patience is a number of the solver's choice, within which it takes what it is
// offered, and within which it ends what it has begun.
//
//   the oldest waits for nothing, so it is offered, taken and ended: twice the patience
//   then the next is the oldest: as many times twice the patience as there are slots
//
// While a soft reset holds starts back, time stands still. Whether bus and array keep any patience is
// not the dispatcher's to say; the watchdog asks.
`include "rules.svh"

module ratel_dispatch_rules #(
  parameter QueueDepth = 4
) (
  input wire                    clk_i,
  input wire                    rst_ni,
  input wire                    in_valid_i,
  input wire                    in_ready_o,
  input wire [1:0]              in_engine_i,
  input wire                    hold_i,
  input wire                    load_valid_o,
  input wire                    load_ready_i,
  input wire                    load_done_i,
  input wire                    execute_valid_o,
  input wire                    execute_ready_i,
  input wire                    execute_done_i,
  input wire                    store_valid_o,
  input wire                    store_ready_i,
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

  // Progress.
  wire [2:0] valid = {store_valid_o, execute_valid_o, load_valid_o};
  wire [2:0] ready = {store_ready_i, execute_ready_i, load_ready_i};
  wire [2:0] done  = {store_done_i, execute_done_i, load_done_i};

  (* anyconst *) wire [3:0] patience;

  // How long each engine has been offered something, and has worked on its oldest.
  reg [3:0] offered_q [0:2];
  reg [3:0] worked_q [0:2];
  // Bit i of row j: the instruction in slot i is older than that in slot j.
  reg [All-1:0] older_q [0:All-1];

  wire [All-1:0] oldest;
  wire [All-1:0] ordered;      // of each slot: all is as an order must be
  genvar g, h;
  generate
    for (g = 0; g < 3; g = g + 1) begin : gen_engine
      always @(posedge clk_i) begin
      if (!rst_ni || (valid[g] && ready[g]) || |freed[g*QueueDepth +: QueueDepth])
        offered_q[g] <= 4'd0;
      else if (valid[g]) offered_q[g] <= offered_q[g] + 4'd1;
      if (!rst_ni || !begun_o[g] || done[g]) worked_q[g] <= 4'd0;
      else worked_q[g] <= worked_q[g] + 4'd1;
      end
      always @* begin
      assume (offered_q[g] < patience);
      assume (worked_q[g] < patience);
      end
    end
    for (g = 0; g < All; g = g + 1) begin : gen_order
          wire [All-1:0] mine = older_q[g];
      wire [All-1:0] fits;
      assign oldest[g] = used[g] && mine == 0;
      for (h = 0; h < All; h = h + 1) begin : gen_other
      // Total and transitive; what is older than an older one is older.
      assign fits[h] = g == h ? !mine[h]
                   : !used[h] ? !mine[h]
                   : mine[h] ? (older_q[h] & ~mine) == 0 && !older_q[h][g]
                   : older_q[h][g];
      end
      assign ordered[g] = !used[g] || (&fits && (before[g*All +: All] & ~mine) == 0);
      always @(posedge clk_i) begin
      if (!rst_ni) older_q[g] <= {All{1'b0}};
      else if (pushed[g]) older_q[g] <= used & ~freed;
      else older_q[g] <= mine & ~freed;
      end
    end
  endgenerate

  // Cycles for which the oldest has been that.
  reg [7:0] lead_q;
  always @(posedge clk_i) begin
    if (!rst_ni || |(oldest & freed) || used == 0) lead_q <= 8'd0;
    else if (!hold_i) lead_q <= lead_q + 8'd1;
  end

  // One slot of the solver's choice, and how long its instruction has been there.
  (* anyconst *) wire [2:0] mine;
  reg [7:0] age_q;
  always @(posedge clk_i) begin
    if (!rst_ni || pushed[mine] || freed[mine]) age_q <= 8'd0;
    else if (used[mine] && !hold_i) age_q <= age_q + 8'd1;
  end

  wire [7:0] turn = {3'd0, patience, 1'b0};
  reg  [7:0] passed;   // turns of those that were older
  integer    slot;
  always @* begin
    passed = 8'd0;
    for (slot = 0; slot < All - 1; slot = slot + 1) passed = passed + turn;
    for (slot = 0; slot < All; slot = slot + 1) if (older_q[mine][slot]) passed = passed - turn;
  end

  // Two slots an engine: what the pointers say of them.
  reg [1:0] u, w;
  reg       d, in_order, in_age;
  integer   q;

  always @* begin
    in_order = 1'b1;
    in_age   = 1'b1;
    for (q = 0; q < 3; q = q + 1) begin
      u = used[2*q +: 2];
      w = waiting[2*q +: 2];
      d = done_ptrs[q];
      case (u)
        2'b00: in_order = in_order && push_ptrs[q] == d && start_ptrs[q] == d;
        2'b11: begin
          in_order = in_order && push_ptrs[q] == d
                     && (w == 2'b00 || w == 2'b11 ? start_ptrs[q] == d
                         : !w[d] && start_ptrs[q] != d);
          in_age   = in_age && (d ? older_q[2*q][2*q + 1] : older_q[2*q + 1][2*q]);
        end
        default: in_order = in_order && u[d] && push_ptrs[q] != d && (start_ptrs[q] == d) == w[d];
      endcase
    end
  end

  `RULE(slots_in_order, in_order)
  `RULE(waits_where_it_is, (waiting & ~used) == 0)
  `RULE(begun_are_begun, begun_o == {|(used[5:4] & ~waiting[5:4]), |(used[3:2] & ~waiting[3:2]),
                                     |(used[1:0] & ~waiting[1:0])})

  wire [2:0] leads = {|oldest[5:4], |oldest[3:2], |oldest[1:0]};   // the engine that has the oldest
  wire       leader_waits = |(oldest & waiting);
  wire [3:0] offered = leads[0] ? offered_q[0] : leads[1] ? offered_q[1] : offered_q[2];
  wire [3:0] worked  = leads[0] ? worked_q[0] : leads[1] ? worked_q[1] : worked_q[2];

  `RULE(ages_are_an_order, &ordered)
  `RULE(enters_in_age, in_age)
  `RULE_IF(one_is_oldest, used != 0, oldest != 0 && (oldest & (oldest - 1'b1)) == 0)
  `RULE_IF(oldest_is_offered, leader_waits && !hold_i, |(leads & valid) || |(oldest & freed))
  `RULE_IF(oldest_is_taken_in_time, leader_waits, lead_q <= {4'd0, offered})
  `RULE_IF(oldest_ends_in_time, used != 0 && !leader_waits,
           lead_q <= {4'd0, patience} + {4'd0, worked})
  `RULE_IF(turns_pass, mine < All && used[mine], age_q <= passed + lead_q)
  `RULE_IF(ends_in_time, mine < All && used[mine],
           {4'd0, age_q} <= 12'd12 * {8'd0, patience})
`endif

endmodule
