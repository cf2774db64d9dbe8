// Which errors are older than the record that is kept, without comparing instruction numbers (which
// wrap while an instruction waits for a bus that is dead).
//
// Errors are found in program order except those of loads and stores, which come when their bursts
// are answered. So a kept record can only be replaced by a load or store that was in flight when
// the record was made by a younger instruction: one bit a slot remembers that. Between a load and a
// store a matrix of bits says which entered first. An instruction in the check may be overtaken by
// the refusal of a younger fence or rdcnt, and takes its bit along to its slot.
//
//   name                                 | meaning
//   -------------------------------------|---------------------------------------------------------
//   QueueDepth                           | as in ratel_core
//   *_push_i                             | bit a slot: an instruction of owner push_owner_i moves
//                                        | in
//   *_done_i                             | bit a slot: its instruction is complete
//   check_i                              | an instruction is in the check, of owner push_owner_i
//   made_load_i                          | the load that is complete now makes a record of
//                                        | made_load_owner_i
//   made_i                               | a record of made_owner_i is made by the store that is
//                                        | complete now (by_store_i), by what is in the check
//                                        | (by_check_i), or by the front end
//   final_i                              | bit an owner: its record was read, and is not replaced
//                                        | any more (where none is kept, nothing is replaced)
//   load_may_o, store_may_o, check_may_o | what is complete now may replace its owner's record
//   store_older_o                        | the store that is complete now entered before the load
//                                        | that is
module ratel_error_order #(
  parameter QueueDepth = 4
) (
  input  wire                  clk_i,
  input  wire                  rst_ni,
  input  wire [QueueDepth-1:0] load_push_i,
  input  wire [QueueDepth-1:0] store_push_i,
  input  wire [2:0]            push_owner_i,
  input  wire [QueueDepth-1:0] load_done_i,
  input  wire [QueueDepth-1:0] store_done_i,
  input  wire                  check_i,
  input  wire                  made_load_i,
  input  wire [2:0]            made_load_owner_i,
  input  wire                  made_i,
  input  wire [2:0]            made_owner_i,
  input  wire                  by_store_i,
  input  wire                  by_check_i,
  input  wire [7:0]            final_i,
  output wire                  load_may_o,
  output wire                  store_may_o,
  output wire                  check_may_o,
  output wire                  store_older_o
);
  localparam All = 2 * QueueDepth;  // slots: loads from bit 0, then stores

  reg  [All-1:0]   used_q;
  reg  [All-1:0]   newer_q;
  reg  [3*All-1:0] owner_q;
  reg  [QueueDepth*QueueDepth-1:0] older_q;  // [load][store]: the store entered first
  reg              check_newer_q;

  wire [All-1:0] push = {store_push_i, load_push_i};
  wire [All-1:0] done = {store_done_i, load_done_i};

  // For a record that a load or store makes: the slots of the other engine that are older.
  reg  [QueueDepth-1:0] stores_older;
  reg  [QueueDepth-1:0] loads_older;
  integer l;
  integer s;
  always @* begin
    stores_older = {QueueDepth{1'b0}};
    loads_older  = {QueueDepth{1'b0}};
    for (l = 0; l < QueueDepth; l = l + 1) begin
      if (load_done_i[l]) stores_older = stores_older | older_q[l*QueueDepth +: QueueDepth];
      for (s = 0; s < QueueDepth; s = s + 1)
        if (store_done_i[s] && !older_q[l*QueueDepth + s]) loads_older[l] = 1'b1;
    end
  end

  wire [All-1:0] than_load = {stores_older, {QueueDepth{1'b0}}};
  wire [All-1:0] than_made = by_store_i ? {{QueueDepth{1'b0}}, loads_older} : {All{1'b1}};

  assign load_may_o    = |(newer_q[QueueDepth-1:0] & load_done_i);
  assign store_may_o   = |(newer_q[All-1:QueueDepth] & store_done_i);
  assign check_may_o   = check_newer_q;
  assign store_older_o = |(stores_older & store_done_i);

  wire check_hit = (made_load_i && (made_load_owner_i == push_owner_i))
                   || (made_i && (made_owner_i == push_owner_i));
  wire check_set = check_hit ? (made_i && !by_store_i && !by_check_i)
                   : (check_newer_q && !final_i[push_owner_i]);

  genvar g;
  genvar h;
  generate
    for (g = 0; g < All; g = g + 1) begin : gen_slot
      wire [2:0] owner = owner_q[3*g +: 3];
      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
          used_q[g]         <= 1'b0;
          newer_q[g]        <= 1'b0;
          owner_q[3*g +: 3] <= 3'd0;
        end else if (push[g]) begin
          used_q[g]         <= 1'b1;
          newer_q[g]        <= check_set;
          owner_q[3*g +: 3] <= push_owner_i;
        end else begin
          if (done[g]) used_q[g] <= 1'b0;
          if (made_load_i && (made_load_owner_i == owner)) newer_q[g] <= used_q[g] && than_load[g];
          else if (made_i && (made_owner_i == owner)) newer_q[g] <= used_q[g] && than_made[g];
          else if (final_i[owner]) newer_q[g] <= 1'b0;
        end
      end
    end
  endgenerate

  generate
    for (g = 0; g < QueueDepth; g = g + 1) begin : gen_load
      wire entered = load_push_i[g];
      for (h = 0; h < QueueDepth; h = h + 1) begin : gen_store
        always @(posedge clk_i or negedge rst_ni) begin
          if (!rst_ni) older_q[g*QueueDepth + h] <= 1'b0;
          else if (entered) older_q[g*QueueDepth + h] <= used_q[QueueDepth + h];
          else if (store_push_i[h]) older_q[g*QueueDepth + h] <= 1'b0;
        end
      end
    end
  endgenerate

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) check_newer_q <= 1'b0;
    else check_newer_q <= check_i && check_set;
  end
endmodule
