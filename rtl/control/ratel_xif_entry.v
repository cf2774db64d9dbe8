// State of one instruction that the CV-X-IF port has accepted.
//
//   push_i          a new instruction moves in (value_i: it returns a value)
//   offer_*         the id on the issue port, whether taken or not
//   commit_*        commit or kill of an id
//   exec_take_i     the front end executes this instruction
//   exec_pass_i     the execute pointer leaves this entry
//   result_pass_i   the result pointer leaves this entry
//   flush_i         soft reset pending
//   to_execute_o    the execute pointer has still to pass
//   to_return_o     the result pointer has still to pass
//   committed_o     the CPU will not take it back
//   dead_o          killed: passed without a trace
//   flushed_o       must not be executed any more
//   executed_o      was executed
//   returns_value_o see value_i
module ratel_xif_entry #(
  parameter XifIdWidth = 4
) (
  input  wire                  clk_i,
  input  wire                  rst_ni,
  input  wire                  push_i,
  input  wire                  value_i,
  input  wire                  offer_i,
  input  wire [XifIdWidth-1:0] offer_id_i,
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
  output wire                  returns_value_o
);
  reg [XifIdWidth-1:0] id_q;
  reg to_execute_q;
  reg to_return_q;
  reg committed_q;
  reg dead_q;
  reg flushed_q;
  reg executed_q;
  reg returns_value_q;

  // Only an undecided entry listens to commits, so an id may be used again after its decision.
  wire undecided  = (to_execute_q || to_return_q) && !committed_q && !dead_q;
  wire abandoned  = undecided && offer_i && (offer_id_i == id_q);
  wire decided    = undecided && commit_valid_i && (commit_id_i == id_q);
  wire commit_new = commit_valid_i && (commit_id_i == offer_id_i);

  assign id_o            = id_q;
  assign to_execute_o    = to_execute_q;
  assign to_return_o     = to_return_q;
  assign committed_o     = committed_q;
  assign dead_o          = dead_q;
  assign flushed_o       = flushed_q;
  assign executed_o      = executed_q;
  assign returns_value_o = returns_value_q;

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
    end else if (push_i) begin
      id_q            <= offer_id_i;
      to_execute_q    <= 1'b1;
      to_return_q     <= 1'b1;
      committed_q     <= commit_new && !commit_kill_i;
      dead_q          <= commit_new && commit_kill_i;
      flushed_q       <= 1'b0;
      executed_q      <= 1'b0;
      returns_value_q <= value_i;
    end else begin
      if (exec_pass_i) to_execute_q <= 1'b0;
      if (result_pass_i) to_return_q <= 1'b0;
      if (exec_take_i) executed_q <= 1'b1;
      if (flush_i && !executed_q && !exec_take_i) flushed_q <= 1'b1;
      if (abandoned) begin
        dead_q <= 1'b1;
      end else if (decided) begin
        committed_q <= !commit_kill_i;
        dead_q      <= commit_kill_i;
      end
    end
  end
endmodule
