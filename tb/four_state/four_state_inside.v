// Looks at the wires between the core's parts in every cycle from reset on: handshakes and enables
// must be known, addresses and byte enables too while their enable is high.
//
// Why: an `if` takes unknown for false, and a memory ignores a write whose enable or address is
// unknown. Such an X may get stuck inside and never come to a pin, where four_state_watch looks.
//
// Data are left out: a word that was half written is unknown in the other half, as it should be.
//
//   name       | meaning
//   -----------|-------------------------------------
//   found_o    | something that must be known was not
module four_state_inside (
  input  wire clk_i,
  input  wire rst_ni,
  output reg  found_o
);

  integer cycle;

  task must_know(input wires, input [8*24-1:0] name);
    if (wires === 1'bx && !found_o) begin
      $display("X on %0s inside the core in cycle %0d", name, cycle);
      found_o = 1'b1;
    end
  endtask

  initial begin
    found_o = 1'b0;
    cycle = 0;
  end

`define CORE ratel_four_state_tb.u_core
  always @(negedge clk_i) begin
    if (rst_ni !== 1'bx) begin
      cycle = cycle + 1;
      must_know(`CORE.core_rst_n, "core_rst_n");
      must_know(`CORE.abort, "abort");
      must_know(`CORE.load_valid, "load_valid");
      must_know(`CORE.load_ready, "load_ready");
      must_know(`CORE.load_done, "load_done");
      must_know(`CORE.load_idle, "load_idle");
      must_know(^`CORE.load_bytes, "load_bytes");
      must_know(`CORE.execute_valid, "execute_valid");
      must_know(`CORE.execute_ready, "execute_ready");
      must_know(`CORE.execute_done, "execute_done");
      must_know(`CORE.execute_idle, "execute_idle");
      must_know(`CORE.step, "step");
      must_know(`CORE.stall_fetch, "stall_fetch");
      must_know(`CORE.stall_drain, "stall_drain");
      must_know(`CORE.store_valid, "store_valid");
      must_know(`CORE.store_ready, "store_ready");
      must_know(`CORE.store_done, "store_done");
      must_know(`CORE.store_idle, "store_idle");
      must_know(^`CORE.store_bytes, "store_bytes");
      must_know(`CORE.ld_wr_valid, "ld_wr_valid");
      must_know(`CORE.lw_en, "lw_en");
      must_know(`CORE.lp_en, "lp_en");
      must_know(`CORE.lt_en, "lt_en");
      must_know(`CORE.st_rd_en, "st_rd_en");
      must_know(`CORE.st_rd_gnt, "st_rd_gnt");
      must_know(^`CORE.ex_rd_en, "ex_rd_en");
      must_know(^`CORE.ex_rd_gnt, "ex_rd_gnt");
      must_know(`CORE.ex_wr_en, "ex_wr_en");
      must_know(`CORE.w_rd_en, "w_rd_en");
      must_know(`CORE.p_rd_en, "p_rd_en");
      must_know(`CORE.t_rd_en, "t_rd_en");
      if (`CORE.load_valid) must_know(^`CORE.load_desc, "load_desc");
      if (`CORE.execute_valid) must_know(^`CORE.execute_desc, "execute_desc");
      if (`CORE.store_valid) must_know(^`CORE.store_desc, "store_desc");
      if (`CORE.load_done) must_know(`CORE.load_err, "load_err");
      if (`CORE.store_done) must_know(`CORE.store_err, "store_err");
      if (`CORE.step) must_know(^`CORE.macs, "macs");
      if (`CORE.ld_wr_valid) begin
        must_know(^{`CORE.ld_wr_bank, `CORE.ld_wr_addr, `CORE.ld_wr_be}, "ld_wr_addr");
      end
      if (`CORE.lw_en) must_know(^{`CORE.lw_addr, `CORE.lw_be}, "lw_addr");
      if (`CORE.lp_en) must_know(^{`CORE.lp_addr, `CORE.lp_slot}, "lp_addr");
      if (`CORE.lt_en) must_know(^`CORE.lt_addr, "lt_addr");
      if (`CORE.st_rd_en) must_know(^{`CORE.st_rd_bank, `CORE.st_rd_addr}, "st_rd_addr");
      if (`CORE.ex_wr_en) begin
        must_know(^{`CORE.ex_wr_bank, `CORE.ex_wr_addr, `CORE.ex_wr_be}, "ex_wr_addr");
      end
      if (`CORE.w_rd_en) must_know(^`CORE.w_rd_addr, "w_rd_addr");
      if (`CORE.p_rd_en) must_know(^`CORE.p_rd_addr, "p_rd_addr");
    end
  end
`undef CORE

endmodule
