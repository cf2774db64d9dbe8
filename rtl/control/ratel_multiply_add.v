// The check's one multiplier: product_o is a*b + c of two cycles before. All numbers are unsigned
// and the result is exact.
//
//   name       | meaning
//   -----------|-------------------------
//   a_i        | 16-bit factor
//   b_i        | 33-bit factor
//   c_i        | 34-bit addend
//   product_o  | result, two cycles later
module ratel_multiply_add (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire [15:0] a_i,
  input  wire [32:0] b_i,
  input  wire [33:0] c_i,
  output wire [49:0] product_o
);
  reg [15:0] a_q;
  reg [32:0] b_q;
  reg [33:0] c_q;
  reg [49:0] product_q;

  assign product_o = product_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      a_q       <= 16'd0;
      b_q       <= 33'd0;
      c_q       <= 34'd0;
      product_q <= 50'd0;
    end else begin
      a_q       <= a_i;
      b_q       <= b_i;
      c_q       <= c_i;
      product_q <= {34'd0, a_q} * {17'd0, b_q} + {16'd0, c_q};
    end
  end
endmodule
