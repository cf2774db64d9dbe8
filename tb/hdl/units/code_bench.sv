// A word written with its check bits, spoiled on its way, and read: for tests/rtl/lib.
//
//   name             | meaning
//   -----------------|---------------------------------------------------------
//   Lanes, Integrity | as in ratel_code_write
//   data_i           | bytes
//   flip_i           | bits to turn, of the code in the memory
//   rd_en_i          | the memory would be read
//   code_o           | what the memory holds
//   data_o .. bad_o  | of ratel_code_read
module code_bench #(
  parameter Lanes     = 2,
  parameter Integrity = 2
) (
  input  wire                                                         clk_i,
  input  wire                                                         rst_ni,
  input  wire [8*Lanes-1:0]                                           data_i,
  input  wire [(8 + (Integrity != 0) + 4*(Integrity == 2))*Lanes-1:0] flip_i,
  input  wire                                                         rd_en_i,
  output wire [(8 + (Integrity != 0) + 4*(Integrity == 2))*Lanes-1:0] code_o,
  output wire [8*Lanes-1:0]                                           data_o,
  output wire                                                         fixed_o,
  output wire                                                         bad_o
);

  wire [(8 + (Integrity != 0) + 4*(Integrity == 2))*Lanes-1:0] code;

  ratel_code_write #(
    .Lanes     (Lanes),
    .Integrity (Integrity)
  ) u_write (
    .data_i (data_i),
    .code_o (code)
  );

  assign code_o = code ^ flip_i;

  ratel_code_read #(
    .Lanes     (Lanes),
    .Integrity (Integrity)
  ) u_read (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .rd_en_i (rd_en_i),
    .code_i  (code_o),
    .data_o  (data_o),
    .fixed_o (fixed_o),
    .bad_o   (bad_o)
  );

endmodule
