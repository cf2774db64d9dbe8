// Memory windows: a user's burst is allowed exactly when one window that is the user's, and has the
// direction, holds every byte of it.
//
// The rules take one byte and one window of the solver's choice.
`include "rules.svh"

module ratel_windows_rules #(
  parameter Windows = 4
) (
  input wire [Windows*65-1:0] windows_i,
  input wire [2:0]            owner_i,
  input wire                  write_i,
  input wire [31:0]           first_i,
  input wire [31:0]           last_i,
  input wire                  allowed_o
);

`ifdef FORMAL
  (* anyconst *) wire [31:0] place;
  (* anyconst *) wire [31:0] which;

  wire       user = owner_i[1:0] != 2'd0;
  // A user's number: contexts 1 to 3 of CV-X-IF, then those of AXI4-Lite
  wire [2:0] number = owner_i[2] ? {1'b0, owner_i[1:0]} + 3'd2 : {1'b0, owner_i[1:0]} - 3'd1;
  wire       forward = first_i[31:4] <= last_i[31:4];
  wire       in_burst = place >= {first_i[31:4], 4'h0} && place <= {last_i[31:4], 4'hf};

  reg [Windows-1:0] serves, holds_place, holds_ends;
  reg [64:0]        one;
  integer           g;

  always @* begin
    for (g = 0; g < Windows; g = g + 1) begin
      one            = windows_i[65*g +: 65];
      serves[g]      = one[56] && (write_i ? one[58] : one[57]) && one[59 + number];
      holds_place[g] = place >= {one[27:0], 4'h0} && place <= {one[55:28], 4'hf};
      holds_ends[g]  = first_i >= {one[27:0], 4'h0} && last_i <= {one[55:28], 4'hf};
    end
  end

  `ALWAYS(privileged_may, !user, allowed_o)
  `ALWAYS(each_byte_is_in_a_window, user && allowed_o && in_burst, (serves & holds_place) != 0)
  `ALWAYS(all_is_in_one_window, user && allowed_o, forward && (serves & holds_ends) != 0)
  `ALWAYS(what_is_inside_may, user && forward && which < Windows && serves[which]
          && holds_ends[which], allowed_o)
  `ALWAYS(no_window_no_access, user && serves == 0, !allowed_o)
  `ALWAYS(burst_does_not_wrap, user && !forward, !allowed_o)
`endif

endmodule
