// The way out of the array: each item of a tile once, in order, with its block's parameters; a tile
// stays until its last item has left, and room is promised only where there will be some.
`include "rules.svh"

module ratel_drain_rules #(
  parameter Rows  = 8,
  parameter Cols  = 8,
  parameter Lanes = 8
) (
  input wire                    clk_i,
  input wire                    rst_ni,
  input wire                    valid_i,
  input wire                    done_o,
  input wire                    long_i,
  input wire                    hold_i,
  input wire                    params_i,
  input wire [7:0]              pbase_i,
  input wire [17:0]             pixels_i,
  input wire [15:0]             blocks_i,
  input wire                    long_busy_i,
  input wire                    pending_i,
  input wire                    shadow_i,
  input wire [Rows*Cols*32-1:0] acc_i,
  input wire [Rows*18-1:0]      count_i,
  input wire                    room_o,
  input wire                    param_rd_en_o,
  input wire [7:0]              param_rd_addr_o,
  input wire                    item_o,
  input wire [1:0]              item_group_o,
  input wire                    item_edge_o,
  input wire [Lanes*32-1:0]     item_acc_o,
  input wire [17:0]             item_count_o,
  input wire [Rows*Cols*32-1:0] shadow_q,
  input wire [Rows*18-1:0]      count_q,
  input wire                    tile_q,
  input wire [6:0]              item_q,
  input wire                    param_valid_q,
  input wire [4:0]              rows,
`ifdef FORMAL
  input wire [17:0]             passed,
`endif
  input wire                    last_tile,
  input wire [15:0]             block
);

  `STARTS_IN_RESET

  localparam Groups = Cols / Lanes;

  wire [44:0] asked = {long_i, hold_i, params_i, pbase_i, pixels_i, blocks_i};
  wire [31:0] items = hold_i ? 32'd1 : {27'd0, rows} * Groups;
  wire [31:0] item  = {25'd0, item_q};
  wire        last  = item + 32'd1 == items;
  wire        edge_ = block == blocks_i - 16'd1;
  wire        goes  = valid_i && tile_q && (param_valid_q || !params_i) && (long_i || !long_busy_i);

  `HOST_IF(sizes_are_there, valid_i, pixels_i != 0 && blocks_i != 0)
  `HOST_NEXT(instruction_stays, valid_i && !done_o, valid_i && asked == $past(asked))
  `HOST_IF(tile_comes_into_room, shadow_i, !tile_q || (item_o && last))
  `HOST_NEXT(long_way_stays_empty, item_o && !long_i, !long_busy_i)

  // --- where it is
  `RULE_IF(nothing_is_begun, !valid_i, item_q == 0 && block == 0 && !param_valid_q)
  `RULE_IF(item_is_of_the_tile, valid_i, item < items && block < blocks_i)
  `RULE_IF(begun_with_a_tile, item_q != 0, tile_q)
`ifdef FORMAL
  wire tiles_end = {1'b0, passed} + Rows >= {1'b0, pixels_i};

  `RULE_IF(no_pixel_is_passed, !valid_i, passed == 0)
  `RULE_IF(some_are_left, valid_i, passed < pixels_i)
  `RULE_IF(done_with_the_last, item_o, done_o == (last && tiles_end && edge_))
`endif
  `RULE_NEXT(next_item, item_o && !last, item_q == $past(item_q) + 7'd1)
  `RULE_NEXT(next_tile_from_its_first, item_o && last, item_q == 0)
  `RULE_NEXT(none_leaves_same_item, !item_o, item_q == $past(item_q) && block == $past(block))

  // --- what leaves, and when
  `RULE(leaves_when_it_can, item_o == goes)
  `RULE_IF(never_pauses, item_q != 0, item_o)
  `RULE_IF(nothing_ends_without, !item_o, !done_o)
  `RULE_IF(item_of_its_row, item_o, item_acc_o == shadow_q[Lanes*32*item +: Lanes*32]
           && item_count_o == count_q[18*(item / Groups) +: 18] && {30'd0, item_group_o} == item % Groups)
  `RULE_IF(edge_is_the_last_block, item_o, item_edge_o == edge_)

  // --- the shadow
  `RULE_NEXT(tile_is_copied, shadow_i, tile_q && shadow_q == $past(acc_i) && count_q == $past(count_i))
  `RULE_NEXT(tile_stays_what_it_is, !shadow_i, shadow_q == $past(shadow_q) && count_q == $past(count_q))
  `RULE_NEXT(tile_waits_for_its_last, tile_q && !(item_o && last), tile_q)
  `RULE_NEXT(gone_with_its_last, !shadow_i && (!tile_q || (item_o && last)), !tile_q)
  `RULE_IF(room_in_three_cycles, room_o, !pending_i && (!tile_q || (item_o && items - item <= 32'd4)))
  `RULE_IF(empty_is_room, !pending_i && !tile_q, room_o)

  // --- parameters: the entry that the buffer shows is the block's
  reg [7:0] entry_q;

  always @(posedge clk_i) if (param_rd_en_o) entry_q <= param_rd_addr_o;

  `RULE_IF(reads_for_itself, param_rd_en_o, valid_i && params_i)
  `RULE_IF(entry_of_the_block, param_valid_q && params_i, valid_i && entry_q == pbase_i + block[7:0])
  `RULE_IF(reads_what_is_not_there, valid_i && params_i && !param_valid_q, param_rd_en_o)

endmodule
