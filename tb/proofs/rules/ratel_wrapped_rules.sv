// Register WRAPPED hears of an accumulator of an output, and of the owner whose instruction it was,
// exactly then.
`include "rules.svh"

module ratel_wrapped_rules #(
  parameter Rows  = 8,
  parameter Cols  = 8,
  parameter Lanes = 8
) (
  input wire                 clk_i,
  input wire                 rst_ni,
  input wire                 step_i,
  input wire [4:0]           step_rows_i,
  input wire [4:0]           step_cols_i,
  input wire [2:0]           step_owner_i,
  input wire [Rows*Cols-1:0] sum_wraps_i,
  input wire                 item_i,
  input wire [1:0]           item_group_i,
  input wire [4:0]           item_cols_i,
  input wire [2:0]           item_owner_i,
  input wire [Lanes-1:0]     bias_wraps_i,
  input wire [7:0]           wrapped_o,
  input wire [1:0]           valid_q,
  input wire [12:0]          step1_q,
  input wire [12:0]          step2_q,
  input wire                 sum_q,
  input wire [2:0]           sum_owner_q,
  input wire                 bias_q,
  input wire [2:0]           bias_owner_q
);

  `STARTS_IN_RESET

  // A step, on its way for two cycles.
  reg [13:0] now;
  reg [13:0] before_q;
  reg [13:0] sums_q;
  always @* now = {step_i, step_owner_i, step_cols_i, step_rows_i};
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      before_q <= 14'd0;
      sums_q   <= 14'd0;
    end else begin
      before_q <= now;
      sums_q   <= before_q;
    end
  end

  // Any row, column and lane.
  (* anyconst *) wire [4:0] row, col, lane;
  (* anyconst *) wire [2:0] owner;

  wire       there    = row < Rows && col < Cols;
  wire       output_s = sums_q[13] && row < sums_q[4:0] && col < sums_q[9:5];
  wire       wraps_s  = there && output_s && sum_wraps_i[Cols * row + col];
  wire [5:0] column   = {1'b0, lane} + Lanes * item_group_i;
  wire       wraps_b  = item_i && lane < Lanes && bias_wraps_i[lane] && column < {1'b0, item_cols_i};

  `HOST_IF(groups_are_columns, item_i, Lanes * item_group_i < Cols)
  `RULE_NEXT(sum_is_told, wraps_s, wrapped_o[$past(sums_q[12:10])])
  `RULE_NEXT(bias_is_told, wraps_b, wrapped_o[$past(item_owner_i)])
  `RULE_NEXT(nobody_else, !(sums_q[13] && sums_q[12:10] == owner)
             && !(item_i && item_owner_i == owner), !wrapped_o[owner])
  `RULE_NEXT(nothing_is_nothing, sum_wraps_i == 0 && bias_wraps_i == 0, wrapped_o == 0)
  `RULE_NEXT(no_row_that_is_none, !item_i && sums_q[4:0] == 0, wrapped_o == 0)
  `RULE_NEXT(no_column_that_is_none, !item_i && sums_q[9:5] == 0, wrapped_o == 0)

  // One accumulator alone that is no output.
  wire [Rows*Cols-1:0] alone = 1 << (Cols * row + col);
  `RULE_NEXT(no_output_is_silent, !item_i && there && !output_s && sum_wraps_i == alone, wrapped_o == 0)
  wire [Lanes-1:0] one = 1 << lane;
  `RULE_NEXT(no_column_is_silent, !sums_q[13] && bias_wraps_i == one && !wraps_b, wrapped_o == 0)

  `RULE_IF(first_stage, before_q[13], valid_q[0] && step1_q == before_q[12:0])
  `RULE_IF(second_stage, sums_q[13], valid_q[1] && step2_q == sums_q[12:0])
  `RULE(stages_are_taken, valid_q == {sums_q[13], before_q[13]})

endmodule
