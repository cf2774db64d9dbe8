// Runs: exactly those of the region, in order, and none leaves what the region spans.
//
// A region spans from its address to the last byte of its last run; that this is inside memory is
// what ratel_rules_transfer lets pass.
//
// No solver finds its way through products of two variables from cycle to cycle. A proof looks at
// regions of two pitches, whichever they are, and has the multiples of each in a table. What it is
// told of a table is what makes it one of multiples: nothing at 0, one pitch more in each entry; that
// this is so of `*` is a rule of its own, `multiples`.
`include "rules.svh"

module ratel_runs_rules (
  input wire        clk_i,
  input wire        rst_ni,
  input wire        start_valid_i,
  input wire        start_ready_o,
  input wire [31:0] start_addr_i,
  input wire [31:0] start_run_bytes_i,
  input wire [15:0] start_run_inner_i,
  input wire [15:0] start_run_outer_i,
  input wire [15:0] start_pix_pitch_i,
  input wire [31:0] start_row_pitch_i,
  input wire        drop_i,
  input wire        run_valid_o,
  input wire        run_ready_i,
  input wire [31:0] run_first_o,
  input wire [31:0] run_last_o,
  input wire        run_final_o,
  input wire [31:0] span_q,
  input wire [15:0] inner_count_q,
  input wire [15:0] pix_pitch_q,
  input wire [31:0] row_pitch_q,
  input wire [31:0] row_addr_q,
  input wire [15:0] inner_left_q,
  input wire [15:0] outer_left_q
);

  `STARTS_IN_RESET

  wire start = start_valid_i && start_ready_o;
  wire step  = run_valid_o && run_ready_i;

  // Factors: of the whole region that comes, of the row in work, of what is left.
  wire [15:0] start_pixels = start_run_inner_i - 16'd1;
  wire [15:0] start_rows   = start_run_outer_i - 16'd1;
  wire [15:0] row_pixels   = inner_count_q - 16'd1;
  wire [15:0] pixels_left  = inner_left_q - 16'd1;
  wire [15:0] rows_left    = outer_left_q - 16'd1;

  // Products of them.
  wire [31:0] start_across, row_across, across_left;
  wire [47:0] start_down, down_left;
  wire        coming, working;   // a region that is looked at

`ifdef FORMAL
  (* anyconst *) wire [15:0] pix_pitch;
  (* anyconst *) wire [31:0] row_pitch;
  reg [31:0] pix_multiple [0:65535];
  reg [47:0] row_multiple [0:65535];

  assign coming  = start && start_pix_pitch_i == pix_pitch && start_row_pitch_i == row_pitch;
  assign working = run_valid_o && pix_pitch_q == pix_pitch && row_pitch_q == row_pitch;
  assign start_across = pix_multiple[start_pixels];
  assign row_across   = pix_multiple[row_pixels];
  assign across_left  = pix_multiple[pixels_left];
  assign start_down   = row_multiple[start_rows];
  assign down_left    = row_multiple[rows_left];

  wire [31:0] across_then = pix_multiple[pixels_left - 16'd1];
  wire [47:0] down_then   = row_multiple[rows_left - 16'd1];

  always @* begin
    if (pixels_left == 0) assume (across_left == 0);
    else assume ({1'b0, across_left} == {1'b0, across_then} + {17'd0, pix_pitch});
    if (rows_left == 0) assume (down_left == 0);
    else assume ({1'b0, down_left} == {1'b0, down_then} + {17'd0, row_pitch});
  end

  (* anyconst *) wire [49:0] times, factor;
  `RULE(multiples, (times + 50'd1) * factor == times * factor + factor)
`else
  assign coming       = start;
  assign working      = run_valid_o;
  assign start_across = start_pixels * start_pix_pitch_i;
  assign row_across   = row_pixels * pix_pitch_q;
  assign across_left  = pixels_left * pix_pitch_q;
  assign start_down   = start_rows * start_row_pitch_i;
  assign down_left    = rows_left * row_pitch_q;
`endif

  // First bytes of the last run of the first row, of the last run of all; last byte of that. Sums of
  // two only: how a longer one is put together, a solver does not see.
  wire [49:0] row_end = {18'd0, start_addr_i} + {18'd0, start_across};
  wire [49:0] end_run = row_end + {2'd0, start_down};
  wire [49:0] last    = end_run + {18'd0, start_run_bytes_i - 32'd1};

  `HOST_IF(region_is_not_empty, start, start_run_bytes_i != 0 && start_run_inner_i != 0
           && start_run_outer_i != 0)
  `HOST_IF(region_is_inside_memory, coming, last[49:32] == 0)

  reg [31:0] first_q, last_q;   // bytes of the region
  reg [49:0] row_end_q;         // first byte of the last run of the row
  reg [49:0] end_run_q;

  always @(posedge clk_i) begin
    if (start) begin
      first_q   <= start_addr_i;
      last_q    <= last[31:0];
      row_end_q <= row_end;
      end_run_q <= end_run;
    end else if (step && inner_left_q == 16'd1) begin
      row_end_q <= row_end_q + {18'd0, row_pitch_q};
    end
  end

  `RULE_IF(counts, run_valid_o, inner_left_q != 0 && outer_left_q != 0
           && inner_left_q <= inner_count_q)
  `RULE_IF(end_is_in_memory, working, end_run_q + {18'd0, span_q} == {18'd0, last_q})
  `RULE_IF(end_run_is_in_memory, working, end_run_q[49:32] == 0)
  `RULE_IF(rows_reach_the_last, working, row_end_q + {2'd0, down_left} == end_run_q)
  `RULE_IF(row_reaches_its_end, working, {18'd0, row_addr_q} + {18'd0, row_across} == row_end_q)
  `RULE_IF(runs_reach_the_row_end, working, {18'd0, run_first_o} + {18'd0, across_left} == row_end_q)
  `RULE_IF(run_has_its_bytes, working, {1'b0, run_last_o} == {1'b0, run_first_o} + {1'b0, span_q})
  `RULE_IF(row_begins_inside, working, row_addr_q >= first_q)
  `RULE_IF(inside_the_region, working, run_first_o >= first_q
           && run_first_o <= run_last_o && run_last_o <= last_q)
  `RULE_IF(last_run_is_final, run_valid_o,
           run_final_o == (inner_left_q == 1 && outer_left_q == 1))
  `RULE_IF(final_ends_the_region, working && run_final_o, run_last_o == last_q)
  `RULE_NEXT(run_stays, run_valid_o && !run_ready_i && !drop_i,
             run_valid_o && run_first_o == $past(run_first_o) && run_last_o == $past(run_last_o)
             && run_final_o == $past(run_final_o))
  `RULE_NEXT(ends_after_the_final, step && run_final_o, !run_valid_o)

endmodule
