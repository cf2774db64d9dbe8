// Check of ld and st instructions: derived numbers, legality, descriptors and ranges.
//
// Operands and configuration stand still from the first step until the dispatcher has taken the
// instruction, so that nothing of them is copied here.
//
//   name                           | meaning
//   -------------------------------|--------------------------------------------------------------
//   Rows .. ParamDepth             | as in ratel_core
//   store_i, op_i                  | st.t, or the operation of class ld
//   rs1_i, rs2_i                   | operands
//   owner_i                        | who asks
//   shape_i, pitch_i               | groups ld.shape, ld.pitch or st.shape, st.pitch (same format)
//   step_i                         | step of the microprogram in ratel_derive_transfer
//   linear_o                       | this operation needs no steps
//   a_o .. product_i               | the multiplier
//   fail_o .. detail_o             | verdict
//   ld_desc_o, st_desc_o, ranges_o | what the dispatcher gets
`include "ratel_isa.vh"
`include "ratel_desc.vh"
`include "ratel_ranges.vh"

module ratel_check_transfer #(
  parameter Rows       = 8,
  parameter Cols       = 8,
  parameter SpadDepth  = 1024,
  parameter WbufDepth  = 2048,
  parameter ParamDepth = 64
) (
  input  wire                         clk_i,
  input  wire                         rst_ni,
  input  wire                         store_i,
  input  wire [2:0]                   op_i,
  input  wire [31:0]                  rs1_i,
  input  wire [31:0]                  rs2_i,
  input  wire [2:0]                   owner_i,
  input  wire [63:0]                  shape_i,
  input  wire [63:0]                  pitch_i,
  input  wire [3:0]                   step_i,
  output wire                         linear_o,
  output wire [15:0]                  a_o,
  output wire [32:0]                  b_o,
  output wire [33:0]                  c_o,
  input  wire [49:0]                  product_i,
  output wire                         fail_o,
  output wire [7:0]                   code_o,
  output wire [7:0]                   field_o,
  output wire [31:0]                  detail_o,
  output wire [`DESC_LOAD_WIDTH-1:0]  ld_desc_o,
  output wire [`DESC_STORE_WIDTH-1:0] st_desc_o,
  output wire [`RANGE_WIDTH-1:0]      ranges_o
);
  localparam ColsLog2 = (Cols == 4) ? 2 : (Cols == 8) ? 3 : 4;
  localparam [31:0] ColsWord   = Cols;
  localparam [31:0] TableWords = 256 / Cols;

  // --- operands --------------------------------------------------------------------------------
  wire [15:0] w         = shape_i[`BITS_LD_SHAPE_W];
  wire [15:0] h         = shape_i[`BITS_LD_SHAPE_H];
  wire [15:0] channels  = shape_i[`BITS_LD_SHAPE_C];
  wire [15:0] cbs       = shape_i[`BITS_LD_SHAPE_CBS];
  wire [31:0] row_pitch = pitch_i[`BITS_LD_PITCH_ROW_PITCH];
  wire [15:0] pix_pitch = pitch_i[`BITS_LD_PITCH_PIX_PITCH];
  wire [15:0] pitch     = pitch_i[`BITS_LD_PITCH_P];
  wire [15:0] base      = rs2_i[15:0];
  wire [15:0] count     = rs2_i[31:16];

  wire tensor = store_i || (op_i == `OP_LD_T);
  wire matrix = !store_i && ((op_i == `OP_LD_M) || (op_i == `OP_LD_MT));
  wire words  = !store_i && (op_i == `OP_LD_W);
  wire params = !store_i && ((op_i == `OP_LD_P) || (op_i == `OP_LD_B));
  wire lut    = !store_i && (op_i == `OP_LD_L);
  assign linear_o = !tensor && !matrix;

  wire [15:0] blocks;
  wire [4:0]  tail;

  ratel_blocks #(
    .Cols (Cols)
  ) u_blocks (
    .channels_i (channels),
    .blocks_o   (blocks),
    .tail_o     (tail)
  );

  // --- derived ---------------------------------------------------------------------------------
  wire [31:0] row_span;
  wire [49:0] shaped_span;
  wire [49:0] shaped_end;
  wire [15:0] start;
  wire [31:0] row_bytes;
  wire [31:0] pixels;
  wire [31:0] all_bytes;

  ratel_derive_transfer #(
    .Rows (Rows),
    .Cols (Cols)
  ) u_derive (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .step_i       (step_i),
    .matrix_i     (matrix),
    .transposed_i (op_i == `OP_LD_MT),
    .h_i          (h),
    .w_i          (w),
    .channels_i   (channels),
    .blocks_i     (blocks),
    .pitch_i      (pitch),
    .cbs_i        (cbs),
    .pix_pitch_i  (pix_pitch),
    .row_pitch_i  (row_pitch),
    .base_i       (base),
    .p0_i         (count),
    .a_o          (a_o),
    .b_o          (b_o),
    .c_o          (c_o),
    .product_i    (product_i),
    .row_span_o   (row_span),
    .span_o       (shaped_span),
    .end_o        (shaped_end),
    .start_o      (start),
    .row_bytes_o  (row_bytes),
    .pixels_o     (pixels),
    .all_bytes_o  (all_bytes)
  );

  // Linear loads: bytes of a word or of an entry, times their number.
  reg [31:0] linear_span;
  always @* begin
    case (op_i)
      `OP_LD_W: linear_span = {16'd0, count} << ColsLog2;
      `OP_LD_P: linear_span = ({13'd0, count, 3'd0} + {16'd0, count}) << ColsLog2;
      `OP_LD_B: linear_span = {14'd0, count, 2'd0} << ColsLog2;
      default:  linear_span = 32'd256;
    endcase
  end

  wire [16:0] linear_end = {1'b0, base} + {1'b0, count};
  wire [49:0] span     = linear_o ? {18'd0, linear_span} : shaped_span;
  wire [49:0] end_next = linear_o ? {33'd0, linear_end} : shaped_end;

  // --- verdict ---------------------------------------------------------------------------------
  ratel_rules_transfer #(
    .SpadDepth  (SpadDepth),
    .WbufDepth  (WbufDepth),
    .ParamDepth (ParamDepth)
  ) u_rules (
    .store_i     (store_i),
    .op_i        (op_i),
    .rs1_i       (rs1_i),
    .rs2_i       (rs2_i),
    .h_i         (h),
    .w_i         (w),
    .channels_i  (channels),
    .blocks_i    (blocks),
    .pitch_i     (pitch),
    .cbs_i       (cbs),
    .pix_pitch_i (pix_pitch),
    .row_pitch_i (row_pitch),
    .row_span_i  (row_span),
    .end_i       (end_next),
    .span_i      (span),
    .fail_o      (fail_o),
    .code_o      (code_o),
    .field_o     (field_o),
    .detail_o    (detail_o)
  );

  // --- runs ------------------------------------------------------------------------------------
  wire pixels_join = (pix_pitch == channels) || (w == 16'd1);
  wire rows_join   = pixels_join && ((row_pitch == row_bytes) || (h == 16'd1));

  wire [31:0] run_bytes = linear_o ? linear_span : rows_join ? all_bytes
                          : pixels_join ? row_bytes : {16'd0, channels};
  wire [15:0] run_inner = (linear_o || pixels_join) ? 16'd1 : w;
  wire [15:0] run_outer = (linear_o || rows_join) ? 16'd1 : h;

  // --- descriptors -----------------------------------------------------------------------------
  assign ld_desc_o[`DESC_LOAD_OP]        = op_i;
  assign ld_desc_o[`DESC_LOAD_ADDR]      = rs1_i;
  assign ld_desc_o[`DESC_LOAD_RUN_BYTES] = run_bytes;
  assign ld_desc_o[`DESC_LOAD_RUN_INNER] = run_inner;
  assign ld_desc_o[`DESC_LOAD_RUN_OUTER] = run_outer;
  assign ld_desc_o[`DESC_LOAD_PIX_PITCH] = pix_pitch;
  assign ld_desc_o[`DESC_LOAD_ROW_PITCH] = row_pitch;
  assign ld_desc_o[`DESC_LOAD_BASE]      = base;
  assign ld_desc_o[`DESC_LOAD_P0]        = tensor ? count : 16'd0;
  assign ld_desc_o[`DESC_LOAD_ROWS]      = linear_o ? 16'd1 : h;
  assign ld_desc_o[`DESC_LOAD_W]         = lut ? TableWords[15:0] : linear_o ? count : w;
  assign ld_desc_o[`DESC_LOAD_CHANNELS]  = linear_o ? ColsWord[15:0] : channels;
  assign ld_desc_o[`DESC_LOAD_BLOCKS]    = linear_o ? 16'd1 : blocks;
  assign ld_desc_o[`DESC_LOAD_TAIL]      = linear_o ? ColsWord[4:0] : tail;
  assign ld_desc_o[`DESC_LOAD_PITCH]     = pitch;
  assign ld_desc_o[`DESC_LOAD_CBS]       = cbs;
  assign ld_desc_o[`DESC_LOAD_PIXELS]    = pixels;
  assign ld_desc_o[`DESC_LOAD_OWNER]     = owner_i;

  assign st_desc_o[`DESC_STORE_ADDR]      = rs1_i;
  assign st_desc_o[`DESC_STORE_RUN_BYTES] = run_bytes;
  assign st_desc_o[`DESC_STORE_RUN_INNER] = run_inner;
  assign st_desc_o[`DESC_STORE_RUN_OUTER] = run_outer;
  assign st_desc_o[`DESC_STORE_PIX_PITCH] = pix_pitch;
  assign st_desc_o[`DESC_STORE_ROW_PITCH] = row_pitch;
  assign st_desc_o[`DESC_STORE_BASE]      = base;
  assign st_desc_o[`DESC_STORE_P0]        = count;
  assign st_desc_o[`DESC_STORE_ROWS]      = h;
  assign st_desc_o[`DESC_STORE_W]         = w;
  assign st_desc_o[`DESC_STORE_BLOCKS]    = blocks;
  assign st_desc_o[`DESC_STORE_TAIL]      = tail;
  assign st_desc_o[`DESC_STORE_PITCH]     = pitch;
  assign st_desc_o[`DESC_STORE_CBS]       = cbs;
  assign st_desc_o[`DESC_STORE_OWNER]     = owner_i;

  // --- ranges ----------------------------------------------------------------------------------
  assign ranges_o[`RANGE_A_VALID] = store_i;
  assign ranges_o[`RANGE_A_LO]    = start;
  assign ranges_o[`RANGE_A_HI]    = end_next[15:0];
  assign ranges_o[`RANGE_B_VALID] = 1'b0;
  assign ranges_o[`RANGE_B_LO]    = 16'd0;
  assign ranges_o[`RANGE_B_HI]    = 16'd0;
  assign ranges_o[`RANGE_D_VALID] = tensor && !store_i;
  assign ranges_o[`RANGE_D_LO]    = start;
  assign ranges_o[`RANGE_D_HI]    = end_next[15:0];
  assign ranges_o[`RANGE_W_VALID] = words || matrix;
  assign ranges_o[`RANGE_W_LO]    = base;
  assign ranges_o[`RANGE_W_HI]    = end_next[15:0];
  assign ranges_o[`RANGE_P_VALID] = params;
  assign ranges_o[`RANGE_P_LO]    = base;
  assign ranges_o[`RANGE_P_HI]    = end_next[15:0];
  assign ranges_o[`RANGE_T_VALID] = lut;
  assign ranges_o[`RANGE_M_VALID] = 1'b1;
  assign ranges_o[`RANGE_M_LO]    = rs1_i;
  assign ranges_o[`RANGE_M_HI]    = {1'b0, rs1_i} + span[32:0];
endmodule
