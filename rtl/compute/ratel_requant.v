// Requantiser: the lanes, and the choice of what enters them. Items of mac instructions bring their
// parameters; pooling, copies and fills pass unchanged (multiplier 2^30 and shift 1 are the
// identity).
//
//   name                       | meaning
//   ---------------------------|---------------------------------------------------------
//   Cols                       | as in ratel_core
//   Lanes                      | its RequantLanes
//   direct_i, acc_i            | item from the shadow accumulators, of lane group group_i
//   mac_i, perch_i, use_bias_i | of its instruction;  mult_i, shift_i: the group's scale
//   bias_i .. shifts_i         | parameter entry of its block, all columns
//   pre_i, pre_*               | item from the prescaler; never together with direct_i
//   item_o, value_o            | an item leaves for the writer
//   wraps_o                    | a lane each: its bias takes the item of this cycle out of int32
module ratel_requant #(
  parameter Cols  = 8,
  parameter Lanes = 8
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                direct_i,
  input  wire [1:0]          group_i,
  input  wire [Lanes*32-1:0] acc_i,
  input  wire                mac_i,
  input  wire                perch_i,
  input  wire                use_bias_i,
  input  wire [31:0]         mult_i,
  input  wire [7:0]          shift_i,
  input  wire [Cols*32-1:0]  bias_i,
  input  wire [Cols*32-1:0]  mults_i,
  input  wire [Cols*8-1:0]   shifts_i,
  input  wire                pre_i,
  input  wire [Lanes*32-1:0] pre_value_i,
  input  wire [31:0]         pre_mult_i,
  input  wire [7:0]          pre_shift_i,
  output wire                item_o,
  output wire [Lanes*32-1:0] value_o,
  output wire [Lanes-1:0]    wraps_o
);

  localparam [31:0] UnitMult  = 32'h4000_0000;
  localparam [7:0]  UnitShift = 8'd1;

  reg  [4:0] valid_q;
  wire [4:0] en = {valid_q[3:0], direct_i || pre_i};

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 5'b00000;
    else         valid_q <= en;
  end

  assign item_o = valid_q[4];

  // The scale that all lanes share, if it is not the entry's.
  wire [31:0] shared_mult  = pre_i ? pre_mult_i  : (mac_i ? mult_i  : UnitMult);
  wire [7:0]  shared_shift = pre_i ? pre_shift_i : (mac_i ? shift_i : UnitShift);
  wire        own_scale    = !pre_i && mac_i && perch_i;
  wire        own_bias     = !pre_i && mac_i && use_bias_i;

  wire [Lanes*32-1:0] group_bias;
  wire [Lanes*32-1:0] group_mults;
  wire [Lanes*8-1:0]  group_shifts;

  generate
    if (Lanes == Cols) begin : gen_all
      assign group_bias   = bias_i;
      assign group_mults  = mults_i;
      assign group_shifts = shifts_i;
      wire unused = &{1'b0, group_i};
    end else begin : gen_group
      localparam GroupWidth = $clog2(Cols / Lanes);
      wire [GroupWidth-1:0] group = group_i[GroupWidth-1:0];
      assign group_bias   = bias_i[Lanes*32*group +: Lanes*32];
      assign group_mults  = mults_i[Lanes*32*group +: Lanes*32];
      assign group_shifts = shifts_i[Lanes*8*group +: Lanes*8];
      wire unused = &{1'b0, group_i};
    end
  endgenerate

  genvar lane;
  generate
    for (lane = 0; lane < Lanes; lane = lane + 1) begin : gen_lane
      ratel_requant_lane u_lane (
        .clk_i   (clk_i),
        .en_i    (en),
        .acc_i   (pre_i ? pre_value_i[32*lane +: 32] : acc_i[32*lane +: 32]),
        .bias_i  (own_bias ? group_bias[32*lane +: 32] : 32'd0),
        .mult_i  (own_scale ? group_mults[32*lane +: 32] : shared_mult),
        .shift_i (own_scale ? group_shifts[8*lane +: 8] : shared_shift),
        .value_o (value_o[32*lane +: 32]),
        .wraps_o (wraps_o[lane])
      );
    end
  endgenerate

endmodule
