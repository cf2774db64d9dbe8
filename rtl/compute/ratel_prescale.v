// What some operations do before requantisation: rescale and join two operands (add, sub), multiply
// them (mul), divide by the pixel count (avgpool), look up (lut). Five stages, one item a cycle.
// The parameters of an item travel with it, so items of two instructions may follow each other.
//
//   name                   | meaning
//   -----------------------|----------------------------------------------------------
//   Cols                   | as in ratel_core
//   Lanes                  | its RequantLanes
//   item_i, acc_i, count_i | an item enters, with the fields of its instruction
//   table_*                | table: index in the cycle of item_i, byte the cycle after
//   busy_o                 | an item is inside
//   item_o, value_o        | an item leaves for the requantiser, with its scale mult_o, shift_o
//   sub_i .. lut_i         | operation of the item
//   mult1_i .. shift2_i    | scales of its two operands
//   mult_i, shift_i        | its output scale
module ratel_prescale #(
  parameter Cols  = 8,
  parameter Lanes = 8
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                item_i,
  input  wire [Lanes*32-1:0] acc_i,
  input  wire [17:0]         count_i,
  input  wire                sub_i,
  input  wire                mul_i,
  input  wire                avg_i,
  input  wire                lut_i,
  input  wire [31:0]         mult1_i,
  input  wire [7:0]          shift1_i,
  input  wire [31:0]         mult2_i,
  input  wire [7:0]          shift2_i,
  input  wire [31:0]         mult_i,
  input  wire [7:0]          shift_i,
  output wire                table_rd_en_o,
  output wire [Cols*8-1:0]   table_index_o,
  input  wire [Cols*8-1:0]   table_data_i,
  output wire                busy_o,
  output wire                item_o,
  output wire [Lanes*32-1:0] value_o,
  output wire [31:0]         mult_o,
  output wire [7:0]          shift_o
);

  localparam Groups = Cols / Lanes;

  // Stage s holds an item when valid_q[s-1].
  reg [4:0]  valid_q;
  reg [4:0]  avg_q;
  reg [3:0]  sub_q;
  reg [1:0]  mul_q;
  reg [1:0]  lut_q;
  reg [31:0] mult1_q;
  reg [31:0] mult2_q;
  reg [14:0] right1_q;   // stages 1..3, five bits each
  reg [14:0] right2_q;
  reg [71:0] count_q;    // stages 1..4
  reg [39:0] scale1_q;
  reg [39:0] scale2_q;
  reg [39:0] scale3_q;
  reg [39:0] scale4_q;
  reg [39:0] scale5_q;

  wire [4:0] en     = {valid_q[3:0], item_i};
  wire [4:0] rescale_en = en & ~{avg_q[3:0], avg_i};
  wire [4:0] average_en = en & {avg_q[3:0], avg_i};
  wire       plain  = mul_i || lut_i;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 5'b00000;
    else         valid_q <= en;
  end

  always @(posedge clk_i) begin
    if (item_i || busy_o) begin
      avg_q    <= {avg_q[3:0], avg_i};
      sub_q    <= {sub_q[2:0], sub_i};
      mul_q    <= {mul_q[0], mul_i};
      lut_q    <= {lut_q[0], lut_i};
      mult1_q  <= mult1_i;
      mult2_q  <= mult2_i;
      // The amount of a right shift is the negated shift; those to the left are used at once.
      right1_q <= {right1_q[9:0], (shift1_i[7] && !plain) ? 5'd0 - shift1_i[4:0] : 5'd0};
      right2_q <= {right2_q[9:0], (shift2_i[7] && !plain) ? 5'd0 - shift2_i[4:0] : 5'd0};
      // A window without a pixel has the sum 0: any divisor but 0 gives 0.
      count_q  <= {count_q[53:0], (count_i == 18'd0) ? 18'd1 : count_i};
      scale1_q <= {shift_i, mult_i};
      scale2_q <= scale1_q;
      scale3_q <= scale2_q;
      scale4_q <= scale3_q;
      scale5_q <= scale4_q;
    end
  end

  assign busy_o            = valid_q != 5'b00000;
  assign item_o            = valid_q[4];
  assign {shift_o, mult_o} = scale5_q;

  wire [71:0]        counts = count_q;
  wire [Lanes*8-1:0] index;

  // All copies of the table are alike, whichever group of lanes asks.
  assign table_rd_en_o = item_i && lut_i;
  assign table_index_o = {Groups{index}};

  genvar lane;
  generate
    for (lane = 0; lane < Lanes; lane = lane + 1) begin : gen_lane
      wire [31:0] acc = acc_i[32*lane +: 32];
      wire [31:0] sum;
      wire [31:0] average;

      assign index[8*lane +: 8] = acc[7:0];

      ratel_rescale_lane u_rescale (
        .clk_i    (clk_i),
        .en_i     (rescale_en),
        .acc_i    (acc),
        .mul_i    ({mul_q, mul_i}),
        .lut_i    ({lut_q, lut_i}),
        .left1_i  (shift1_i[7] ? 5'd0 : shift1_i[4:0]),
        .left2_i  (shift2_i[7] ? 5'd0 : shift2_i[4:0]),
        .mult1_i  (mult1_q),
        .mult2_i  (mult2_q),
        .table_i  (table_data_i[8*lane +: 8]),
        .right1_i (right1_q[14:10]),
        .right2_i (right2_q[14:10]),
        .sub_i    (sub_q[3]),
        .sum_o    (sum)
      );

      ratel_average_lane u_average (
        .clk_i     (clk_i),
        .en_i      (average_en),
        .sum_i     (acc[25:0]),
        .half_i    ({1'b0, count_i[17:1]}),
        .count_i   ({counts[71:54], counts[53:36], counts[35:18], counts[17:0]}),
        .average_o (average)
      );

      assign value_o[32*lane +: 32] = avg_q[4] ? average : sum;
    end
  endgenerate

  wire unused = &{1'b0, table_data_i, shift1_i, shift2_i};

endmodule
