// AXI4-Lite subordinate: turns the five channels into single register accesses.
//
// Address and data of a write arrive in any order and are kept until both are there. A write waits
// on the bus while write_ready_i is low; reads go on meanwhile.
//
//   name       | meaning
//   -----------|---------------------------------------------------------------------------
//   s_axil_*   | the port; protection bits are not used
//   waits_o    | an access is under way
//   write_*    | a write access, taken in a cycle with ready; write_error_i in that cycle: SLVERR
//   read_*     | a read access; read_data_i and read_error_i (SLVERR) in the same cycle
module ratel_axil (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire [13:0] s_axil_awaddr_i,
  input  wire        s_axil_awvalid_i,
  output wire        s_axil_awready_o,
  input  wire [31:0] s_axil_wdata_i,
  input  wire [3:0]  s_axil_wstrb_i,
  input  wire        s_axil_wvalid_i,
  output wire        s_axil_wready_o,
  output wire [1:0]  s_axil_bresp_o,
  output wire        s_axil_bvalid_o,
  input  wire        s_axil_bready_i,
  input  wire [13:0] s_axil_araddr_i,
  input  wire        s_axil_arvalid_i,
  output wire        s_axil_arready_o,
  output wire [31:0] s_axil_rdata_o,
  output wire [1:0]  s_axil_rresp_o,
  output wire        s_axil_rvalid_o,
  input  wire        s_axil_rready_i,
  output wire        waits_o,
  output wire        write_valid_o,
  input  wire        write_ready_i,
  output wire [13:0] write_addr_o,
  output wire [31:0] write_data_o,
  output wire [3:0]  write_strb_o,
  input  wire        write_error_i,
  output wire        read_valid_o,
  output wire [13:0] read_addr_o,
  input  wire [31:0] read_data_i,
  input  wire        read_error_i
);
  localparam [1:0] Okay   = 2'b00;
  localparam [1:0] SlvErr = 2'b10;

  reg        aw_full_q;
  reg [13:0] awaddr_q;
  reg        w_full_q;
  reg [31:0] wdata_q;
  reg [3:0]  wstrb_q;
  reg        bvalid_q;
  reg [1:0]  bresp_q;
  reg        ar_full_q;
  reg [13:0] araddr_q;
  reg        rvalid_q;
  reg [31:0] rdata_q;
  reg [1:0]  rresp_q;

  assign waits_o = aw_full_q || w_full_q || bvalid_q || ar_full_q || rvalid_q;

  assign s_axil_awready_o = !aw_full_q;
  assign s_axil_wready_o  = !w_full_q;
  assign s_axil_bvalid_o  = bvalid_q;
  assign s_axil_bresp_o   = bresp_q;
  assign s_axil_arready_o = !ar_full_q;
  assign s_axil_rvalid_o  = rvalid_q;
  assign s_axil_rdata_o   = rdata_q;
  assign s_axil_rresp_o   = rresp_q;

  assign write_valid_o = aw_full_q && w_full_q && !bvalid_q;
  assign write_addr_o  = awaddr_q;
  assign write_data_o  = wdata_q;
  assign write_strb_o  = wstrb_q;
  assign read_addr_o   = araddr_q;

  wire write_take = write_valid_o && write_ready_i;
  wire read_take  = ar_full_q && !rvalid_q;
  assign read_valid_o = read_take;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      aw_full_q <= 1'b0;
      awaddr_q  <= 14'd0;
      w_full_q  <= 1'b0;
      wdata_q   <= 32'd0;
      wstrb_q   <= 4'd0;
      bvalid_q  <= 1'b0;
      bresp_q   <= Okay;
    end else begin
      if (s_axil_awvalid_i && s_axil_awready_o) begin
        aw_full_q <= 1'b1;
        awaddr_q  <= s_axil_awaddr_i;
      end else if (write_take) begin
        aw_full_q <= 1'b0;
      end
      if (s_axil_wvalid_i && s_axil_wready_o) begin
        w_full_q <= 1'b1;
        wdata_q  <= s_axil_wdata_i;
        wstrb_q  <= s_axil_wstrb_i;
      end else if (write_take) begin
        w_full_q <= 1'b0;
      end
      if (write_take) begin
        bvalid_q <= 1'b1;
        bresp_q  <= write_error_i ? SlvErr : Okay;
      end else if (s_axil_bready_i) begin
        bvalid_q <= 1'b0;
      end
    end
  end

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ar_full_q <= 1'b0;
      araddr_q  <= 14'd0;
      rvalid_q  <= 1'b0;
      rdata_q   <= 32'd0;
      rresp_q   <= Okay;
    end else begin
      if (s_axil_arvalid_i && s_axil_arready_o) begin
        ar_full_q <= 1'b1;
        araddr_q  <= s_axil_araddr_i;
      end else if (read_take) begin
        ar_full_q <= 1'b0;
      end
      if (read_take) begin
        rvalid_q <= 1'b1;
        rdata_q  <= read_error_i ? 32'd0 : read_data_i;
        rresp_q  <= read_error_i ? SlvErr : Okay;
      end else if (s_axil_rready_i) begin
        rvalid_q <= 1'b0;
      end
    end
  end
endmodule
