// Byte queue: what its user may do, and one byte followed from push to pop.
`include "rules.svh"

module ratel_gearbox_rules #(
  parameter InBytes    = 8,
  parameter OutBytes   = 8,
  parameter Capacity   = 24,
  parameter CountWidth = 5
) (
  input wire                  clk_i,
  input wire                  rst_ni,
  input wire                  flush_i,
  input wire [InBytes*8-1:0]  push_data_i,
  input wire [CountWidth-1:0] push_bytes_i,
  input wire [CountWidth-1:0] pop_bytes_i,
  input wire [CountWidth-1:0] count_q,
  input wire [Capacity*8-1:0] bytes_q,
  input wire [OutBytes*8-1:0] data_o
);

  `STARTS_IN_RESET

  wire [31:0] count  = {{(32 - CountWidth){1'b0}}, count_q};
  wire [31:0] pushed = {{(32 - CountWidth){1'b0}}, push_bytes_i};
  wire [31:0] popped = {{(32 - CountWidth){1'b0}}, pop_bytes_i};

  `HOST(pushes_a_piece, pushed <= InBytes)
  `HOST_IF(pushes_into_room, pushed != 0, count + pushed <= Capacity)
  `HOST(pops_what_is_there, popped <= count && popped <= OutBytes)

  `RULE(count_in_bounds, count <= Capacity)
  `RULE(zero_beyond_count, (bytes_q >> {count, 3'd0}) == 0)
  `RULE_NEXT(count_adds_up, !flush_i, count == $past(count + pushed - popped))
  `RULE_NEXT(flush_empties, flush_i, count == 0)

`ifdef FORMAL
  (* anyseq *) wire        mark;
  (* anyseq *) wire [31:0] which;
  reg                      marked_q;
  reg [7:0]                value_q;
  reg [31:0]               ahead_q;

  always @(posedge clk_i) begin
    if (!rst_ni || flush_i) begin
      marked_q <= 1'b0;
    end else if (!marked_q && mark && which < pushed) begin
      marked_q <= 1'b1;
      value_q  <= push_data_i[8*which[4:0] +: 8];
      ahead_q  <= count - popped + which;
    end else if (marked_q) begin
      if (ahead_q < popped) marked_q <= 1'b0;
      else ahead_q <= ahead_q - popped;
    end
  end

  `RULE_IF(mark_is_inside, marked_q, ahead_q < count && bytes_q[8*ahead_q +: 8] == value_q)
  `RULE_IF(bytes_in_order, marked_q && ahead_q < OutBytes, data_o[8*ahead_q +: 8] == value_q)
`endif

endmodule
