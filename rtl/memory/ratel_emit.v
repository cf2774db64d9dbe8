// Beat emitter: bytes to W beats of the announced bursts. The first beat of a burst starts at the
// offset of its first byte, the last ends at its last byte; strobes mark what lies between.
//
//   name            | meaning
//   ----------------|------------------------------------------------------------------------
//   BusBytes        | bytes of a bus word
//   CountWidth      | bits of a number of bytes in the gearbox, at least 5
//   burst_*         | oldest burst with beats to send (see ratel_bursts); done: `burst_pop_o`
//   blank_i         | send the rest with strobes off, without waiting for bytes
//   count_i, data_i | the gearbox; `pop_bytes_o` leave it in this cycle
//   beat_*          | a W beat, from registers
//   written_o       | bytes strobed in the beat made in this cycle
module ratel_emit #(
  parameter BusBytes   = 8,
  parameter CountWidth = 6
) (
  input  wire                        clk_i,
  input  wire                        rst_ni,
  input  wire                        burst_valid_i,
  output wire                        burst_pop_o,
  input  wire [$clog2(BusBytes)-1:0] burst_first_i,
  input  wire [7:0]                  burst_len_i,
  input  wire [$clog2(BusBytes)-1:0] burst_last_i,
  input  wire                        blank_i,
  input  wire [CountWidth-1:0]       count_i,
  input  wire [BusBytes*8-1:0]       data_i,
  output wire [CountWidth-1:0]       pop_bytes_o,
  output wire                        beat_valid_o,
  input  wire                        beat_ready_i,
  output wire [BusBytes*8-1:0]       beat_data_o,
  output wire [BusBytes-1:0]         beat_strb_o,
  output wire                        beat_last_o,
  output wire [4:0]                  written_o
);

  localparam OffsetWidth = $clog2(BusBytes);

  reg [7:0] index_q;   // of the next beat in its burst

  wire first_beat = (index_q == 8'd0);
  wire last_beat  = (index_q == burst_len_i);

  wire [OffsetWidth-1:0] low   = first_beat ? burst_first_i : {OffsetWidth{1'b0}};
  wire [OffsetWidth-1:0] high  = last_beat ? burst_last_i : {OffsetWidth{1'b1}};
  wire [OffsetWidth-1:0] span  = high - low;
  wire [4:0]             bytes = {{(5 - OffsetWidth){1'b0}}, span} + 5'd1;
  wire [CountWidth-1:0]  bytes_wide = {{(CountWidth - 5){1'b0}}, bytes};
  wire [BusBytes-1:0]    strobes = ~({BusBytes{1'b1}} << bytes) << low;

  reg                  valid_q;
  reg [BusBytes*8-1:0] data_q;
  reg [BusBytes-1:0]   strb_q;
  reg                  last_q;

  wire make = burst_valid_i && (!valid_q || beat_ready_i) && (blank_i || (count_i >= bytes_wide));

  assign burst_pop_o = make && last_beat;
  assign pop_bytes_o = (make && !blank_i) ? bytes_wide : {CountWidth{1'b0}};
  assign written_o   = (make && !blank_i) ? bytes : 5'd0;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      index_q <= 8'd0;
      valid_q <= 1'b0;
    end else begin
      if (make) index_q <= last_beat ? 8'd0 : index_q + 8'd1;
      if (make)              valid_q <= 1'b1;
      else if (beat_ready_i) valid_q <= 1'b0;
    end
  end

  always @(posedge clk_i) begin
    if (make) begin
      data_q <= data_i << {low, 3'd0};
      strb_q <= blank_i ? {BusBytes{1'b0}} : strobes;
      last_q <= last_beat;
    end
  end

  assign beat_valid_o = valid_q;
  assign beat_data_o  = data_q;
  assign beat_strb_o  = strb_q;
  assign beat_last_o  = last_q;

endmodule
