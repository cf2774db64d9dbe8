// Whether a commit of CV-X-IF concerns an instruction: a commit decides its own id and all before
// it, a kill its own and all after it. Ids count up and wrap; those that are undecided at a time
// span less than half of the range, so the sign of the difference is the order.
//
//   name                | meaning
//   --------------------|-------------------------------
//   XifIdWidth          | as in ratel_core
//   id_i                | the instruction
//   commit_id_i, kill_i | the decision
//   covered_o           | it is for this instruction too
module ratel_xif_order #(
  parameter XifIdWidth = 4
) (
  input  wire [XifIdWidth-1:0] id_i,
  input  wire [XifIdWidth-1:0] commit_id_i,
  input  wire                  kill_i,
  output wire                  covered_o
);
  wire [XifIdWidth-1:0] lead = kill_i ? (id_i - commit_id_i) : (commit_id_i - id_i);
  wire                  unused = &{1'b0, lead[XifIdWidth-2:0]};

  assign covered_o = !lead[XifIdWidth-1];
endmodule
