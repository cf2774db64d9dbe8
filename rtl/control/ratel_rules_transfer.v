// The checks of ld and st instructions, in the documented order: the first that fails names code,
// field and detail. Purely combinational; one list serves all of them, because the orders agree.
//
//   name                      | meaning
//   --------------------------|-----------------------------------------
//   SpadDepth .. ParamDepth   | as in ratel_core
//   store_i, op_i             | st.t, or the operation of class ld
//   rs1_i, rs2_i              | operands
//   h_i .. row_pitch_i        | shape and pitches (tensors and matrices)
//   row_span_i                | (W-1)*pixpitch + C
//   end_i                     | first line, word or entry past the end
//   span_i                    | bytes of memory, from addr
//   fail_o                    | a check failed
//   code_o, field_o, detail_o | which one
`include "ratel_isa.vh"

module ratel_rules_transfer #(
  parameter SpadDepth  = 1024,
  parameter WbufDepth  = 2048,
  parameter ParamDepth = 64
) (
  input  wire        store_i,
  input  wire [2:0]  op_i,
  input  wire [31:0] rs1_i,
  input  wire [31:0] rs2_i,
  input  wire [15:0] h_i,
  input  wire [15:0] w_i,
  input  wire [15:0] channels_i,
  input  wire [15:0] blocks_i,
  input  wire [15:0] pitch_i,
  input  wire [15:0] cbs_i,
  input  wire [15:0] pix_pitch_i,
  input  wire [31:0] row_pitch_i,
  input  wire [31:0] row_span_i,
  input  wire [49:0] end_i,
  input  wire [49:0] span_i,
  output reg         fail_o,
  output reg  [7:0]  code_o,
  output reg  [7:0]  field_o,
  output reg  [31:0] detail_o
);
  localparam [31:0] SpadEnd   = SpadDepth;
  localparam [31:0] WbufEnd   = WbufDepth;
  localparam [31:0] ParamEnd  = ParamDepth;
  localparam [49:0] MemoryEnd = 50'h1_0000_0000;

  wire tensor = store_i || (op_i == `OP_LD_T);
  wire matrix = !store_i && ((op_i == `OP_LD_M) || (op_i == `OP_LD_MT));
  wire words  = !store_i && (op_i == `OP_LD_W);
  wire params = !store_i && ((op_i == `OP_LD_P) || (op_i == `OP_LD_B));
  wire table_ = !store_i && (op_i == `OP_LD_L);
  wire shaped = tensor || matrix;

  wire [49:0] memory_end = {18'd0, rs1_i} + span_i;
  wire [31:0] end_detail;
  wire [31:0] memory_detail;

  ratel_saturate #(
    .InWidth  (50),
    .OutWidth (32)
  ) u_end_detail (
    .value_i (end_i),
    .value_o (end_detail)
  );

  ratel_saturate #(
    .InWidth  (50),
    .OutWidth (32)
  ) u_memory_detail (
    .value_i (memory_end),
    .value_o (memory_detail)
  );

  always @* begin
    fail_o   = 1'b1;
    code_o   = `ERR_SIZE;
    field_o  = `FIELD_NONE;
    detail_o = 32'd0;
    if ((matrix && (rs2_i[31:16] != 16'd0)) || (table_ && (rs2_i != 32'd0))) begin
      code_o   = `ERR_RESERVED;
      field_o  = `FIELD_RS2;
      detail_o = rs2_i;
    end else if (params && (rs1_i[1:0] != 2'd0)) begin
      code_o   = `ERR_ALIGN;
      field_o  = `FIELD_ADDR;
      detail_o = rs1_i;
    end else if (shaped && (h_i == 16'd0)) begin
      field_o  = `FIELD_H;
    end else if (shaped && (w_i == 16'd0)) begin
      field_o  = `FIELD_W;
    end else if (shaped && (channels_i == 16'd0)) begin
      field_o  = `FIELD_C;
    end else if (tensor && (pitch_i < w_i)) begin
      field_o  = `FIELD_P;
      detail_o = {16'd0, pitch_i};
    end else if (tensor && (cbs_i < blocks_i)) begin
      field_o  = `FIELD_CBS;
      detail_o = {16'd0, cbs_i};
    end else if (shaped && (pix_pitch_i < channels_i)) begin
      field_o  = `FIELD_PIX_PITCH;
      detail_o = {16'd0, pix_pitch_i};
    end else if (shaped && (h_i != 16'd1) && (row_pitch_i < row_span_i)) begin
      field_o  = `FIELD_ROW_PITCH;
      detail_o = row_pitch_i;
    end else if ((words || params) && (rs2_i[31:16] == 16'd0)) begin
      field_o  = `FIELD_COUNT;
    end else if (tensor && (end_i > {18'd0, SpadEnd})) begin
      code_o   = `ERR_SPAD;
      field_o  = `FIELD_BASE;
      detail_o = end_detail;
    end else if ((matrix || words) && (end_i > {18'd0, WbufEnd})) begin
      code_o   = `ERR_WBUF;
      field_o  = `FIELD_WBASE;
      detail_o = end_detail;
    end else if (params && (end_i > {18'd0, ParamEnd})) begin
      code_o   = `ERR_PARAM;
      field_o  = `FIELD_PBASE;
      detail_o = end_detail;
    end else if (memory_end > MemoryEnd) begin
      code_o   = `ERR_MEMORY;
      field_o  = `FIELD_ADDR;
      detail_o = memory_detail;
    end else begin
      fail_o   = 1'b0;
      code_o   = `ERR_NONE;
    end
  end
endmodule
