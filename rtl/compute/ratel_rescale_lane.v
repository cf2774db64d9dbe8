// One lane of add, sub, mul and of the table's way: rescales both operands as TensorFlow Lite does
// (left shift 20, multiplier, two roundings), then adds. Five stages.
//
//   accumulator: d1 in bits 24:16, d2 in bits 8:0, zero points already off
//
//   1 left shift   2 multiply   3 round to the high half   4 round the right shift   5 add
//
// (d << (20 + s)) wraps in 32 bits, which is (d << s) wrapped in 12 bits, then 20 zeros: the
// multiplier needs 12 bits only, and doubling high multiply becomes a shift by 31 - 20 = 11.
// mul: the product of both leaves stage 2; lut: the table's byte enters at stage 2.
//
//   name               | meaning
//   -------------------|--------------------------------------------------------------------
//   en_i[s]            | stage s+1 takes its input in this cycle
//   mul_i, lut_i       | of the items entering stages 1, 2, 3 (bits 0, 1, 2)
//   left1_i, left2_i   | shifts left of the item entering stage 1
//   mult1_i, mult2_i   | multipliers of the item entering stage 2
//   right1_i, right2_i | shifts right of the item entering stage 4;  sub_i: entering stage 5
//   table_i            | the table's byte for the item entering stage 2
//   acc_i, sum_o       | accumulator of the item entering stage 1, sum after stage 5
module ratel_rescale_lane (
  input  wire        clk_i,
  input  wire [4:0]  en_i,
  input  wire [31:0] acc_i,
  input  wire [2:0]  mul_i,
  input  wire [2:0]  lut_i,
  input  wire [4:0]  left1_i,
  input  wire [4:0]  left2_i,
  input  wire [31:0] mult1_i,
  input  wire [31:0] mult2_i,
  input  wire [7:0]  table_i,
  input  wire [4:0]  right1_i,
  input  wire [4:0]  right2_i,
  input  wire        sub_i,
  output wire [31:0] sum_o
);

  reg signed [11:0] e1_q;
  reg signed [11:0] e2_q;
  reg signed [43:0] p1_q;
  reg signed [43:0] p2_q;
  reg        [31:0] h1_q;
  reg        [31:0] h2_q;
  reg        [31:0] r1_q;
  reg        [31:0] r2_q;
  reg        [31:0] sum_q;

  wire [11:0]        d1 = {{3{acc_i[24]}}, acc_i[24:16]};
  wire [11:0]        d2 = {{3{acc_i[8]}}, acc_i[8:0]};
  wire signed [31:0] m1 = mul_i[1] ? {{20{e2_q[11]}}, e2_q} : mult1_i;
  wire signed [31:0] m2 = mult2_i;
  wire signed [43:0] product1 = e1_q * m1;
  wire signed [43:0] product2 = e2_q * m2;
  wire signed [43:0] n1 = p1_q + 44'sd1024;
  wire signed [43:0] n2 = p2_q + 44'sd1024;
  wire [31:0]        r1;
  wire [31:0]        r2;

  ratel_rounding_shift u_shift1 (
    .value_i (h1_q),
    .shift_i (right1_i),
    .value_o (r1)
  );

  ratel_rounding_shift u_shift2 (
    .value_i (h2_q),
    .shift_i (right2_i),
    .value_o (r2)
  );


  always @(posedge clk_i) begin
    if (en_i[0]) begin
      e1_q <= mul_i[0] ? d1 : d1 << left1_i;
      e2_q <= mul_i[0] ? d2 : d2 << left2_i;
    end
    if (en_i[1]) begin
      p1_q <= lut_i[1] ? {{36{table_i[7]}}, table_i} : product1;
      p2_q <= (mul_i[1] || lut_i[1]) ? 44'd0 : product2;
    end
    if (en_i[2]) begin
      h1_q <= (mul_i[2] || lut_i[2]) ? p1_q[31:0] : n1[42:11];
      h2_q <= n2[42:11];
    end
    if (en_i[3]) begin
      r1_q <= r1;
      r2_q <= r2;
    end
    if (en_i[4]) sum_q <= sub_i ? r1_q - r2_q : r1_q + r2_q;
  end

  assign sum_o = sum_q;

  // Only what the first stages read; the product's top bit repeats its sign.
  wire unused = &{1'b0, acc_i, mul_i, lut_i, n1, n2};

endmodule
