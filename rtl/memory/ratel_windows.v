// Memory windows: may this burst show on the bus?
//
//   memory   ....[ window 0 ].........[ window 1 ]....
//   burst            ====                                allowed
//   burst              ========                          refused: its end lies outside
//
// A user may touch memory only inside a window that is valid, names the user and allows the
// direction; the whole burst, from its first to its last bus word, must lie in one window.
// Context 0 is privileged and may touch everything. Windows have a granule of 16 bytes, the widest
// bus word, so no bus word is half inside.
//
//   name       | meaning
//   -----------|---------------------------------------------------------------------------------
//   Windows    | as in ratel_core; 0: nothing is checked, the input has no meaning
//   windows_i  | the windows, 65 bits each: {owners, write, read, valid, limit, base}; base and
//              | limit are the first and the last granule, owners has a bit a user: 2..0 contexts
//              | 3..1 of CV-X-IF, 5..3 those of AXI4-Lite
//   owner_i    | who asks: {port, context}
//   write_i    | direction
//   first_i    | any byte of the burst's first granule
//   last_i     | any byte of its last granule
//   allowed_o  | combinational
module ratel_windows #(
  parameter Windows = 4
) (
  input  wire [65*(Windows + (Windows == 0))-1:0] windows_i,
  input  wire [2:0]                               owner_i,
  input  wire                                     write_i,
  input  wire [31:0]                              first_i,
  input  wire [31:0]                              last_i,
  output wire                                     allowed_o
);

  wire [27:0]        first = first_i[31:4];
  wire [27:0]        last  = last_i[31:4];
  wire [7:0]         asker = 8'd1 << owner_i;
  wire [5:0]         user  = {asker[7:5], asker[3:1]};
  wire [Windows:0]   fits;

  genvar g;
  generate
    for (g = 0; g < Windows; g = g + 1) begin : gen_window
      wire [27:0] base   = windows_i[65*g +: 28];
      wire [27:0] limit  = windows_i[65*g+28 +: 28];
      wire        valid  = windows_i[65*g+56];
      wire        read   = windows_i[65*g+57];
      wire        write  = windows_i[65*g+58];
      wire [5:0]  owners = windows_i[65*g+59 +: 6];

      assign fits[g] = valid && (write_i ? write : read) && |(owners & user) &&
                         (base <= first) && (last <= limit) && (first <= last);
    end
  endgenerate

  assign fits[Windows] = (Windows == 0);
  assign allowed_o     = asker[0] || asker[4] || |fits;

  wire unused = &{1'b0, windows_i, write_i, user, first, last, first_i[3:0], last_i[3:0]};

endmodule
