# Constraints of ratel_core: one clock, one asynchronous reset. Set the period, and the delays of the
# ports to what is around the core; docs/integration.md says which ports come from registers.
if {![info exists ratel_period]} {set ratel_period 5.0}  ;# ns
set ratel_outside [expr {0.4 * $ratel_period}]           ;# what the other side of a port needs

create_clock -name ratel -period $ratel_period [get_ports clk_i]
set_clock_uncertainty [expr {0.05 * $ratel_period}] [get_clocks ratel]

# By name: tools do not agree how to leave the clock out of all inputs. rst_ni is asserted at any time
# and released in step with the clock (docs/integration.md): recovery and removal are to be met.
set_input_delay -clock ratel $ratel_outside [get_ports {
  rst_ni
  scan_mode_i
  x_compressed_valid_i x_issue_valid_i x_issue_instr_i[*] x_issue_mode_i[*] x_issue_hartid_i[*]
  x_issue_id_i[*] x_issue_rs1_i[*] x_issue_rs2_i[*] x_issue_rs_valid_i[*] x_commit_valid_i
  x_commit_hartid_i[*] x_commit_id_i[*] x_commit_kill_i x_result_ready_i
  s_axil_awaddr_i[*] s_axil_awprot_i[*] s_axil_awvalid_i s_axil_wdata_i[*] s_axil_wstrb_i[*]
  s_axil_wvalid_i s_axil_bready_i s_axil_araddr_i[*] s_axil_arprot_i[*] s_axil_arvalid_i
  s_axil_rready_i
  m_axi_awready_i m_axi_wready_i m_axi_bid_i[*] m_axi_bresp_i[*] m_axi_bvalid_i m_axi_arready_i
  m_axi_rid_i[*] m_axi_rdata_i[*] m_axi_rresp_i[*] m_axi_rlast_i m_axi_rvalid_i
}]
set_output_delay -clock ratel $ratel_outside [all_outputs]

# Changes only while rst_ni is low.
set_false_path -from [get_ports scan_mode_i]
