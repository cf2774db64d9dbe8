// The memory on the pins m_*, with what decides how it behaves. HONEYGUIDE_MEMORY(pin) names what it
// drives: the pin, where nobody else does.
  axi_memory #(
    .DataWidth(DataWidth),
    .IdWidth(IdWidth)
  ) memory (
    .clk_i(clk),
    .rst_ni(rst_n),
    .enable_i(tile),
    .seed_i(seed),
    .latency_i(latency),
    .stall_i(stall),
    .lawless_i(lawless),
    .awid_i(m_awid),
    .awaddr_i(m_awaddr),
    .awlen_i(m_awlen),
    .awvalid_i(m_awvalid),
    .awready_o(`HONEYGUIDE_MEMORY(m_awready)),
    .wdata_i(m_wdata),
    .wstrb_i(m_wstrb),
    .wlast_i(m_wlast),
    .wvalid_i(m_wvalid),
    .wready_o(`HONEYGUIDE_MEMORY(m_wready)),
    .bid_o(`HONEYGUIDE_MEMORY(m_bid)),
    .bresp_o(`HONEYGUIDE_MEMORY(m_bresp)),
    .bvalid_o(`HONEYGUIDE_MEMORY(m_bvalid)),
    .bready_i(m_bready),
    .arid_i(m_arid),
    .araddr_i(m_araddr),
    .arlen_i(m_arlen),
    .arvalid_i(m_arvalid),
    .arready_o(`HONEYGUIDE_MEMORY(m_arready)),
    .rid_o(`HONEYGUIDE_MEMORY(m_rid)),
    .rdata_o(`HONEYGUIDE_MEMORY(m_rdata)),
    .rresp_o(`HONEYGUIDE_MEMORY(m_rresp)),
    .rlast_o(`HONEYGUIDE_MEMORY(m_rlast)),
    .rvalid_o(`HONEYGUIDE_MEMORY(m_rvalid)),
    .rready_i(m_rready)
  );
