// Codes: every byte has its own beside it, and by Integrity two different bytes' codes differ in one
// place, in two, or in four, so that as many wrong bits less one are seen.
`include "rules.svh"

module ratel_code_write_rules #(
  parameter Lanes     = 8,
  parameter Integrity = 0,
  parameter Lane      = 8
) (
  input wire [8*Lanes-1:0]    data_i,
  input wire [Lane*Lanes-1:0] code_o
);

  localparam Distance = Integrity == 2 ? 4 : Integrity + 1;
  // Hamming's places: of bits 0 to 7, then of the check bits; parity has none.
  localparam [51:0] Places = {4'd0, 4'd8, 4'd4, 4'd2, 4'd1, 4'd12, 4'd11, 4'd10, 4'd9, 4'd7, 4'd6, 4'd5, 4'd3};

  // Of neighbours: how many bits of two codes differ.
  function [31:0] differing(input [Lane-1:0] one, input [Lane-1:0] other);
    integer i;
    begin
      differing = 0;
      for (i = 0; i < Lane; i = i + 1) if (one[i] != other[i]) differing = differing + 1;
    end
  endfunction

  function [3:0] places(input [Lane-1:0] code);
    integer i;
    begin
      places = 4'd0;
      for (i = 0; i < Lane; i = i + 1) if (code[i]) places = places ^ Places[4*i +: 4];
    end
  endfunction

  reg     kept;
  reg     even;
  reg     balanced;
  reg     zero;
  reg     apart;
  reg     alike;
  integer k;

  always @* begin
    kept     = 1'b1;
    even     = 1'b1;
    balanced = 1'b1;
    zero     = 1'b1;
    apart    = 1'b1;
    alike    = 1'b1;
    for (k = 0; k < Lanes; k = k + 1) begin
      kept     = kept && code_o[Lane*k +: 8] == data_i[8*k +: 8];
      even     = even && !(^code_o[Lane*k +: Lane]);
      balanced = balanced && places(code_o[Lane*k +: Lane]) == 4'd0;
      zero     = zero && (data_i[8*k +: 8] != 8'd0 || code_o[Lane*k +: Lane] == 0);
    end
    for (k = 1; k < Lanes; k = k + 1) begin
      if (data_i[8*k +: 8] == data_i[8*k-8 +: 8])
        alike = alike && code_o[Lane*k +: Lane] == code_o[Lane*(k-1) +: Lane];
      else
        apart = apart && differing(code_o[Lane*k +: Lane], code_o[Lane*(k-1) +: Lane]) >= Distance;
    end
  end

  `ALWAYS(byte_is_in_its_code, 1'b1, kept)
  `ALWAYS(bits_of_a_code_are_even, 1'b1, even || Integrity == 0)
  `ALWAYS(places_of_a_code_are_0, 1'b1, balanced || Integrity != 2)
  `ALWAYS(code_of_0_is_0, 1'b1, zero)
  `ALWAYS(lanes_are_alike, 1'b1, alike)
  `ALWAYS(codes_are_apart, 1'b1, apart)

endmodule
