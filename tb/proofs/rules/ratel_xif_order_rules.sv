// A commit is for its own id and the half of all ids before it, a kill for its own and the half
// after it.
`include "rules.svh"

module ratel_xif_order_rules #(
  parameter XifIdWidth = 4
) (
  input wire [XifIdWidth-1:0] id_i,
  input wire [XifIdWidth-1:0] commit_id_i,
  input wire                  kill_i,
  input wire                  covered_o
);

  localparam [XifIdWidth:0] All = 1 << XifIdWidth;

  wire [XifIdWidth:0] from  = {1'b0, kill_i ? commit_id_i : id_i};
  wire [XifIdWidth:0] to    = {1'b0, kill_i ? id_i : commit_id_i};
  wire [XifIdWidth:0] steps = to >= from ? to - from : to + All - from;  // up to it, with wrapping

  `ALWAYS(own_id, id_i == commit_id_i, covered_o)
  `ALWAYS(the_half_on_its_side, steps < All / 2, covered_o)
  `ALWAYS(not_the_other_half, steps >= All / 2, !covered_o)

endmodule
