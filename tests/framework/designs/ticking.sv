// A bench top with its own clock, a delayed property and a C++ function beside it.
module ticking;
  logic        clk = 1'b0;
  logic        done = 1'b0;
  logic [15:0] cycles = '0;
  logic        request = 1'b0;

  always #5 clk = ~clk;

  always_ff @(posedge clk) begin
    cycles <= cycles + 16'd1;
    request <= cycles == 16'd10;
    done <= cycles == 16'd100;
  end

  // `##` needs --timing, and so does the clock
  answered: assert property (@(posedge clk) $rose(request) |-> ##1 !request);
endmodule
