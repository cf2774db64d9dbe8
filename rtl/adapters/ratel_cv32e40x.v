// Lets a CV32E40X, whose CV-X-IF is older than version 1.0, offload to Ratel.
//
//   CPU  c_issue_*, c_commit_*, c_result_*  <-->  x_issue_*, x_commit_*, x_result_*  core
//
// What it bridges:
// - An instruction that was accepted and is then flushed in the CPU's decode stage gets no
//   decision; its id is offered again. Here that is a kill, a cycle before the new offer.
// - The id of an instruction may be that of the one before, which still waits for its result. The
//   core sees ids that count up, and results carry the CPU's.
// - A decision is for one id: an offer never falls under the kill of an older instruction.
// - rd is only written if the accepting cycle is the one in which the instruction leaves decode.
//   Instructions with a value are therefore offered to the core only when no committed one still
//   waits for its result, since that would hold the pipeline.
//
//   name                              | meaning
//   ----------------------------------|-------------------------------------------------------
//   XifIdWidth                        | as in ratel_core
//   c_issue_*, c_commit_*, c_result_* | the CPU's side; what is not here goes straight through
//   x_*                               | the core's side
module ratel_cv32e40x #(
  parameter XifIdWidth = 4
) (
  input  wire                  clk_i,
  input  wire                  rst_ni,
  input  wire                  c_issue_valid_i,
  output wire                  c_issue_ready_o,
  input  wire [31:0]           c_issue_instr_i,
  input  wire [XifIdWidth-1:0] c_issue_id_i,
  input  wire                  c_commit_valid_i,
  input  wire [XifIdWidth-1:0] c_commit_id_i,
  input  wire                  c_commit_kill_i,
  output wire [XifIdWidth-1:0] c_result_id_o,
  output wire                  x_issue_valid_o,
  input  wire                  x_issue_ready_i,
  input  wire                  x_issue_accept_i,
  output wire [XifIdWidth-1:0] x_issue_id_o,
  output wire                  x_commit_valid_o,
  output wire [XifIdWidth-1:0] x_commit_id_o,
  output wire                  x_commit_kill_o,
  input  wire                  x_result_valid_i,
  input  wire                  x_result_ready_i,
  input  wire [XifIdWidth-1:0] x_result_id_i
);
  localparam Ids = 1 << XifIdWidth;
  localparam [Ids-1:0] First = 1;

  // By the core's id.
  reg [Ids-1:0]            open_q;       // accepted and undecided
  reg [Ids-1:0]            committed_q;  // waits for its result
  reg [XifIdWidth-1:0]     cpu_id_q [0:Ids-1];

  reg [XifIdWidth-1:0]     next_q;
  reg                      offered_q;    // the core saw an offer in the last cycle and left it
  reg [XifIdWidth-1:0]     last_id_q;
  reg [31:0]               last_instr_q;
  reg                      early_q;      // the offer was decided before it was taken
  reg                      early_kill_q;

  // --- which open instructions the CPU means -----------------------------------------------------
  reg                      stale;        // the id of the offer: that one was flushed
  reg  [XifIdWidth-1:0]    stale_id;
  reg                      meant;        // the id of the decision
  reg  [XifIdWidth-1:0]    meant_id;
  integer                  i;

  always @* begin
    stale    = 1'b0;
    stale_id = {XifIdWidth{1'b0}};
    meant    = 1'b0;
    meant_id = {XifIdWidth{1'b0}};
    for (i = 0; i < Ids; i = i + 1) begin
      if (open_q[i] && c_issue_valid_i && (cpu_id_q[i] == c_issue_id_i)) begin
        stale    = 1'b1;
        stale_id = i[XifIdWidth-1:0];
      end
      if (open_q[i] && c_commit_valid_i && (cpu_id_q[i] == c_commit_id_i)) begin
        meant    = 1'b1;
        meant_id = i[XifIdWidth-1:0];
      end
    end
  end

  wire for_offer = c_commit_valid_i && c_issue_valid_i && (c_commit_id_i == c_issue_id_i);
  wire for_open  = meant && !for_offer;

  // --- offers ------------------------------------------------------------------------------------
  wire       legal;
  wire       value;
  wire [2:0] unused_class;
  wire [3:0] unused_op;
  wire       unused_rs2;
  wire       unused = &{1'b0, unused_class, unused_op, unused_rs2};

  ratel_decode u_decode (
    .word_i      (c_issue_instr_i),
    .legal_o     (legal),
    .class_o     (unused_class),
    .op_o        (unused_op),
    .needs_rs2_o (unused_rs2),
    .result_o    (value)
  );

  wire same  = (c_issue_id_i == last_id_q) && (c_issue_instr_i == last_instr_q);
  wire early = early_q && c_issue_valid_i && same;
  // An offer that is taken back leaves a gap, so ids may run around one that is still in use.
  wire [Ids-1:0] used = open_q | committed_q;
  wire spent = used[(offered_q && !same) ? next_q + 1'b1 : next_q];
  wire waits = (legal && value && (committed_q != {Ids{1'b0}})) || stale || spent
               || (for_open && (c_commit_kill_i || early));
  wire again = offered_q && x_issue_valid_o && same;
  wire taken = x_issue_valid_o && x_issue_ready_i;

  assign x_issue_valid_o = c_issue_valid_i && !waits;
  assign c_issue_ready_o = x_issue_ready_i && !waits;
  assign x_issue_id_o    = (offered_q && !again) ? next_q + 1'b1 : next_q;

  // --- decisions ---------------------------------------------------------------------------------
  wire offer_done = for_offer || early;
  wire offer_kill = early ? early_kill_q : c_commit_kill_i;
  wire offer_now  = offer_done && x_issue_valid_o;

  assign x_commit_valid_o = for_open || stale || offer_now;
  assign x_commit_id_o    = for_open ? meant_id : stale ? stale_id : x_issue_id_o;
  assign x_commit_kill_o  = for_open ? c_commit_kill_i : (stale || offer_kill);

  // A decision for the offer cannot go out while another one does: it is kept.
  wire said   = offer_now && !for_open;
  wire accept = taken && x_issue_accept_i;
  wire [Ids-1:0] decided_at = (for_open || stale) ? (First << x_commit_id_o) : {Ids{1'b0}};
  wire [Ids-1:0] issue_at   = accept ? (First << x_issue_id_o) : {Ids{1'b0}};
  wire [Ids-1:0] result_at  = (x_result_valid_i && x_result_ready_i) ? (First << x_result_id_i)
                              : {Ids{1'b0}};

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      open_q       <= {Ids{1'b0}};
      committed_q  <= {Ids{1'b0}};
      next_q       <= {XifIdWidth{1'b0}};
      offered_q    <= 1'b0;
      last_id_q    <= {XifIdWidth{1'b0}};
      last_instr_q <= 32'd0;
      early_q      <= 1'b0;
      early_kill_q <= 1'b0;
    end else begin
      open_q       <= (open_q & ~decided_at) | (said ? {Ids{1'b0}} : issue_at);
      committed_q  <= (committed_q & ~result_at)
                      | ((for_open && !c_commit_kill_i) ? decided_at : {Ids{1'b0}})
                      | ((said && !offer_kill) ? issue_at : {Ids{1'b0}});
      next_q       <= taken ? x_issue_id_o + 1'b1 : x_issue_id_o;
      offered_q    <= x_issue_valid_o && !x_issue_ready_i;
      last_id_q    <= c_issue_id_i;
      last_instr_q <= c_issue_instr_i;
      early_q      <= offer_done && !taken;
      early_kill_q <= offer_kill;
    end
  end

  always @(posedge clk_i) begin
    if (accept) cpu_id_q[x_issue_id_o] <= c_issue_id_i;
  end

  assign c_result_id_o = cpu_id_q[x_result_id_i];
endmodule
