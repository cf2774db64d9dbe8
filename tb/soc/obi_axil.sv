// OBI to AXI4-Lite: one transaction at a time, the answer of the bus as OBI's error.
//
//   idle --req--> drive AW and W, or AR --ready--> wait for B or R --valid--> answer, idle
//
//   name                 | meaning
//   ---------------------|------------------------------
//   req_i .. err_o       | OBI, seen from the bus
//   awaddr_o .. rready_o | AXI4-Lite, seen from the host
module obi_axil (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        req_i,
  output logic        gnt_o,
  input  logic [31:0] addr_i,
  input  logic        we_i,
  input  logic [3:0]  be_i,
  input  logic [31:0] wdata_i,
  output logic        rvalid_o,
  output logic [31:0] rdata_o,
  output logic        err_o,

  output logic [13:0] awaddr_o,
  output logic        awvalid_o,
  input  logic        awready_i,
  output logic [31:0] wdata_o,
  output logic [3:0]  wstrb_o,
  output logic        wvalid_o,
  input  logic        wready_i,
  input  logic [1:0]  bresp_i,
  input  logic        bvalid_i,
  output logic        bready_o,
  output logic [13:0] araddr_o,
  output logic        arvalid_o,
  input  logic        arready_i,
  input  logic [31:0] rdata_i,
  input  logic [1:0]  rresp_i,
  input  logic        rvalid_i,
  output logic        rready_o
);

  logic        busy_q, write_q;
  logic [13:0] addr_q;

  assign gnt_o    = !busy_q;
  assign awaddr_o = addr_q;
  assign araddr_o = addr_q;
  assign bready_o = busy_q && write_q;
  assign rready_o = busy_q && !write_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {busy_q, write_q, awvalid_o, wvalid_o, arvalid_o, rvalid_o, err_o} <= '0;
      {addr_q, wdata_o, wstrb_o, rdata_o} <= '0;
    end else begin
      rvalid_o <= 1'b0;
      if (req_i && gnt_o) begin
        busy_q    <= 1'b1;
        write_q   <= we_i;
        addr_q    <= addr_i[13:0];
        wdata_o   <= wdata_i;
        wstrb_o   <= be_i;
        awvalid_o <= we_i;
        wvalid_o  <= we_i;
        arvalid_o <= !we_i;
      end
      if (awvalid_o && awready_i) awvalid_o <= 1'b0;
      if (wvalid_o && wready_i) wvalid_o <= 1'b0;
      if (arvalid_o && arready_i) arvalid_o <= 1'b0;
      if (bvalid_i && bready_o || rvalid_i && rready_o) begin
        busy_q   <= 1'b0;
        rvalid_o <= 1'b1;
        rdata_o  <= rdata_i;
        err_o    <= (write_q ? bresp_i : rresp_i) != 2'b00;
      end
    end
  end

endmodule
