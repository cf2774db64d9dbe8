// Whose accumulators have left int32: sums go on without their upper bits, and no result tells.
//
// A step adds to every accumulator of the array, an item's bias to every lane; of these only the
// rows and columns count that are outputs.
//
//   step --> (a, b) --> (product) --> sums, sum_wraps_i --> wrapped_o
//   item, bias_wraps_i -----------------------------------> wrapped_o
//
//   name                        | meaning
//   ----------------------------|-------------------------------------------------------------
//   Rows, Cols                  | as in ratel_core
//   Lanes                       | its RequantLanes
//   step_i                      | a step of a conv or dwconv
//   step_rows_i, step_cols_i    | rows and columns of its tile that are outputs
//   step_owner_i                | its owner
//   sum_wraps_i                 | two cycles after the step: accumulators that it takes out
//   item_i, item_group_i        | an item leaves the shadow, lanes of that group of columns
//   item_cols_i                 | columns of its block that are outputs
//   item_owner_i                | its owner
//   bias_wraps_i                | lanes that the bias takes out, in the same cycle
//   wrapped_o                   | bit an owner
module ratel_wrapped #(
  parameter Rows  = 8,
  parameter Cols  = 8,
  parameter Lanes = 8
) (
  input  wire                 clk_i,
  input  wire                 rst_ni,
  input  wire                 step_i,
  input  wire [4:0]           step_rows_i,
  input  wire [4:0]           step_cols_i,
  input  wire [2:0]           step_owner_i,
  input  wire [Rows*Cols-1:0] sum_wraps_i,
  input  wire                 item_i,
  input  wire [1:0]           item_group_i,
  input  wire [4:0]           item_cols_i,
  input  wire [2:0]           item_owner_i,
  input  wire [Lanes-1:0]     bias_wraps_i,
  output wire [7:0]           wrapped_o
);
  localparam [7:0] First = 8'd1;

  reg  [1:0]           valid_q;
  reg  [12:0]          step1_q;  // {owner, columns, rows}
  reg  [12:0]          step2_q;
  reg                  sum_q;
  reg  [2:0]           sum_owner_q;
  reg                  bias_q;
  reg  [2:0]           bias_owner_q;
  wire [Rows-1:0]      row_counts;
  wire [Rows*Cols-1:0] sum_counts;
  wire [Lanes-1:0]     bias_counts;

  assign wrapped_o = (sum_q ? First << sum_owner_q : 8'd0)
                     | (bias_q ? First << bias_owner_q : 8'd0);

  genvar row;
  genvar col;
  generate
    for (row = 0; row < Rows; row = row + 1) begin : gen_row
      localparam [4:0] Row = row[4:0];
      assign row_counts[row] = Row < step2_q[4:0];
      for (col = 0; col < Cols; col = col + 1) begin : gen_col
        localparam [4:0] Col = col[4:0];
        assign sum_counts[Cols*row+col] = row_counts[row] && (Col < step2_q[9:5]);
      end
    end
    for (col = 0; col < Lanes; col = col + 1) begin : gen_lane
      localparam [4:0] Lane = col[4:0];
      localparam [4:0] Each = Lanes[4:0];
      assign bias_counts[col] = Lane + {3'd0, item_group_i} * Each < item_cols_i;
    end
  endgenerate

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= 2'b00;
      sum_q   <= 1'b0;
      bias_q  <= 1'b0;
    end else begin
      valid_q <= {valid_q[0], step_i};
      sum_q   <= valid_q[1] && |(sum_wraps_i & sum_counts);
      bias_q  <= item_i && |(bias_wraps_i & bias_counts);
    end
  end

  always @(posedge clk_i) begin
    if (step_i)     step1_q <= {step_owner_i, step_cols_i, step_rows_i};
    if (valid_q[0]) step2_q <= step1_q;
    if (valid_q[1]) sum_owner_q <= step2_q[12:10];
    if (item_i)     bias_owner_q <= item_owner_i;
  end
endmodule
