// Holds checked instructions until what they depend on is complete, and starts them.
//
//                    compared with all slots in use -> slots to wait for
//   check ----> new -----------------+------------------+
//                            load slots  execute slots  store slots
//                               |            |             |
//                             engine       engine        engine      in order each
//
//   name                       | meaning
//   ---------------------------|----------------------------------------------------------------
//   QueueDepth                 | as in ratel_core
//   in_*                       | a checked instruction: engine, ranges, descriptor of its engine
//   hold_i                     | start nothing (soft reset pending)
//   refuse_i                   | bit an owner: its instructions end without being started
//   load_*, execute_*, store_* | next descriptor to each engine; done: its oldest instruction is
//                              | complete
//   busy_o                     | bit an engine (load, execute, store): instructions in flight
//   blocked_o                  | bit an engine: its next instruction waits for a dependency
//   *_pushed_o, *_freed_o      | bit a slot: an instruction moves in, is complete
//   *_info_o                   | {owner, index, word} of the oldest instruction, which a done
//                              | belongs to
//   begun_o                    | bit an engine: it has begun an instruction and not ended it
`include "ratel_desc.vh"
`include "ratel_ranges.vh"

module ratel_dispatch #(
  parameter QueueDepth = 4
) (
  input  wire                           clk_i,
  input  wire                           rst_ni,
  input  wire                           in_valid_i,
  output wire                           in_ready_o,
  input  wire [1:0]                     in_engine_i,
  input  wire [`RANGE_WIDTH-1:0]        in_ranges_i,
  input  wire [31:0]                    in_word_i,
  input  wire [31:0]                    in_index_i,
  input  wire [2:0]                     in_owner_i,
  input  wire [`DESC_LOAD_WIDTH-1:0]    in_load_i,
  input  wire [`DESC_EXECUTE_WIDTH-1:0] in_execute_i,
  input  wire [`DESC_STORE_WIDTH-1:0]   in_store_i,
  input  wire                           hold_i,
  input  wire [7:0]                     refuse_i,
  output wire                           load_valid_o,
  input  wire                           load_ready_i,
  output wire [`DESC_LOAD_WIDTH-1:0]    load_desc_o,
  input  wire                           load_done_i,
  output wire                           execute_valid_o,
  input  wire                           execute_ready_i,
  output wire [`DESC_EXECUTE_WIDTH-1:0] execute_desc_o,
  input  wire                           execute_done_i,
  output wire                           store_valid_o,
  input  wire                           store_ready_i,
  output wire [`DESC_STORE_WIDTH-1:0]   store_desc_o,
  input  wire                           store_done_i,
  output wire [2:0]                     busy_o,
  output wire [2:0]                     blocked_o,
  output wire [2:0]                     begun_o,
  output wire [QueueDepth-1:0]          load_pushed_o,
  output wire [QueueDepth-1:0]          load_freed_o,
  output wire [QueueDepth-1:0]          store_pushed_o,
  output wire [QueueDepth-1:0]          store_freed_o,
  output wire [66:0]                    load_info_o,
  output wire [66:0]                    execute_info_o,
  output wire [66:0]                    store_info_o
);
  wire [3*QueueDepth-1:0] waits;
  wire [3*QueueDepth-1:0] freed;
  wire [2:0]              room;
  wire [2:0]              push;
  wire [66:0]             info = {in_owner_i, in_index_i, in_word_i};
  wire [QueueDepth-1:0]   unused_pushed;
  // Execute has no bus errors.
  wire                    unused = &{1'b0, unused_pushed};

  assign load_freed_o  = freed[QueueDepth-1:0];
  assign store_freed_o = freed[3*QueueDepth-1:2*QueueDepth];
  assign in_ready_o = (in_engine_i == `ENGINE_LOAD)    ? room[0]
                      : (in_engine_i == `ENGINE_EXECUTE) ? room[1] : room[2];
  assign push[0] = in_valid_i && room[0] && (in_engine_i == `ENGINE_LOAD);
  assign push[1] = in_valid_i && room[1] && (in_engine_i == `ENGINE_EXECUTE);
  assign push[2] = in_valid_i && room[2] && (in_engine_i == `ENGINE_STORE);

  ratel_dispatch_queue #(
    .Engine     (`ENGINE_LOAD),
    .QueueDepth (QueueDepth),
    .DescWidth  (`DESC_LOAD_WIDTH)
  ) u_load (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .push_i        (push[0]),
    .engine_i      (in_engine_i),
    .ranges_i      (in_ranges_i),
    .waits_i       (waits),
    .info_i        (info),
    .desc_i        (in_load_i),
    .hold_i        (hold_i),
    .refuse_i      (refuse_i),
    .start_valid_o (load_valid_o),
    .start_ready_i (load_ready_i),
    .start_desc_o  (load_desc_o),
    .done_i        (load_done_i),
    .freed_i       (freed),
    .room_o        (room[0]),
    .hazard_o      (waits[QueueDepth-1:0]),
    .pushed_o      (load_pushed_o),
    .freed_o       (freed[QueueDepth-1:0]),
    .busy_o        (busy_o[0]),
    .blocked_o     (blocked_o[0]),
    .begun_o       (begun_o[0]),
    .done_info_o   (load_info_o)
  );

  ratel_dispatch_queue #(
    .Engine     (`ENGINE_EXECUTE),
    .QueueDepth (QueueDepth),
    .DescWidth  (`DESC_EXECUTE_WIDTH)
  ) u_execute (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .push_i        (push[1]),
    .engine_i      (in_engine_i),
    .ranges_i      (in_ranges_i),
    .waits_i       (waits),
    .info_i        (info),
    .desc_i        (in_execute_i),
    .hold_i        (hold_i),
    .refuse_i      (refuse_i),
    .start_valid_o (execute_valid_o),
    .start_ready_i (execute_ready_i),
    .start_desc_o  (execute_desc_o),
    .done_i        (execute_done_i),
    .freed_i       (freed),
    .room_o        (room[1]),
    .hazard_o      (waits[2*QueueDepth-1:QueueDepth]),
    .pushed_o      (unused_pushed),
    .freed_o       (freed[2*QueueDepth-1:QueueDepth]),
    .busy_o        (busy_o[1]),
    .blocked_o     (blocked_o[1]),
    .begun_o       (begun_o[1]),
    .done_info_o   (execute_info_o)
  );

  ratel_dispatch_queue #(
    .Engine     (`ENGINE_STORE),
    .QueueDepth (QueueDepth),
    .DescWidth  (`DESC_STORE_WIDTH)
  ) u_store (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .push_i        (push[2]),
    .engine_i      (in_engine_i),
    .ranges_i      (in_ranges_i),
    .waits_i       (waits),
    .info_i        (info),
    .desc_i        (in_store_i),
    .hold_i        (hold_i),
    .refuse_i      (refuse_i),
    .start_valid_o (store_valid_o),
    .start_ready_i (store_ready_i),
    .start_desc_o  (store_desc_o),
    .done_i        (store_done_i),
    .freed_i       (freed),
    .room_o        (room[2]),
    .hazard_o      (waits[3*QueueDepth-1:2*QueueDepth]),
    .pushed_o      (store_pushed_o),
    .freed_o       (freed[3*QueueDepth-1:2*QueueDepth]),
    .busy_o        (busy_o[2]),
    .blocked_o     (blocked_o[2]),
    .begun_o       (begun_o[2]),
    .done_info_o   (store_info_o)
  );
endmodule
