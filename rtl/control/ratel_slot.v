// One slot of an engine's queue: the ranges of an instruction, and the slots it has to wait for.
//
//   name                        | meaning
//   ----------------------------|-------------------------------------------------------------
//   Engine                      | number of the engine, as in ratel_ranges.vh
//   Slots                       | of all engines
//   push_i                      | a new instruction moves in
//   engine_i, ranges_i, waits_i | the new instruction, wherever it goes; waits_i has a bit for
//                               | every slot of every engine that it must wait for
//   start_i                     | the engine takes this instruction
//   free_i                      | this instruction is complete
//   freed_i                     | bit for every slot: complete in this cycle
//   used_o                      | an instruction is here
//   waiting_o                   | it has not started
//   clear_o                     | it need not wait for anything (any more)
//   hazard_o                    | the new instruction must wait for this one
`include "ratel_ranges.vh"

module ratel_slot #(
  parameter [1:0] Engine = 2'd0,
  parameter       Slots  = 12
) (
  input  wire                    clk_i,
  input  wire                    rst_ni,
  input  wire                    push_i,
  input  wire [1:0]              engine_i,
  input  wire [`RANGE_WIDTH-1:0] ranges_i,
  input  wire [Slots-1:0]        waits_i,
  input  wire                    start_i,
  input  wire                    free_i,
  input  wire [Slots-1:0]        freed_i,
  output wire                    used_o,
  output wire                    waiting_o,
  output wire                    clear_o,
  output wire                    hazard_o
);
  reg                    used_q;
  reg                    waiting_q;
  reg [Slots-1:0]        waits_q;
  reg [`RANGE_WIDTH-1:0] ranges_q;

  wire overlap;

  ratel_overlap #(
    .OldEngine (Engine)
  ) u_overlap (
    .new_engine_i (engine_i),
    .new_ranges_i (ranges_i),
    .old_ranges_i (ranges_q),
    .hazard_o     (overlap)
  );

  assign used_o    = used_q;
  assign waiting_o = waiting_q;
  assign clear_o   = (waits_q == {Slots{1'b0}});
  assign hazard_o  = used_q && !free_i && overlap;

  always @(posedge clk_i) begin
    if (push_i) ranges_q <= ranges_i;
  end

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      used_q    <= 1'b0;
      waiting_q <= 1'b0;
      waits_q   <= {Slots{1'b0}};
    end else if (push_i) begin
      used_q    <= 1'b1;
      waiting_q <= 1'b1;
      waits_q   <= waits_i;
    end else begin
      waits_q <= waits_q & ~freed_i;
      if (start_i) waiting_q <= 1'b0;
      if (free_i) used_q <= 1'b0;
    end
  end
endmodule
