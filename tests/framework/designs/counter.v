// A counter that every test of the build and run helpers uses.
//   Step:    what is added each cycle.
//   start_o: a register without reset; shows with what the simulator filled it.
module counter #(
  parameter Width = 8,
  parameter Step  = 1
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  output reg  [Width-1:0] count_o,
  output reg  [31:0]      start_o
);

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_o <= {Width{1'b0}};
    end else begin
      count_o <= count_o + Step[Width-1:0];
    end
  end

  always @(posedge clk_i) start_o <= start_o;

endmodule
