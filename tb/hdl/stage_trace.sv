// Writes down what passes between the stages of the core, so that a mismatch can be followed to the
// stage that made it: see tb/env/first_difference.py. Part of the builds that debugging makes, not
// of those that tests run on. Checks nothing and drives nothing. Bound to ratel_core.
//
//   front end --retire, refuse--> dispatch --start, descriptor--> engines
//   load --words--> memories --words--> array --accumulators--> requantiser --words--> memories
//   memories --words--> store --beats--> bus
//
// Accumulators leave the array a tile at a time; `step_done_i` marks the last step of an instruction,
// three cycles before its last tile does.
//
//   name                                 | meaning
//   -------------------------------------|------------------------------------------------------
//   Rows, Cols, AxiDataWidth             | as in ratel_core
//   retired_i .. result_i                | an instruction, its operands and its value
//   index_i, word_i                      | its number and word
//   configures_i                         | it is of class cfg and writes group_i; config_i: the
//                                        | file
//   fail_i .. fail_index_i               | one was refused, as in ratel_frontend
//   offered_i .. rang_word_i             | a word is offered over CV-X-IF; a doorbell is rung
//   checked_*                            | a checked instruction goes to the slots
//   blocked_i, valid_i, ready_i, done_i  | load, execute, store: waits, offered, taken, complete
//   error_i, *_error_i                   | with done: a bus error; its address
//   *_desc_i                             | descriptor of the instruction that is offered
//   step_i, stall_fetch_i, stall_drain_i | execute works or waits, as in ratel_step
//   step_done_i                          | last step of an instruction
//   counted_i                            | what load, execute, store count in this cycle: bytes, MACs
//   ls_*, lw_*, lp_*, lt_*               | load writes scratchpad, weights, parameters, table
//   er_*, wr_*                           | execute reads the scratchpad, the weights
//   pr_*, tr_*                           | execute reads parameters, the table
//   sweep_i                              | all memories are being set to 0
//   shadow_i, acc_i, count_i             | a tile leaves the array; taps inside the image, a row
//   sum_wraps_i, bias_wraps_i            | a step, a bias, takes an accumulator out of int32
//   sr_*                                 | store reads the scratchpad
//   aw_i .. wstrb_i                      | a burst, a beat on the bus
`include "ratel_desc.vh"
`include "ratel_isa.vh"

