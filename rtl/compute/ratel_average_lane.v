// One lane of average pooling: sum / count to nearest, ties away from zero. Restoring division of
// |sum| + count/2, two quotient bits a stage; the quotient is at most 128, so eight bits do.
//
//   name       | meaning
//   -----------|-------------------------------------------------------------------------
//   en_i[s]    | stage s+1 takes its input in this cycle: 1 magnitude, 2..5 two bits each
//   sum_i      | sum of the item entering stage 1;  half_i: half its count
//   count_i    | counts of the items entering stages 2..5, 18 bits each
//   average_o  | after stage 5
module ratel_average_lane (
  input  wire        clk_i,
  input  wire [4:0]  en_i,
  input  wire [25:0] sum_i,
  input  wire [17:0] half_i,
  input  wire [71:0] count_i,
  output wire [31:0] average_o
);

  // Remainder before stages 2..5, quotient bits found so far, sign.
  reg [25:0]  rest1_q;
  reg [25:0]  rest2_q;
  reg [25:0]  rest3_q;
  reg [25:0]  rest4_q;
  reg [1:0]   bits2_q;
  reg [3:0]   bits3_q;
  reg [5:0]   bits4_q;
  reg [7:0]   bits5_q;
  reg [4:0]   minus_q;

  wire [27:0] step2;
  wire [27:0] step3;
  wire [27:0] step4;
  wire [27:0] step5;

  ratel_divide_step #(
    .Place (6)
  ) u_step2 (
    .rest_i    (rest1_q),
    .divisor_i (count_i[17:0]),
    .step_o    (step2)
  );

  ratel_divide_step #(
    .Place (4)
  ) u_step3 (
    .rest_i    (rest2_q),
    .divisor_i (count_i[35:18]),
    .step_o    (step3)
  );

  ratel_divide_step #(
    .Place (2)
  ) u_step4 (
    .rest_i    (rest3_q),
    .divisor_i (count_i[53:36]),
    .step_o    (step4)
  );

  ratel_divide_step #(
    .Place (0)
  ) u_step5 (
    .rest_i    (rest4_q),
    .divisor_i (count_i[71:54]),
    .step_o    (step5)
  );


  always @(posedge clk_i) begin
    if (en_i[0]) begin
      rest1_q    <= (sum_i[25] ? 26'd0 - sum_i : sum_i) + {8'd0, half_i};
      minus_q[0] <= sum_i[25];
    end
    if (en_i[1]) begin
      {bits2_q, rest2_q} <= step2;
      minus_q[1]         <= minus_q[0];
    end
    if (en_i[2]) begin
      {bits3_q, rest3_q} <= {bits2_q, step3};
      minus_q[2]         <= minus_q[1];
    end
    if (en_i[3]) begin
      {bits4_q, rest4_q} <= {bits3_q, step4};
      minus_q[3]         <= minus_q[2];
    end
    if (en_i[4]) begin
      bits5_q    <= {bits4_q, step5[27:26]};
      minus_q[4] <= minus_q[3];
    end
  end

  assign average_o = minus_q[4] ? 32'd0 - {24'd0, bits5_q} : {24'd0, bits5_q};

  wire unused = &{1'b0, step5};  // the last remainder

endmodule
