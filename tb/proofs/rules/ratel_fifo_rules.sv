// Queue: bounds of its bookkeeping, and one word followed from push to pop.
`include "rules.svh"

module ratel_fifo_rules #(
  parameter Width      = 8,
  parameter Depth      = 2,
  parameter PtrWidth   = 1,
  parameter CountWidth = 2
) (
  input wire                   clk_i,
  input wire                   rst_ni,
  input wire                   push,
  input wire                   pop,
  input wire [Width-1:0]       push_data_i,
  input wire                   push_ready_o,
  input wire                   pop_valid_o,
  input wire [Width-1:0]       pop_data_o,
  input wire [PtrWidth-1:0]    wr_ptr_q,
  input wire [PtrWidth-1:0]    rd_ptr_q,
`ifdef FORMAL
  input wire [Depth*Width-1:0] entries,
`endif
  input wire [CountWidth-1:0]  count_q
);

  `STARTS_IN_RESET

  wire [31:0] count = {{(32 - CountWidth){1'b0}}, count_q};
  wire [31:0] wr    = {{(32 - PtrWidth){1'b0}}, wr_ptr_q};
  wire [31:0] rd    = {{(32 - PtrWidth){1'b0}}, rd_ptr_q};
  wire [31:0] span  = rd + count;

  `RULE(count_in_bounds, count <= Depth)
  `RULE(pointers_in_bounds, wr < Depth && rd < Depth)
  `RULE(pointers_span_count, wr == (span >= Depth ? span - Depth : span))
  `RULE(ready_until_full, push_ready_o == (count != Depth))
  `RULE(valid_unless_empty, pop_valid_o == (count != 0))
  `STAYS(oldest_stays, pop_valid_o, pop, pop_data_o)

`ifdef FORMAL
  // One entry, whichever the solver likes: it leaves as it came, after those before it.
  (* anyseq *) wire mark;
  reg               marked_q;
  reg [Width-1:0]   value_q;
  reg [31:0]        ahead_q;
  wire [31:0]       left = ahead_q - {31'd0, pop};
  wire [31:0]       place = rd + ahead_q;
  wire [31:0]       at = place >= Depth ? place - Depth : place;

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      marked_q <= 1'b0;
    end else if (!marked_q && push && mark) begin
      marked_q <= 1'b1;
      value_q  <= push_data_i;
      ahead_q  <= count - {31'd0, pop};
    end else if (marked_q) begin
      if (pop && ahead_q == 0) marked_q <= 1'b0;
      else ahead_q <= left;
    end
  end

  `RULE_IF(mark_is_inside, marked_q, ahead_q < count && entries[Width*at +: Width] == value_q)
  `RULE_IF(data_in_order, marked_q && pop && ahead_q == 0, pop_data_o == value_q)
`endif

endmodule
