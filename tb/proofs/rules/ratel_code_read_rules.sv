// A round trip: what was written comes back while no bit of its code is wrong, and with Integrity 2
// while one is; what is wrong is told in the cycle that shows it, and in no other.
`include "rules.svh"

module ratel_code_read_rules #(
  parameter Lanes     = 8,
  parameter Integrity = 0,
  parameter Lane      = 8
) (
  input wire                  clk_i,
  input wire                  rst_ni,
  input wire                  rd_en_i,
  input wire [Lane*Lanes-1:0] code_i,
  input wire [8*Lanes-1:0]    data_o,
  input wire                  fixed_o,
  input wire                  bad_o
);

  `STARTS_IN_RESET

  // Hamming's places of a byte's bits.
  localparam [31:0] Places = {4'd12, 4'd11, 4'd10, 4'd9, 4'd7, 4'd6, 4'd5, 4'd3};

  // What ratel_code_write makes of a byte.
  function [12:0] written(input [7:0] data);
    integer   i;
    reg [3:0] check;
    begin
      check = 4'd0;
      for (i = 0; i < 8; i = i + 1) if (data[i]) check = check ^ Places[4*i +: 4];
      written = Integrity == 2 ? {^{check, data}, check, data} : Integrity == 1 ? {4'd0, ^data, data}
                : {5'd0, data};
    end
  endfunction

  // How many bits of a code are others than were written with this byte.
  function [3:0] wrong(input [Lane-1:0] code, input [7:0] data);
    integer    i;
    reg [12:0] good;
    begin
      good  = written(data);
      wrong = 4'd0;
      for (i = 0; i < Lane; i = i + 1) if (code[i] != good[i]) wrong = wrong + 4'd1;
    end
  endfunction

  reg shown_q;  // a word was read

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) shown_q <= 1'b0;
    else shown_q <= rd_en_i;
  end

  reg     one;   // a byte is told with a code that is one bit off
  reg     more;
  integer k;

  always @* begin
    one  = 1'b0;
    more = 1'b0;
    for (k = 0; k < Lanes; k = k + 1) begin
      one  = one || wrong(code_i[Lane*k +: Lane], data_o[8*k +: 8]) == 4'd1;
      more = more || wrong(code_i[Lane*k +: Lane], data_o[8*k +: 8]) > 4'd1;
    end
  end

  `RULE(one_is_put_right, fixed_o == (shown_q && one && Integrity == 2))
  `RULE(what_is_wrong_is_told, bad_o == (shown_q && (Integrity == 2 ? more : one)))
  `RULE(no_code_no_doubt, Integrity != 0 || (!one && !more))
  `RULE(parity_changes_nothing, Integrity != 1 || !more)

`ifdef FORMAL
  // Whatever was written, and whatever has become of it.
  (* anyseq *) wire [8*Lanes-1:0] bytes;

  reg     whole;     // no bit is wrong
  reg     puts;      // at most one of each byte
  reg     parts;     // two of some byte
  integer n;

  always @* begin
    whole = 1'b1;
    puts  = 1'b1;
    parts = 1'b0;
    for (n = 0; n < Lanes; n = n + 1) begin
      whole = whole && wrong(code_i[Lane*n +: Lane], bytes[8*n +: 8]) == 4'd0;
      puts  = puts && wrong(code_i[Lane*n +: Lane], bytes[8*n +: 8]) <= 4'd1;
      parts = parts || wrong(code_i[Lane*n +: Lane], bytes[8*n +: 8]) == 4'd2;
    end
  end

  `RULE_IF(written_is_read, whole, data_o == bytes && !fixed_o && !bad_o)
  `RULE_IF(one_wrong_bit, puts && !whole && shown_q,
           Integrity == 2 ? data_o == bytes && fixed_o && !bad_o : bad_o == (Integrity == 1) && !fixed_o)
  `RULE_IF(two_wrong_bits, parts && shown_q, Integrity != 2 || bad_o)
`endif

endmodule
