// Performance counters, 64 bits each; numbers are those of `CNT_* in ratel_isa.vh.
//
//   name                   | meaning
//   -----------------------|-----------------------------------------------------------------
//   clear_i                | set all to 0
//   busy_i .. queue_full_i | events of this cycle; load_bytes_i, store_bytes_i and macs_i are
//                          | numbers
//   index_*                | three independent readers; bit 5: the counter's high half
//   queued_*               | instructions that are before the reader and have not retired:
//                          | `instructions` counts them for it
//   value_*                | half of the counter of that index
`include "ratel_isa.vh"

module ratel_counters (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        clear_i,
  input  wire        busy_i,
  input  wire        retired_i,
  input  wire [2:0]  engine_busy_i,
  input  wire [2:0]  engine_blocked_i,
  input  wire        step_i,
  input  wire [8:0]  macs_i,
  input  wire [4:0]  load_bytes_i,
  input  wire [4:0]  store_bytes_i,
  input  wire        stall_fetch_i,
  input  wire        stall_drain_i,
  input  wire        queue_full_i,
  input  wire [5:0]  index_a_i,
  input  wire [3:0]  queued_a_i,
  output wire [31:0] value_a_o,
  input  wire [5:0]  index_b_i,
  input  wire [3:0]  queued_b_i,
  output wire [31:0] value_b_o,
  input  wire [5:0]  index_c_i,
  output wire [31:0] value_c_o
);
  wire [9*`COUNTERS-1:0]  increment;
  reg  [64*`COUNTERS-1:0] count_q;

  assign increment[9*`CNT_CYCLES +: 9]         = 9'd1;
  assign increment[9*`CNT_BUSY +: 9]           = {8'd0, busy_i};
  assign increment[9*`CNT_INSTRUCTIONS +: 9]   = {8'd0, retired_i};
  assign increment[9*`CNT_LOAD_BUSY +: 9]      = {8'd0, engine_busy_i[0]};
  assign increment[9*`CNT_EXECUTE_BUSY +: 9]   = {8'd0, engine_busy_i[1]};
  assign increment[9*`CNT_STORE_BUSY +: 9]     = {8'd0, engine_busy_i[2]};
  assign increment[9*`CNT_STEPS +: 9]          = {8'd0, step_i};
  assign increment[9*`CNT_MACS +: 9]           = macs_i;
  assign increment[9*`CNT_BYTES_READ +: 9]     = {4'd0, load_bytes_i};
  assign increment[9*`CNT_BYTES_WRITTEN +: 9]  = {4'd0, store_bytes_i};
  assign increment[9*`CNT_EXECUTE_HAZARD +: 9] = {8'd0, engine_blocked_i[1]};
  assign increment[9*`CNT_EXECUTE_FETCH +: 9]  = {8'd0, stall_fetch_i};
  assign increment[9*`CNT_EXECUTE_DRAIN +: 9]  = {8'd0, stall_drain_i};
  assign increment[9*`CNT_LOAD_HAZARD +: 9]    = {8'd0, engine_blocked_i[0]};
  assign increment[9*`CNT_STORE_HAZARD +: 9]   = {8'd0, engine_blocked_i[2]};
  assign increment[9*`CNT_QUEUE_FULL +: 9]     = {8'd0, queue_full_i};

  wire [63:0] count_a = count_q[64*index_a_i[3:0] +: 64]
                        + ((index_a_i[3:0] == `CNT_INSTRUCTIONS) ? {60'd0, queued_a_i} : 64'd0);
  wire [63:0] count_b = count_q[64*index_b_i[3:0] +: 64]
                        + ((index_b_i[3:0] == `CNT_INSTRUCTIONS) ? {60'd0, queued_b_i} : 64'd0);
  wire [63:0] count_c = count_q[64*index_c_i[3:0] +: 64];
  wire        unused  = &{1'b0, index_a_i[4], index_b_i[4], index_c_i[4]};

  assign value_a_o = index_a_i[5] ? count_a[63:32] : count_a[31:0];
  assign value_b_o = index_b_i[5] ? count_b[63:32] : count_b[31:0];
  assign value_c_o = index_c_i[5] ? count_c[63:32] : count_c[31:0];

  genvar g;
  generate
    for (g = 0; g < `COUNTERS; g = g + 1) begin : gen_counter
      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) count_q[64*g +: 64] <= 64'd0;
        else if (clear_i) count_q[64*g +: 64] <= 64'd0;
        else count_q[64*g +: 64] <= count_q[64*g +: 64] + {55'd0, increment[9*g +: 9]};
      end
    end
  endgenerate
endmodule
