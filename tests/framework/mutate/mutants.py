"""A small module with something for each kind of change."""

from __future__ import annotations

from dataclasses import replace

from honeyguide.mutate.kinds import Change
from honeyguide.mutate.report import Fate, Mutant

PART = """module part (
  input  wire       clk_i,
  input  wire [3:0] a_i,
  input  wire [3:0] b_i,
  output wire [3:0] q_o
);
  assign q_o = a_i & ~b_i;
endmodule
"""


DEMO = """module demo #(
  parameter Limit = 9
) (
  input  wire              clk_i,
  input  wire              rst_ni,
  input  wire              go_i,
  input  wire signed [3:0] x_i,
  input  wire [3:0]        y_i,
  output reg  [7:0]        sum_q,
  output wire [3:0]        low_o
);
  localparam [1:0] Idle = 2'd0;
  localparam [1:0] Work = 2'd1;
  reg [1:0] state_q;
  wire [3:0] part;
  wire big = (sum_q > Limit) || !go_i;
  wire any = |y_i && (y_i != 4'd3);
  wire [3:0] turned = {y_i[1:0], y_i[3:2]} >> 1;  // a comment; with = signs
  function integer log2;
    input integer value;
    log2 = value - 1;
  endfunction

  wire bit1 = y_i[1] & big;

  assign low_o = $signed(x_i) * 2 < 0 ? turned : part;

  part u_part (
    .clk_i (clk_i),
    .a_i   (y_i),
    .b_i   (turned),
    .q_o   (part)
  );

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      sum_q   <= 8'd0;
    end else begin
      if (go_i && any) state_q <= Work;
      else state_q <= Idle;
      case (state_q)
        Work: if (!big) sum_q <= sum_q + {4'd0, y_i};
        default: sum_q <= sum_q;
      endcase
    end
  end
endmodule
"""


def mutant(change: Change, fate: Fate, **more: object) -> Mutant:
    """Return a mutant."""
    return replace(Mutant(number=1, change=change, fate=fate), **more)  # type: ignore[arg-type]
