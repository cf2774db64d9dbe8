// The slots of one engine: instructions enter, start and complete in order.
//
//   name                        | meaning
//   ----------------------------|-------------------------------------------------------------
//   Engine                      | number of the engine, as in ratel_ranges.vh
//   QueueDepth                  | as in ratel_core
//   DescWidth                   | bits of its descriptors
//   push_i                      | a new instruction enters (only when room_o)
//   engine_i, ranges_i, waits_i | the new instruction, whichever engine it is for (ratel_slot)
//   info_i                      | what is remembered for errors: {owner, index, word}
//   desc_i                      | descriptor
//   hold_i                      | start nothing
//   refuse_i                    | bit an owner: end its instructions instead of starting them
//   start_*                     | the next instruction for the engine, when it need not wait
//   done_i                      | the oldest instruction that has started is complete
//   freed_i                     | bit for every slot of every engine: complete in this cycle
//   room_o                      | a slot is free
//   hazard_o                    | bit a slot: the new instruction must wait for it
//   freed_o                     | bit a slot: complete in this cycle
//   pushed_o                    | bit a slot: the new instruction moves in
//   busy_o                      | any slot is used
//   begun_o                     | an instruction has started and is not complete
//   blocked_o                   | the next instruction waits for a dependency
//   done_info_o                 | info of the oldest instruction
`include "ratel_ranges.vh"

module ratel_dispatch_queue #(
  parameter [1:0] Engine     = 2'd0,
  parameter       QueueDepth = 4,
  parameter       DescWidth  = 8
) (
  input  wire                    clk_i,
  input  wire                    rst_ni,
  input  wire                    push_i,
  input  wire [1:0]              engine_i,
  input  wire [`RANGE_WIDTH-1:0] ranges_i,
  input  wire [3*QueueDepth-1:0] waits_i,
  input  wire [66:0]             info_i,
  input  wire [DescWidth-1:0]    desc_i,
  input  wire                    hold_i,
  input  wire [7:0]              refuse_i,
  output wire                    start_valid_o,
  input  wire                    start_ready_i,
  output wire [DescWidth-1:0]    start_desc_o,
  input  wire                    done_i,
  input  wire [3*QueueDepth-1:0] freed_i,
  output wire                    room_o,
  output wire [QueueDepth-1:0]   hazard_o,
  output wire [QueueDepth-1:0]   freed_o,
  output wire [QueueDepth-1:0]   pushed_o,
  output wire                    busy_o,
  output wire                    blocked_o,
  output wire                    begun_o,
  output wire [66:0]             done_info_o
);
  localparam PtrWidth = (QueueDepth == 2) ? 1 : 2;
  localparam [QueueDepth-1:0] First = 1;

  reg [DescWidth-1:0] desc_q [0:QueueDepth-1];
  reg [66:0]          info_q [0:QueueDepth-1];
  reg [PtrWidth-1:0]  push_ptr_q;
  reg [PtrWidth-1:0]  start_ptr_q;
  reg [PtrWidth-1:0]  done_ptr_q;

  wire [QueueDepth-1:0] used;
  wire [QueueDepth-1:0] waiting;
  wire [QueueDepth-1:0] clear;
  wire [QueueDepth-1:0] push_at  = First << push_ptr_q;
  wire [QueueDepth-1:0] start_at = First << start_ptr_q;
  wire [QueueDepth-1:0] done_at  = First << done_ptr_q;

  wire next  = waiting[start_ptr_q];
  wire start = start_valid_o && start_ready_i;

  // What is refused ends here, when all before it in this engine has ended.
  wire [66:0] next_info = info_q[start_ptr_q];
  wire        refuse    = refuse_i[next_info[66:64]];
  wire        drop      = next && clear[start_ptr_q] && refuse && !hold_i
                          && (start_ptr_q == done_ptr_q);
  wire        unused    = &{1'b0, next_info[63:0]};

  assign start_valid_o = next && clear[start_ptr_q] && !refuse && !hold_i;
  assign start_desc_o  = desc_q[start_ptr_q];
  assign room_o        = !used[push_ptr_q];
  assign freed_o       = (done_i || drop) ? done_at : {QueueDepth{1'b0}};
  assign pushed_o      = push_i ? push_at : {QueueDepth{1'b0}};
  assign busy_o        = |used;
  assign begun_o       = |(used & ~waiting);
  assign blocked_o     = next && !clear[start_ptr_q];
  assign done_info_o   = info_q[done_ptr_q];

  genvar g;
  generate
    for (g = 0; g < QueueDepth; g = g + 1) begin : gen_slot
      ratel_slot #(
        .Engine (Engine),
        .Slots  (3*QueueDepth)
      ) u_slot (
        .clk_i     (clk_i),
        .rst_ni    (rst_ni),
        .push_i    (push_i && push_at[g]),
        .engine_i  (engine_i),
        .ranges_i  (ranges_i),
        .waits_i   (waits_i),
        .start_i   ((start || drop) && start_at[g]),
        .free_i    (freed_o[g]),
        .freed_i   (freed_i),
        .used_o    (used[g]),
        .waiting_o (waiting[g]),
        .clear_o   (clear[g]),
        .hazard_o  (hazard_o[g])
      );
    end
  endgenerate

  always @(posedge clk_i) begin
    if (push_i) begin
      desc_q[push_ptr_q] <= desc_i;
      info_q[push_ptr_q] <= info_i;
    end
  end

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      push_ptr_q  <= {PtrWidth{1'b0}};
      start_ptr_q <= {PtrWidth{1'b0}};
      done_ptr_q  <= {PtrWidth{1'b0}};
    end else begin
      if (push_i) push_ptr_q <= push_ptr_q + 1'b1;
      if (start || drop) start_ptr_q <= start_ptr_q + 1'b1;
      if (done_i || drop) done_ptr_q <= done_ptr_q + 1'b1;
    end
  end
endmodule
