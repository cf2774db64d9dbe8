// What the dispatcher is told of loads and stores: what each reads and writes, how many bytes, and
// that runs are joined where nothing lies between them.
`include "rules.svh"
`include "ratel_isa.vh"
`include "ratel_desc.vh"
`include "ratel_ranges.vh"

module ratel_check_transfer_rules #(
  parameter Cols = 8
) (
  input wire                         clk_i,
  input wire                         rst_ni,
  input wire                         store_i,
  input wire [2:0]                   op_i,
  input wire [31:0]                  rs1_i,
  input wire [31:0]                  rs2_i,
  input wire [63:0]                  shape_i,
  input wire [63:0]                  pitch_i,
  input wire                         linear_o,
  input wire [`DESC_LOAD_WIDTH-1:0]  ld_desc_o,
  input wire [`DESC_STORE_WIDTH-1:0] st_desc_o,
  input wire [`RANGE_WIDTH-1:0]      ranges_o,
  input wire [49:0]                  shaped_span,
  input wire [49:0]                  shaped_end,
  input wire [15:0]                  start,
  input wire [31:0]                  row_bytes,
  input wire [31:0]                  all_bytes,
  input wire [15:0]                  blocks,
  input wire [4:0]                   tail,
  input wire [49:0]                  span,
  input wire [49:0]                  end_next
);

  `STARTS_IN_RESET

  wire load   = !store_i;
  wire weight = load && op_i == `OP_LD_W;
  wire entry  = load && op_i == `OP_LD_P;
  wire bias   = load && op_i == `OP_LD_B;
  wire table_ = load && op_i == `OP_LD_L;
  wire matrix = load && (op_i == `OP_LD_M || op_i == `OP_LD_MT);
  wire linear = weight || entry || bias || table_;
  wire shaped = store_i || matrix || op_i == `OP_LD_T;   // what is neither, nobody looks at
  wire [15:0] count = rs2_i[31:16];

  // Bytes in memory: a weight a column; a multiplier, a shift and a bias; a bias; the table.
  wire [31:0] each  = weight ? Cols : entry ? 9 * Cols : 4 * Cols;
  wire [31:0] bytes = table_ ? 32'd256 : {16'd0, count} * each;

  `RULE_IF(needs_no_steps, linear || shaped, linear_o == linear)
  `RULE_IF(bytes_of_a_line, linear, span == {18'd0, bytes})
  `RULE_IF(bytes_of_a_shape, shaped, span == shaped_span)
  `RULE_IF(ends_behind_its_count, linear && !table_,
           end_next == {34'd0, rs2_i[15:0]} + {34'd0, count})
  `RULE_IF(ends_where_the_shape_does, shaped, end_next == shaped_end)

  `RULE(store_reads_lines, ranges_o[`RANGE_A_VALID] == store_i && !ranges_o[`RANGE_B_VALID])
  `RULE(no_second_operand, ranges_o[`RANGE_B_LO] == 16'd0 && ranges_o[`RANGE_B_HI] == 16'd0)
  `RULE_IF(lines_read, store_i,
           {ranges_o[`RANGE_A_HI], ranges_o[`RANGE_A_LO]} == {end_next[15:0], start})
  `RULE(tensor_writes_lines, ranges_o[`RANGE_D_VALID] == (load && op_i == `OP_LD_T))
  `RULE_IF(lines_written, ranges_o[`RANGE_D_VALID],
           {ranges_o[`RANGE_D_HI], ranges_o[`RANGE_D_LO]} == {end_next[15:0], start})
  `RULE(weights_are_written, ranges_o[`RANGE_W_VALID] == (weight || matrix))
  `RULE_IF(words_written, weight || matrix,
           {ranges_o[`RANGE_W_HI], ranges_o[`RANGE_W_LO]} == {end_next[15:0], rs2_i[15:0]})
  `RULE(parameters_are_written, ranges_o[`RANGE_P_VALID] == (entry || bias))
  `RULE_IF(entries_written, entry || bias,
           {ranges_o[`RANGE_P_HI], ranges_o[`RANGE_P_LO]} == {end_next[15:0], rs2_i[15:0]})
  `RULE(table_is_written, ranges_o[`RANGE_T_VALID] == table_)
  `RULE(memory_is_touched, ranges_o[`RANGE_M_VALID] && ranges_o[`RANGE_M_LO] == rs1_i
        && ranges_o[`RANGE_M_HI] == {1'b0, rs1_i} + span[32:0])

  // Runs: pixels that follow each other are one, and so are rows of such.
  wire [15:0] w = shape_i[15:0], h = shape_i[31:16], channels = shape_i[47:32];
  wire pixels_follow = w == 16'd1 || pitch_i[`BITS_LD_PITCH_PIX_PITCH] == channels;
  wire rows_follow   = pixels_follow
                       && (h == 16'd1 || pitch_i[`BITS_LD_PITCH_ROW_PITCH] == row_bytes);
  wire [63:0] run    = {ld_desc_o[`DESC_LOAD_RUN_BYTES], ld_desc_o[`DESC_LOAD_RUN_INNER],
                        ld_desc_o[`DESC_LOAD_RUN_OUTER]};

  `RULE_IF(line_is_one_run, linear, run == {bytes, 16'd1, 16'd1})
  `RULE_IF(shape_is_one_run, shaped && rows_follow, run == {all_bytes, 16'd1, 16'd1})
  `RULE_IF(row_is_a_run, shaped && pixels_follow && !rows_follow, run == {row_bytes, 16'd1, h})
  `RULE_IF(pixel_is_a_run, shaped && !pixels_follow, run == {16'd0, channels, w, h})
  `RULE_IF(stores_run_alike, store_i, {st_desc_o[`DESC_STORE_RUN_BYTES],
           st_desc_o[`DESC_STORE_RUN_INNER], st_desc_o[`DESC_STORE_RUN_OUTER]} == run)

  // A line is walked as one row of whole words.
  wire [63:0] walk = {ld_desc_o[`DESC_LOAD_ROWS], ld_desc_o[`DESC_LOAD_W],
                      ld_desc_o[`DESC_LOAD_CHANNELS], ld_desc_o[`DESC_LOAD_BLOCKS]};
  wire [15:0] words = table_ ? 16'd256 / Cols : count;
  wire [15:0] cols  = Cols;

  `RULE_IF(line_is_one_row, linear, walk == {16'd1, words, cols, 16'd1}
           && ld_desc_o[`DESC_LOAD_TAIL] == cols[4:0])
  `RULE_IF(shape_is_walked, shaped, walk == {h, w, channels, blocks}
           && ld_desc_o[`DESC_LOAD_TAIL] == tail)
  `RULE(first_pixel, ld_desc_o[`DESC_LOAD_P0] == (load && op_i != `OP_LD_T ? 16'd0 : count))
  `RULE_IF(store_is_walked, store_i, {st_desc_o[`DESC_STORE_P0], st_desc_o[`DESC_STORE_ROWS],
           st_desc_o[`DESC_STORE_W], st_desc_o[`DESC_STORE_BLOCKS], st_desc_o[`DESC_STORE_TAIL]}
           == {count, h, w, blocks, tail})

endmodule
