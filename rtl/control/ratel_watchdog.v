// Ends a job that makes no progress: counts cycles in which something is in flight and nothing
// completes.
//
//   name       | meaning
//   -----------|-----------------------------------------------------------------
//   limit_i    | cycles; 0: never
//   busy_i     | something is in flight
//   progress_i | an instruction retired or completed in this cycle, or none could
//   taken_i    | fire_o has had its effect
//   fire_o     | the limit is reached; until taken
module ratel_watchdog (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire [31:0] limit_i,
  input  wire        busy_i,
  input  wire        progress_i,
  input  wire        taken_i,
  output wire        fire_o
);
  reg [31:0] count_q;

  assign fire_o = (limit_i != 32'd0) && (count_q >= limit_i);

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                                count_q <= 32'd0;
    else if (!busy_i || progress_i || taken_i)  count_q <= 32'd0;
    else if (!fire_o)                           count_q <= count_q + 32'd1;
  end
endmodule
