// State of one instruction that the CV-X-IF port has accepted.
//
//   name                          | meaning
//   ------------------------------|------------------------------------------------------------
//   XifIdWidth                    | as in ratel_core
//   push_i                        | a new instruction moves in (value_i: it returns a value;
//                                 | refused_i: that is 0, known already)
//   push_id_i, id_o               | its id
//   commit_*                      | commit of an id and all before it, or kill of an id and all
//                                 | after it
//   exec_take_i                   | the front end executes this instruction
//   exec_pass_i                   | the execute pointer leaves this entry
//   result_pass_i                 | the result pointer leaves this entry
//   flush_i                       | soft reset pending
//   to_execute_o                  | the execute pointer has still to pass
//   to_return_o                   | the result pointer has still to pass
//   committed_o                   | the CPU will not take it back
//   dead_o                        | killed: passed without a trace
//   flushed_o                     | must not be executed any more
//   executed_o                    | was executed
//   returns_value_o, refused_o    | see value_i, refused_i
//   push_committed_i, push_dead_i | its decision, if it has one already
module ratel_xif_entry #(
  parameter XifIdWidth = 4
) (
  input  wire                  clk_i,
  input  wire                  rst_ni,
  input  wire                  push_i,
  input  wire                  value_i,
  input  wire                  refused_i,
  input  wire [XifIdWidth-1:0] push_id_i,
  input  wire                  push_committed_i,
  input  wire                  push_dead_i,
  input  wire                  commit_valid_i,
  input  wire [XifIdWidth-1:0] commit_id_i,
  input  wire                  commit_kill_i,
  input  wire                  exec_take_i,
  input  wire                  exec_pass_i,
  input  wire                  result_pass_i,
  input  wire                  flush_i,
  output wire [XifIdWidth-1:0] id_o,
  output wire                  to_execute_o,
  output wire                  to_return_o,
  output wire                  committed_o,
  output wire                  dead_o,
  output wire                  flushed_o,
  output wire                  executed_o,
  output wire                  returns_value_o,
  output wire                  refused_o
);
  reg [XifIdWidth-1:0] id_q;
  reg to_execute_q;
  reg to_return_q;
  reg committed_q;
  reg dead_q;
  reg flushed_q;
  reg executed_q;
  reg returns_value_q;
  reg refused_q;

  // Only an undecided entry listens to commits.
  wire undecided = (to_execute_q || to_return_q) && !committed_q && !dead_q;
  wire covered;

  ratel_xif_order #(
    .XifIdWidth (XifIdWidth)
  ) u_order (
    .id_i        (id_q),
    .commit_id_i (commit_id_i),
    .kill_i      (commit_kill_i),
    .covered_o   (covered)
  );

  wire decided = undecided && commit_valid_i && covered;

  assign id_o            = id_q;
  assign to_execute_o    = to_execute_q;
  assign to_return_o     = to_return_q;
  assign committed_o     = committed_q;
  assign dead_o          = dead_q;
  assign flushed_o       = flushed_q;
  assign executed_o      = executed_q;
  assign returns_value_o = returns_value_q;
  assign refused_o       = refused_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      id_q            <= {XifIdWidth{1'b0}};
      to_execute_q    <= 1'b0;
      to_return_q     <= 1'b0;
      committed_q     <= 1'b0;
      dead_q          <= 1'b0;
      flushed_q       <= 1'b0;
      executed_q      <= 1'b0;
      returns_value_q <= 1'b0;
      refused_q       <= 1'b0;
    end else if (push_i) begin
      id_q            <= push_id_i;
      to_execute_q    <= 1'b1;
      to_return_q     <= 1'b1;
      committed_q     <= push_committed_i;
      dead_q          <= push_dead_i;
      flushed_q       <= 1'b0;
      executed_q      <= 1'b0;
      returns_value_q <= value_i;
      refused_q       <= refused_i;
    end else begin
      if (exec_pass_i) to_execute_q <= 1'b0;
      if (result_pass_i) to_return_q <= 1'b0;
      if (exec_take_i) executed_q <= 1'b1;
      if (flush_i && !executed_q && !exec_take_i) flushed_q <= 1'b1;
      if (decided) begin
        committed_q <= !commit_kill_i;
        dead_q      <= commit_kill_i;
      end
    end
  end
endmodule
