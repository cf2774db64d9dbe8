// Rules of an AXI4 manager and of the memory it talks to, bound to the bench top.
//
//   name               | meaning
//   -------------------|-------------------------------------------
//   DataWidth, IdWidth | bits of wdata_i and of ids
//   MaxBurst           | beats of the longest burst that is allowed
//   lawless_i          | the memory breaks its rules on purpose
//   awid_i .. rready_i | the signals of AXI4 of that name
`include "rules.svh"

module axi_checker #(
  parameter int DataWidth = 64,
  parameter int IdWidth   = 4,
  parameter int MaxBurst  = 16
) (
  input logic                   clk_i,
  input logic                   rst_ni,
  input logic                   lawless_i,
  input logic [IdWidth-1:0]     awid_i,
  input logic [31:0]            awaddr_i,
  input logic [7:0]             awlen_i,
  input logic [2:0]             awsize_i,
  input logic [1:0]             awburst_i,
  input logic                   awvalid_i,
  input logic                   awready_i,
  input logic [DataWidth-1:0]   wdata_i,
  input logic [DataWidth/8-1:0] wstrb_i,
  input logic                   wlast_i,
  input logic                   wvalid_i,
  input logic                   wready_i,
  input logic [IdWidth-1:0]     bid_i,
  input logic [1:0]             bresp_i,
  input logic                   bvalid_i,
  input logic                   bready_i,
  input logic [IdWidth-1:0]     arid_i,
  input logic [31:0]            araddr_i,
  input logic [7:0]             arlen_i,
  input logic [2:0]             arsize_i,
  input logic [1:0]             arburst_i,
  input logic                   arvalid_i,
  input logic                   arready_i,
  input logic [IdWidth-1:0]     rid_i,
  input logic [DataWidth-1:0]   rdata_i,
  input logic [1:0]             rresp_i,
  input logic                   rlast_i,
  input logic                   rvalid_i,
  input logic                   rready_i
);

  localparam logic [2:0] Size  = 3'($clog2(DataWidth / 8));
  localparam int         Beat  = DataWidth / 8;
  localparam int         Ids   = 1 << IdWidth;

  // First byte after the burst, within its 4 KiB page
  function automatic logic crosses(input logic [31:0] addr, input logic [7:0] len);
    logic [31:0] first;
    first = addr & ~(Beat - 1);
    return (first >> 12) != ((first + (32'(len) + 1) * Beat - 1) >> 12);
  endfunction

  // Bursts in flight: write lengths in order of their addresses, counts of the rest
  logic [8:0]  lengths[$];
  logic [15:0] beats_q;                    // data beats taken that belong to the next wlast
  logic [15:0] sent[$];                    // beats of finished data bursts, addresses unseen
  logic [15:0] reads_q[Ids];               // read bursts in flight an id
  logic [15:0] writes_q[Ids];              // write bursts without an answer an id
  logic        wrong_last;
  logic        lawless_q;                  // it may have since the reset: counts say nothing

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      lengths.delete();
      sent.delete();
      beats_q    <= '0;
      wrong_last <= 1'b0;
      lawless_q  <= 1'b0;
      for (int i = 0; i < Ids; i++) begin
        reads_q[i]  = '0;
        writes_q[i] = '0;
      end
    end else begin
      if (lawless_i) lawless_q <= 1'b1;
      wrong_last <= 1'b0;
      if (awvalid_i && awready_i) begin
        lengths.push_back(9'(awlen_i) + 9'd1);
        writes_q[awid_i] = writes_q[awid_i] + 1;
      end
      if (wvalid_i && wready_i) begin
        beats_q <= wlast_i ? '0 : beats_q + 1;
        if (wlast_i) sent.push_back(beats_q + 1);
      end
      // Data may come before its address, so both wait for each other.
      if (lengths.size() != 0 && sent.size() != 0) begin
        wrong_last <= sent[0] != 16'(lengths[0]);
        void'(lengths.pop_front());
        void'(sent.pop_front());
      end
      if (bvalid_i && bready_i) writes_q[bid_i] = writes_q[bid_i] - 1;
      if (rvalid_i && rready_i && rlast_i) reads_q[rid_i] = reads_q[rid_i] - 1;
      if (arvalid_i && arready_i) reads_q[arid_i] = reads_q[arid_i] + 1;
    end
  end

  // What is offered stays until it is taken.
  `STAYS(axi_ar_stays, arvalid_i, arready_i, {araddr_i, arlen_i, arid_i})
  `STAYS(axi_aw_stays, awvalid_i, awready_i, {awaddr_i, awlen_i, awid_i})
  `STAYS(axi_w_stays, wvalid_i, wready_i, {wdata_i, wstrb_i, wlast_i})
  `STAYS(axi_r_stays, rvalid_i, rready_i, {rdata_i, rid_i, rlast_i, rresp_i})
  `STAYS(axi_b_stays, bvalid_i, bready_i, {bid_i, bresp_i})
  // Bursts: INCR, full width, inside a 4 KiB page, no longer than asked for.
  axi_ar_burst: assert property (@(posedge clk_i) disable iff (!rst_ni)
    arvalid_i |-> arburst_i == 2'b01 && arsize_i == Size && !crosses(araddr_i, arlen_i)
    && int'(arlen_i) < MaxBurst);
  axi_aw_burst: assert property (@(posedge clk_i) disable iff (!rst_ni)
    awvalid_i |-> awburst_i == 2'b01 && awsize_i == Size && !crosses(awaddr_i, awlen_i)
    && int'(awlen_i) < MaxBurst);
  // As many beats as announced, answers only to what was asked.
  axi_wlast: assert property (@(posedge clk_i) disable iff (!rst_ni) !wrong_last);
  axi_b_asked: assert property (@(posedge clk_i) disable iff (!rst_ni || lawless_i || lawless_q)
    bvalid_i |-> writes_q[bid_i] != 0);
  axi_r_asked: assert property (@(posedge clk_i) disable iff (!rst_ni || lawless_i || lawless_q)
    rvalid_i |-> reads_q[rid_i] != 0);
  // Valids are low from the first edge in reset on.
  axi_reset: assert property (@(posedge clk_i) !rst_ni |=> !arvalid_i && !awvalid_i && !wvalid_i);

endmodule
