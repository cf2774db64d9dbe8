// AXI4 memory of the four-state simulation: a byte that nobody loaded or wrote is unknown.
//
//   AR -> queue -> R beats           Ready, valid and the waits between them are drawn at random,
//   AW -> queue -> W beats -> B      Stall/256 of the cycles pass without a transfer on a channel.
//
// A payload is unknown while its valid is low. Addresses past the end answer DECERR, and a read
// gives unknown data with it.
//
//   plusarg         | meaning
//   ----------------|----------------------------------------------------
//   +memory=        | what is there at first, for $readmemh, bytes
//   +memory_after=  | what is there in the end, `xx` where it is unknown
//   +seed=, +stall= | start and probability of the waits
//
//   name               | meaning
//   -------------------|---------------------------
//   DataWidth, IdWidth | bits of wdata_i and of ids
//   Size               | bytes of the memory
//   dump_i             | write down what is there
//   awid_i .. rready_i | AXI4
module four_state_memory #(
  parameter DataWidth = 64,
  parameter IdWidth   = 4,
  parameter Size      = 131072
) (
  input  wire                   clk_i,
  input  wire                   rst_ni,
  input  wire                   dump_i,
  input  wire [IdWidth-1:0]     awid_i,
  input  wire [31:0]            awaddr_i,
  input  wire                   awvalid_i,
  output reg                    awready_o,
  input  wire [DataWidth-1:0]   wdata_i,
  input  wire [DataWidth/8-1:0] wstrb_i,
  input  wire                   wlast_i,
  input  wire                   wvalid_i,
  output reg                    wready_o,
  output reg  [IdWidth-1:0]     bid_o,
  output reg  [1:0]             bresp_o,
  output reg                    bvalid_o,
  input  wire                   bready_i,
  input  wire [IdWidth-1:0]     arid_i,
  input  wire [31:0]            araddr_i,
  input  wire [7:0]             arlen_i,
  input  wire                   arvalid_i,
  output reg                    arready_o,
  output reg  [IdWidth-1:0]     rid_o,
  output reg  [DataWidth-1:0]   rdata_o,
  output reg  [1:0]             rresp_o,
  output reg                    rlast_o,
  output reg                    rvalid_o,
  input  wire                   rready_i
);

  localparam Bytes = DataWidth / 8;
  localparam Depth = 32;  // more than the core announces
  localparam [1:0] Okay = 2'b00, Decerr = 2'b11;

  reg [7:0]         mem_q [0:Size-1];
  reg [8*256-1:0]   file;
  integer           seed;
  integer           stall;
  integer           lane;

  // Queues of bursts; the address is that of the next beat.
  reg [IdWidth-1:0] ar_id [0:Depth-1];
  reg [31:0]        ar_addr [0:Depth-1];
  reg [8:0]         ar_left [0:Depth-1];
  reg [IdWidth-1:0] aw_id [0:Depth-1];
  reg [31:0]        aw_addr [0:Depth-1];
  reg [1:0]         aw_resp [0:Depth-1];
  integer ar_in, ar_out, aw_in, aw_out, b_out;

  // Whether a channel moves in the next cycle.
  function go(input integer unused);
    go = ($random(seed) & 255) >= stall;
  endfunction

  initial begin
    seed = 1;
    stall = 0;
    if ($value$plusargs("seed=%d", seed)) ;
    if ($value$plusargs("stall=%d", stall)) ;
    if ($value$plusargs("memory=%s", file)) $readmemh(file, mem_q);
  end

  always @(posedge dump_i) begin
    if ($value$plusargs("memory_after=%s", file)) $writememh(file, mem_q);
  end

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {awready_o, wready_o, bvalid_o, arready_o, rvalid_o} <= 5'd0;
      {ar_in, ar_out, aw_in, aw_out, b_out} = 160'd0;
    end else begin
      // ---- reads
      if (arvalid_i && arready_o) begin
        ar_id[ar_in % Depth]   = arid_i;
        ar_addr[ar_in % Depth] = araddr_i - araddr_i % Bytes;
        ar_left[ar_in % Depth] = arlen_i + 9'd1;
        ar_in = ar_in + 1;
      end
      arready_o <= ar_in - ar_out < Depth && go(0);
      if (!rvalid_o || rready_i) begin
        rvalid_o <= 1'b0;
        rid_o    <= {IdWidth{1'bx}};
        rdata_o  <= {DataWidth{1'bx}};
        rresp_o  <= 2'bxx;
        rlast_o  <= 1'bx;
        if (ar_in != ar_out && go(0)) begin
          rvalid_o <= 1'b1;
          rid_o    <= ar_id[ar_out % Depth];
          rresp_o  <= (ar_addr[ar_out % Depth] < Size) ? Okay : Decerr;
          rlast_o  <= ar_left[ar_out % Depth] == 9'd1;
          for (lane = 0; lane < Bytes; lane = lane + 1) begin
            if (ar_addr[ar_out % Depth] < Size) begin
              rdata_o[8*lane +: 8] <= mem_q[ar_addr[ar_out % Depth] + lane];
            end
          end
          ar_addr[ar_out % Depth] = ar_addr[ar_out % Depth] + Bytes;
          ar_left[ar_out % Depth] = ar_left[ar_out % Depth] - 9'd1;
          if (ar_left[ar_out % Depth] == 9'd0) ar_out = ar_out + 1;
        end
      end

      // ---- writes: data are taken only for a burst that was announced
      if (wvalid_i && wready_o) begin
        if (aw_addr[aw_out % Depth] >= Size) begin
          aw_resp[aw_out % Depth] = Decerr;
        end else begin
          for (lane = 0; lane < Bytes; lane = lane + 1) begin
            if (wstrb_i[lane]) mem_q[aw_addr[aw_out % Depth] + lane] = wdata_i[8*lane +: 8];
          end
        end
        aw_addr[aw_out % Depth] = aw_addr[aw_out % Depth] + Bytes;
        if (wlast_i) aw_out = aw_out + 1;
      end
      if (awvalid_i && awready_o) begin
        aw_id[aw_in % Depth]   = awid_i;
        aw_addr[aw_in % Depth] = awaddr_i - awaddr_i % Bytes;
        aw_resp[aw_in % Depth] = Okay;
        aw_in = aw_in + 1;
      end
      awready_o <= aw_in - b_out < Depth && go(0);
      wready_o  <= aw_in != aw_out && go(0);
      if (!bvalid_o || bready_i) begin
        bvalid_o <= 1'b0;
        bid_o    <= {IdWidth{1'bx}};
        bresp_o  <= 2'bxx;
        if (aw_out != b_out && go(0)) begin
          bvalid_o <= 1'b1;
          bid_o    <= aw_id[b_out % Depth];
          bresp_o  <= aw_resp[b_out % Depth];
          b_out = b_out + 1;
        end
      end
    end
  end

endmodule
