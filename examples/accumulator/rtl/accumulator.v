// Adds up signed 32-bit words of memory: a job has an address, a number of words, and a 64-bit sum.
//
//   AXI4-Lite --> registers --start--> requests --> AXI4 reads --> beats --> lanes --> sum
//
//   0x00 CONTROL   write 1: start; the answer is SLVERR while a job is going on
//   0x04 ADDRESS   of the first word; must be aligned to the bus
//   0x08 COUNT     words
//   0x0C STATUS    bit 0 busy, 1 done, 2 error (misaligned, a beat failed); writing 1 clears 1, 2
//   0x10 SUM_LO    0x14 SUM_HI   of the last job; words of failed beats are left out
//   0x18 ENABLE    bit 0: the interrupt is raised while done is set
//
// Writes need all strobes; other addresses and other writes answer SLVERR and change nothing.
//
//   name               | meaning
//   -------------------|------------------------------------------
//   DataWidth, IdWidth | bits of m_axi_rdata_i and of ids
//   clk_i              | clock
//   rst_ni             | reset, active low
//   irq_o              | interrupt, a level
//   s_axil_*           | AXI4-Lite subordinate, the registers
//   m_axi_*            | AXI4 manager that reads, one burst a time
module accumulator #(
  parameter DataWidth = 64,
  parameter IdWidth   = 4
) (
  input  wire                 clk_i,
  input  wire                 rst_ni,
  output wire                 irq_o,
  input  wire [13:0]          s_axil_awaddr_i,
  input  wire [2:0]           s_axil_awprot_i,
  input  wire                 s_axil_awvalid_i,
  output wire                 s_axil_awready_o,
  input  wire [31:0]          s_axil_wdata_i,
  input  wire [3:0]           s_axil_wstrb_i,
  input  wire                 s_axil_wvalid_i,
  output wire                 s_axil_wready_o,
  output wire [1:0]           s_axil_bresp_o,
  output wire                 s_axil_bvalid_o,
  input  wire                 s_axil_bready_i,
  input  wire [13:0]          s_axil_araddr_i,
  input  wire [2:0]           s_axil_arprot_i,
  input  wire                 s_axil_arvalid_i,
  output wire                 s_axil_arready_o,
  output wire [31:0]          s_axil_rdata_o,
  output wire [1:0]           s_axil_rresp_o,
  output wire                 s_axil_rvalid_o,
  input  wire                 s_axil_rready_i,
  output wire [IdWidth-1:0]   m_axi_arid_o,
  output wire [31:0]          m_axi_araddr_o,
  output wire [7:0]           m_axi_arlen_o,
  output wire [2:0]           m_axi_arsize_o,
  output wire [1:0]           m_axi_arburst_o,
  output wire                 m_axi_arvalid_o,
  input  wire                 m_axi_arready_i,
  input  wire [IdWidth-1:0]   m_axi_rid_i,
  input  wire [DataWidth-1:0] m_axi_rdata_i,
  input  wire [1:0]           m_axi_rresp_i,
  input  wire                 m_axi_rlast_i,
  input  wire                 m_axi_rvalid_i,
  output wire                 m_axi_rready_o
);

  localparam Lanes    = DataWidth / 32;
  localparam Size     = $clog2(DataWidth / 8);
  localparam MaxBurst = 16;

  // ---- registers

  reg         busy_q, done_q, error_q, enable_q, bvalid_q, rvalid_q;
  reg  [1:0]  bresp_q, rresp_q;
  reg  [31:0] address_q, count_q, rdata_q;
  reg  [63:0] sum_q;

  wire write      = s_axil_awvalid_i && s_axil_wvalid_i && !bvalid_q;
  wire read       = s_axil_arvalid_i && !rvalid_q;
  wire writable   = s_axil_awaddr_i <= 14'h0C && s_axil_awaddr_i[1:0] == 2'b00
                    || s_axil_awaddr_i == 14'h18;
  wire start      = write && s_axil_awaddr_i == 14'h00 && s_axil_wdata_i[0];
  wire accepted   = &s_axil_wstrb_i && writable && !(start && busy_q);
  wire begins     = start && accepted;
  wire misaligned = |address_q[Size-1:0];
  wire ends;      // the job that is going on ends in this cycle
  wire failed;    // a beat fails in this cycle

  assign s_axil_awready_o = write;
  assign s_axil_wready_o  = write;
  assign s_axil_bvalid_o  = bvalid_q;
  assign s_axil_bresp_o   = bresp_q;
  assign s_axil_arready_o = read;
  assign s_axil_rvalid_o  = rvalid_q;
  assign s_axil_rdata_o   = rdata_q;
  assign s_axil_rresp_o   = rresp_q;
  assign irq_o            = enable_q && done_q;

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      {busy_q, done_q, error_q, enable_q, bvalid_q, rvalid_q} <= 6'd0;
      {bresp_q, rresp_q, address_q, count_q, rdata_q} <= 100'd0;
    end else begin
      if (s_axil_bready_i) bvalid_q <= 1'b0;
      if (s_axil_rready_i) rvalid_q <= 1'b0;
      if (write) begin
        bvalid_q <= 1'b1;
        bresp_q  <= accepted ? 2'b00 : 2'b10;
      end
      if (write && accepted) begin
        case (s_axil_awaddr_i[4:2])
          3'd1: address_q <= s_axil_wdata_i;
          3'd2: count_q <= s_axil_wdata_i;
          3'd3: begin
            if (s_axil_wdata_i[1]) done_q <= 1'b0;
            if (s_axil_wdata_i[2]) error_q <= 1'b0;
          end
          3'd6: enable_q <= s_axil_wdata_i[0];
          default: ;
        endcase
      end
      if (begins) begin
        busy_q  <= !misaligned && count_q != 32'd0;
        done_q  <= misaligned || count_q == 32'd0;
        error_q <= misaligned;
      end
      if (ends) {busy_q, done_q} <= 2'b01;
      if (failed) error_q <= 1'b1;
      if (read) begin
        rvalid_q <= 1'b1;
        rresp_q  <= s_axil_araddr_i <= 14'h18 && s_axil_araddr_i[1:0] == 2'b00 ? 2'b00 : 2'b10;
        case (s_axil_araddr_i)
          14'h04: rdata_q <= address_q;
          14'h08: rdata_q <= count_q;
          14'h0C: rdata_q <= {29'd0, error_q, done_q, busy_q};
          14'h10: rdata_q <= sum_q[31:0];
          14'h14: rdata_q <= sum_q[63:32];
          14'h18: rdata_q <= {31'd0, enable_q};
          default: rdata_q <= 32'd0;
        endcase
      end
    end
  end

  // ---- requests: bursts that end with the job, with a page of 4 KiB, or after MaxBurst beats

  reg         arvalid_q, waits_q;    // a burst is offered; its beats are awaited
  reg  [31:0] next_q, words_q, left_q;   // next address; words not asked for; words not taken
  wire [31:0] beats = (words_q + Lanes - 1) / Lanes;
  wire [31:0] page  = (32'd4096 - {20'd0, next_q[11:0]}) >> Size;
  wire [31:0] some  = beats < MaxBurst ? beats : MaxBurst;
  wire [31:0] burst = some < page ? some : page;
  wire [31:0] asked = burst * Lanes < words_q ? burst * Lanes : words_q;
  wire        beat  = m_axi_rvalid_i && m_axi_rready_o;

  assign m_axi_arid_o    = {IdWidth{1'b0}};
  assign m_axi_araddr_o  = next_q;
  assign m_axi_arlen_o   = burst[7:0] - 8'd1;
  assign m_axi_arsize_o  = Size;
  assign m_axi_arburst_o = 2'b01;
  assign m_axi_arvalid_o = arvalid_q;
  assign m_axi_rready_o  = waits_q;
  assign failed          = beat && m_axi_rresp_i != 2'b00;
  assign ends            = beat && m_axi_rlast_i && left_q <= Lanes;

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      {arvalid_q, waits_q, next_q, words_q, left_q} <= 98'd0;
    end else begin
      if (begins && !misaligned && count_q != 32'd0) begin
        arvalid_q <= 1'b1;
        next_q    <= address_q;
        words_q   <= count_q;
        left_q    <= count_q;
      end
      if (arvalid_q && m_axi_arready_i) begin
        {arvalid_q, waits_q} <= 2'b01;
        next_q  <= next_q + (burst << Size);
        words_q <= words_q - asked;
      end
      if (beat) begin
        left_q <= left_q <= Lanes ? 32'd0 : left_q - Lanes;
        if (m_axi_rlast_i) begin
          waits_q   <= 1'b0;
          arvalid_q <= words_q != 32'd0;
        end
      end
    end
  end

  // ---- sum: the words of a beat that belong to the job

  reg [63:0] added;
  integer    lane;

  always @* begin
    added = sum_q;
    for (lane = 0; lane < Lanes; lane = lane + 1) begin
      if (lane < left_q)
        added = added + {{32{m_axi_rdata_i[32*lane+31]}}, m_axi_rdata_i[32*lane +: 32]};
    end
  end

  always @(posedge clk_i) begin
    if (!rst_ni || begins) sum_q <= 64'd0;
    else if (beat && !failed) sum_q <= added;
  end

  wire unused = &{s_axil_awprot_i, s_axil_arprot_i, m_axi_rid_i, burst[31:8]};

endmodule
