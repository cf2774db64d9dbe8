// CPU of the four-state simulation: offers a program over CV-X-IF and logs every result.
//
// An entry of the program is {flags, word, rs1, rs2}, 32 bits each; flag 0 kills it. An operand
// that is unknown is offered as not valid. Offers, commits and results wait at random; commits come
// in the order of issue, one to four cycles after it; a kill is for all that follows, so nothing is
// offered before it was seen. Payloads are unknown while valid is low.
//
//   plusarg          | meaning
//   -----------------|--------------------------------------------------------
//   +program=, +count= | file for $readmemh and number of its entries
//   +seed=, +stall=  | start and probability, of 256, of the waits
//
//   log              | `result <entry> <data> <rd> <we>`
//
//   name                         | meaning
//   -----------------------------|------------------------------
//   IdWidth                      | bits of ids
//   Most                         | most entries of a program
//   run_i, done_o                | run the program; it has ended
//   log_i                        | file descriptor of the log
//   issue_valid_o .. result_we_i | CV-X-IF
module four_state_cpu #(
  parameter IdWidth = 4,
  parameter Most    = 4096
) (
  input  wire               clk_i,
  input  wire               rst_ni,
  input  wire               run_i,
  output wire               done_o,
  input  wire [31:0]        log_i,
  output reg                issue_valid_o,
  input  wire               issue_ready_i,
  output reg  [31:0]        issue_instr_o,
  output reg  [IdWidth-1:0] issue_id_o,
  output reg  [31:0]        issue_rs1_o,
  output reg  [31:0]        issue_rs2_o,
  output wire [1:0]         issue_rs_valid_o,
  input  wire               issue_accept_i,
  output reg                commit_valid_o,
  output reg  [IdWidth-1:0] commit_id_o,
  output reg                commit_kill_o,
  input  wire               result_valid_i,
  output reg                result_ready_o,
  input  wire [IdWidth-1:0] result_id_i,
  input  wire [31:0]        result_data_i,
  input  wire [4:0]         result_rd_i,
  input  wire               result_we_i
);

  localparam Ids = 1 << IdWidth;

  reg [127:0]   entries [0:Most-1];
  reg [8*256-1:0] file;
  integer       count, seed, stall, cycle;
  integer       next;              // entry to offer
  integer       entry_of [0:Ids-1];
  integer       due [0:Ids-1];     // cycle of its commit, by id
  reg [Ids-1:0] used;              // offered, and not killed, refused or returned
  reg [Ids-1:0] accepted;
  reg [Ids-1:0] killed;
  reg           kill_waits;        // what was offered last will be killed
  reg [IdWidth-1:0] offer;         // next id to offer
  reg [IdWidth-1:0] decide;        // next id to commit

  function go(input integer unused);
    go = ($random(seed) & 255) >= stall;
  endfunction

  initial begin
    seed = 1;
    stall = 0;
    count = 0;
    if ($value$plusargs("seed=%d", seed)) ;
    if ($value$plusargs("stall=%d", stall)) ;
    if ($value$plusargs("count=%d", count)) ;
    if ($value$plusargs("program=%s", file)) $readmemh(file, entries, 0, count - 1);
  end

  assign issue_rs_valid_o = {^issue_rs2_o !== 1'bx, ^issue_rs1_o !== 1'bx};
  assign done_o           = rst_ni && next == count && used == 0 && offer == decide;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {issue_valid_o, commit_valid_o, result_ready_o} <= 3'd0;
      {cycle, next} = 64'd0;
      {used, accepted, killed} = {3 * Ids{1'b0}};
      kill_waits = 1'b0;
      {offer, decide} = {2 * IdWidth{1'b0}};
    end else begin
      cycle = cycle + 1;
      if (commit_valid_o && commit_kill_o) kill_waits = 1'b0;
      if (result_valid_i && result_ready_o) begin
        $fdisplay(log_i, "result %0d %h %0d %b", entry_of[result_id_i], result_data_i,
                  result_rd_i, result_we_i);
        used[result_id_i] = 1'b0;
      end
      result_ready_o <= go(0);

      if (issue_valid_o && issue_ready_i) begin
        accepted[offer] = issue_accept_i;
        killed[offer]   = entries[next][96];
        due[offer]      = cycle + ($random(seed) & 3);
        offer = offer + 1'b1;
        next  = next + 1;
      end
      if (!issue_valid_o || issue_ready_i) begin
        if (run_i && next < count && !used[offer] && !kill_waits && go(0)) begin
          issue_valid_o <= 1'b1;
          issue_id_o    <= offer;
          {issue_instr_o, issue_rs1_o, issue_rs2_o} <= entries[next][95:0];
          entry_of[offer] = next;
          used[offer]     = 1'b1;
          kill_waits      = entries[next][96];
        end else begin
          issue_valid_o <= 1'b0;
          issue_id_o    <= {IdWidth{1'bx}};
          {issue_instr_o, issue_rs1_o, issue_rs2_o} <= {96{1'bx}};
        end
      end

      commit_valid_o <= 1'b0;
      commit_id_o    <= {IdWidth{1'bx}};
      commit_kill_o  <= 1'bx;
      if (decide != offer && due[decide] <= cycle) begin
        commit_valid_o <= 1'b1;
        commit_id_o    <= decide;
        commit_kill_o  <= killed[decide];
        if (killed[decide] || !accepted[decide]) used[decide] = 1'b0;
        decide = decide + 1'b1;
      end
    end
  end

endmodule
