// Run generator of load and store: from the descriptor's two-dimensional region to contiguous byte
// ranges.
//
//   for outer in 0 .. run_outer-1
//     for inner in 0 .. run_inner-1
//       run of run_bytes at addr + outer*row_pitch + inner*pix_pitch
//
// One run a cycle. The tag travels along, so that later stages know whose run they hold.
//
//   name       | meaning
//   -----------|----------------------------------------------------------------------
//   start_*    | a region, taken when valid and ready
//   drop_i     | forget the rest of the region in work
//   run_*      | one range: first and last byte address; final: the last of its region
module ratel_runs (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        start_valid_i,
  output wire        start_ready_o,
  input  wire [1:0]  start_tag_i,
  input  wire [31:0] start_addr_i,
  input  wire [31:0] start_run_bytes_i,
  input  wire [15:0] start_run_inner_i,
  input  wire [15:0] start_run_outer_i,
  input  wire [15:0] start_pix_pitch_i,
  input  wire [31:0] start_row_pitch_i,
  input  wire        drop_i,
  output wire        run_valid_o,
  input  wire        run_ready_i,
  output wire [1:0]  run_tag_o,
  output wire [31:0] run_first_o,
  output wire [31:0] run_last_o,
  output wire        run_final_o
);

  reg         valid_q;
  reg  [1:0]  tag_q;
  reg  [31:0] span_q;        // run_bytes - 1
  reg  [15:0] inner_count_q;
  reg  [15:0] pix_pitch_q;
  reg  [31:0] row_pitch_q;
  reg  [31:0] row_addr_q;    // first byte of the outer row
  reg  [31:0] addr_q;        // first byte of the run
  reg  [15:0] inner_left_q;  // runs left in the outer row, this one included
  reg  [15:0] outer_left_q;

  wire        inner_end = (inner_left_q == 16'd1);
  wire        outer_end = (outer_left_q == 16'd1);
  wire [31:0] next_row  = row_addr_q + row_pitch_q;

  assign start_ready_o = !valid_q;
  assign run_valid_o   = valid_q;
  assign run_tag_o     = tag_q;
  assign run_first_o   = addr_q;
  assign run_last_o    = addr_q + span_q;
  assign run_final_o   = inner_end && outer_end;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
    end else if (start_valid_i && start_ready_o) begin
      valid_q <= 1'b1;
    end else if (drop_i || (run_ready_i && run_final_o)) begin
      valid_q <= 1'b0;
    end
  end

  always @(posedge clk_i) begin
    if (start_valid_i && start_ready_o) begin
      tag_q         <= start_tag_i;
      span_q        <= start_run_bytes_i - 32'd1;
      inner_count_q <= start_run_inner_i;
      pix_pitch_q   <= start_pix_pitch_i;
      row_pitch_q   <= start_row_pitch_i;
      row_addr_q    <= start_addr_i;
      addr_q        <= start_addr_i;
      inner_left_q  <= start_run_inner_i;
      outer_left_q  <= start_run_outer_i;
    end else if (run_ready_i) begin
      if (inner_end) begin
        row_addr_q   <= next_row;
        addr_q       <= next_row;
        inner_left_q <= inner_count_q;
        outer_left_q <= outer_left_q - 16'd1;
      end else begin
        addr_q       <= addr_q + {16'd0, pix_pitch_q};
        inner_left_q <= inner_left_q - 16'd1;
      end
    end
  end

endmodule
