// CV-X-IF coprocessor port, as CV32E40X drives it (about version 0.2).
//
//   issue ---> entries (in issue order) ---> result       one for each accepted, committed entry
//   commit ->  [id, word, rs1, rs2]     ---> execute      to the front end, committed entries only
//
// Two pointers walk over the entries: one hands committed instructions to the front end, the other
// returns results. They are independent, so an instruction without a value retires one cycle after
// its commit and the CPU runs ahead by XifQueueDepth instructions. An instruction with a value
// (fence, rdcnt) returns when the front end has executed it.
//
// Two habits of CV32E40X shape this port:
// - An instruction that was accepted and is then flushed in the decode stage gets no commit. Its
//   id is simply offered again, so an issue with the id of an uncommitted entry kills that entry.
// - rd is only written if the accepting cycle is the one in which the instruction leaves decode.
//   Instructions with a value are therefore accepted only when no committed one still waits for
//   its result, since that would hold the pipeline.
//
// Soft reset: entries not yet executed are flushed. They have no effect, but committed ones still
// return a result (0), or the CPU would wait for it for ever.
//
//   issue_*      offer of an instruction; ready and accept depend on the offer combinationally
//   commit_*     commit or kill of an id; an id that is not here is ignored
//   result_*     results, payload stable until ready
//   context_i    user context of instructions that are not in machine mode
//   exec_*       instruction for the front end; exec_data_i is its value in the cycle of ready
//   mark_i       a doorbell word has arrived: what is committed now comes before it
//   older_o      some of that is still here
//   flush_i      soft reset pending
`include "ratel_isa.vh"

module ratel_xif #(
  parameter XifQueueDepth = 4,
  parameter XifIdWidth    = 4
) (
  input  wire                  clk_i,
  input  wire                  rst_ni,
  input  wire                  issue_valid_i,
  output wire                  issue_ready_o,
  input  wire [31:0]           issue_instr_i,
  input  wire [1:0]            issue_mode_i,
  input  wire [1:0]            context_i,
  input  wire [XifIdWidth-1:0] issue_id_i,
  input  wire [31:0]           issue_rs1_i,
  input  wire [31:0]           issue_rs2_i,
  input  wire [1:0]            issue_rs_valid_i,
  output wire                  issue_accept_o,
  output wire                  issue_writeback_o,
  input  wire                  commit_valid_i,
  input  wire [XifIdWidth-1:0] commit_id_i,
  input  wire                  commit_kill_i,
  output wire                  result_valid_o,
  input  wire                  result_ready_i,
  output wire [XifIdWidth-1:0] result_id_o,
  output wire [31:0]           result_data_o,
  output wire [4:0]            result_rd_o,
  output wire                  result_we_o,
  output wire                  exec_valid_o,
  input  wire                  exec_ready_i,
  output wire [31:0]           exec_word_o,
  output wire [31:0]           exec_rs1_o,
  output wire [31:0]           exec_rs2_o,
  output wire [2:0]            exec_owner_o,
  input  wire [31:0]           exec_data_i,
  input  wire                  mark_i,
  output wire                  older_o,
  input  wire                  flush_i
);
  localparam [1:0] MachineMode = 2'b11;
  localparam PtrWidth = (XifQueueDepth == 2) ? 1 : (XifQueueDepth == 4) ? 2 : 3;

  // Payload of the entries; never read before it is written.
  reg [31:0]           word_q [0:XifQueueDepth-1];
  reg [31:0]           rs1_q  [0:XifQueueDepth-1];
  reg [31:0]           rs2_q  [0:XifQueueDepth-1];
  reg [1:0]            context_q [0:XifQueueDepth-1];

  // State of the entries. An entry is free when neither pointer has to pass it any more.
  wire [XifQueueDepth-1:0] to_execute;
  wire [XifQueueDepth-1:0] to_return;
  wire [XifQueueDepth-1:0] committed;
  wire [XifQueueDepth-1:0] dead;
  wire [XifQueueDepth-1:0] flushed;
  wire [XifQueueDepth-1:0] executed;
  wire [XifQueueDepth-1:0] returns_value;
  wire [XifQueueDepth*XifIdWidth-1:0] id;

  reg  [PtrWidth-1:0] issue_ptr_q;
  reg  [PtrWidth-1:0] exec_ptr_q;
  reg  [PtrWidth-1:0] result_ptr_q;
  reg                 value_busy_q;
  reg  [31:0]         value_q;

  // --- issue -----------------------------------------------------------------------------------
  wire       legal;
  wire       needs_rs2;
  wire       writeback;
  wire [2:0] unused_class;
  wire [3:0] unused_op;
  wire       unused = &{1'b0, unused_class, unused_op};

  ratel_decode u_decode (
    .word_i      (issue_instr_i),
    .legal_o     (legal),
    .class_o     (unused_class),
    .op_o        (unused_op),
    .needs_rs2_o (needs_rs2),
    .result_o    (writeback)
  );

  wire operands = issue_rs_valid_i[0] && (issue_rs_valid_i[1] || !needs_rs2);
  wire room     = !to_execute[issue_ptr_q] && !to_return[issue_ptr_q];
  wire waiting  = |(to_return & committed & ~dead);
  wire can_take = operands && room && !flush_i && !(writeback && waiting);
  wire push     = issue_valid_i && legal && can_take;

  assign issue_ready_o     = !legal || can_take;
  assign issue_accept_o    = legal && can_take;
  assign issue_writeback_o = legal && can_take && writeback;

  // --- execute ---------------------------------------------------------------------------------
  wire exec_here   = to_execute[exec_ptr_q];
  wire exec_commit = exec_here && committed[exec_ptr_q] && !dead[exec_ptr_q];
  wire exec_skip   = exec_here && (dead[exec_ptr_q]
                                   || (committed[exec_ptr_q] && flushed[exec_ptr_q]));
  wire exec_value  = returns_value[exec_ptr_q];

  // The value register belongs to one instruction at a time.
  assign exec_valid_o = exec_commit && !flushed[exec_ptr_q] && !(exec_value && value_busy_q);
  assign exec_word_o  = word_q[exec_ptr_q];
  assign exec_rs1_o   = rs1_q[exec_ptr_q];
  assign exec_rs2_o   = rs2_q[exec_ptr_q];
  assign exec_owner_o = {1'b0, context_q[exec_ptr_q]};
  wire   exec_take    = exec_valid_o && exec_ready_i;
  wire   exec_pass    = exec_take || exec_skip;

  // --- order towards the doorbell --------------------------------------------------------------
  // Entries that were decided, as all before them, when the last mark came.
  reg [XifQueueDepth-1:0] decided;
  reg [XifQueueDepth-1:0] older_q;
  reg [PtrWidth-1:0]      at;
  reg                     open;
  integer                 i;

  always @* begin
    decided = {XifQueueDepth{1'b0}};
    open    = 1'b1;
    at      = exec_ptr_q;
    for (i = 0; i < XifQueueDepth; i = i + 1) begin
      open        = open && to_execute[at] && (committed[at] || dead[at]);
      decided[at] = open;
      at          = at + 1'b1;
    end
  end

  wire [XifQueueDepth-1:0] older = (mark_i ? decided : older_q) & to_execute;
  assign older_o = |older;

  // --- result ----------------------------------------------------------------------------------
  wire result_here  = to_return[result_ptr_q];
  wire result_known = !returns_value[result_ptr_q] || executed[result_ptr_q]
                      || flushed[result_ptr_q];
  wire result_value = returns_value[result_ptr_q] && executed[result_ptr_q];

  assign result_valid_o = result_here && committed[result_ptr_q] && !dead[result_ptr_q]
                          && result_known;
  assign result_id_o    = id[result_ptr_q*XifIdWidth +: XifIdWidth];
  assign result_data_o  = result_value ? value_q : 32'd0;
  assign result_rd_o    = word_q[result_ptr_q][11:7];
  assign result_we_o    = returns_value[result_ptr_q];
  wire   result_take    = result_valid_o && result_ready_i;
  wire   result_pass    = result_take || (result_here && dead[result_ptr_q]);

  // --- entries ---------------------------------------------------------------------------------
  localparam [XifQueueDepth-1:0] First = 1;
  wire [XifQueueDepth-1:0] issue_at  = First << issue_ptr_q;
  wire [XifQueueDepth-1:0] exec_at   = First << exec_ptr_q;
  wire [XifQueueDepth-1:0] result_at = First << result_ptr_q;

  genvar g;
  generate
    for (g = 0; g < XifQueueDepth; g = g + 1) begin : gen_entry
      ratel_xif_entry #(
        .XifIdWidth (XifIdWidth)
      ) u_entry (
        .clk_i           (clk_i),
        .rst_ni          (rst_ni),
        .push_i          (push && issue_at[g]),
        .value_i         (writeback),
        .offer_i         (issue_valid_i),
        .offer_id_i      (issue_id_i),
        .commit_valid_i  (commit_valid_i),
        .commit_id_i     (commit_id_i),
        .commit_kill_i   (commit_kill_i),
        .exec_take_i     (exec_take && exec_at[g]),
        .exec_pass_i     (exec_pass && exec_at[g]),
        .result_pass_i   (result_pass && result_at[g]),
        .flush_i         (flush_i),
        .id_o            (id[g*XifIdWidth +: XifIdWidth]),
        .to_execute_o    (to_execute[g]),
        .to_return_o     (to_return[g]),
        .committed_o     (committed[g]),
        .dead_o          (dead[g]),
        .flushed_o       (flushed[g]),
        .executed_o      (executed[g]),
        .returns_value_o (returns_value[g])
      );
    end
  endgenerate

  always @(posedge clk_i) begin
    if (push) begin
      word_q[issue_ptr_q] <= issue_instr_i;
      rs1_q[issue_ptr_q]  <= issue_rs1_i;
      rs2_q[issue_ptr_q]  <= issue_rs2_i;
      context_q[issue_ptr_q] <= (issue_mode_i == MachineMode) ? 2'd0 : context_i;
    end
  end

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      issue_ptr_q  <= {PtrWidth{1'b0}};
      exec_ptr_q   <= {PtrWidth{1'b0}};
      result_ptr_q <= {PtrWidth{1'b0}};
      value_busy_q <= 1'b0;
      value_q      <= 32'd0;
      older_q      <= {XifQueueDepth{1'b0}};
    end else begin
      // An entry that is left now may be taken by a new instruction in the next cycle.
      older_q <= older & ~(exec_pass ? exec_at : {XifQueueDepth{1'b0}});
      if (push) issue_ptr_q <= issue_ptr_q + 1'b1;
      if (exec_pass) exec_ptr_q <= exec_ptr_q + 1'b1;
      if (result_pass) result_ptr_q <= result_ptr_q + 1'b1;
      if (exec_take && exec_value) begin
        value_busy_q <= 1'b1;
        value_q      <= exec_data_i;
      end else if (result_take && result_value) begin
        value_busy_q <= 1'b0;
      end
    end
  end
endmodule
