// Rows x Cols processing elements, output stationary, with the pipeline of a step:
//
//   step_i --> a, b --> product --> accumulator --> shadow_o (after the last step of a tile)
//     words_i, weights_i in the cycle of step_i
//
//   name           | meaning
//   ---------------|--------------------------------------------------------------------------
//   Rows, Cols     | as in ratel_core
//   step_i, last_i | a step; it ends the tile
//   op_i           | as in ratel_pe
//   broadcast_i    | byte `byte_i` of each row's word goes to the whole row, else byte c to c
//   words_i, zp_i  | activations, their zero point
//   weighted_i     | multiply by `weights_i` - `weight_zp_i`, else by 1
//   inside_i       | rows whose pixel is inside the image, counted for the average
//   pending_o      | a tile has ended but is not in the shadow yet
//   shadow_o       | `acc_o` and `count_o` are final in this cycle and only surely in this one
//   wraps_o        | two cycles after a step: what it adds takes that accumulator out of int32
module ratel_array #(
  parameter Rows = 8,
  parameter Cols = 8
) (
  input  wire                    clk_i,
  input  wire                    rst_ni,
  input  wire                    step_i,
  input  wire                    last_i,
  input  wire [1:0]              op_i,
  input  wire                    broadcast_i,
  input  wire [3:0]              byte_i,
  input  wire [Rows*Cols*8-1:0]  words_i,
  input  wire [7:0]              zp_i,
  input  wire                    weighted_i,
  input  wire [Cols*8-1:0]       weights_i,
  input  wire [7:0]              weight_zp_i,
  input  wire [Rows-1:0]         inside_i,
  output wire                    pending_o,
  output wire                    shadow_o,
  output wire [Rows*Cols*32-1:0] acc_o,
  output wire [Rows*18-1:0]      count_o,
  output wire [Rows*Cols-1:0]    wraps_o
);

  reg            product_en_q;
  reg            acc_en_q;
  reg [2:0]      last_q;       // where the ends of tiles are on their way to the shadow
  reg [1:0]      op1_q;
  reg [1:0]      op2_q;
  reg [Rows-1:0] inside1_q;
  reg [Rows-1:0] inside2_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      product_en_q <= 1'b0;
      acc_en_q     <= 1'b0;
      last_q       <= 3'b000;
    end else begin
      product_en_q <= step_i;
      acc_en_q     <= product_en_q;
      last_q       <= {last_q[1:0], step_i && last_i};
    end
  end

  always @(posedge clk_i) begin
    if (step_i) begin
      op1_q     <= op_i;
      inside1_q <= inside_i;
    end
    if (product_en_q) begin
      op2_q     <= op1_q;
      inside2_q <= inside1_q;
    end
  end

  assign pending_o = last_q != 3'b000;
  assign shadow_o  = last_q[2];

  genvar row;
  genvar col;
  generate
    for (col = 0; col < Cols; col = col + 1) begin : gen_weight
      wire [7:0] weight = weights_i[8*col +: 8];
      reg  [8:0] b_q;

      always @(posedge clk_i) begin
        if (step_i) begin
          b_q <= weighted_i ? {weight[7], weight} - {weight_zp_i[7], weight_zp_i} : 9'd1;
        end
      end
    end

    for (row = 0; row < Rows; row = row + 1) begin : gen_row
      wire [Cols*8-1:0] word   = words_i[Cols*8*row +: Cols*8];
      wire [7:0]        shared = word[8*byte_i[$clog2(Cols)-1:0] +: 8];
      reg  [17:0]       count_q;

      always @(posedge clk_i) begin
        if (acc_en_q) begin
          count_q <= ((op2_q == 2'd0) ? 18'd0 : count_q) + {17'd0, inside2_q[row]};
        end
      end

      assign count_o[18*row +: 18] = count_q;

      for (col = 0; col < Cols; col = col + 1) begin : gen_col
        ratel_pe u_pe (
          .clk_i        (clk_i),
          .a_en_i       (step_i),
          .broadcast_i  (broadcast_i),
          .own_i        (word[8*col +: 8]),
          .shared_i     (shared),
          .zp_i         (zp_i),
          .product_en_i (product_en_q),
          .b_i          (gen_weight[col].b_q),
          .acc_en_i     (acc_en_q),
          .op_i         (op2_q),
          .acc_o        (acc_o[32*(Cols*row+col) +: 32]),
          .wraps_o      (wraps_o[Cols*row+col])
        );
      end
    end
  endgenerate

  wire unused = &{1'b0, byte_i};

endmodule
