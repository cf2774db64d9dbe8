// Blocks of channels: as many as hold them all, the last one not empty.
`include "rules.svh"

module ratel_blocks_rules #(
  parameter Cols = 8
) (
  input wire [15:0] channels_i,
  input wire [15:0] blocks_o,
  input wire [4:0]  tail_o
);

  wire [31:0] tail = {27'd0, tail_o};

  `ALWAYS(tail_is_a_block_or_less, channels_i != 0, tail >= 1 && tail <= Cols)
  `ALWAYS(full_blocks_and_a_tail, channels_i != 0,
          blocks_o != 0 && ({16'd0, blocks_o} - 32'd1) * Cols + tail == {16'd0, channels_i})

endmodule
