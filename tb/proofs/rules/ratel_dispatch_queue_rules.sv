// One engine's slots: instructions enter, start and end in order, none is lost or overwritten.
`include "rules.svh"

module ratel_dispatch_queue_rules #(
  parameter QueueDepth = 4,
  parameter PtrWidth   = 2,
  parameter DescWidth  = 8
) (
  input wire                  clk_i,
  input wire                  rst_ni,
  input wire                  push_i,
  input wire [DescWidth-1:0]  desc_i,
  input wire                  hold_i,
  input wire                  start_valid_o,
  input wire                  start,
  input wire [DescWidth-1:0]  start_desc_o,
  input wire                  done_i,
  input wire                  drop,
  input wire                  refuse,
  input wire                  room_o,
  input wire [QueueDepth-1:0] freed_o,
  input wire                  busy_o,
  input wire [QueueDepth-1:0] used,
  input wire [QueueDepth-1:0] waiting,
  input wire [QueueDepth-1:0] clear,
`ifdef FORMAL
  input wire [QueueDepth*DescWidth-1:0] descs,
`endif
  input wire [PtrWidth-1:0]   push_ptr_q,
  input wire [PtrWidth-1:0]   start_ptr_q,
  input wire [PtrWidth-1:0]   done_ptr_q
);

  `STARTS_IN_RESET

  reg [3:0] inside_q;   // instructions in the slots
  reg [3:0] working_q;  // of these, started

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      inside_q  <= 4'd0;
      working_q <= 4'd0;
    end else begin
      inside_q  <= inside_q + {3'd0, push_i} - {3'd0, done_i || drop};
      working_q <= working_q + {3'd0, start} - {3'd0, done_i};
    end
  end

  `HOST_IF(enters_a_free_slot, push_i, room_o)
  `HOST_IF(ends_what_started, done_i, working_q != 0)

  `RULE(counts_in_bounds, {28'd0, inside_q} <= QueueDepth && working_q <= inside_q)
  `RULE(pointers_in_order, push_ptr_q == done_ptr_q + inside_q[PtrWidth-1:0]
                           && start_ptr_q == done_ptr_q + working_q[PtrWidth-1:0])
  `RULE(room_while_a_slot_is_free, room_o == ({28'd0, inside_q} < QueueDepth))
  `RULE(busy_while_one_is_used, busy_o == (inside_q != 0))
  `RULE_IF(starts_only_when_clear, start,
           waiting[start_ptr_q] && clear[start_ptr_q] && !hold_i && !refuse)
  `RULE_IF(starts_as_soon_as_clear, waiting[start_ptr_q] && clear[start_ptr_q] && !hold_i && !refuse,
           start_valid_o)
  `RULE_IF(frees_what_was_used, done_i, (freed_o & ~used) == 0 && (freed_o & waiting) == 0)
  `RULE_IF(drops_only_what_waits, drop,
           refuse && working_q == 0 && freed_o != 0 && (freed_o & ~waiting) == 0)

  // Slots by their age: the oldest are working, the next wait, the rest are free.
  reg [QueueDepth-1:0] taken;
  reg [QueueDepth-1:0] started;
  reg [PtrWidth-1:0]   age;
  integer              place;

  always @* begin
    for (place = 0; place < QueueDepth; place = place + 1) begin
      age            = place[PtrWidth-1:0] - done_ptr_q;
      taken[place]   = age < inside_q;
      started[place] = age < working_q;
    end
  end

  `RULE(used_in_order, used == taken)
  `RULE(waits_in_order, waiting == (taken & ~started))

`ifdef FORMAL
  // One instruction of the solver's choice: its engine gets its own descriptor.
  (* anyseq *) wire   mark;
  reg                 marked_q;
  reg [PtrWidth-1:0]  slot_q;
  reg [DescWidth-1:0] value_q;

  always @(posedge clk_i) begin
    if (!rst_ni) marked_q <= 1'b0;
    else if (!marked_q && push_i && mark)
      {marked_q, slot_q, value_q} <= {1'b1, push_ptr_q, desc_i};
    else if (marked_q && (start || drop) && start_ptr_q == slot_q) marked_q <= 1'b0;
  end

  `RULE_IF(mark_waits, marked_q, waiting[slot_q] && descs[DescWidth*slot_q +: DescWidth] == value_q)
  `RULE_IF(starts_as_it_entered, marked_q && start && start_ptr_q == slot_q,
           start_desc_o == value_q)
`endif

endmodule
