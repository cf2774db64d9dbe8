// Plays a job at the tile level: takes commands from bench_store.cpp and drives CV-X-IF and
// AXI4-Lite, so that Python wakes once a job.
//
//   commands -> fetch -+-> issue -+-> commit queue -+-> commit    result <- ready with stalls
//                      |          +-- same cycle ---+
//                      +-> AXI4-Lite write, read, poll
//
// Identifiers are given out in turn and are free again after their result, kill or refusal. A kill is
// for everything younger too, so nothing is offered before it has been seen; an instruction that is
// dropped is killed in the cycle after it was taken.
//
//   name                         | meaning
//   -----------------------------|------------------------------------------------
//   IdWidth                      | bits of ids
//   enable_i                     | it drives the pins
//   seed_i                       | of the stalls
//   result_stall_i               | probability/256 of refusing a result in a cycle
//   count_i                      | commands available so far
//   finished_o                   | commands finished, moves only when all are
//   issue_valid_o .. result_id_i | CV-X-IF
//   awaddr_o .. rready_o         | AXI4-Lite
module command_player
  import bench_pkg::*;
#(
  parameter int IdWidth = 4
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               enable_i,
  input  logic [31:0]        seed_i,
  input  logic [7:0]         result_stall_i,
  input  logic [31:0]        count_i,
  output logic [31:0]        finished_o,

  output logic               issue_valid_o,
  input  logic               issue_ready_i,
  output logic [31:0]        issue_instr_o,
  output logic [1:0]         issue_mode_o,
  output logic [IdWidth-1:0] issue_id_o,
  output logic [31:0]        issue_rs1_o,
  output logic [31:0]        issue_rs2_o,
  output logic [1:0]         issue_rs_valid_o,
  input  logic               issue_accept_i,
  output logic               commit_valid_o,
  output logic [IdWidth-1:0] commit_id_o,
  output logic               commit_kill_o,
  input  logic               result_valid_i,
  output logic               result_ready_o,
  input  logic [IdWidth-1:0] result_id_i,

  output logic [13:0]        awaddr_o,
  output logic               awvalid_o,
  input  logic               awready_i,
  output logic [31:0]        wdata_o,
  output logic [3:0]         wstrb_o,
  output logic               wvalid_o,
  input  logic               wready_i,
  input  logic               bvalid_i,
  output logic               bready_o,
  output logic [13:0]        araddr_o,
  output logic               arvalid_o,
  input  logic               arready_i,
  input  logic [31:0]        rdata_i,
  input  logic               rvalid_i,
  output logic               rready_o
);

  typedef struct packed {
    logic [IdWidth-1:0] id;
    logic               kill;
    logic               accepted;
    logic [31:0]        due;
  } commit_t;

  // Ids that are undecided at a time span less than half of their range.
  localparam int UndecidedMost = (1 << (IdWidth - 1)) - 2;

  commit_t                  commits[$];
  logic [2**IdWidth-1:0]    in_use;
  logic [31:0]              cycle_q, next_q, gap_q, delay_q;
  logic [63:0]              random_q;
  logic [IdWidth-1:0]       next_id_q;
  logic                     kill_q, dropped_q, kill_waits_q, bus_write_q, bus_read_q, held_q;
  logic [31:0]              poll_value_q, poll_mask_q;
  logic [7:0]               late_q;
  bit   [255:0]             command, held;
  logic                     free, quiet;
  // Commits: the one that left the queue, and whether one may go past it in the cycle of issue.
  logic                     due_valid_q, due_kill_q, straight_q;
  logic [IdWidth-1:0]       due_id_q;
  logic                     issued, straight;

  function automatic logic [63:0] step(input logic [63:0] value);
    logic [63:0] x;
    x = value ^ (value << 13);
    x = x ^ (x >> 7);
    return x ^ (x << 17);
  endfunction

  assign issued   = issue_valid_o && issue_ready_i;
  assign straight = issued && straight_q && !dropped_q && delay_q == 0;
  assign commit_valid_o = due_valid_q || straight;
  assign commit_id_o    = due_valid_q ? due_id_q : issue_id_o;
  assign commit_kill_o  = due_valid_q ? due_kill_q : kill_q;

  assign bready_o = 1'b1;
  assign rready_o = 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      commits.delete();
      in_use = '0;
      {issue_valid_o, due_valid_q, result_ready_o, awvalid_o, wvalid_o, arvalid_o} <= '0;
      {issue_instr_o, issue_mode_o, issue_id_o, issue_rs1_o, issue_rs2_o, issue_rs_valid_o} <= '0;
      {kill_q, dropped_q, delay_q, due_id_q, due_kill_q, straight_q} <= '0;
      {awaddr_o, wdata_o, wstrb_o, araddr_o} <= '0;
      {bus_write_q, bus_read_q, held_q, kill_waits_q} = '0;
      {cycle_q, gap_q, poll_value_q, poll_mask_q} = '0;
      next_id_q  = '0;
      late_q     = '0;
      next_q     = count_i;   // what was queued before a reset is lost with it
      finished_o <= count_i;
      held       = '0;
      random_q   = {~seed_i, seed_i} | 64'd1;
    end else if (enable_i) begin
      cycle_q  = cycle_q + 1;
      random_q = step(random_q);

      // ---- results
      if (result_valid_i && result_ready_o) in_use[result_id_i] = 1'b0;
      result_ready_o <= random_q[7:0] >= result_stall_i;

      // ---- commits, in the order of issue
      if (commit_valid_o && commit_kill_o) kill_waits_q = 1'b0;
      if (issued) begin
        issue_valid_o <= 1'b0;
        if (straight) begin
          if (kill_q || !issue_accept_i) in_use[issue_id_o] = 1'b0;
        end else begin
          commits.push_back('{id: issue_id_o, kill: kill_q || dropped_q, accepted: issue_accept_i,
                              due: cycle_q + (dropped_q || delay_q == 0 ? 0 : delay_q - 1)});
        end
      end
      due_valid_q <= 1'b0;
      straight_q  <= commits.size() == 0;
      if (commits.size() != 0 && commits[0].due <= cycle_q) begin
        due_valid_q <= 1'b1;
        due_id_q    <= commits[0].id;
        due_kill_q  <= commits[0].kill;
        if (commits[0].kill || !commits[0].accepted) in_use[commits[0].id] = 1'b0;
        void'(commits.pop_front());
      end

      // ---- operands that were missing arrive when the core waits for them, or never
      if (issue_valid_o && !issue_ready_i) begin
        late_q = late_q + 1;
        if (late_q == OperandsLate) begin
          if (dropped_q && !issue_rs_valid_o[0]) begin
            issue_valid_o <= 1'b0;
            in_use[issue_id_o] = 1'b0;
            kill_waits_q = 1'b0;
          end else begin
            issue_rs_valid_o <= 2'b11;
          end
        end
      end else begin
        late_q = '0;
      end

      // ---- registers: one access at a time
      if (awvalid_o && awready_i) awvalid_o <= 1'b0;
      if (wvalid_o && wready_i) wvalid_o <= 1'b0;
      if (bvalid_i) bus_write_q = 1'b0;
      if (arvalid_o && arready_i) arvalid_o <= 1'b0;
      if (rvalid_i) begin
        if ((rdata_i & poll_mask_q) == poll_value_q) bus_read_q = 1'b0;
        else arvalid_o <= 1'b1;
      end

      // ---- next command
      if (!held_q && next_q != count_i && bench_command(next_q, command) != 0) begin
        held   = command;
        held_q = 1'b1;
        gap_q  = 32'(held[31:16]);
        next_q = next_q + 1;
      end
      free  = (!issue_valid_o || issue_ready_i) && !bus_write_q && !bus_read_q;
      quiet = free && commits.size() == 0 && in_use == '0;
      if (held_q && gap_q != 0) begin
        gap_q = gap_q - 1;
      end else if (held_q) begin
        case (held[7:0])
          CmdIssue: if (free && !in_use[next_id_q] && !kill_waits_q
                        && commits.size() < UndecidedMost) begin
            issue_valid_o    <= 1'b1;
            issue_instr_o    <= held[63:32];
            issue_rs1_o      <= held[95:64];
            issue_rs2_o      <= held[127:96];
            issue_rs_valid_o <= held[8+FlagRsValid0+:2];
            issue_mode_o     <= held[8+FlagMode0+:2];
            issue_id_o       <= next_id_q;
            kill_q           <= held[8+FlagKill];
            dropped_q        <= held[8+FlagDropped];
            delay_q          <= held[159:128];
            kill_waits_q      = held[8+FlagKill] || held[8+FlagDropped];
            in_use[next_id_q] = 1'b1;
            next_id_q         = next_id_q + 1'b1;
            held_q            = 1'b0;
          end
          CmdWrite: if (free) begin
            {awvalid_o, wvalid_o} <= 2'b11;
            awaddr_o    <= held[45:32];
            wdata_o     <= held[95:64];
            wstrb_o     <= held[99:96];
            bus_write_q  = 1'b1;
            held_q       = 1'b0;
          end
          CmdRead, CmdPoll: if (free) begin
            arvalid_o   <= 1'b1;
            araddr_o    <= held[45:32];
            poll_value_q = held[7:0] == CmdPoll ? held[95:64] : '0;
            poll_mask_q  = held[7:0] == CmdPoll ? held[127:96] : '0;
            bus_read_q   = 1'b1;
            held_q       = 1'b0;
          end
          default: if (quiet) held_q = 1'b0;
        endcase
      end else if (next_q == count_i && quiet) begin
        finished_o <= next_q;
      end
    end
  end

endmodule
