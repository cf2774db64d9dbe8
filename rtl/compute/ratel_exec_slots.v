// Descriptors in flight. Two slots, and a pointer for each stage: a stage works on the oldest
// instruction it has not finished, so the front may be one instruction ahead of the writer.
//
//              slot 0   slot 1        the last stage frees a slot
//   rows   ----------------^
//   writer -------^
//
//   name             | meaning
//   -----------------|------------------------------------------------------
//   Stages, Width    | stages that work on it, bits of a descriptor
//   valid_i, ready_o | accept `desc_i`
//   valid_o[s]       | stage s has an instruction, `desc_o` slice s holds it
//   done_i[s]        | stage s has finished with it
//   idle_o           | both slots are free
module ratel_exec_slots #(
  parameter Stages = 7,
  parameter Width  = 8
) (
  input  wire                    clk_i,
  input  wire                    rst_ni,
  input  wire                    valid_i,
  input  wire [Width-1:0]        desc_i,
  output wire                    ready_o,
  output wire                    idle_o,
  input  wire [Stages-1:0]       done_i,
  output wire [Stages-1:0]       valid_o,
  output wire [Stages*Width-1:0] desc_o
);

  reg [Width-1:0]  desc0_q;
  reg [Width-1:0]  desc1_q;
  reg [Stages-1:0] todo0_q;  // stages that have not finished slot 0
  reg [Stages-1:0] todo1_q;
  reg [Stages-1:0] at1_q;    // stages that look at slot 1
  reg              next1_q;  // the next instruction goes to slot 1

  wire accept = valid_i && ready_o;

  assign ready_o = next1_q ? !todo1_q[Stages-1] : !todo0_q[Stages-1];
  assign idle_o  = !todo0_q[Stages-1] && !todo1_q[Stages-1];
  assign valid_o = (at1_q & todo1_q) | (~at1_q & todo0_q);

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      todo0_q <= {Stages{1'b0}};
      todo1_q <= {Stages{1'b0}};
      at1_q   <= {Stages{1'b0}};
      next1_q <= 1'b0;
    end else begin
      todo0_q <= (accept && !next1_q) ? {Stages{1'b1}} : todo0_q & ~(done_i & ~at1_q);
      todo1_q <= (accept && next1_q)  ? {Stages{1'b1}} : todo1_q & ~(done_i & at1_q);
      at1_q   <= at1_q ^ done_i;
      next1_q <= next1_q ^ accept;
    end
  end

  always @(posedge clk_i) begin
    if (accept && !next1_q) desc0_q <= desc_i;
    if (accept && next1_q)  desc1_q <= desc_i;
  end

  genvar stage;
  generate
    for (stage = 0; stage < Stages; stage = stage + 1) begin : gen_stage
      assign desc_o[Width*stage +: Width] = at1_q[stage] ? desc1_q : desc0_q;
    end
  endgenerate

endmodule
