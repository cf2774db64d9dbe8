// Rules of an AXI4-Lite subordinate and its host, bound to the bench top.
//
//   name                 | meaning
//   ---------------------|--------------------------------------
//   awaddr_i .. rready_i | the signals of AXI4-Lite of that name
`include "rules.svh"

module axil_checker (
  input logic        clk_i,
  input logic        rst_ni,
  input logic [13:0] awaddr_i,
  input logic        awvalid_i,
  input logic        awready_i,
  input logic [31:0] wdata_i,
  input logic [3:0]  wstrb_i,
  input logic        wvalid_i,
  input logic        wready_i,
  input logic [1:0]  bresp_i,
  input logic        bvalid_i,
  input logic        bready_i,
  input logic [13:0] araddr_i,
  input logic        arvalid_i,
  input logic        arready_i,
  input logic [31:0] rdata_i,
  input logic [1:0]  rresp_i,
  input logic        rvalid_i,
  input logic        rready_i
);

  logic [7:0] addresses_q, data_q, reads_q;   // taken and not answered

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {addresses_q, data_q, reads_q} <= '0;
    end else begin
      addresses_q <= addresses_q + 8'(awvalid_i && awready_i) - 8'(bvalid_i && bready_i);
      data_q      <= data_q + 8'(wvalid_i && wready_i) - 8'(bvalid_i && bready_i);
      reads_q     <= reads_q + 8'(arvalid_i && arready_i) - 8'(rvalid_i && rready_i);
    end
  end

  `STAYS(axil_aw_stays, awvalid_i, awready_i, awaddr_i)
  `STAYS(axil_w_stays, wvalid_i, wready_i, {wdata_i, wstrb_i})
  `STAYS(axil_ar_stays, arvalid_i, arready_i, araddr_i)
  `STAYS(axil_b_stays, bvalid_i, bready_i, bresp_i)
  `STAYS(axil_r_stays, rvalid_i, rready_i, {rdata_i, rresp_i})
  // An answer comes after address and data, and only then.
  axil_b_asked: assert property (@(posedge clk_i) disable iff (!rst_ni)
    bvalid_i |-> addresses_q != 0 && data_q != 0);
  axil_r_asked: assert property (@(posedge clk_i) disable iff (!rst_ni) rvalid_i |-> reads_q != 0);
  axil_no_exclusive: assert property (@(posedge clk_i) disable iff (!rst_ni)
    (bvalid_i |-> bresp_i != 2'b01));
  axil_reset: assert property (@(posedge clk_i) !rst_ni |=> !bvalid_i && !rvalid_i);

endmodule
