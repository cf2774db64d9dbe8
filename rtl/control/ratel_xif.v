// CV-X-IF coprocessor port, version 1.0, X_ISSUE_REGISTER_SPLIT = 0: operands come with the offer.
//
//   issue ---> entries (in issue order) ---> result       one for each accepted, committed entry
//   commit ->  [id, word, rs1, rs2]     ---> execute      to the front end, committed entries only
//        \--> rdcnt: [id, rd, index]    ---> counters     at once, past all that waits
//
// Two pointers walk over the entries: one hands committed instructions to the front end, the other
// returns results. They are independent, so an instruction without a value retires one cycle after
// its commit and the CPU runs ahead by XifQueueDepth instructions. A fence returns when the front
// end has executed it; one that will be refused returns its 0 at once. A rdcnt that is legal has a
// place of its own, which is taken even when the entries are full, and reads its counter in the
// cycle after its commit: results may overtake others, as the interface allows.
//
// A decision may come from the first cycle of an offer on, also while the offer waits. A commit
// decides everything before it, a kill everything after it (ratel_xif_order).
//
// Soft reset: entries not yet executed are flushed. They have no effect, but committed ones still
// return a result, or the CPU would wait for it for ever; that of a fence says what happened.
//
//   name                            | meaning
//   --------------------------------|--------------------------------------------------------------
//   XifQueueDepth .. XifHartIdWidth | as in ratel_core
//   issue_*                         | offer of an instruction; ready and accept depend on the offer
//                                   | combinationally
//   commit_*                        | commit or kill, of any id
//   issue_hartid_i, result_hartid_o | carried along: there is one hart (X_NUM_HARTS = 1)
//   issue_register_read_o           | operands that an accepted instruction needs
//   result_*                        | results, payload stable until ready
//   context_i                       | user context of instructions that are not in machine mode
//   exec_*                          | instruction for the front end; exec_data_i is its value in
//                                   | the cycle of ready
//   mark_i                          | a doorbell word has arrived: what is committed now comes
//                                   | before it
//   older_o                         | some of that is still here
//   user_counters_i                 | users may read counters
//   quick_*                         | index and value of the rdcnt that is executed in this cycle
//   quick_queued_o                  | instructions of the entries that come before that
//   decided_o                       | instructions of the entries that are committed, as all before
//                                   | them
//   busy_o                          | a committed instruction waits for the front end
//   flush_i                         | soft reset pending
`include "ratel_isa.vh"

module ratel_xif #(
  parameter XifQueueDepth = 4,
  parameter XifIdWidth    = 4,
  parameter XifHartIdWidth = 1
) (
  input  wire                  clk_i,
  input  wire                  rst_ni,
  input  wire                  issue_valid_i,
  output wire                  issue_ready_o,
  input  wire [31:0]           issue_instr_i,
  input  wire [1:0]            issue_mode_i,
  input  wire [1:0]            context_i,
  input  wire [XifHartIdWidth-1:0] issue_hartid_i,
  input  wire [XifIdWidth-1:0] issue_id_i,
  input  wire [31:0]           issue_rs1_i,
  input  wire [31:0]           issue_rs2_i,
  input  wire [1:0]            issue_rs_valid_i,
  output wire                  issue_accept_o,
  output wire                  issue_writeback_o,
  output wire [1:0]            issue_register_read_o,
  input  wire                  commit_valid_i,
  input  wire [XifIdWidth-1:0] commit_id_i,
  input  wire                  commit_kill_i,
  output wire                  result_valid_o,
  input  wire                  result_ready_i,
  output wire [XifHartIdWidth-1:0] result_hartid_o,
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
  input  wire                  user_counters_i,
  output wire [5:0]            quick_index_o,
  output wire [3:0]            quick_queued_o,
  input  wire [31:0]           quick_value_i,
  output wire [3:0]            decided_o,
  output wire                  busy_o,
  input  wire                  flush_i
);
  localparam [1:0] MachineMode = 2'b11;
  localparam [31:0] WasReset = {1'b1, 23'd0, `ERR_RESET};
  localparam PtrWidth = (XifQueueDepth == 2) ? 1 : (XifQueueDepth == 4) ? 2 : 3;

  // Payload of the entries; never read before it is written.
  reg [31:0]           word_q [0:XifQueueDepth-1];
  reg [31:0]           rs1_q  [0:XifQueueDepth-1];
  reg [31:0]           rs2_q  [0:XifQueueDepth-1];
  reg [1:0]            context_q [0:XifQueueDepth-1];
  reg [XifHartIdWidth-1:0] hartid_q [0:XifQueueDepth-1];

  // State of the entries. An entry is free when neither pointer has to pass it any more.
  wire [XifQueueDepth-1:0] to_execute;
  wire [XifQueueDepth-1:0] to_return;
  wire [XifQueueDepth-1:0] committed;
  wire [XifQueueDepth-1:0] dead;
  wire [XifQueueDepth-1:0] flushed;
  wire [XifQueueDepth-1:0] executed;
  wire [XifQueueDepth-1:0] returns_value;
  wire [XifQueueDepth-1:0] refused;
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
  wire [2:0] class_;
  wire [3:0] op;

  ratel_decode u_decode (
    .word_i      (issue_instr_i),
    .legal_o     (legal),
    .class_o     (class_),
    .op_o        (op),
    .needs_rs2_o (needs_rs2),
    .result_o    (writeback)
  );
  wire unused = &{1'b0, op[3]};

  wire [1:0] user_context = (issue_mode_i == MachineMode) ? 2'd0 : context_i;
  wire sys        = (class_ == `CLASS_SYS);
  wire fence      = sys && (op[2:0] == `OP_FENCE);
  wire fence_bad  = fence && (issue_rs1_i[31:2] != 30'd0);
  wire rdcnt_ok   = (issue_rs1_i[31:6] == 26'd0) && !issue_rs1_i[4]
                    && ((user_context == 2'd0) || user_counters_i);
  wire quick      = sys && !fence && rdcnt_ok;
  wire will_fail  = fence_bad || (sys && !fence && !rdcnt_ok);

  reg  quick_here_q;
  reg  quick_committed_q;
  wire operands = issue_rs_valid_i[0] && (issue_rs_valid_i[1] || !needs_rs2);
  wire room     = quick ? !quick_here_q
                  : (!to_execute[issue_ptr_q] && !to_return[issue_ptr_q]);
  wire can_take = operands && room && !flush_i;
  wire accept   = issue_valid_i && legal && can_take;
  wire push     = accept && !quick;

  assign issue_ready_o         = !legal || can_take;
  assign issue_accept_o        = legal && can_take;
  assign issue_writeback_o     = legal && can_take && writeback;
  assign issue_register_read_o = (legal && can_take) ? {needs_rs2, 1'b1} : 2'b00;

  // --- decision of the offer, now or while it waited ---------------------------------------------
  reg                   offer_q;
  reg                   offer_committed_q;
  reg                   offer_dead_q;
  reg  [XifIdWidth-1:0] offer_id_q;
  wire                  covers_offer;

  ratel_xif_order #(
    .XifIdWidth (XifIdWidth)
  ) u_order (
    .id_i        (issue_id_i),
    .commit_id_i (commit_id_i),
    .kill_i      (commit_kill_i),
    .covered_o   (covers_offer)
  );

  wire same_offer      = offer_q && (issue_id_i == offer_id_q);
  wire was_committed   = same_offer && offer_committed_q;
  wire was_dead        = same_offer && offer_dead_q;
  wire decided_now     = commit_valid_i && covers_offer && !was_committed && !was_dead;
  wire offer_committed = was_committed || (decided_now && !commit_kill_i);
  wire offer_dead      = was_dead || (decided_now && commit_kill_i);

  // --- execute ---------------------------------------------------------------------------------
  wire exec_here   = to_execute[exec_ptr_q];
  wire exec_commit = exec_here && committed[exec_ptr_q] && !dead[exec_ptr_q];
  wire exec_skip   = exec_here && (dead[exec_ptr_q]
                                   || (committed[exec_ptr_q] && flushed[exec_ptr_q]));
  wire exec_value  = returns_value[exec_ptr_q] && !refused[exec_ptr_q];

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

  // A rdcnt that is refused has no number of its own.
  reg [XifQueueDepth-1:0] numbered_q;

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

  wire [XifQueueDepth-1:0] waits = to_execute & committed & ~dead & ~flushed;
  assign busy_o    = |waits;
  assign decided_o = ratel_count(decided & waits & numbered_q);

  // Number of bits that are set; at most eight entries.
  function [3:0] ratel_count;
    input [XifQueueDepth-1:0] bits;
    integer k;
    begin
      ratel_count = 4'd0;
      for (k = 0; k < XifQueueDepth; k = k + 1) ratel_count = ratel_count + {3'd0, bits[k]};
    end
  endfunction

  wire [XifQueueDepth-1:0] older = (mark_i ? decided : older_q) & to_execute;
  assign older_o = |older;

  // --- rdcnt -------------------------------------------------------------------------------------
  // Committed in one cycle, it reads in the next: what is in the entries before it is decided then,
  // and counts as retired although it may wait.
  reg [XifIdWidth-1:0]    quick_id_q;
  reg [XifHartIdWidth-1:0] quick_hartid_q;
  reg [4:0]               quick_rd_q;
  reg [5:0]               quick_index_q;
  reg [31:0]              quick_value_q;
  reg [XifQueueDepth-1:0] quick_before_q;
  wire                    covers_quick;

  ratel_xif_order #(
    .XifIdWidth (XifIdWidth)
  ) u_quick_order (
    .id_i        (quick_id_q),
    .commit_id_i (commit_id_i),
    .kill_i      (commit_kill_i),
    .covered_o   (covers_quick)
  );

  wire quick_decided = quick_here_q && !quick_committed_q && commit_valid_i && covers_quick;
  wire quick_read    = quick_here_q && quick_committed_q && !quick_valid_q;

  assign quick_index_o  = quick_index_q;
  assign quick_queued_o = ratel_count(quick_before_q & waits & numbered_q);

  // --- result ----------------------------------------------------------------------------------
  wire result_here  = to_return[result_ptr_q];
  wire result_known = !returns_value[result_ptr_q] || executed[result_ptr_q]
                      || flushed[result_ptr_q] || refused[result_ptr_q];
  wire result_value = returns_value[result_ptr_q] && !refused[result_ptr_q]
                      && executed[result_ptr_q];
  wire result_reset = returns_value[result_ptr_q] && !refused[result_ptr_q]
                      && !executed[result_ptr_q];
  wire entry_valid  = result_here && committed[result_ptr_q] && !dead[result_ptr_q]
                      && result_known;
  wire [31:0] entry_data = result_value ? value_q : result_reset ? WasReset : 32'd0;

  // A rdcnt that has its value goes first, but no result changes while it waits.
  reg         quick_valid_q;
  reg         entry_held_q;
  wire        pick = quick_valid_q && !entry_held_q;

  assign result_valid_o = pick || entry_valid;
  assign result_id_o    = pick ? quick_id_q : id[result_ptr_q*XifIdWidth +: XifIdWidth];
  assign result_hartid_o = pick ? quick_hartid_q : hartid_q[result_ptr_q];
  assign result_data_o  = pick ? quick_value_q : entry_data;
  assign result_rd_o    = pick ? quick_rd_q : word_q[result_ptr_q][11:7];
  assign result_we_o    = pick || returns_value[result_ptr_q];
  wire   result_take    = entry_valid && !pick && result_ready_i;
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
        .refused_i       (will_fail),
        .push_id_i       (issue_id_i),
        .push_committed_i (offer_committed),
        .push_dead_i     (offer_dead),
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
        .returns_value_o (returns_value[g]),
        .refused_o       (refused[g])
      );
    end
  endgenerate

  wire quick_take = pick && result_ready_i;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      quick_here_q      <= 1'b0;
      quick_committed_q <= 1'b0;
      quick_valid_q     <= 1'b0;
      quick_id_q        <= {XifIdWidth{1'b0}};
      quick_hartid_q    <= {XifHartIdWidth{1'b0}};
      quick_rd_q        <= 5'd0;
      quick_index_q     <= 6'd0;
      quick_value_q     <= 32'd0;
      quick_before_q    <= {XifQueueDepth{1'b0}};
    end else if (accept && quick) begin
      quick_here_q      <= !offer_dead;
      quick_committed_q <= offer_committed;
      quick_valid_q     <= 1'b0;
      quick_id_q        <= issue_id_i;
      quick_hartid_q    <= issue_hartid_i;
      quick_rd_q        <= issue_instr_i[11:7];
      quick_index_q     <= issue_rs1_i[5:0];
      quick_before_q    <= to_execute & ~(exec_pass ? exec_at : {XifQueueDepth{1'b0}});
    end else begin
      quick_before_q <= quick_before_q & ~(exec_pass ? exec_at : {XifQueueDepth{1'b0}});
      if (quick_decided) begin
        quick_committed_q <= !commit_kill_i;
        quick_here_q      <= !commit_kill_i;
      end
      if (quick_read) begin
        quick_valid_q <= 1'b1;
        quick_value_q <= quick_value_i;
      end else if (quick_take) begin
        quick_valid_q     <= 1'b0;
        quick_here_q      <= 1'b0;
        quick_committed_q <= 1'b0;
      end
    end
  end

  always @(posedge clk_i) begin
    if (push) begin
      word_q[issue_ptr_q] <= issue_instr_i;
      numbered_q[issue_ptr_q] <= !sys || fence;
      rs1_q[issue_ptr_q]  <= issue_rs1_i;
      rs2_q[issue_ptr_q]  <= issue_rs2_i;
      context_q[issue_ptr_q] <= user_context;
      hartid_q[issue_ptr_q] <= issue_hartid_i;
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
      entry_held_q <= 1'b0;
      offer_q      <= 1'b0;
      offer_id_q   <= {XifIdWidth{1'b0}};
      offer_committed_q <= 1'b0;
      offer_dead_q      <= 1'b0;
    end else begin
      offer_q           <= issue_valid_i && !issue_ready_o;
      offer_id_q        <= issue_id_i;
      offer_committed_q <= offer_committed;
      offer_dead_q      <= offer_dead;
      entry_held_q      <= entry_valid && !pick && !result_ready_i;
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