module stage_trace #(
  parameter int Rows         = 8,
  parameter int Cols         = 8,
  parameter int AxiDataWidth = 64
) (
  input logic                           clk_i,
  input logic                           rst_ni,
  // front end
  input logic                           retired_i,
  input logic [31:0]                    word_i,
  input logic [31:0]                    rs1_i,
  input logic [31:0]                    rs2_i,
  input logic [31:0]                    result_i,
  input logic [31:0]                    index_i,
  input logic                           configures_i,
  input logic [3:0]                     group_i,
  input logic [64*`CFG_GROUPS-1:0]      config_i,
  input logic                           fail_i,
  input logic [7:0]                     fail_code_i,
  input logic [7:0]                     fail_field_i,
  input logic [31:0]                    fail_detail_i,
  input logic [31:0]                    fail_word_i,
  input logic [31:0]                    fail_index_i,
  input logic                           offered_i,
  input logic                           answered_i,
  input logic [31:0]                    offered_word_i,
  input logic                           rang_i,
  input logic [31:0]                    rang_word_i,
  // dispatch
  input logic                           checked_valid_i,
  input logic                           checked_ready_i,
  input logic [1:0]                     checked_engine_i,
  input logic [31:0]                    checked_index_i,
  input logic [31:0]                    checked_word_i,
  input logic [2:0]                     blocked_i,
  input logic [2:0]                     valid_i,
  input logic [2:0]                     ready_i,
  input logic [2:0]                     done_i,
  input logic [2:0]                     error_i,
  input logic [31:0]                    load_error_i,
  input logic [31:0]                    store_error_i,
  input logic [`DESC_LOAD_WIDTH-1:0]    load_desc_i,
  input logic [`DESC_EXECUTE_WIDTH-1:0] execute_desc_i,
  input logic [`DESC_STORE_WIDTH-1:0]   store_desc_i,
  // load
  input logic                           ls_en_i,
  input logic [4:0]                     ls_bank_i,
  input logic [15:0]                    ls_addr_i,
  input logic [Cols*8-1:0]              ls_data_i,
  input logic [Cols-1:0]                ls_be_i,
  input logic                           lw_en_i,
  input logic [15:0]                    lw_addr_i,
  input logic [Cols*8-1:0]              lw_data_i,
  input logic [Cols-1:0]                lw_be_i,
  input logic                           lp_en_i,
  input logic [7:0]                     lp_addr_i,
  input logic [3:0]                     lp_slot_i,
  input logic [Cols*8-1:0]              lp_data_i,
  input logic                           lt_en_i,
  input logic [7:0]                     lt_addr_i,
  input logic [Cols*8-1:0]              lt_data_i,
  // execute
  input logic [Rows-1:0]                er_en_i,
  input logic [Rows*16-1:0]             er_addr_i,
  input logic [Rows*Cols*8-1:0]         er_data_i,
  input logic                           wr_en_i,
  input logic [15:0]                    wr_addr_i,
  input logic [Cols*8-1:0]              wr_data_i,
  input logic                           pr_en_i,
  input logic [7:0]                     pr_addr_i,
  input logic [9*Cols*8-1:0]            pr_data_i,
  input logic                           tr_en_i,
  input logic [Cols*8-1:0]              tr_index_i,
  input logic [Cols*8-1:0]              tr_data_i,
  input logic                           sweep_i,
  input logic                           step_i,
  input logic                           stall_fetch_i,
  input logic                           stall_drain_i,
  input logic                           step_done_i,
  input logic [26:0]                    counted_i,
  input logic                           shadow_i,
  input logic [Rows*Cols*32-1:0]        acc_i,
  input logic [Rows*18-1:0]             count_i,
  input logic                           sum_wraps_i,
  input logic                           bias_wraps_i,
  // store
  input logic                           sr_en_i,
  input logic [4:0]                     sr_bank_i,
  input logic [15:0]                    sr_addr_i,
  input logic [Cols*8-1:0]              sr_data_i,
  input logic                           aw_i,
  input logic [31:0]                    awaddr_i,
  input logic [7:0]                     awlen_i,
  input logic                           w_i,
  input logic [AxiDataWidth-1:0]        wdata_i,
  input logic [AxiDataWidth/8-1:0]      wstrb_i
);

  import "DPI-C" function int  trace_stages();
  import "DPI-C" function void trace_stage(input int unsigned kind, input int unsigned cycle,
                                           input int unsigned line, input int unsigned bank,
                                           input int unsigned strobes, input int unsigned extra,
                                           input bit [127:0] data);

  // Kinds, as in tb/env/first_difference_records.py
  localparam int unsigned Retire     = 16;
  localparam int unsigned Refuse     = 17;
  localparam int unsigned Dispatch   = 18;
  localparam int unsigned Descriptor = 19;
  localparam int unsigned Waited     = 20;
  localparam int unsigned LoadSpad   = 21;
  localparam int unsigned LoadWbuf   = 22;
  localparam int unsigned LoadPbuf   = 23;
  localparam int unsigned LoadLut    = 24;
  localparam int unsigned ReadSpad   = 25;
  localparam int unsigned ReadWbuf   = 26;
  localparam int unsigned Accumulate = 27;
  localparam int unsigned Worked     = 28;
  localparam int unsigned StoreRead  = 29;
  localparam int unsigned StoreBurst = 30;
  localparam int unsigned StoreBeat  = 31;
  localparam int unsigned BusError   = 32;
  localparam int unsigned Configured = 33;
  localparam int unsigned ReadPbuf   = 34;
  localparam int unsigned ReadLut    = 35;
  localparam int unsigned Swept      = 36;
  localparam int unsigned Offered    = 37;
  localparam int unsigned Wrapped    = 38;

  localparam int Chunks = 8;  // of 128 bits, enough for any descriptor

  logic              on;
  logic [31:0]       cycle_q;
  logic [2:0]        ends_q;               // the tile on its way to the shadow is the last
  logic [31:0]       blocked_q [3];        // cycles since the engine's latest start
  logic [31:0]       taken_q [3];
  logic [31:0]       full_q;
  logic [31:0]       steps_q, fetch_q, drain_q;
  logic [31:0]       counted_q [3];        // since the end of the instruction before
  logic [Rows-1:0]   er_en_q;
  logic [Rows*16-1:0] er_addr_q;
  logic              wr_en_q, pr_en_q, tr_en_q, sr_en_q, cfg_q, sweep_q, offered_q;
  logic [7:0]        pr_addr_q;
  logic [Cols*8-1:0] tr_index_q;
  logic [3:0]        group_q;
  logic [31:0]       index_q;
  logic [15:0]       wr_addr_q, sr_addr_q;
  logic [4:0]        sr_bank_q;
  logic [1023:0]     desc [3];

  assign desc[0] = 1024'(load_desc_i);
  assign desc[1] = 1024'(execute_desc_i);
  assign desc[2] = 1024'(store_desc_i);

  initial begin
    cycle_q = '0;
    on      = trace_stages() != 0;
  end

  task automatic note(input int unsigned kind, input int unsigned line, input int unsigned bank,
                      input int unsigned strobes, input int unsigned extra,
                      input bit [127:0] data);
    trace_stage(kind, cycle_q, line, bank, strobes, extra, data);
  endtask

  always_ff @(posedge clk_i) begin
    cycle_q <= cycle_q + 1;
    if (on) begin
      ends_q    <= {ends_q[1:0], step_done_i};
      er_en_q   <= rst_ni ? er_en_i : '0;
      er_addr_q <= er_addr_i;
      wr_en_q   <= rst_ni && wr_en_i;
      wr_addr_q <= wr_addr_i;
      pr_en_q   <= rst_ni && pr_en_i;
      pr_addr_q <= pr_addr_i;
      tr_en_q   <= rst_ni && tr_en_i;
      tr_index_q <= tr_index_i;
      sweep_q   <= sweep_i;
      sr_en_q   <= rst_ni && sr_en_i;
      sr_bank_q <= sr_bank_i;
      sr_addr_q <= sr_addr_i;
      cfg_q     <= rst_ni && retired_i && configures_i;
      offered_q <= rst_ni && offered_i && !answered_i;
      group_q   <= group_i;
      index_q   <= index_i;
      full_q    <= (checked_valid_i && !checked_ready_i) ? full_q + 1 : '0;
      steps_q   <= (done_i[1] ? '0 : steps_q) + 32'(step_i);
      fetch_q   <= (done_i[1] ? '0 : fetch_q) + 32'(stall_fetch_i);
      drain_q   <= (done_i[1] ? '0 : drain_q) + 32'(stall_drain_i);
      for (int e = 0; e < 3; e++) begin
        blocked_q[e] <= (valid_i[e] && ready_i[e]) ? '0 : blocked_q[e] + 32'(blocked_i[e]);
        counted_q[e] <= done_i[e] ? '0 : counted_q[e] + 32'(counted_i[9*e +: 9]);
        taken_q[e]   <= (valid_i[e] && ready_i[e]) ? '0
                                                   : taken_q[e] + 32'(valid_i[e] && !ready_i[e]);
      end
    end
    if (on && !rst_ni) begin
      ends_q <= '0;
      steps_q <= '0;
      fetch_q <= '0;
      drain_q <= '0;
      for (int e = 0; e < 3; e++) begin
        blocked_q[e] <= '0;
        taken_q[e]   <= '0;
        counted_q[e] <= '0;
      end
    end
    if (on && sweep_i && !sweep_q) note(Swept, 0, 0, 0, 0, '0);
    if (on && rst_ni) begin
      // --- front end and dispatch
      if (offered_i && !offered_q) note(Offered, 0, 0, 0, 0, 128'(offered_word_i));
      if (rang_i) note(Offered, 0, 1, 0, 0, 128'(rang_word_i));
      if (retired_i) note(Retire, 0, 0, result_i, index_i, {32'd0, rs2_i, rs1_i, word_i});
      if (cfg_q) note(Configured, 32'(group_q), 0, 0, index_q, 128'(config_i[64*group_q +: 64]));
      if (fail_i) begin
        note(Refuse, 32'(fail_field_i), 32'(fail_code_i), fail_detail_i, fail_index_i,
             128'(fail_word_i));
      end
      if (checked_valid_i && checked_ready_i) begin
        note(Dispatch, 0, 32'(checked_engine_i), full_q, checked_index_i, 128'(checked_word_i));
      end
      for (int e = 0; e < 3; e++) begin
        if (done_i[e]) begin
          note(BusError, 0, e, 32'(error_i[e]), e == 0 ? load_error_i : store_error_i,
               128'(counted_q[e] + 32'(counted_i[9*e +: 9])));
        end
        if (valid_i[e] && ready_i[e]) begin
          note(Waited, 0, e, 0, 0, {64'd0, taken_q[e], blocked_q[e]});
          for (int c = 0; c < Chunks; c++) note(Descriptor, c, e, 0, 0, desc[e][128*c +: 128]);
        end
      end
      // --- load
      if (ls_en_i) note(LoadSpad, 32'(ls_addr_i), 32'(ls_bank_i), 32'(ls_be_i), 0, 128'(ls_data_i));
      if (lw_en_i) note(LoadWbuf, 32'(lw_addr_i), 0, 32'(lw_be_i), 0, 128'(lw_data_i));
      if (lp_en_i) note(LoadPbuf, 32'(lp_addr_i), 32'(lp_slot_i), '1, 0, 128'(lp_data_i));
      if (lt_en_i) note(LoadLut, 32'(lt_addr_i), 0, '1, 0, 128'(lt_data_i));
      // --- execute
      for (int r = 0; r < Rows; r++) begin
        if (er_en_q[r]) begin
          note(ReadSpad, 32'(er_addr_q[16*r +: 16]), r, 0, 0, 128'(er_data_i[Cols*8*r +: Cols*8]));
        end
      end
      if (wr_en_q) note(ReadWbuf, 32'(wr_addr_q), 0, 0, 0, 128'(wr_data_i));
      if (pr_en_q) begin
        for (int s = 0; s < 9; s++) begin
          note(ReadPbuf, 32'(pr_addr_q), s, 0, 0, 128'(pr_data_i[Cols*8*s +: Cols*8]));
        end
      end
      if (tr_en_q) begin
        for (int c = 0; c < Cols; c += 4) begin
          note(ReadLut, c, 0, 0, 0, {64'(tr_data_i[8*c +: 32]), 64'(tr_index_q[8*c +: 32])});
        end
      end
      if (shadow_i) begin
        for (int r = 0; r < Rows; r++) begin
          for (int c = 0; c < Cols; c += 4) begin
            note(Accumulate, c, r, 32'(count_i[18*r +: 18]), 32'(ends_q[2]),
                 acc_i[32*(Cols*r+c) +: 128]);
          end
        end
      end
      if (done_i[1]) note(Worked, 0, 0, 0, 0, {32'd0, drain_q, fetch_q, steps_q});
      if (sum_wraps_i || bias_wraps_i) note(Wrapped, 0, {30'd0, bias_wraps_i, sum_wraps_i}, 0, 0, '0);
      // --- store
      if (sr_en_q) note(StoreRead, 32'(sr_addr_q), 32'(sr_bank_q), 0, 0, 128'(sr_data_i));
      if (aw_i) note(StoreBurst, 0, 32'(awlen_i), 0, awaddr_i, '0);
      if (w_i) note(StoreBeat, 0, 0, 32'(wstrb_i), 0, 128'(wdata_i));
    end
  end

endmodule

bind ratel_core stage_trace #(
  .Rows(Rows),
  .Cols(Cols),
  .AxiDataWidth(AxiDataWidth)
) u_stage_trace (
  .clk_i           (clk_i),
  .rst_ni          (core_rst_n),
  .retired_i       (u_control.retired),
  .word_i          (u_control.in_word),
  .rs1_i           (u_control.in_rs1),
  .rs2_i           (u_control.in_rs2),
  .result_i        (u_control.retired_data),
  .index_i         (u_control.check_index),
  .configures_i    (u_control.in_word[14:12] == `CLASS_CFG),
  .group_i         (u_control.in_word[28:25]),
  .config_i        (u_control.config_file),
  .fail_i          (u_control.fail),
  .fail_code_i     (u_control.fail_code),
  .fail_field_i    (u_control.fail_field),
  .fail_detail_i   (u_control.fail_detail),
  .fail_word_i     (u_control.fail_word),
  .fail_index_i    (u_control.fail_index),
  .offered_i       (x_issue_valid_i),
  .answered_i      (x_issue_ready_o),
  .offered_word_i  (x_issue_instr_i),
  .rang_i          (|u_control.u_regs.u_doorbells.ring),
  .rang_word_i     (u_control.u_regs.u_doorbells.write_data_i),
  .checked_valid_i (u_control.check_valid),
  .checked_ready_i (u_control.check_ready),
  .checked_engine_i(u_control.check_engine),
  .checked_index_i (u_control.checked_index),
  .checked_word_i  (u_control.check_word),
  .blocked_i       (u_control.engine_blocked),
  .valid_i         ({store_valid, execute_valid, load_valid}),
  .ready_i         ({store_ready, execute_ready, load_ready}),
  .done_i          ({store_done, execute_done, load_done}),
  .error_i         ({store_err, 1'b0, load_err}),
  .load_error_i    (load_err_addr),
  .store_error_i   (store_err_addr),
  .load_desc_i     (load_desc),
  .execute_desc_i  (execute_desc),
  .store_desc_i    (store_desc),
  .ls_en_i         (u_spad.ld_wr_valid_i && u_spad.ld_wr_ready_o),
  .ls_bank_i       (u_spad.ld_wr_bank_i),
  .ls_addr_i       (u_spad.ld_wr_addr_i),
  .ls_data_i       (u_spad.ld_wr_data_i),
  .ls_be_i         (u_spad.ld_wr_be_i),
  .lw_en_i         (lw_en),
  .lw_addr_i       (lw_addr),
  .lw_data_i       (lw_data),
  .lw_be_i         (lw_be),
  .lp_en_i         (lp_en),
  .lp_addr_i       (lp_addr),
  .lp_slot_i       (lp_slot),
  .lp_data_i       (lp_data),
  .lt_en_i         (lt_en),
  .lt_addr_i       (lt_addr),
  .lt_data_i       (lt_data),
  .er_en_i         (ex_rd_en & ex_rd_gnt),
  .er_addr_i       (ex_rd_addr),
  .er_data_i       (ex_rd_data),
  .wr_en_i         (w_rd_en),
  .wr_addr_i       (w_rd_addr),
  .wr_data_i       (w_rd_data),
  .pr_en_i         (p_rd_en),
  .pr_addr_i       (p_rd_addr),
  .pr_data_i       ({p_rd_shift, p_rd_mult, p_rd_bias}),
  .tr_en_i         (t_rd_en),
  .tr_index_i      (t_rd_index),
  .tr_data_i       (t_rd_data),
  .sweep_i         (sweep),
  .step_i          (step),
  .stall_fetch_i   (stall_fetch),
  .stall_drain_i   (stall_drain),
  .step_done_i     (u_execute.step_done),
  .counted_i       ({4'd0, store_bytes, macs, 4'd0, load_bytes}),
  .shadow_i        (u_execute.shadow),
  .acc_i           (u_execute.acc),
  .count_i         (u_execute.count),
  .sum_wraps_i     (u_execute.u_wrapped.sum_q),
  .bias_wraps_i    (u_execute.u_wrapped.bias_q),
  .sr_en_i         (st_rd_en && st_rd_gnt),
  .sr_bank_i       (st_rd_bank),
  .sr_addr_i       (st_rd_addr),
  .sr_data_i       (st_rd_data),
  .aw_i            (m_axi_awvalid_o && m_axi_awready_i),
  .awaddr_i        (m_axi_awaddr_o),
  .awlen_i         (m_axi_awlen_o),
  .w_i             (m_axi_wvalid_o && m_axi_wready_i),
  .wdata_i         (m_axi_wdata_o),
  .wstrb_i         (m_axi_wstrb_o)
);
