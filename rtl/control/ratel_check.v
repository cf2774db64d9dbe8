// Legality of ld, st, mac and vec instructions, and everything the engines need to run them.
//
//            derive (steps)      judge        hand over
//   start --> multiplier ------> rules -----> dispatcher, or error
//
// One instruction at a time; the front end keeps operands' configuration still while one is here.
// A tensor transfer takes 12 cycles from start to hand-over, a linear load 3, mac and vec 17.
//
//   name                      | meaning
//   --------------------------|--------------------------------------------------------------------
//   Rows .. ParamDepth        | as in ratel_core
//   start_*                   | an instruction; the configuration stands still until idle_o is high
//                             | again
//   idle_o                    | nothing in here
//   forget_i                  | accumulators that a hold left are gone
//   config_i                  | configuration file, 64 bits a group
//   out_*                     | a legal instruction for the dispatcher, engine as in
//                             | ratel_ranges.vh
//   code_o, field_o, detail_o | until fail_ready_i an instruction was refused (fail_o), for this
//                             | reason
//   word_o, index_o, owner_o  | instruction word, number, who asks, with out_* and fail_o
`include "ratel_isa.vh"
`include "ratel_desc.vh"
`include "ratel_ranges.vh"

module ratel_check #(
  parameter Rows       = 8,
  parameter Cols       = 8,
  parameter SpadDepth  = 1024,
  parameter WbufDepth  = 2048,
  parameter ParamDepth = 64
) (
  input  wire                           clk_i,
  input  wire                           rst_ni,
  input  wire                           start_i,
  input  wire [31:0]                    start_word_i,
  input  wire [31:0]                    start_rs1_i,
  input  wire [31:0]                    start_rs2_i,
  input  wire [31:0]                    start_index_i,
  input  wire [2:0]                     start_owner_i,
  input  wire                           forget_i,
  output wire                           idle_o,
  input  wire [64*`CFG_GROUPS-1:0]      config_i,
  output wire                           out_valid_o,
  input  wire                           out_ready_i,
  output wire [1:0]                     out_engine_o,
  output wire [`RANGE_WIDTH-1:0]        out_ranges_o,
  output wire [`DESC_LOAD_WIDTH-1:0]    out_load_o,
  output wire [`DESC_EXECUTE_WIDTH-1:0] out_execute_o,
  output wire [`DESC_STORE_WIDTH-1:0]   out_store_o,
  output wire [31:0]                    word_o,
  output wire [31:0]                    index_o,
  output wire [2:0]                     owner_o,
  output wire                           fail_o,
  input  wire                           fail_ready_i,
  output wire [7:0]                     code_o,
  output wire [7:0]                     field_o,
  output wire [31:0]                    detail_o
);
  localparam [1:0] Idle   = 2'd0;
  localparam [1:0] Derive = 2'd1;
  localparam [1:0] Judge  = 2'd2;
  localparam [1:0] Hand   = 2'd3;

  // The last step captures the last product.
  localparam [3:0] LastTransfer = 4'd9;
  localparam [3:0] LastCompute  = 4'd14;

  reg  [1:0]  state_q;
  reg  [1:0]  state_d;
  reg  [3:0]  step_q;
  reg  [31:0] word_q;
  reg  [31:0] rs1_q;
  reg  [31:0] rs2_q;
  reg  [31:0] index_q;
  reg  [2:0]  owner_q;
  reg         fail_q;
  reg  [7:0]  code_q;
  reg  [7:0]  field_q;
  reg  [31:0] detail_q;

  // --- the two halves --------------------------------------------------------------------------
  wire [2:0] class_ = word_q[14:12];
  wire [3:0] op     = word_q[28:25];
  wire       store  = (class_ == `CLASS_ST);
  wire       vec    = (class_ == `CLASS_VEC);
  wire       compute = vec || (class_ == `CLASS_MAC);

  wire        linear;
  wire [15:0] transfer_a,     compute_a;
  wire [32:0] transfer_b,     compute_b;
  wire [33:0] transfer_c,     compute_c;
  wire        transfer_fail,  compute_fail;
  wire [7:0]  transfer_code,  compute_code;
  wire [7:0]  transfer_field, compute_field;
  wire [31:0] transfer_detail, compute_detail;
  wire [`RANGE_WIDTH-1:0] transfer_ranges;
  wire [`RANGE_WIDTH-1:0] compute_ranges;
  wire [49:0] product;
  wire        take = out_valid_o && out_ready_i;

  ratel_multiply_add u_multiply_add (
    .clk_i     (clk_i),
    .rst_ni    (rst_ni),
    .a_i       (compute ? compute_a : transfer_a),
    .b_i       (compute ? compute_b : transfer_b),
    .c_i       (compute ? compute_c : transfer_c),
    .product_o (product)
  );

  ratel_check_transfer #(
    .Rows       (Rows),
    .Cols       (Cols),
    .SpadDepth  (SpadDepth),
    .WbufDepth  (WbufDepth),
    .ParamDepth (ParamDepth)
  ) u_transfer (
    .clk_i     (clk_i),
    .rst_ni    (rst_ni),
    .store_i   (store),
    .op_i      (op[2:0]),
    .rs1_i     (rs1_q),
    .rs2_i     (rs2_q),
    .owner_i   (owner_q),
    .shape_i   (store ? config_i[64*`CFG_ST_SHAPE +: 64] : config_i[64*`CFG_LD_SHAPE +: 64]),
    .pitch_i   (store ? config_i[64*`CFG_ST_PITCH +: 64] : config_i[64*`CFG_LD_PITCH +: 64]),
    .step_i    (step_q),
    .linear_o  (linear),
    .a_o       (transfer_a),
    .b_o       (transfer_b),
    .c_o       (transfer_c),
    .product_i (product),
    .fail_o    (transfer_fail),
    .code_o    (transfer_code),
    .field_o   (transfer_field),
    .detail_o  (transfer_detail),
    .ld_desc_o (out_load_o),
    .st_desc_o (out_store_o),
    .ranges_o  (transfer_ranges)
  );

  ratel_check_compute #(
    .Rows       (Rows),
    .Cols       (Cols),
    .SpadDepth  (SpadDepth),
    .WbufDepth  (WbufDepth),
    .ParamDepth (ParamDepth)
  ) u_compute (
    .clk_i          (clk_i),
    .rst_ni         (rst_ni),
    .vec_i          (vec),
    .op_i           (op),
    .rs1_i          (rs1_q),
    .rs2_i          (rs2_q),
    .owner_i        (owner_q),
    .forget_i       (forget_i),
    .in_group_i     (config_i[64*`CFG_IN +: 64]),
    .out_group_i    (config_i[64*`CFG_OUT +: 64]),
    .pitch_group_i  (config_i[64*`CFG_PITCH +: 64]),
    .kernel_group_i (config_i[64*`CFG_KERNEL +: 64]),
    .pad_group_i    (config_i[64*`CFG_PAD +: 64]),
    .act_group_i    (config_i[64*`CFG_ACT +: 64]),
    .scale_group_i  (config_i[64*`CFG_SCALE +: 64]),
    .scale1_group_i (config_i[64*`CFG_SCALE1 +: 64]),
    .scale2_group_i (config_i[64*`CFG_SCALE2 +: 64]),
    .step_i         (step_q),
    .a_o            (compute_a),
    .b_o            (compute_b),
    .c_o            (compute_c),
    .product_i      (product),
    .accept_i       (take && compute),
    .fail_o         (compute_fail),
    .code_o         (compute_code),
    .field_o        (compute_field),
    .detail_o       (compute_detail),
    .desc_o         (out_execute_o),
    .ranges_o       (compute_ranges)
  );

  // --- control ---------------------------------------------------------------------------------
  wire step_last = (step_q == (compute ? LastCompute : LastTransfer));

  always @* begin
    state_d = state_q;
    case (state_q)
      Idle:    if (start_i) state_d = Derive;
      Derive:  if (step_last || (linear && !compute)) state_d = Judge;
      Judge:   state_d = Hand;
      default: if (fail_q ? fail_ready_i : out_ready_i) state_d = Idle;
    endcase
  end

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q  <= Idle;
      step_q   <= 4'd0;
      word_q   <= 32'd0;
      rs1_q    <= 32'd0;
      rs2_q    <= 32'd0;
      index_q  <= 32'd0;
      owner_q  <= 3'd0;
      fail_q   <= 1'b0;
      code_q   <= 8'd0;
      field_q  <= 8'd0;
      detail_q <= 32'd0;
    end else begin
      state_q <= state_d;
      step_q  <= (state_q == Derive) ? step_q + 4'd1 : 4'd0;
      if ((state_q == Idle) && start_i) begin
        word_q  <= start_word_i;
        rs1_q   <= start_rs1_i;
        rs2_q   <= start_rs2_i;
        index_q <= start_index_i;
        owner_q <= start_owner_i;
      end
      if (state_q == Judge) begin
        fail_q   <= compute ? compute_fail : transfer_fail;
        code_q   <= compute ? compute_code : transfer_code;
        field_q  <= compute ? compute_field : transfer_field;
        detail_q <= compute ? compute_detail : transfer_detail;
      end
    end
  end

  assign idle_o       = (state_q == Idle);
  assign out_valid_o  = (state_q == Hand) && !fail_q;
  assign out_engine_o = compute ? `ENGINE_EXECUTE : store ? `ENGINE_STORE : `ENGINE_LOAD;
  assign out_ranges_o = compute ? compute_ranges : transfer_ranges;
  assign word_o       = word_q;
  assign index_o      = index_q;
  assign owner_o      = owner_q;
  assign fail_o       = (state_q == Hand) && fail_q;
  assign code_o       = code_q;
  assign field_o      = field_q;
  assign detail_o     = detail_q;
endmodule
