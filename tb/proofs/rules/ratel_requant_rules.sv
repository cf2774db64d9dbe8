// What enters the lanes, and when it leaves: an item of a mac with its group's parameters, any other
// unchanged, one of the prescaler with its own scale; each leaves in the fifth cycle after, once.
`include "rules.svh"

module ratel_requant_rules #(
  parameter Cols  = 8,
  parameter Lanes = 8
) (
  input wire                clk_i,
  input wire                rst_ni,
  input wire                direct_i,
  input wire [1:0]          group_i,
  input wire [Lanes*32-1:0] acc_i,
  input wire                mac_i,
  input wire                perch_i,
  input wire                use_bias_i,
  input wire [31:0]         mult_i,
  input wire [7:0]          shift_i,
  input wire [Cols*32-1:0]  bias_i,
  input wire [Cols*32-1:0]  mults_i,
  input wire [Cols*8-1:0]   shifts_i,
  input wire                pre_i,
  input wire [Lanes*32-1:0] pre_value_i,
  input wire [31:0]         pre_mult_i,
  input wire [7:0]          pre_shift_i,
  input wire                item_o,
`ifdef FORMAL
  input wire [63:0]         biased,
  input wire [63:0]         mults,
  input wire [11:0]         shifts,
  input wire [63:0]         values,
  input wire [4:0]          en_first,
  input wire [4:0]          en_second,
`endif
  input wire [Lanes*32-1:0] value_o,
  input wire [Lanes-1:0]    wraps_o
);

  `STARTS_IN_RESET

  localparam Groups = Cols / Lanes;

  wire enters = direct_i || pre_i;

  `HOST(never_together, !direct_i || !pre_i)
  `HOST_IF(group_is_there, direct_i && mac_i, {30'd0, group_i} < Groups)

  // --- when
  reg [4:0] before_q;  // items that entered one to five cycles before

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) before_q <= 5'd0;
    else before_q <= {before_q[3:0], enters};
  end

  `RULE(leaves_in_the_fifth_cycle, item_o == before_q[4])

  // --- what: of column group_i * Lanes + lane
  reg [Lanes-1:0]    wraps;
  reg [Lanes*32-1:0] sums;
  reg [Lanes*32-1:0] scales;
  reg [Lanes*8-1:0]  moves;
  reg signed [32:0]  sum;
  reg [31:0]         column;
  integer            k;

  always @* begin
    for (k = 0; k < Lanes; k = k + 1) begin
      column = ({30'd0, group_i} % Groups) * Lanes + k;
      sum    = $signed(pre_i ? pre_value_i[32*k +: 32] : acc_i[32*k +: 32]);
      if (!pre_i && mac_i && use_bias_i) sum = sum + $signed(bias_i[32*column +: 32]);
      wraps[k]          = sum[32] != sum[31];
      sums[32*k +: 32]  = sum[31:0];
      scales[32*k +: 32] = pre_i ? pre_mult_i : !mac_i ? 32'd1 << 30 : perch_i ? mults_i[32*column +: 32]
                           : mult_i;
      moves[8*k +: 8]   = pre_i ? pre_shift_i : !mac_i ? 8'd1 : perch_i ? shifts_i[8*column +: 8] : shift_i;
    end
  end

  `RULE_IF(wraps_with_its_bias, enters, wraps_o == wraps)

`ifdef FORMAL
  // The first two lanes, their first and their last registers.
  `RULE(stages_move_with_their_items, en_first == {before_q[3:0], enters} && en_second == en_first)
  `RULE_NEXT(sums_enter, enters, biased == $past(sums[63:0]))
  `RULE_NEXT(multipliers_enter, enters, mults == $past(scales[63:0]))
  `RULE_NEXT(shifts_enter, enters, shifts == $past({moves[13:8], moves[5:0]}))
  `RULE(each_lane_has_its_place, value_o[63:0] == values)
`endif

endmodule
