// Puts check bits beside each byte that goes into a memory (ratel_code_read takes them off again).
//
//   Integrity 0   [7:0] byte                       nothing is checked
//   Integrity 1   [8] parity, [7:0] byte           an odd number of wrong bits is seen
//   Integrity 2   [12] parity, [11:8], [7:0] byte  SECDED: one wrong bit is put right, two are seen
//
// Each byte has its own, because memories are written byte by byte. The code of 0 is 0.
//
//   name             | meaning
//   -----------------|------------------------
//   Lanes, Integrity | bytes; as in ratel_core
//   data_i           | the bytes
//   code_o           | a lane each
module ratel_code_write #(
  parameter Lanes     = 8,
  parameter Integrity = 0
) (
  input  wire [8*Lanes-1:0]                                           data_i,
  output wire [(8 + (Integrity != 0) + 4*(Integrity == 2))*Lanes-1:0] code_o
);
  localparam Lane = (Integrity == 2) ? 13 : (Integrity == 1) ? 9 : 8;

  genvar g;
  generate
    for (g = 0; g < Lanes; g = g + 1) begin : gen_lane
      wire [7:0] d = data_i[8*g +: 8];

      if (Integrity == 0) begin : gen_plain
        assign code_o[Lane*g +: Lane] = d;
      end else if (Integrity == 1) begin : gen_parity
        assign code_o[Lane*g +: Lane] = {^d, d};
      end else begin : gen_secded
        // Hamming's code: check bit i covers the bytes' bits at places with bit i set; these places
        // are 3, 5, 6, 7, 9, 10, 11, 12.
        wire [3:0] check = {d[4] ^ d[5] ^ d[6] ^ d[7],
                            d[1] ^ d[2] ^ d[3] ^ d[7],
                            d[0] ^ d[2] ^ d[3] ^ d[5] ^ d[6],
                            d[0] ^ d[1] ^ d[3] ^ d[4] ^ d[6]};
        assign code_o[Lane*g +: Lane] = {^{check, d}, check, d};
      end
    end
  endgenerate

endmodule
