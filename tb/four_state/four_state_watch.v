// Looks at every output of the core in the middle of every cycle, from reset on: none may be
// unknown. The first that is gets one line, `X on <port> in cycle <n>`, and `found_o` rises.
//
//   always         valid, ready and the interrupt: whoever waits for them has nothing else to go by
//   with valid     a payload; write data only in lanes whose strobe is set
//   with an offer  the answers on CV-X-IF's issue channel, which depend on the offer
//
// Ports have the names that they have on the core, without suffix.
//
//   name                           | meaning
//   -------------------------------|-------------------------------------------------
//   DataWidth .. XifIdWidth        | bits of the bus, of its ids, of those of CV-X-IF
//   found_o                        | an output was unknown
//   x_unused_i, x_result_unused_i  | outputs that are tied off
//   m_axi_awrest_i, m_axi_arrest_i | size, burst, cache, prot
//   irq_i .. m_axi_rready_i        | the core's outputs of that name
module four_state_watch #(
  parameter DataWidth = 64,
  parameter IdWidth   = 4,
  parameter XifIdWidth = 4
) (
  input  wire                   clk_i,
  input  wire                   rst_ni,
  output reg                    found_o,
  input  wire                   irq_i,
  input  wire [9:0]             x_unused_i,
  input  wire                   x_issue_valid_i,
  input  wire                   x_issue_ready_i,
  input  wire                   x_issue_accept_i,
  input  wire                   x_issue_writeback_i,
  input  wire                   x_result_valid_i,
  input  wire [XifIdWidth-1:0]  x_result_id_i,
  input  wire [31:0]            x_result_data_i,
  input  wire [4:0]             x_result_rd_i,
  input  wire                   x_result_we_i,
  input  wire [8:0]             x_result_unused_i,
  input  wire                   s_axil_awready_i,
  input  wire                   s_axil_wready_i,
  input  wire                   s_axil_bvalid_i,
  input  wire [1:0]             s_axil_bresp_i,
  input  wire                   s_axil_arready_i,
  input  wire                   s_axil_rvalid_i,
  input  wire [31:0]            s_axil_rdata_i,
  input  wire [1:0]             s_axil_rresp_i,
  input  wire                   m_axi_awvalid_i,
  input  wire [IdWidth-1:0]     m_axi_awid_i,
  input  wire [31:0]            m_axi_awaddr_i,
  input  wire [7:0]             m_axi_awlen_i,
  input  wire [11:0]            m_axi_awrest_i,
  input  wire                   m_axi_wvalid_i,
  input  wire [DataWidth-1:0]   m_axi_wdata_i,
  input  wire [DataWidth/8-1:0] m_axi_wstrb_i,
  input  wire                   m_axi_wlast_i,
  input  wire                   m_axi_bready_i,
  input  wire                   m_axi_arvalid_i,
  input  wire [IdWidth-1:0]     m_axi_arid_i,
  input  wire [31:0]            m_axi_araddr_i,
  input  wire [7:0]             m_axi_arlen_i,
  input  wire [11:0]            m_axi_arrest_i,
  input  wire                   m_axi_rready_i
);

  integer               cycle;
  integer               lane;
  reg [DataWidth-1:0]   written;  // write data, 0 where no byte is enabled

  // `port` is 1 bit that is unknown when a bit of the port is.
  task must_know(input port, input [8*24-1:0] name);
    if (port === 1'bx && !found_o) begin
      $display("X on %0s in cycle %0d", name, cycle);
      found_o = 1'b1;
    end
  endtask

  initial begin
    found_o = 1'b0;
    cycle = 0;
  end

  always @(negedge clk_i) begin
    if (rst_ni !== 1'bx) begin
      cycle = cycle + 1;
      must_know(irq_i, "irq_o");
      must_know(^x_unused_i, "tied CV-X-IF output");
      must_know(x_result_valid_i, "x_result_valid_o");
      must_know(s_axil_awready_i, "s_axil_awready_o");
      must_know(s_axil_wready_i, "s_axil_wready_o");
      must_know(s_axil_bvalid_i, "s_axil_bvalid_o");
      must_know(s_axil_arready_i, "s_axil_arready_o");
      must_know(s_axil_rvalid_i, "s_axil_rvalid_o");
      must_know(m_axi_awvalid_i, "m_axi_awvalid_o");
      must_know(m_axi_wvalid_i, "m_axi_wvalid_o");
      must_know(m_axi_bready_i, "m_axi_bready_o");
      must_know(m_axi_arvalid_i, "m_axi_arvalid_o");
      must_know(m_axi_rready_i, "m_axi_rready_o");
      if (x_issue_valid_i) begin
        must_know(x_issue_ready_i, "x_issue_ready_o");
        must_know(x_issue_accept_i, "x_issue_accept_o");
        must_know(x_issue_writeback_i, "x_issue_writeback_o");
      end
      if (x_result_valid_i) begin
        must_know(^x_result_id_i, "x_result_id_o");
        must_know(^x_result_data_i, "x_result_data_o");
        must_know(^x_result_rd_i, "x_result_rd_o");
        must_know(x_result_we_i, "x_result_we_o");
        must_know(^x_result_unused_i, "tied x_result output");
      end
      if (s_axil_bvalid_i) must_know(^s_axil_bresp_i, "s_axil_bresp_o");
      if (s_axil_rvalid_i) begin
        must_know(^s_axil_rdata_i, "s_axil_rdata_o");
        must_know(^s_axil_rresp_i, "s_axil_rresp_o");
      end
      if (m_axi_awvalid_i) begin
        must_know(^m_axi_awid_i, "m_axi_awid_o");
        must_know(^m_axi_awaddr_i, "m_axi_awaddr_o");
        must_know(^m_axi_awlen_i, "m_axi_awlen_o");
        must_know(^m_axi_awrest_i, "m_axi_aw* attributes");
      end
      if (m_axi_arvalid_i) begin
        must_know(^m_axi_arid_i, "m_axi_arid_o");
        must_know(^m_axi_araddr_i, "m_axi_araddr_o");
        must_know(^m_axi_arlen_i, "m_axi_arlen_o");
        must_know(^m_axi_arrest_i, "m_axi_ar* attributes");
      end
      if (m_axi_wvalid_i) begin
        must_know(^m_axi_wstrb_i, "m_axi_wstrb_o");
        must_know(m_axi_wlast_i, "m_axi_wlast_o");
        for (lane = 0; lane < DataWidth / 8; lane = lane + 1) begin
          written[8*lane +: 8] = m_axi_wstrb_i[lane] ? m_axi_wdata_i[8*lane +: 8] : 8'h00;
        end
        must_know(^written, "m_axi_wdata_o");
      end
    end
  end

endmodule
