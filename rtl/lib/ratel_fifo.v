// First-in first-out queue of `Depth` registered entries with valid/ready on both sides.
//
// `push_ready_o` and `pop_valid_o` come from registers alone: no combinational path from either
// side to the other. A full queue therefore does not take an entry in the cycle in which one
// leaves; use Depth >= 2 for one entry a cycle.
//
//   name                       | meaning
//   ---------------------------|-------------------------------------------
//   Width                      | bits of an entry
//   Depth                      | entries, any number >= 1
//   push_valid_i, push_ready_o | an entry enters when both are high
//   push_data_i                | the entry
//   pop_valid_o, pop_ready_i   | the oldest entry leaves when both are high
//   pop_data_o                 | the oldest entry, stable until it leaves
module ratel_fifo #(
  parameter Width = 8,
  parameter Depth = 2
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  input  wire             push_valid_i,
  output wire             push_ready_o,
  input  wire [Width-1:0] push_data_i,
  output wire             pop_valid_o,
  input  wire             pop_ready_i,
  output wire [Width-1:0] pop_data_o
);

  localparam PtrWidth = (Depth > 1) ? $clog2(Depth) : 1;
  localparam CountWidth = $clog2(Depth + 1);
  localparam LastInt = Depth - 1;
  localparam [PtrWidth-1:0] Last = LastInt[PtrWidth-1:0];
  localparam [CountWidth-1:0] Full = Depth[CountWidth-1:0];

  reg [Width-1:0]      entry_q [0:Depth-1];
  reg [PtrWidth-1:0]   wr_ptr_q;
  reg [PtrWidth-1:0]   rd_ptr_q;
  reg [CountWidth-1:0] count_q;

  wire push = push_valid_i && push_ready_o;
  wire pop  = pop_valid_o && pop_ready_i;

  assign push_ready_o = (count_q != Full);
  assign pop_valid_o  = (count_q != {CountWidth{1'b0}});
  assign pop_data_o   = entry_q[rd_ptr_q];

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wr_ptr_q <= {PtrWidth{1'b0}};
      rd_ptr_q <= {PtrWidth{1'b0}};
      count_q  <= {CountWidth{1'b0}};
    end else begin
      if (push) wr_ptr_q <= (wr_ptr_q == Last) ? {PtrWidth{1'b0}} : wr_ptr_q + 1'b1;
      if (pop)  rd_ptr_q <= (rd_ptr_q == Last) ? {PtrWidth{1'b0}} : rd_ptr_q + 1'b1;
      if (push && !pop)      count_q <= count_q + 1'b1;
      else if (!push && pop) count_q <= count_q - 1'b1;
    end
  end

  // The entries need no reset: none is looked at before it is written.
  always @(posedge clk_i) begin
    if (push) entry_q[wr_ptr_q] <= push_data_i;
  end

endmodule
