// Byte queue with a variable number of bytes in and out a cycle: turns pieces of one width into
// pieces of another.
//
//         push_bytes_i              count_o bytes                pop_bytes_i
//   new bytes --> [ ...................................... 2 1 0 ] --> oldest bytes
//
// The user looks at `count_o` (a register): it pushes only while count + push <= Capacity and pops
// no more than `count_o`. Both may happen in one cycle.
//
//   name                      | meaning
//   --------------------------|------------------------------------------------------------
//   InBytes, OutBytes         | most bytes that enter and leave a cycle
//   Capacity                  | bytes it holds: > InBytes, >= OutBytes
//   flush_i                   | forget all bytes; a push in the same cycle is lost
//   push_data_i, push_bytes_i | bytes to add, byte 0 first; 0..InBytes of them
//   pop_bytes_i               | bytes to remove, 0..OutBytes
//   data_o                    | the oldest OutBytes bytes, byte 0 first; 0 beyond `count_o`
module ratel_gearbox #(
  parameter InBytes  = 8,
  parameter OutBytes = 8,
  parameter Capacity = 24
) (
  input  wire                                                  clk_i,
  input  wire                                                  rst_ni,
  input  wire                                                  flush_i,
  input  wire [InBytes*8-1:0]                                  push_data_i,
  input  wire [(Capacity > 31 ? $clog2(Capacity + 1) : 5)-1:0] push_bytes_i,
  input  wire [(Capacity > 31 ? $clog2(Capacity + 1) : 5)-1:0] pop_bytes_i,
  output wire [(Capacity > 31 ? $clog2(Capacity + 1) : 5)-1:0] count_o,
  output wire [OutBytes*8-1:0]                                 data_o
);

  localparam CountWidth = (Capacity > 31) ? $clog2(Capacity + 1) : 5;
  localparam Bits = Capacity * 8;

  reg  [Bits-1:0]       bytes_q;
  reg  [CountWidth-1:0] count_q;

  wire [CountWidth-1:0] kept = count_q - pop_bytes_i;

  // Bytes beyond the count are kept at 0, so that a push is a plain OR.
  reg  [InBytes*8-1:0]  masked;
  integer               index;

  always @* begin
    for (index = 0; index < InBytes; index = index + 1) begin
      masked[8*index +: 8] = (index[CountWidth-1:0] < push_bytes_i) ? push_data_i[8*index +: 8]
                                                                     : 8'd0;
    end
  end

  wire [Bits-1:0] arriving = {{(Bits - InBytes*8){1'b0}}, masked};

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      bytes_q <= {Bits{1'b0}};
      count_q <= {CountWidth{1'b0}};
    end else if (flush_i) begin
      bytes_q <= {Bits{1'b0}};
      count_q <= {CountWidth{1'b0}};
    end else begin
      bytes_q <= (bytes_q >> {pop_bytes_i, 3'd0}) | (arriving << {kept, 3'd0});
      count_q <= kept + push_bytes_i;
    end
  end

  assign count_o = count_q;
  assign data_o  = bytes_q[OutBytes*8-1:0];

endmodule
