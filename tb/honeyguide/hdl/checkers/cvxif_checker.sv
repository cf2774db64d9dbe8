// Rules of CV-X-IF 1.0 (X_ISSUE_REGISTER_SPLIT = 0), both sides, bound to the bench top so that they
// run in every test.
//
// Only assertion forms with a must-fail test are used: |->, |=>, $stable, $past. State that they
// need (what is in flight under which id) is kept in plain registers. A commit decides its id and
// all before it, a kill its id and all after it: ids count up and wrap, and those that are
// undecided span less than half of their range. A decision counts from the first cycle of an offer.
//
//   name                         | meaning
//   -----------------------------|-----------------------------------------------------
//   IdWidth                      | bits of ids
//   issue_valid_i .. result_we_i | the signals of CV-X-IF of that name
//   issue_other_i                | any of dualwrite, dualread, loadstore, ecswrite, exc
//   result_other_i               | any of exc, exccode, err, dbg
`include "rules.svh"

module cvxif_checker #(
  parameter int IdWidth = 4
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
  input logic               issue_writeback_i,
  input logic [1:0]         issue_register_read_i,
  input logic               issue_other_i,
  input logic               commit_valid_i,
  input logic [IdWidth-1:0] commit_id_i,
  input logic               commit_kill_i,
  input logic               result_valid_i,
  input logic               result_ready_i,
  input logic [IdWidth-1:0] result_id_i,
  input logic [31:0]        result_data_i,
  input logic [4:0]         result_rd_i,
  input logic               result_we_i,
  input logic               result_other_i
);

  localparam int Ids = 1 << IdWidth;

  localparam logic [2:0] Sys = 3'd5;  // whose rs2 is no operand, and that return a value

  logic [Ids-1:0]       accepted_q;    // accepted and undecided
  logic [Ids-1:0]       committed_q;   // committed without result
  logic [Ids-1:0][31:0] word_q;        // instruction of each
  logic                 offer_q, offer_committed_q, offer_dead_q;
  logic [IdWidth-1:0]   offer_id_q;

  wire issued = issue_valid_i && issue_ready_i;
  wire done   = result_valid_i && result_ready_i;
  wire sys    = issue_instr_i[14:12] == Sys;
  wire operands = issue_rs_valid_i[0] && (issue_rs_valid_i[1] || sys);

  function automatic logic covers(input logic [IdWidth-1:0] commit, input logic kill,
                                  input logic [IdWidth-1:0] id);
    logic [IdWidth-1:0] lead;
    lead = kill ? id - commit : commit - id;
    return !lead[IdWidth-1];
  endfunction

  // The offer that waits: whether it was decided already.
  wire same_offer      = offer_q && issue_id_i == offer_id_q;
  wire decides_offer   = commit_valid_i && covers(commit_id_i, commit_kill_i, issue_id_i)
                         && !(same_offer && (offer_committed_q || offer_dead_q));
  wire offer_committed = same_offer && offer_committed_q || decides_offer && !commit_kill_i;
  wire offer_dead      = same_offer && offer_dead_q || decides_offer && commit_kill_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      accepted_q  <= '0;
      committed_q <= '0;
      word_q      <= '0;
      {offer_q, offer_committed_q, offer_dead_q, offer_id_q} <= '0;
    end else begin
      offer_q           <= issue_valid_i && !issue_ready_i;
      offer_id_q        <= issue_id_i;
      offer_committed_q <= offer_committed;
      offer_dead_q      <= offer_dead;
      if (done) committed_q[result_id_i] <= 1'b0;
      for (int id = 0; id < Ids; id++) begin
        if (accepted_q[id] && commit_valid_i
            && covers(commit_id_i, commit_kill_i, IdWidth'(id))) begin
          accepted_q[id] <= 1'b0;
          if (!commit_kill_i) committed_q[id] <= 1'b1;
        end
      end
      if (issued && issue_accept_i) begin
        accepted_q[issue_id_i]  <= !offer_committed && !offer_dead;
        committed_q[issue_id_i] <= offer_committed;
        word_q[issue_id_i]      <= issue_instr_i;
      end
    end
  end

  // An offer may be taken back, but does not change under its id; operands may only become valid.
  cvxif_offer_stays: assert property (@(posedge clk_i) disable iff (!rst_ni)
    issue_valid_i && !issue_ready_i
    |=> !issue_valid_i || !$stable(issue_id_i) || $stable(issue_instr_i));
  cvxif_operands_stay: assert property (@(posedge clk_i) disable iff (!rst_ni)
    issue_valid_i && !issue_ready_i && issue_rs_valid_i == 2'b11
    |=> !issue_valid_i || !$stable(issue_id_i)
    || (issue_rs_valid_i == 2'b11 && $stable(issue_rs1_i) && $stable(issue_rs2_i)));
  // An id is offered again only when nothing is in flight under it.
  cvxif_id_is_free: assert property (@(posedge clk_i) disable iff (!rst_ni)
    issue_valid_i |-> !accepted_q[issue_id_i] && !committed_q[issue_id_i]);
  // Nothing but custom-0 with valid operands is accepted.
  cvxif_accepts_own_opcode: assert property (@(posedge clk_i) disable iff (!rst_ni)
    issued && issue_accept_i |-> issue_instr_i[6:0] == 7'h0B && operands);
  // A foreign opcode is answered at once.
  cvxif_refuses_at_once: assert property (@(posedge clk_i) disable iff (!rst_ni)
    issue_valid_i && issue_instr_i[6:0] != 7'h0B |-> issue_ready_i && !issue_accept_i);
  // The answer says what the instruction needs and gives, all zero if it is refused.
  cvxif_answer: assert property (@(posedge clk_i) disable iff (!rst_ni)
    issued |-> issue_writeback_i == (issue_accept_i && sys) && !issue_other_i
    && issue_register_read_i == (issue_accept_i ? {!sys, 1'b1} : 2'b00));
  // A result belongs to an instruction that was accepted and committed before, and comes once.
  cvxif_result_after_commit: assert property (@(posedge clk_i) disable iff (!rst_ni)
    result_valid_i |-> committed_q[result_id_i]);
  // It says what the answer said, for the register that the instruction names.
  cvxif_result_is_of_its_word: assert property (@(posedge clk_i) disable iff (!rst_ni)
    result_valid_i |-> result_rd_i == word_q[result_id_i][11:7] && !result_other_i
    && result_we_i == (word_q[result_id_i][14:12] == Sys) && (result_we_i || result_data_i == '0));
  // A result stays as it is until it is taken.
  `STAYS(cvxif_result_stays, result_valid_i, result_ready_i,
         {result_id_i, result_data_i, result_rd_i, result_we_i})

endmodule
