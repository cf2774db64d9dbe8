// Binds the rules of the core's own outputs, and of its clocks, to the core, in every bench that has it.
`include "ratel_desc.vh"

bind ratel_core core_checker check_core (
  .clk_i              (clk_i),
  .rst_ni             (rst_ni),
  .irq_i              (irq_o),
  .pending_i          ({u_control.u_regs.error_any, u_control.u_regs.done_q}),
  .enable_i           (u_control.u_regs.irq_enable_q),
  .compressed_ready_i (x_compressed_ready_o),
  .compressed_accept_i(x_compressed_accept_o),
  .mem_valid_i        (x_mem_valid_o),
  .status_i           (u_control.u_regs.status[3:1]),
  .status_user_i      (u_control.u_regs.read_user),
  .engines_i          (u_control.engine_busy),
  .sweep_i            (sweep),
  .writes_i           (ex_wr_en || ld_wr_valid || lw_en || lp_en || lt_en),
  .load_i             (u_control.u_error.make_load),
  .made_i             (u_control.u_error.made_at),
  .limit_i            (u_control.watchdog_limit),
  .completes_i        (load_done || execute_done || store_done),
  .cleared_i          (u_control.reset_pending || u_control.watchdog_taken),
  .bark_i             (u_control.watchdog_fire),
  .count_i            (u_control.u_watchdog.count_q),
  .starts_i           ({load_valid, store_valid}),
  .users_i            ({(load_desc[`DESC_LOAD_OWNER] & 3'd3) != 0,
                        (store_desc[`DESC_STORE_OWNER] & 3'd3) != 0}),
  .addressed_i        ({m_axi_arvalid_o, m_axi_awvalid_o}),
  .prot_i             ({m_axi_arprot_o, m_axi_awprot_o}),
  .cache_i            ({m_axi_arcache_o, m_axi_awcache_o}),
  .taken_i            (x_issue_valid_i && x_issue_ready_o && x_issue_accept_o),
  .issue_id_i         (8'(x_issue_id_i)),
  .issue_hart_i       (8'(x_issue_hartid_i)),
  .result_i           (x_result_valid_o),
  .result_id_i        (8'(x_result_id_o)),
  .result_hart_i      (8'(x_result_hartid_o))
);

bind ratel_core idle_checker check_idle (
  .clk_i      (clk_i),
  .rst_ni     (rst_ni),
  .offered_i  ({x_issue_valid_i, x_commit_valid_i, s_axil_awvalid_i, s_axil_wvalid_i,
                s_axil_arvalid_i, m_axi_rvalid_i, m_axi_bvalid_i}),
  .result_i   (x_result_valid_o),
  .axil_i     ({s_axil_awvalid_i && s_axil_awready_o, s_axil_wvalid_i && s_axil_wready_o,
                s_axil_arvalid_i && s_axil_arready_o, s_axil_bvalid_o && s_axil_bready_i,
                s_axil_rvalid_o && s_axil_rready_i}),
  .busy_i     (u_control.u_regs.busy_i),
  .sweep_i    (sweep),
  .engines_i  (|u_control.engine_busy || load_valid || execute_valid || store_valid
               || !execute_idle),
  .ports_i    (!load_idle || !store_idle),
  .accesses_i (w_rd_en || p_rd_en || t_rd_en || |ex_rd_en || st_rd_en || ex_wr_en || ld_wr_valid
               || lw_en || lp_en || lt_en),
  .compute_i  (compute),
  .idle_i     (idle_o)
);
