// A tap's words: each row's place is its own and the tap's, rows outside the image want none, a set is
// complete when each row has what it wants, and the next begins at once.
`include "rules.svh"

module ratel_gather_rules #(
  parameter Rows      = 8,
  parameter BankWidth = 3
) (
  input wire                      clk_i,
  input wire                      rst_ni,
  input wire                      tile_valid_i,
  input wire [Rows-1:0]           tile_row_i,
  input wire [Rows*27-1:0]        tile_y_i,
  input wire [Rows*27-1:0]        tile_x_i,
  input wire [Rows*BankWidth-1:0] tile_low_i,
  input wire [Rows*16-1:0]        tile_line_i,
  input wire [Rows*BankWidth-1:0] tile_low2_i,
  input wire [Rows*16-1:0]        tile_line2_i,
  input wire                      tile_release_o,
  input wire                      tap_valid_i,
  input wire                      tap_ready_o,
  input wire [26:0]               tap_y_i,
  input wire [26:0]               tap_x_i,
  input wire [BankWidth-1:0]      tap_low_i,
  input wire [15:0]               tap_line_i,
  input wire                      tap_first_i,
  input wire                      tap_last_i,
  input wire                      tap_second_i,
  input wire                      tap_tail_i,
  input wire                      tap_end_i,
  input wire [4:0]                tap_rows_i,
  input wire                      tap_edge_i,
  input wire [15:0]               in_h_i,
  input wire [15:0]               in_w_i,
  input wire [15:0]               in_cbs_i,
  input wire [7:0]                fill_i,
  input wire                      skip_i,
  input wire                      done_o,
  input wire [Rows-1:0]           rd_en_o,
  input wire                      valid_q,
  input wire                      fresh_q,
  input wire [Rows-1:0]           want_q,
  input wire [Rows-1:0]           inside_q,
  input wire [Rows*BankWidth-1:0] bank_q,
  input wire [Rows*16-1:0]        line_q,
  input wire [7:0]                fill_q,
  input wire [10:0]               tag_q,
  input wire [Rows-1:0]           served,
  input wire                      space
);

  `STARTS_IN_RESET

  wire            takes = tap_valid_i && tap_ready_o;
  wire            works = valid_q && space;
  wire            ends  = works && (want_q & ~served) == 0;

  // Where each row reads, coordinates signed.
  reg  [Rows-1:0]           here;
  reg  [Rows*BankWidth-1:0] bank;
  reg  [Rows*16-1:0]        line;
  reg  signed [27:0]        y;
  reg  signed [27:0]        x;
  reg  [31:0]               low;
  reg  [15:0]               own;
  integer                   r;

  always @* begin
    for (r = 0; r < Rows; r = r + 1) begin
      y   = $signed(tile_y_i[27*r +: 27]) + $signed(tap_y_i);
      x   = $signed(tile_x_i[27*r +: 27]) + $signed(tap_x_i);
      low = {{(32 - BankWidth){1'b0}}, tap_low_i};
      low = low + {{(32 - BankWidth){1'b0}}, tap_second_i ? tile_low2_i[BankWidth*r +: BankWidth]
                                                          : tile_low_i[BankWidth*r +: BankWidth]};
      own = tap_second_i ? tile_line2_i[16*r +: 16] : tile_line_i[16*r +: 16];
      here[r] = tile_row_i[r] && y >= 0 && y < $signed({12'd0, in_h_i})
                  && x >= 0 && x < $signed({12'd0, in_w_i});
      bank[BankWidth*r +: BankWidth] = low % Rows;
      line[16*r +: 16] = tap_line_i + own + (low >= Rows ? in_cbs_i : 16'd0);
    end
  end

  // Coordinates are within 2^25 of the image, on either side: no sum of two wraps.
  reg     near;
  integer n;
  always @* begin
    near = tap_y_i < 27'd33554432 && tap_x_i < 27'd33554432;
    for (n = 0; n < Rows; n = n + 1)
      near = near && (tile_y_i[27*n+26] == tile_y_i[27*n+25]) && (tile_x_i[27*n+26] == tile_x_i[27*n+25]);
  end

  `HOST_IF(coordinates_do_not_wrap, takes, near)

  `RULE_IF(takes_with_a_tile, tap_ready_o, tile_valid_i)
  `RULE_IF(takes_when_it_is_free, tile_valid_i && (!valid_q || ends), tap_ready_o)
  `RULE_IF(takes_no_other_place, valid_q && !ends, !tap_ready_o)
  `RULE_IF(tile_ends_with_its_last, takes, tile_release_o == tap_last_i && done_o == tap_end_i)
  `RULE_IF(nothing_ends_without, !takes, !tile_release_o && !done_o)

  `RULE_NEXT(rows_inside_the_image, takes, inside_q == $past(here))
  `RULE_NEXT(wants_those_or_none, takes, valid_q && fresh_q && want_q == ($past(skip_i) ? 0 : $past(here)))
  `RULE_NEXT(places_of_the_rows, takes, bank_q == $past(bank) && line_q == $past(line)
             && fill_q == $past(fill_i))
  `RULE_NEXT(tag_of_the_tap, takes, tag_q == $past({tap_first_i, tap_last_i, tap_second_i, tap_tail_i,
                                                    tap_end_i, tap_edge_i, tap_rows_i}))
  `RULE(serves_who_wants, (served & ~want_q) == 0 && (works || served == 0))
  `RULE_IF(reads_in_turn, !works, rd_en_o == 0)
  `RULE_NEXT(wants_what_is_left, works && !ends, want_q == $past(want_q & ~served) && !fresh_q)
  `RULE_NEXT(waits_for_space, valid_q && !space, want_q == $past(want_q) && fresh_q == $past(fresh_q))
  `RULE_NEXT(request_stays, valid_q && !ends, valid_q && {inside_q, bank_q, line_q, fill_q, tag_q}
             == $past({inside_q, bank_q, line_q, fill_q, tag_q}))
  `RULE_NEXT(nothing_follows, ends && !takes, !valid_q)

endmodule
