// Fetches one word for every row of a tile at a tap. Rows whose pixel lies outside the image, or
// past the last pixel, take the fill byte instead of a read. Rows that collide in a bank, and banks
// the scratchpad refuses, take further cycles; without them a set of words starts every cycle.
//
//   tap + tile --> place --> request (banks) --> words (rotator, two sets) --> step
//
//   name                      | meaning
//   --------------------------|---------------------------------------------------------------
//   Rows, Cols                | as in ratel_core
//   tile_*, tap_*             | from the row and tap generators;  tile_release_o ends the tile
//   in_h_i .. fill_i          | of the tap's instruction;  done_o: its last tap was taken
//   skip_i                    | no row reads anything (fill)
//   rd_*                      | scratchpad
//   set_valid_o, set_pop_i    | a complete set is there; pop takes it
//   set_words_o               | Cols bytes a row;  set_inside_o: the row's pixel is inside the
//                             | image
//   set_first_o .. set_edge_o | as in the tap
module ratel_gather #(
  parameter Rows = 8,
  parameter Cols = 8
) (
  input  wire                         clk_i,
  input  wire                         rst_ni,
  input  wire                         tile_valid_i,
  input  wire [Rows-1:0]              tile_row_i,
  input  wire [Rows*27-1:0]           tile_y_i,
  input  wire [Rows*27-1:0]           tile_x_i,
  input  wire [Rows*$clog2(Rows)-1:0] tile_low_i,
  input  wire [Rows*16-1:0]           tile_line_i,
  input  wire [Rows*$clog2(Rows)-1:0] tile_low2_i,
  input  wire [Rows*16-1:0]           tile_line2_i,
  output wire                         tile_release_o,
  input  wire                         tap_valid_i,
  output wire                         tap_ready_o,
  input  wire [26:0]                  tap_y_i,
  input  wire [26:0]                  tap_x_i,
  input  wire [$clog2(Rows)-1:0]      tap_low_i,
  input  wire [15:0]                  tap_line_i,
  input  wire                         tap_first_i,
  input  wire                         tap_last_i,
  input  wire                         tap_second_i,
  input  wire                         tap_tail_i,
  input  wire                         tap_end_i,
  input  wire [4:0]                   tap_rows_i,
  input  wire                         tap_edge_i,
  input  wire [15:0]                  in_h_i,
  input  wire [15:0]                  in_w_i,
  input  wire [15:0]                  in_cbs_i,
  input  wire [7:0]                   fill_i,
  input  wire                         skip_i,
  output wire                         done_o,
  output wire [Rows-1:0]              rd_en_o,
  output wire [Rows*16-1:0]           rd_addr_o,
  input  wire [Rows-1:0]              rd_gnt_i,
  input  wire [Rows*Cols*8-1:0]       rd_data_i,
  output wire                         set_valid_o,
  input  wire                         set_pop_i,
  output wire [Rows*Cols*8-1:0]       set_words_o,
  output wire [Rows-1:0]              set_inside_o,
  output wire                         set_first_o,
  output wire                         set_last_o,
  output wire                         set_second_o,
  output wire                         set_tail_o,
  output wire                         set_end_o,
  output wire [4:0]                   set_rows_o,
  output wire                         set_edge_o
);

  localparam BankWidth = $clog2(Rows);

  // Place: the tap's displacement added to each row's own place.
  reg [Rows-1:0]           in_image;
  reg [Rows*BankWidth-1:0] bank;
  reg [Rows*16-1:0]        line;
  reg [26:0]               y;
  reg [26:0]               x;
  reg [BankWidth:0]        low;
  integer                  row;

  always @* begin
    in_image = {Rows{1'b0}};
    bank   = {Rows*BankWidth{1'b0}};
    line   = {Rows*16{1'b0}};
    y      = 27'd0;
    x      = 27'd0;
    low    = {BankWidth+1{1'b0}};
    for (row = 0; row < Rows; row = row + 1) begin
      // Negative coordinates are large ones here, so one comparison does for both sides.
      y   = tile_y_i[27*row +: 27] + tap_y_i;
      x   = tile_x_i[27*row +: 27] + tap_x_i;
      low = {1'b0, tap_low_i}
          + {1'b0, tap_second_i ? tile_low2_i[BankWidth*row +: BankWidth]
                                : tile_low_i[BankWidth*row +: BankWidth]};
      in_image[row] = tile_row_i[row] && y < {11'd0, in_h_i} && x < {11'd0, in_w_i};
      bank[BankWidth*row +: BankWidth] = low[BankWidth-1:0];
      line[16*row +: 16] = tap_line_i
          + (tap_second_i ? tile_line2_i[16*row +: 16] : tile_line_i[16*row +: 16])
          + (low[BankWidth] ? in_cbs_i : 16'd0);
    end
  end

  // Request.
  reg                      valid_q;
  reg                      fresh_q;   // first cycle of the set: rows without a read take the fill
  reg [Rows-1:0]           want_q;
  reg [Rows-1:0]           inside_q;
  reg [Rows*BankWidth-1:0] bank_q;
  reg [Rows*16-1:0]        line_q;
  reg [7:0]                fill_q;
  reg [10:0]               tag_q;

  wire [Rows-1:0] served;
  wire            space;
  wire            active    = valid_q && space;
  wire            complete  = active && (want_q == served);
  wire            take      = tap_valid_i && tile_valid_i && (!valid_q || complete);

  assign tap_ready_o    = tile_valid_i && (!valid_q || complete);
  assign tile_release_o = take && tap_last_i;
  assign done_o         = take && tap_end_i;

  ratel_bank_arbiter #(
    .Rows (Rows)
  ) u_arbiter (
    .want_i    (active ? want_q : {Rows{1'b0}}),
    .bank_i    (bank_q),
    .line_i    (line_q),
    .rd_en_o   (rd_en_o),
    .rd_addr_o (rd_addr_o),
    .rd_gnt_i  (rd_gnt_i),
    .served_o  (served)
  );

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)       valid_q <= 1'b0;
    else if (take)     valid_q <= 1'b1;
    else if (complete) valid_q <= 1'b0;
  end

  always @(posedge clk_i) begin
    if (take) begin
      fresh_q  <= 1'b1;
      want_q   <= skip_i ? {Rows{1'b0}} : in_image;
      inside_q <= in_image;
      bank_q   <= bank;
      line_q   <= line;
      fill_q   <= fill_i;
      tag_q    <= {tap_first_i, tap_last_i, tap_second_i, tap_tail_i, tap_end_i, tap_edge_i,
                   tap_rows_i};
    end else if (active) begin
      fresh_q <= 1'b0;
      want_q  <= want_q & ~served;
    end
  end

  ratel_word_sets #(
    .Rows     (Rows),
    .Cols     (Cols),
    .TagWidth (11 + Rows)
  ) u_sets (
    .clk_i      (clk_i),
    .rst_ni     (rst_ni),
    .space_o    (space),
    .served_i   (served),
    .fill_en_i  ((active && fresh_q) ? ~want_q : {Rows{1'b0}}),
    .fill_i     (fill_q),
    .bank_i     (bank_q),
    .complete_i (complete),
    .tag_i      ({tag_q, inside_q}),
    .rd_data_i  (rd_data_i),
    .valid_o    (set_valid_o),
    .pop_i      (set_pop_i),
    .words_o    (set_words_o),
    .tag_o      ({set_first_o, set_last_o, set_second_o, set_tail_o, set_end_o, set_edge_o,
                  set_rows_o, set_inside_o})
  );

endmodule
