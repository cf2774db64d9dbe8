// Burst splitter of load and store: cuts a run of bytes at multiples of MaxBurst bus words.
//
//   bus words    |   .   .   .   |   .   .   .   |   .   .   .   |   | = MaxBurst words
//   run                  ================================
//   bursts              [  first ][    middle    ][ last  ]
//
// MaxBurst bus words are a power of two of at most 4096 bytes, so no burst crosses a 4 KiB
// boundary, none is longer than MaxBurst, and neither needs an adder: the length is a difference of
// word indices.
//
//   name       | meaning
//   -----------|-----------------------------------------------------------------------------------
//   BusBytes   | bytes of a bus word
//   MaxBurst   | as in ratel_core
//   run_*      | the run, taken when valid and ready
//   drop_i     | forget the run in work
//   burst_*    | one burst: `addr` of its first wanted byte, `end` of its last one, `len` = beats -
//              | 1, `last` = offset of the last wanted byte in the last beat, `final` = the last
//              | burst of its instruction
module ratel_bursts #(
  parameter BusBytes = 8,
  parameter MaxBurst = 16
) (
  input  wire                        clk_i,
  input  wire                        rst_ni,
  input  wire                        run_valid_i,
  output wire                        run_ready_o,
  input  wire [1:0]                  run_tag_i,
  input  wire [31:0]                 run_first_i,
  input  wire [31:0]                 run_last_i,
  input  wire                        run_final_i,
  input  wire                        drop_i,
  output wire                        burst_valid_o,
  input  wire                        burst_ready_i,
  output wire [1:0]                  burst_tag_o,
  output wire [31:0]                 burst_addr_o,
  output wire [31:0]                 burst_end_o,
  output wire [7:0]                  burst_len_o,
  output wire [$clog2(BusBytes)-1:0] burst_last_o,
  output wire                        burst_final_o
);

  localparam OffsetWidth = $clog2(BusBytes);
  localparam WindowBits = OffsetWidth + $clog2(MaxBurst);
  localparam IndexMaskInt = MaxBurst - 1;
  localparam [7:0] IndexMask = IndexMaskInt[7:0];

  reg        valid_q;
  reg [1:0]  tag_q;
  reg [31:0] addr_q;
  reg [31:0] last_q;
  reg        final_q;

  wire [31-WindowBits:0] window      = addr_q[31:WindowBits];
  wire [31-WindowBits:0] next_window = window + 1'b1;
  wire                   run_end     = (window == last_q[31:WindowBits]);
  wire [7:0]             first_index = addr_q[OffsetWidth +: 8] & IndexMask;
  wire [7:0]             last_index  = run_end ? (last_q[OffsetWidth +: 8] & IndexMask) : IndexMask;
  wire                   leave       = drop_i || (burst_ready_i && run_end);

  assign run_ready_o   = !valid_q || leave;
  assign burst_valid_o = valid_q;
  assign burst_tag_o   = tag_q;
  assign burst_addr_o  = addr_q;
  assign burst_end_o   = run_end ? last_q : {window, {WindowBits{1'b1}}};
  assign burst_len_o   = last_index - first_index;
  assign burst_last_o  = run_end ? last_q[OffsetWidth-1:0] : {OffsetWidth{1'b1}};
  assign burst_final_o = run_end && final_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)          valid_q <= 1'b0;
    else if (run_ready_o) valid_q <= run_valid_i;
  end

  always @(posedge clk_i) begin
    if (run_ready_o) begin
      tag_q   <= run_tag_i;
      addr_q  <= run_first_i;
      last_q  <= run_last_i;
      final_q <= run_final_i;
    end else if (burst_ready_i) begin
      addr_q  <= {next_window, {WindowBits{1'b0}}};
    end
  end

endmodule
