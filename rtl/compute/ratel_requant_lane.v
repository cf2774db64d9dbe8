// One lane of gemmlowp's double rounding, five stages, one item a cycle:
//
//   1 add bias   2 left shift (wraps)   3 multiply   4 round to the high half   5 right shift
//
// SaturatingRoundingDoublingHighMul adds 2^30 (1 - 2^30 if negative) and divides by 2^31 towards
// zero; for both signs that is the arithmetic shift of product + 2^30. It cannot saturate: the
// multiplier is never negative.
//
//   name            | meaning
//   ----------------|--------------------------------------------------
//   en_i[s]         | stage s+1 takes its input in this cycle
//   acc_i, bias_i   | of the item entering stage 1
//   mult_i, shift_i | its multiplier (0..2^31-1) and shift (-31..30)
//   value_o         | after stage 5, before output zero point and clamp
//   wraps_o         | the bias takes the item that enters stage 1 out of int32
module ratel_requant_lane (
  input  wire        clk_i,
  input  wire [4:0]  en_i,
  input  wire [31:0] acc_i,
  input  wire [31:0] bias_i,
  input  wire [31:0] mult_i,
  input  wire [7:0]  shift_i,
  output wire [31:0] value_o,
  output wire        wraps_o
);

  reg        [31:0] biased_q;
  reg signed [31:0] mult1_q;
  reg        [5:0]  shift1_q;   // sign and magnitude to the left; -32..31 do for -31..30
  reg signed [31:0] shifted_q;
  reg signed [31:0] mult2_q;
  reg        [4:0]  right2_q;
  reg signed [63:0] product_q;
  reg        [4:0]  right3_q;
  reg        [31:0] high_q;
  reg        [4:0]  right4_q;
  reg        [31:0] value_q;

  wire [31:0] biased = acc_i + bias_i;

  assign wraps_o = (acc_i[31] == bias_i[31]) && (biased[31] != acc_i[31]);

  wire [63:0] nudged = product_q + 64'sd1073741824;
  wire [31:0] value;

  ratel_rounding_shift u_shift (
    .value_i (high_q),
    .shift_i (right4_q),
    .value_o (value)
  );


  always @(posedge clk_i) begin
    if (en_i[0]) begin
      biased_q <= biased;
      mult1_q  <= mult_i;
      shift1_q <= shift_i[5:0];
    end
    if (en_i[1]) begin
      shifted_q <= shift1_q[5] ? biased_q : biased_q << shift1_q[4:0];
      mult2_q   <= mult1_q;
      right2_q  <= shift1_q[5] ? 5'd0 - shift1_q[4:0] : 5'd0;
    end
    if (en_i[2]) begin
      product_q <= shifted_q * mult2_q;
      right3_q  <= right2_q;
    end
    if (en_i[3]) begin
      high_q   <= nudged[62:31];
      right4_q <= right3_q;
    end
    if (en_i[4]) value_q <= value;
  end

  assign value_o = value_q;

  wire unused = &{1'b0, shift_i[7:6], nudged};

endmodule
