// What a mac or vec instruction needs beyond its operands: ends of its ranges, and the pixel
// distances the execute engine walks by.
//
// A microprogram for the check's multiplier. Step s presents operands, and its result is on
// product_i in step s+2, where it is used as an operand or captured.
//
//   step                                      step
//    0   (H-1)*P + W-1        -> in last       7   (in2 last / Rows)*CBS2 + base2 + CB -> in2 end
//    1   (OH-1)*OP + OW-1     -> out last      8   OCB*S + wbase                   -> weight end
//    2   (in last / Rows)*CBS + base + CB      9   PT*P + PL                       -> origin
//    3   (out last / Rows)*OCBS + obase + OCB  10  SY*P                            -> row step
//    4   KH*KW                -> taps          11  DY*P                            -> tap step
//    5   (H-1)*P2 + W-1       -> in2 last      12  OH*OW                           -> pixels
//    6   taps*C, or taps      -> S
//
// S is saturated to 33 bits before it is multiplied: such an S alone passes every buffer, and the
// end past it still saturates the detail word.
//
//   name                | meaning
//   --------------------|---------------------------------------------------------------
//   Rows                | as in ratel_core
//   step_i              | step of the program, runs only while this unit's program is on
//   h_i .. wbase_i      | operands
//   depth_i             | channels a tap sums over: C in conv, else 1
//   a_o, b_o, c_o       | operands of the multiplier; product_i: its result
//   in_end_o .. wend_o  | first line or weight word past the end
//   origin_o .. steps_o | see spec/descriptors.toml; scratchpad places are modulo 2^20
module ratel_derive_compute #(
  parameter Rows = 8
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire [3:0]  step_i,
  input  wire [15:0] h_i,
  input  wire [15:0] w_i,
  input  wire [15:0] blocks_i,
  input  wire [15:0] pitch_i,
  input  wire [15:0] cbs_i,
  input  wire [15:0] base_i,
  input  wire [15:0] pitch2_i,
  input  wire [15:0] cbs2_i,
  input  wire [15:0] base2_i,
  input  wire [15:0] oh_i,
  input  wire [15:0] ow_i,
  input  wire [15:0] oblocks_i,
  input  wire [15:0] opitch_i,
  input  wire [15:0] ocbs_i,
  input  wire [15:0] obase_i,
  input  wire [15:0] kh_i,
  input  wire [15:0] kw_i,
  input  wire [7:0]  sy_i,
  input  wire [7:0]  dy_i,
  input  wire [15:0] pt_i,
  input  wire [15:0] pl_i,
  input  wire [15:0] depth_i,
  input  wire [15:0] wbase_i,
  output reg  [15:0] a_o,
  output reg  [32:0] b_o,
  output reg  [33:0] c_o,
  input  wire [49:0] product_i,
  output wire [49:0] in_end_o,
  output wire [49:0] in2_end_o,
  output wire [49:0] out_end_o,
  output wire [49:0] wend_o,
  output wire [19:0] origin_o,
  output wire [19:0] row_step_o,
  output wire [19:0] tap_step_o,
  output wire [31:0] pixels_o,
  output wire [15:0] steps_o
);
  localparam RowsLog2 = (Rows == 4) ? 2 : (Rows == 8) ? 3 : 4;

  reg [49:0] in_end_q;
  reg [49:0] in2_end_q;
  reg [49:0] out_end_q;
  reg [49:0] wend_q;
  reg [19:0] origin_q;
  reg [19:0] row_step_q;
  reg [19:0] tap_step_q;
  reg [31:0] pixels_q;
  reg [15:0] steps_q;

  assign in_end_o   = in_end_q;
  assign in2_end_o  = in2_end_q;
  assign out_end_o  = out_end_q;
  assign wend_o     = wend_q;
  assign origin_o   = origin_q;
  assign row_step_o = row_step_q;
  assign tap_step_o = tap_step_q;
  assign pixels_o   = pixels_q;
  assign steps_o    = steps_q;

  wire [15:0] h_less    = h_i - 16'd1;
  wire [15:0] w_less    = w_i - 16'd1;
  wire [15:0] oh_less   = oh_i - 16'd1;
  wire [15:0] ow_less   = ow_i - 16'd1;
  wire [32:0] last_line = product_i[32:0] >> RowsLog2;
  wire [32:0] product_saturated;

  ratel_saturate #(
    .InWidth  (50),
    .OutWidth (33)
  ) u_saturate (
    .value_i (product_i),
    .value_o (product_saturated)
  );

  always @* begin
    case (step_i)
      4'd0: begin
        a_o = h_less;
        b_o = {17'd0, pitch_i};
        c_o = {18'd0, w_less};
      end
      4'd1: begin
        a_o = oh_less;
        b_o = {17'd0, opitch_i};
        c_o = {18'd0, ow_less};
      end
      4'd2: begin
        a_o = cbs_i;
        b_o = last_line;
        c_o = {18'd0, base_i} + {18'd0, blocks_i};
      end
      4'd3: begin
        a_o = ocbs_i;
        b_o = last_line;
        c_o = {18'd0, obase_i} + {18'd0, oblocks_i};
      end
      4'd4: begin
        a_o = kh_i;
        b_o = {17'd0, kw_i};
        c_o = 34'd0;
      end
      4'd5: begin
        a_o = h_less;
        b_o = {17'd0, pitch2_i};
        c_o = {18'd0, w_less};
      end
      4'd6: begin
        a_o = depth_i;
        b_o = product_i[32:0];
        c_o = 34'd0;
      end
      4'd7: begin
        a_o = cbs2_i;
        b_o = last_line;
        c_o = {18'd0, base2_i} + {18'd0, blocks_i};
      end
      4'd8: begin
        a_o = oblocks_i;
        b_o = product_saturated;
        c_o = {18'd0, wbase_i};
      end
      4'd9: begin
        a_o = pt_i;
        b_o = {17'd0, pitch_i};
        c_o = {18'd0, pl_i};
      end
      4'd10: begin
        a_o = {8'd0, sy_i};
        b_o = {17'd0, pitch_i};
        c_o = 34'd0;
      end
      4'd11: begin
        a_o = {8'd0, dy_i};
        b_o = {17'd0, pitch_i};
        c_o = 34'd0;
      end
      default: begin
        a_o = oh_i;
        b_o = {17'd0, ow_i};
        c_o = 34'd0;
      end
    endcase
  end

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      in_end_q   <= 50'd0;
      in2_end_q  <= 50'd0;
      out_end_q  <= 50'd0;
      wend_q     <= 50'd0;
      origin_q   <= 20'd0;
      row_step_q <= 20'd0;
      tap_step_q <= 20'd0;
      pixels_q   <= 32'd0;
      steps_q    <= 16'd0;
    end else begin
      case (step_i)
        4'd4:  in_end_q   <= product_i;
        4'd5:  out_end_q  <= product_i;
        4'd8:  steps_q    <= product_i[15:0];
        4'd9:  in2_end_q  <= product_i;
        4'd10: wend_q     <= product_i;
        4'd11: origin_q   <= product_i[19:0];
        4'd12: row_step_q <= product_i[19:0];
        4'd13: tap_step_q <= product_i[19:0];
        4'd14: pixels_q   <= product_i[31:0];
        default: begin
        end
      endcase
    end
  end
endmodule
