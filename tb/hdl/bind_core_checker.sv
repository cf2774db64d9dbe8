// Binds the rules of the core's own outputs to the core, in every bench that has it.
bind ratel_core core_checker check_core (
  .clk_i              (clk_i),
  .rst_ni             (rst_ni),
  .irq_i              (irq_o),
  .pending_i          ({u_control.u_regs.error_any, u_control.u_regs.done_q}),
  .enable_i           (u_control.u_regs.irq_enable_q),
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
  .count_i            (u_control.u_watchdog.count_q)
);
