// One processing element: operands, product, accumulator, a cycle each.
//
//   name           | meaning
//   ---------------|-----------------------------------------------------------------------
//   a_en_i         | take an activation: `own_i`, or `shared_i` of the row if `broadcast_i`
//   zp_i           | its zero point, subtracted on the way in
//   b_i            | weight, zero point subtracted, in the cycle after a_en_i
//   product_en_i   | that cycle
//   acc_en_i, op_i | the cycle after: 0 load, 1 add, 2 maximum, 3 pack
//   acc_o          | accumulator, wraps
//   wraps_o        | with acc_en_i: what is added takes it out of int32
module ratel_pe (
  input  wire        clk_i,
  input  wire        a_en_i,
  input  wire        broadcast_i,
  input  wire [7:0]  own_i,
  input  wire [7:0]  shared_i,
  input  wire [7:0]  zp_i,
  input  wire        product_en_i,
  input  wire [8:0]  b_i,
  input  wire        acc_en_i,
  input  wire [1:0]  op_i,
  output wire [31:0] acc_o,
  output wire        wraps_o
);

  reg signed [8:0]  a_q;
  reg signed [17:0] product_q;
  reg signed [31:0] acc_q;

  wire [7:0]         x       = broadcast_i ? shared_i : own_i;
  wire signed [8:0]  b       = b_i;
  wire signed [31:0] product = {{14{product_q[17]}}, product_q};
  wire signed [31:0] sum     = acc_q + product;

  always @(posedge clk_i) begin
    if (a_en_i)       a_q       <= {x[7], x} - {zp_i[7], zp_i};
    if (product_en_i) product_q <= a_q * b;
    if (acc_en_i) begin
      case (op_i)
        2'd1:    acc_q <= sum;
        2'd2:    acc_q <= (product > acc_q) ? product : acc_q;
        2'd3:    acc_q <= {acc_q[15:0], product[15:0]};
        default: acc_q <= product;
      endcase
    end
  end

  assign acc_o   = acc_q;
  assign wraps_o = (op_i == 2'd1) && (acc_q[31] == product[31]) && (sum[31] != acc_q[31]);

endmodule
