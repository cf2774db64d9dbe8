// What the dispatcher is told of mac and vec: which lines, words and entries each reads and writes,
// the shape as its operation has it, and what a held tile was.
`include "rules.svh"
`include "ratel_isa.vh"
`include "ratel_desc.vh"
`include "ratel_ranges.vh"

module ratel_check_compute_rules (
  input wire                           clk_i,
  input wire                           rst_ni,
  input wire                           vec_i,
  input wire [3:0]                     op_i,
  input wire [31:0]                    rs1_i,
  input wire [31:0]                    rs2_i,
  input wire                           forget_i,
  input wire [63:0]                    in_group_i,
  input wire [63:0]                    out_group_i,
  input wire [63:0]                    kernel_group_i,
  input wire [63:0]                    pad_group_i,
  input wire                           accept_i,
  input wire [`DESC_EXECUTE_WIDTH-1:0] desc_o,
  input wire [`RANGE_WIDTH-1:0]        ranges_o,
  input wire [49:0]                    in_end,
  input wire [49:0]                    in2_end,
  input wire [49:0]                    out_end,
  input wire [49:0]                    wend,
  input wire [15:0]                    oblocks,
  input wire [31:0]                    pixels,
  input wire                           held_q,
  input wire [4:0]                     held_pixels_q,
  input wire [15:0]                    held_oc_q
);

  `STARTS_IN_RESET

  wire mac    = !vec_i;
  wire conv   = mac && op_i == `OP_CONV;
  wire hold   = conv && rs2_i[24 + `FLAG_HOLD];
  wire pool   = vec_i && (op_i == `OP_MAXPOOL || op_i == `OP_AVGPOOL);
  wire two    = vec_i && (op_i == `OP_ADD || op_i == `OP_SUB || op_i == `OP_MUL);
  wire window = mac || pool;
  wire entry  = rs2_i[24 + `FLAG_PERCH] || rs2_i[24 + `FLAG_BIAS];

  `HOST_IF(operation_is_known, vec_i, op_i <= `OP_FILL)

  `RULE(reads_unless_it_fills, ranges_o[`RANGE_A_VALID] == !(vec_i && op_i == `OP_FILL))
  `RULE(lines_read, {ranges_o[`RANGE_A_HI], ranges_o[`RANGE_A_LO]} == {in_end[15:0], rs1_i[15:0]})
  `RULE(reads_two, ranges_o[`RANGE_B_VALID] == two)
  `RULE(lines_of_the_second,
        {ranges_o[`RANGE_B_HI], ranges_o[`RANGE_B_LO]} == {in2_end[15:0], rs2_i[15:0]})
  `RULE(writes_unless_it_holds, ranges_o[`RANGE_D_VALID] == !hold)
  `RULE(lines_written,
        {ranges_o[`RANGE_D_HI], ranges_o[`RANGE_D_LO]} == {out_end[15:0], rs1_i[31:16]})
  `RULE(mac_reads_weights, ranges_o[`RANGE_W_VALID] == mac)
  `RULE(words_read, {ranges_o[`RANGE_W_HI], ranges_o[`RANGE_W_LO]} == {wend[15:0], rs2_i[15:0]})
  `RULE(mac_reads_parameters, ranges_o[`RANGE_P_VALID] == (mac && entry))
  `RULE(entries_read, ranges_o[`RANGE_P_LO] == {8'd0, rs2_i[23:16]}
        && ranges_o[`RANGE_P_HI] == {8'd0, rs2_i[23:16]} + oblocks)
  `RULE(lookup_reads_the_table, ranges_o[`RANGE_T_VALID] == (vec_i && op_i == `OP_LUT))
  `RULE(memory_is_left_alone, !ranges_o[`RANGE_M_VALID]
        && {ranges_o[`RANGE_M_LO], ranges_o[`RANGE_M_HI]} == 65'd0)

  wire [63:0] kernel = {desc_o[`DESC_EXECUTE_KH], desc_o[`DESC_EXECUTE_KW],
                        desc_o[`DESC_EXECUTE_SY], desc_o[`DESC_EXECUTE_SX],
                        desc_o[`DESC_EXECUTE_DY], desc_o[`DESC_EXECUTE_DX]};
  wire [31:0] size   = {desc_o[`DESC_EXECUTE_OUT_H], desc_o[`DESC_EXECUTE_OUT_W]};
  wire [31:0] pad    = {desc_o[`DESC_EXECUTE_PAD_TOP], desc_o[`DESC_EXECUTE_PAD_LEFT]};

  `RULE_IF(window_as_configured, window, pad == {pad_group_i[`BITS_PAD_PT],
           pad_group_i[`BITS_PAD_PL]} && size == {out_group_i[`BITS_OUT_OH],
           out_group_i[`BITS_OUT_OW]} && kernel == {kernel_group_i[`BITS_KERNEL_KH],
           kernel_group_i[`BITS_KERNEL_KW], kernel_group_i[`BITS_KERNEL_SY],
           kernel_group_i[`BITS_KERNEL_SX], kernel_group_i[`BITS_KERNEL_DY],
           kernel_group_i[`BITS_KERNEL_DX]})
  `RULE_IF(else_pixel_by_pixel, !window, pad == 32'd0 && kernel == 64'h0001_0001_0101_0101
           && size == {in_group_i[`BITS_IN_H], in_group_i[`BITS_IN_W]})
  `RULE_IF(vec_has_no_flags, vec_i, desc_o[`DESC_EXECUTE_FLAGS] == 4'd0)
  `RULE_IF(flags_of_mac, mac, desc_o[`DESC_EXECUTE_FLAGS] == rs2_i[27:24])

  `RULE_NEXT(holds_what_it_was_told, accept_i && !forget_i, held_q == $past(hold)
             && held_pixels_q == $past(pixels[4:0])
             && held_oc_q == ($past(conv) ? $past(out_group_i[`BITS_OUT_OC])
                              : $past(in_group_i[`BITS_IN_C])))
  `RULE_NEXT(forgets, forget_i, !held_q)
  `RULE_NEXT(holds_on, !accept_i && !forget_i,
             {held_q, held_pixels_q, held_oc_q} == $past({held_q, held_pixels_q, held_oc_q}))

endmodule
