// Turns sets of row words into steps of the array: one for each byte of the word in convolution,
// one for the whole set otherwise. A step waits for its words, for its weights, and, if it ends a
// tile, for room in the shadow accumulators.
//
//   name                  | meaning
//   ----------------------|--------------------------------------------------------------------
//   Cols                  | as in ratel_core
//   valid_i, done_o       | an instruction is there; its last step goes to the array
//   set_*                 | from the gather;  weight_*: from the weight fetch
//   room_i                | the shadow accumulators will be free when a tile that ends now gets
//                         | there
//   step_o                | a step: `op_o`, `byte_o`, `last_o` (ends the tile)
//   op_o                  | 0 load, 1 add, 2 maximum, 3 pack (shift in 16 bits)
//   stall_*_o             | an instruction is there but no step, and why
//   macs_o                | useful multiply-accumulates of this step
//   mac_i .. max_i        | kind of the operation, see ratel_exec_mode
//   acc_i                 | continues the accumulators that a hold left
//   in_tail_i, out_tail_i | channels of the last input and output block
module ratel_step #(
  parameter Cols = 8
) (
  input  wire       clk_i,
  input  wire       rst_ni,
  input  wire       valid_i,
  output wire       done_o,
  input  wire       mac_i,
  input  wire       conv_i,
  input  wire       binary_i,
  input  wire       max_i,
  input  wire       acc_i,
  input  wire [4:0] in_tail_i,
  input  wire [4:0] out_tail_i,
  input  wire       set_valid_i,
  output wire       set_pop_o,
  input  wire       set_first_i,
  input  wire       set_last_i,
  input  wire       set_tail_i,
  input  wire       set_end_i,
  input  wire [4:0] set_rows_i,
  input  wire       set_edge_i,
  input  wire       weight_valid_i,
  output wire       weight_pop_o,
  input  wire       room_i,
  output wire       step_o,
  output wire [1:0] op_o,
  output wire [3:0] byte_o,
  output wire       last_o,
  output wire       stall_fetch_o,
  output wire       stall_drain_o,
  output wire [8:0] macs_o
);

  localparam [4:0] AllCols = Cols[4:0];

  reg [3:0] byte_q;

  wire [4:0] bytes     = set_tail_i ? in_tail_i : AllCols;
  wire       word_last = !conv_i || ({1'b0, byte_q} == bytes - 5'd1);
  wire       first     = set_first_i && (byte_q == 4'd0);
  wire       last      = set_last_i && word_last;
  wire       operands  = set_valid_i && (weight_valid_i || !mac_i);
  wire       step      = valid_i && operands && (room_i || !last);

  assign step_o       = step;
  assign set_pop_o    = step && word_last;
  assign weight_pop_o = step && mac_i;
  assign done_o       = step && last && set_end_i;
  assign byte_o       = byte_q;
  assign last_o       = last;
  assign op_o         = (first && !acc_i) ? 2'd0 : (max_i ? 2'd2 : (binary_i ? 2'd3 : 2'd1));

  assign stall_fetch_o = valid_i && !operands;
  assign stall_drain_o = valid_i && operands && !step;

  wire [4:0] cols = set_edge_i ? out_tail_i : AllCols;
  assign macs_o = (step && mac_i) ? {4'd0, set_rows_i} * {4'd0, cols} : 9'd0;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)   byte_q <= 4'd0;
    else if (step) byte_q <= word_last ? 4'd0 : byte_q + 4'd1;
  end

endmodule
