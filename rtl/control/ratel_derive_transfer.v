// What a load or store needs beyond its operands: ends of its ranges and the shape of its runs.
//
// A microprogram for the check's multiplier. Step s presents operands, and its result is on
// product_i in step s+2, where it is used as an operand or captured.
//
//   step  tensors (ld.t, st.t)                  matrices (ld.m, ld.mt)
//    0    (W-1)*pixpitch + C       -> row_span   same
//    1    (H-1)*P + p0 + W-1       -> last       H*W -> K or N
//    2    (H-1)*rowpitch + row_span -> span      same
//    3    (last / Rows)*CBS + base + CB -> end   CB*K + first, or ceil(N/Cols)*C + first
//    4    (p0 / Rows)*CBS + base   -> start      (unused)
//    5    W*C                      -> row_bytes
//    6    H*W                      -> pixels
//    7    H*row_bytes              -> all_bytes
//
// Linear loads (ld.w, ld.p, ld.b, ld.l) need no multiplication.
//
//   name          | meaning
//   --------------|---------------------------------------------------------------
//   Rows, Cols    | as in ratel_core
//   step_i        | step of the program, runs only while this unit's program is on
//   matrix_i      | ld.m or ld.mt; transposed_i: ld.mt
//   h_i .. p0_i   | operands (base_i also is the first weight word)
//   blocks_i      | ceil(C / Cols)
//   a_o, b_o, c_o | operands of the multiplier; product_i: its result
//   row_span_o    | bytes from the first to the last of an image row
//   span_o        | bytes from the first to the last of all
//   end_o         | first line or weight word past the end
//   start_o       | first line of a tensor
//   row_bytes_o   | W*C;  pixels_o: H*W;  all_bytes_o: H*W*C
module ratel_derive_transfer #(
  parameter Rows = 8,
  parameter Cols = 8
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire [3:0]  step_i,
  input  wire        matrix_i,
  input  wire        transposed_i,
  input  wire [15:0] h_i,
  input  wire [15:0] w_i,
  input  wire [15:0] channels_i,
  input  wire [15:0] blocks_i,
  input  wire [15:0] pitch_i,
  input  wire [15:0] cbs_i,
  input  wire [15:0] pix_pitch_i,
  input  wire [31:0] row_pitch_i,
  input  wire [15:0] base_i,
  input  wire [15:0] p0_i,
  output reg  [15:0] a_o,
  output reg  [32:0] b_o,
  output reg  [33:0] c_o,
  input  wire [49:0] product_i,
  output wire [31:0] row_span_o,
  output wire [49:0] span_o,
  output wire [49:0] end_o,
  output wire [15:0] start_o,
  output wire [31:0] row_bytes_o,
  output wire [31:0] pixels_o,
  output wire [31:0] all_bytes_o
);
  localparam RowsLog2 = (Rows == 4) ? 2 : (Rows == 8) ? 3 : 4;
  localparam ColsLog2 = (Cols == 4) ? 2 : (Cols == 8) ? 3 : 4;
  localparam [31:0] Round = Cols - 1;

  reg [31:0] row_span_q;
  reg [49:0] span_q;
  reg [49:0] end_q;
  reg [15:0] start_q;
  reg [31:0] row_bytes_q;
  reg [31:0] pixels_q;
  reg [31:0] all_bytes_q;

  assign row_span_o  = row_span_q;
  assign span_o      = span_q;
  assign end_o       = end_q;
  assign start_o     = start_q;
  assign row_bytes_o = row_bytes_q;
  assign pixels_o    = pixels_q;
  assign all_bytes_o = all_bytes_q;

  wire [15:0] h_less = h_i - 16'd1;
  wire [15:0] w_less = w_i - 16'd1;
  wire [32:0] groups = (product_i[32:0] + {1'b0, Round}) >> ColsLog2;

  always @* begin
    a_o = h_i;
    b_o = {17'd0, w_i};
    c_o = 34'd0;
    case (step_i)
      4'd0: begin
        a_o = w_less;
        b_o = {17'd0, pix_pitch_i};
        c_o = {18'd0, channels_i};
      end
      4'd1: begin
        if (!matrix_i) begin
          a_o = h_less;
          b_o = {17'd0, pitch_i};
          c_o = {18'd0, p0_i} + {18'd0, w_less};
        end
      end
      4'd2: begin
        a_o = h_less;
        b_o = {1'b0, row_pitch_i};
        c_o = product_i[33:0];
      end
      4'd3: begin
        if (!matrix_i) begin
          a_o = cbs_i;
          b_o = product_i[32:0] >> RowsLog2;
          c_o = {18'd0, base_i} + {18'd0, blocks_i};
        end else begin
          a_o = transposed_i ? channels_i : blocks_i;
          b_o = transposed_i ? groups : product_i[32:0];
          c_o = {18'd0, base_i};
        end
      end
      4'd4: begin
        a_o = cbs_i;
        b_o = {17'd0, p0_i >> RowsLog2};
        c_o = {18'd0, base_i};
      end
      4'd5: begin
        a_o = channels_i;
      end
      4'd7: begin
        b_o = product_i[32:0];
      end
      default: begin  // step 6: H*W
      end
    endcase
  end

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      row_span_q  <= 32'd0;
      span_q      <= 50'd0;
      end_q       <= 50'd0;
      start_q     <= 16'd0;
      row_bytes_q <= 32'd0;
      pixels_q    <= 32'd0;
      all_bytes_q <= 32'd0;
    end else begin
      case (step_i)
        4'd2: row_span_q  <= product_i[31:0];
        4'd4: span_q      <= product_i;
        4'd5: end_q       <= product_i;
        4'd6: start_q     <= product_i[15:0];
        4'd7: row_bytes_q <= product_i[31:0];
        4'd8: pixels_q    <= product_i[31:0];
        4'd9: all_bytes_q <= product_i[31:0];
        default: begin
        end
      endcase
    end
  end
endmodule
