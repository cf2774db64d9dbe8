// AXI4 subordinate memory of the tile level: bytes live in bench_store.cpp, time lives here.
//
//   AR -> queue --latency--> R beats          Any channel refuses a cycle with probability
//   AW -> queue -> W beats --latency--> B     stall/256, drawn from one seeded generator; 255 is
//                                             for ever: the channel is dead.
//
// Bursts are answered in order. A beat inside a fault range answers with that fault; a write burst
// with a failed beat writes nothing at that beat and answers with the fault.
//
// What no memory may do, it does with probability lawless/256: a burst is answered once more, a
// beat or an answer has another id, one with the highest bit turned over.
//
//   name               | meaning
//   -------------------|------------------------------------------------------
//   DataWidth, IdWidth | bits of wdata_i and of ids
//   enable_i           | it drives the pins
//   seed_i, latency_i  | of the generator; cycles from a request to its answer
//   stall_i            | ar, r, aw, w, b: one byte each from bit 0
//   lawless_i          | answered twice, other id: one byte each from bit 0
//   awid_i .. rready_i | AXI4
module axi_memory
  import bench_pkg::*;
#(
  parameter int DataWidth = 64,
  parameter int IdWidth   = 4
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   enable_i,
  input  logic [31:0]            seed_i,
  input  logic [15:0]            latency_i,
  input  logic [39:0]            stall_i,
  input  logic [15:0]            lawless_i,

  input  logic [IdWidth-1:0]     awid_i,
  input  logic [31:0]            awaddr_i,
  input  logic [7:0]             awlen_i,
  input  logic                   awvalid_i,
  output logic                   awready_o,
  input  logic [DataWidth-1:0]   wdata_i,
  input  logic [DataWidth/8-1:0] wstrb_i,
  input  logic                   wlast_i,
  input  logic                   wvalid_i,
  output logic                   wready_o,
  output logic [IdWidth-1:0]     bid_o,
  output logic [1:0]             bresp_o,
  output logic                   bvalid_o,
  input  logic                   bready_i,
  input  logic [IdWidth-1:0]     arid_i,
  input  logic [31:0]            araddr_i,
  input  logic [7:0]             arlen_i,
  input  logic                   arvalid_i,
  output logic                   arready_o,
  output logic [IdWidth-1:0]     rid_o,
  output logic [DataWidth-1:0]   rdata_o,
  output logic [1:0]             rresp_o,
  output logic                   rlast_o,
  output logic                   rvalid_o,
  input  logic                   rready_i
);

  localparam int unsigned Bytes = DataWidth / 8;
  localparam int          Depth = 16;

  typedef struct packed {
    logic [IdWidth-1:0] id;
    logic [31:0]        addr;   // of the next beat, aligned to the bus
    logic [7:0]         left;   // beats after it
    logic [31:0]        first;  // address and beats of the whole burst, should it be answered twice
    logic [7:0]         len;
    logic [31:0]        due;    // first cycle in which it may be answered
    logic [1:0]         resp;
  } burst_t;

  burst_t reads[$], writes[$], answers[$];
  logic [63:0] random_q;
  logic [31:0] cycle_q;

  function automatic logic go(input logic [7:0] stall, input logic [7:0] draw);
    return stall != 8'hff && draw >= stall;
  endfunction

  function automatic logic [31:0] align(input logic [31:0] addr);
    return addr & ~(Bytes - 1);
  endfunction

  localparam logic [IdWidth-1:0] OtherId = 1 << (IdWidth - 1);

  bit [127:0] beat;
  logic [1:0] resp;

  // Registered ready: what a cycle offers was decided at its start, as a real bridge would.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      reads.delete();
      writes.delete();
      answers.delete();
      {awready_o, wready_o, bvalid_o, arready_o, rvalid_o, rlast_o} <= '0;
      {bid_o, bresp_o, rid_o, rresp_o} <= '0;
      rdata_o  <= '0;
      cycle_q  <= '0;
      random_q <= {seed_i, ~seed_i} | 64'd1;
    end else if (enable_i) begin
      cycle_q  <= cycle_q + 1;
      random_q <= step(random_q);

      // ---- reads
      if (arvalid_i && arready_o) begin
        reads.push_back('{id: arid_i, addr: align(araddr_i), left: arlen_i,
                          first: align(araddr_i), len: arlen_i,
                          due: cycle_q + 32'(latency_i), resp: 2'd0});
      end
      arready_o <= reads.size() < Depth && go(stall_i[7:0], random_q[7:0]);
      if (!rvalid_o || rready_i) begin
        rvalid_o <= 1'b0;
        rlast_o  <= 1'b0;
        if (reads.size() != 0 && reads[0].due <= cycle_q && go(stall_i[15:8], random_q[15:8])) begin
          bench_read_beat(reads[0].addr, Bytes, beat);
          rvalid_o <= 1'b1;
          rdata_o  <= beat[DataWidth-1:0];
          rresp_o  <= 2'(bench_response(reads[0].addr, Bytes, 0));
          rid_o    <= reads[0].id ^ (random_q[47:40] < lawless_i[15:8] ? OtherId : '0);
          rlast_o  <= reads[0].left == 0;
          if (reads[0].left == 0) begin
            if (random_q[55:48] < lawless_i[7:0]) begin
              reads[0].addr = reads[0].first;
              reads[0].left = reads[0].len;
            end else begin
              void'(reads.pop_front());
            end
          end else begin
            reads[0].left = reads[0].left - 1;
            reads[0].addr = reads[0].addr + Bytes;
          end
        end
      end

      // ---- writes
      if (wvalid_i && wready_o) begin
        resp = 2'(bench_response(writes[0].addr, Bytes, 1));
        beat = 128'(wdata_i);
        if (resp == 2'd0) bench_write_beat(writes[0].addr, Bytes, beat, 32'(wstrb_i));
        else if (writes[0].resp == 2'd0) writes[0].resp = resp;
        writes[0].addr = writes[0].addr + Bytes;
        if (wlast_i) begin
          answers.push_back('{id: writes[0].id, addr: '0, left: '0, first: '0, len: '0,
                              due: cycle_q + 32'(latency_i), resp: writes[0].resp});
          void'(writes.pop_front());
        end
      end
      if (awvalid_i && awready_o) begin
        writes.push_back('{id: awid_i, addr: align(awaddr_i), left: awlen_i,
                           first: '0, len: '0, due: '0, resp: 2'd0});
      end
      awready_o <= writes.size() < Depth && go(stall_i[23:16], random_q[23:16]);
      // An address must be known before its data is taken: the queue after this cycle decides.
      wready_o  <= writes.size() != 0 && go(stall_i[31:24], random_q[31:24]);
      if (!bvalid_o || bready_i) begin
        bvalid_o <= 1'b0;
        if (answers.size() != 0 && answers[0].due <= cycle_q &&
            go(stall_i[39:32], random_q[39:32])) begin
          bvalid_o <= 1'b1;
          bid_o    <= answers[0].id ^ (random_q[47:40] < lawless_i[15:8] ? OtherId : '0);
          bresp_o  <= answers[0].resp;
          if (random_q[55:48] >= lawless_i[7:0]) void'(answers.pop_front());
        end
      end
    end
  end

  function automatic logic [63:0] step(input logic [63:0] value);
    logic [63:0] x;
    x = value ^ (value << 13);
    x = x ^ (x >> 7);
    return x ^ (x << 17);
  endfunction

endmodule
