// The order of errors: a record is replaced only by an older instruction's, and not once it was
// read or cleared.
`include "rules.svh"

module ratel_error_order_rules #(
  parameter QueueDepth = 4
) (
  input wire                  clk_i,
  input wire                  rst_ni,
  input wire [QueueDepth-1:0] load_push_i,
  input wire [QueueDepth-1:0] store_push_i,
  input wire [2:0]            push_owner_i,
  input wire [QueueDepth-1:0] load_done_i,
  input wire [QueueDepth-1:0] store_done_i,
  input wire                  check_i,
  input wire                  made_load_i,
  input wire [2:0]            made_load_owner_i,
  input wire                  made_i,
  input wire [2:0]            made_owner_i,
  input wire                  by_store_i,
  input wire                  by_check_i,
  input wire [7:0]            final_i,
  input wire                  load_may_o,
  input wire                  store_may_o,
  input wire                  check_may_o,
  input wire                  store_older_o,
  input wire [2*QueueDepth-1:0]          used_q,
  input wire [2*QueueDepth-1:0]          newer_q,
  input wire [3*2*QueueDepth-1:0]        owner_q,
  input wire [QueueDepth*QueueDepth-1:0] older_q,
  input wire                             check_newer_q
);

  `STARTS_IN_RESET

  localparam All = 2 * QueueDepth;

  wire [All-1:0] push = {store_push_i, load_push_i};
  wire [All-1:0] done = {store_done_i, load_done_i};

  reg [All-1:0] there_q;   // slots with an instruction in them
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) there_q <= {All{1'b0}};
    else         there_q <= (there_q | push) & ~(done & ~push);
  end

  `HOST(one_enters, (push & (push - 1'b1)) == 0)
  `HOST(enters_a_free_slot, (push & there_q) == 0)
  `HOST_IF(moves_in_from_the_check, push != 0, check_i)
  `HOST(ends_what_is_there, (done & ~there_q) == 0)
  `HOST(one_load_ends, (load_done_i & (load_done_i - 1'b1)) == 0)
  `HOST(one_store_ends, (store_done_i & (store_done_i - 1'b1)) == 0)
  `HOST_NEXT(one_at_a_time_in_the_check, check_i,
             !check_i || push_owner_i == $past(push_owner_i))
  `HOST_IF(load_made_it, made_load_i, load_done_i != 0)
  `HOST_IF(store_made_it, made_i && by_store_i, store_done_i != 0)

  `RULE(knows_what_is_there, used_q == there_q)

`ifdef FORMAL
  // A load's slot, a store's and an owner of the solver's choice.
  (* anyconst *) wire [31:0] l;
  (* anyconst *) wire [31:0] s;
  (* anyconst *) wire [2:0]  owner;
  wire chosen = l < QueueDepth && s < QueueDepth;

  reg store_first_q;  // the store entered before the load
  reg closed_q;       // the owner's record was read or cleared, and no other was made since
  reg       checked_q;  // what was in the check a cycle ago
  reg [2:0] checked_owner_q;

  wire made = (made_load_i && made_load_owner_i == owner) || (made_i && made_owner_i == owner);

  always @(posedge clk_i) begin
    checked_q       <= rst_ni && check_i;
    checked_owner_q <= push_owner_i;
    if (!rst_ni) begin
      store_first_q <= 1'b0;
      closed_q      <= 1'b0;
    end else begin
      if (load_push_i[l]) store_first_q <= used_q[QueueDepth + s];
      else if (store_push_i[s]) store_first_q <= 1'b0;
      if (made) closed_q <= 1'b0;
      else if (final_i[owner]) closed_q <= 1'b1;
    end
  end

  wire both     = chosen && used_q[l] && used_q[QueueDepth + s];
  wire of_load  = chosen && used_q[l] && owner_q[3*l +: 3] == owner;
  wire of_store = chosen && used_q[QueueDepth + s] && owner_q[3*(QueueDepth + s) +: 3] == owner;
  wire by_load  = made_load_i && made_load_owner_i == owner;
  wire by_store = made_i && by_store_i && made_owner_i == owner;
  wire by_front = made_i && !by_store_i && made_owner_i == owner;

  `RULE_IF(order_of_entry, both, older_q[l*QueueDepth + s] == store_first_q)
  `RULE_IF(store_is_older, chosen && load_done_i[l] && store_done_i[s],
           store_older_o == store_first_q)

  `RULE_IF(closed_to_loads, closed_q && of_load && load_done_i[l], !load_may_o)
  `RULE_IF(closed_to_stores, closed_q && of_store && store_done_i[s], !store_may_o)
  `RULE_IF(closed_to_all, closed_q, !(of_load && newer_q[l])
           && !(of_store && newer_q[QueueDepth + s]))
  `RULE_IF(closed_to_the_check, closed_q && checked_q && checked_owner_q == owner, !check_may_o)

  `RULE_NEXT(load_after_a_load, by_load && of_load && !load_done_i[l], !newer_q[l])
  `RULE_NEXT(store_after_a_load, by_load && of_store && chosen && load_done_i[l]
             && !store_done_i[s], newer_q[QueueDepth + s] == $past(store_first_q))
  `RULE_NEXT(load_after_a_store, by_store && !by_load && of_load && store_done_i[s]
             && !load_done_i[l], newer_q[l] == !$past(store_first_q))
  `RULE_NEXT(store_after_a_store, by_store && !by_load && of_store && !store_done_i[s],
             !newer_q[QueueDepth + s])
  `RULE_NEXT(load_before_the_front, by_front && !by_load && of_load && !load_done_i[l], newer_q[l])
  `RULE_NEXT(store_before_the_front, by_front && !by_load && of_store && !store_done_i[s],
             newer_q[QueueDepth + s])
`endif

  `RULE_NEXT(check_before_the_front, check_i && made_i && !made_load_i && !by_store_i
             && !by_check_i && made_owner_i == push_owner_i, check_newer_q)
  `RULE_NEXT(no_check_no_order, !check_i, !check_newer_q)

endmodule
