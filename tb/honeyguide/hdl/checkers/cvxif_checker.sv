// Rules of CV-X-IF, both sides, bound to the bench top so that they run in every test.
//
// Only assertion forms with a must-fail test are used: |->, |=>, $stable, $past. State that they
// need (what is in flight under which id) is kept in plain registers.
// CV32E40X breaks the three rules of the host (StrictHost = 0), those on the core's answers hold:
// - When it flushes its decode stage it takes back an offer that was not taken yet. One that was
//   taken gets no decision; its id is offered again.
// - Behind a bubble of its fetch an instruction has the id of the one before, which may still wait
//   for its result: so results are counted for each id.
module cvxif_checker #(
  parameter int IdWidth    = 4,
  parameter bit StrictHost = 1'b1
) (
  input logic               clk_i,
  input logic               rst_ni,
  input logic               issue_valid_i,
  input logic               issue_ready_i,
  input logic [31:0]        issue_instr_i,
  input logic [IdWidth-1:0] issue_id_i,
  input logic [31:0]        issue_rs1_i,
  input logic [31:0]        issue_rs2_i,
  input logic [1:0]         issue_rs_valid_i,
  input logic               issue_accept_i,
  input logic               commit_valid_i,
  input logic [IdWidth-1:0] commit_id_i,
  input logic               commit_kill_i,
  input logic               result_valid_i,
  input logic               result_ready_i,
  input logic [IdWidth-1:0] result_id_i,
  input logic [31:0]        result_data_i,
  input logic [4:0]         result_rd_i,
  input logic               result_we_i
);

  localparam int Ids = 1 << IdWidth;

  localparam logic [2:0] Sys = 3'd5;  // whose rs2 is no operand

  logic [Ids-1:0]      accepted_q;    // accepted and undecided
  logic [Ids-1:0][3:0] committed_q;   // how many committed without result
  wire issued = issue_valid_i && issue_ready_i;
  wire done   = result_valid_i && result_ready_i;
  // An offer ends what is undecided under its id; a decision in that cycle is for the offer.
  wire offered  = issue_valid_i && commit_id_i == issue_id_i;
  wire decided  = commit_valid_i
                  && (offered ? issued && issue_accept_i : accepted_q[commit_id_i]);
  wire operands = issue_rs_valid_i[0] && (issue_rs_valid_i[1] || issue_instr_i[14:12] == Sys);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      accepted_q  <= '0;
      committed_q <= '0;
    end else begin
      if (issue_valid_i) accepted_q[issue_id_i] <= issued && issue_accept_i;
      if (decided) accepted_q[commit_id_i] <= 1'b0;
      for (int id = 0; id < Ids; id++) begin
        committed_q[id] <= committed_q[id]
                         + 4'(decided && !commit_kill_i && int'(commit_id_i) == id)
                         - 4'(done && int'(result_id_i) == id);
      end
    end
  end

  // An offer stays as it is until it is taken, or is taken back before it had its operands; those
  // may only become valid.
  cvxif_offer_stays: assert property (@(posedge clk_i) disable iff (!rst_ni)
    StrictHost && issue_valid_i && !issue_ready_i
    |=> (issue_valid_i && $stable(issue_instr_i) && $stable(issue_id_i))
    || (!issue_valid_i && $past(issue_rs_valid_i) != 2'b11));
  cvxif_operands_stay: assert property (@(posedge clk_i) disable iff (!rst_ni)
    StrictHost && issue_valid_i && !issue_ready_i && issue_rs_valid_i == 2'b11
    |=> issue_rs_valid_i == 2'b11 && $stable(issue_rs1_i) && $stable(issue_rs2_i));
  // An id is offered again only when nothing is in flight under it.
  cvxif_id_is_free: assert property (@(posedge clk_i) disable iff (!rst_ni)
    StrictHost && issued && issue_accept_i |-> committed_q[issue_id_i] == 0);
  // Nothing but custom-0 with valid operands is accepted.
  cvxif_accepts_own_opcode: assert property (@(posedge clk_i) disable iff (!rst_ni)
    issued && issue_accept_i |-> issue_instr_i[6:0] == 7'h0B && operands);
  // A foreign opcode is answered at once.
  cvxif_refuses_at_once: assert property (@(posedge clk_i) disable iff (!rst_ni)
    issue_valid_i && issue_instr_i[6:0] != 7'h0B |-> issue_ready_i && !issue_accept_i);
  // A result belongs to an instruction that was accepted and committed before, and comes once.
  cvxif_result_after_commit: assert property (@(posedge clk_i) disable iff (!rst_ni)
    result_valid_i |-> committed_q[result_id_i] != 0);
  // A result stays as it is until it is taken.
  cvxif_result_stays: assert property (@(posedge clk_i) disable iff (!rst_ni)
    result_valid_i && !result_ready_i |=> result_valid_i && $stable(result_id_i)
    && $stable(result_data_i) && $stable(result_rd_i) && $stable(result_we_i));

endmodule
