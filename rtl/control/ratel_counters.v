// Performance counters, 32 bits each, wrapping; numbers are those of `CNT_* in ratel_isa.vh.
//
//   clear_i         set all to 0
//   *_i             events of this cycle; load_bytes_i, store_bytes_i and macs_i are numbers
//   index*_i        two independent readers
//   value*_o        counter of that index
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
  input  wire [3:0]  index_a_i,
  output wire [31:0] value_a_o,
  input  wire [3:0]  index_b_i,
  output wire [31:0] value_b_o
);
  wire [9*`COUNTERS-1:0]  increment;
  reg  [32*`COUNTERS-1:0] count_q;

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

  assign value_a_o = count_q[32*index_a_i +: 32];
  assign value_b_o = count_q[32*index_b_i +: 32];

  genvar g;
  generate
    for (g = 0; g < `COUNTERS; g = g + 1) begin : gen_counter
      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) count_q[32*g +: 32] <= 32'd0;
        else if (clear_i) count_q[32*g +: 32] <= 32'd0;
        else count_q[32*g +: 32] <= count_q[32*g +: 32] + {23'd0, increment[9*g +: 9]};
      end
    end
  endgenerate
endmodule
