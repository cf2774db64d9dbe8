// Checks the bytes that come out of a memory by the bits that ratel_code_write put beside them, and
// puts right what can be put right.
//
//   name             | meaning
//   -----------------|--------------------------------------------------------------------------
//   Lanes, Integrity | as in ratel_code_write
//   rd_en_i          | the memory's: its word is shown, and judged, in the next cycle
//   code_i           | the memory's output
//   data_o           | the bytes
//   fixed_o          | in that cycle: a byte was put right
//   bad_o            | in that cycle: a byte is wrong
module ratel_code_read #(
  parameter Lanes     = 8,
  parameter Integrity = 0
) (
  input  wire                                                             clk_i,
  input  wire                                                             rst_ni,
  input  wire                                                             rd_en_i,
  input  wire [(8 + (Integrity != 0) + 4*(Integrity == 2))*Lanes-1:0] code_i,
  output wire [8*Lanes-1:0]                                               data_o,
  output wire                                                             fixed_o,
  output wire                                                             bad_o
);
  localparam Lane = (Integrity == 2) ? 13 : (Integrity == 1) ? 9 : 8;

  genvar g;
  generate
    if (Integrity == 0) begin : gen_off
      assign data_o  = code_i;
      assign fixed_o = 1'b0;
      assign bad_o   = 1'b0;
      wire unused = &{1'b0, clk_i, rst_ni, rd_en_i};
    end else begin : gen_on
      reg              shown_q;
      wire [Lanes-1:0] fixed;
      wire [Lanes-1:0] bad;

      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) shown_q <= 1'b0;
        else shown_q <= rd_en_i;
      end

      assign fixed_o = shown_q && |fixed;
      assign bad_o   = shown_q && |bad;

      for (g = 0; g < Lanes; g = g + 1) begin : gen_lane
        wire [Lane-1:0] code = code_i[Lane*g +: Lane];
        wire [7:0]      d    = code[7:0];

        if (Integrity == 1) begin : gen_parity
          assign data_o[8*g +: 8] = d;
          assign fixed[g]         = 1'b0;
          assign bad[g]           = ^code;
        end else begin : gen_secded
          wire       odd   = ^code;
          wire [3:0] place = {code[11] ^ d[4] ^ d[5] ^ d[6] ^ d[7],
                              code[10] ^ d[1] ^ d[2] ^ d[3] ^ d[7],
                              code[9] ^ d[0] ^ d[2] ^ d[3] ^ d[5] ^ d[6],
                              code[8] ^ d[0] ^ d[1] ^ d[3] ^ d[4] ^ d[6]};
          wire       there = (place <= 4'd12);  // 0 and powers of two are check bits

          assign data_o[8*g +: 8] = d ^ ({8{odd}} & {place == 4'd12, place == 4'd11,
                                                     place == 4'd10, place == 4'd9, place == 4'd7,
                                                     place == 4'd6, place == 4'd5, place == 4'd3});
          assign fixed[g]         = odd && there;
          assign bad[g]           = odd ? !there : (place != 4'd0);
        end
      end
    end
  endgenerate

endmodule
