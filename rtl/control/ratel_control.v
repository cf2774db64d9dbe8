// Everything of Ratel that is not an engine or a memory: both ports for instructions, the front
// end, the check, the dispatcher, error registers, counters, interrupt and soft reset.
//
//   CV-X-IF --> xif --+
//                     merge --> front end --> check --> dispatch --> engines
//   AXI4-Lite -> regs +            |                                   |
//                                  +--> error registers, counters <----+
//
// Wiring only. Ports are reset by rst_ni alone, the inside and the engines by soft reset too.
//
//   name                           | meaning
//   -------------------------------|-----------------------------------------------------------
//   Rows .. Integrity              | as in ratel_core
//   irq_o                          | level interrupt
//   x_*                            | issue, commit and result of CV-X-IF
//   s_axil_*                       | AXI4-Lite: registers and doorbell
//   scan_mode_i                    | test mode: only rst_ni resets
//   core_rst_no                    | reset of the engines, hard or soft
//   abort_o                        | soft reset pending: finish announced bursts, start nothing
//   *_valid_o, *_ready_i, *_desc_o | next instruction of an engine: load, execute, store
//   *_done_i                       | its oldest instruction is complete; *_err_i, *_err_addr_i:
//                                  | with a bus error; *_err_window_i: refused by the memory
//                                  | windows
//   abandon_o                      | pulse: what is owed on the bus is given up
//   sweep_o, sweep_addr_o          | write 0 to this address of every memory
//   windows_o                      | memory windows, see ratel_windows
//   *_idle_i                       | no bus transaction is outstanding; execute: nothing in flight
//   wake_i, compute_o, idle_o      | see ratel_idle
//   mem_fixed_i, mem_bad_i         | see ratel_integrity
//   *_bytes_i, exec_*_i            | events for the counters; exec_wrapped_i: see ratel_wrapped
`include "ratel_isa.vh"
`include "ratel_desc.vh"
`include "ratel_ranges.vh"

module ratel_control #(
  parameter Rows          = 8,
  parameter Cols          = 8,
  parameter SpadDepth     = 1024,
  parameter WbufDepth     = 2048,
  parameter ParamDepth    = 64,
  parameter RequantLanes  = 8,
  parameter AxiDataWidth  = 64,
  parameter Windows       = 4,
  parameter QueueDepth    = 4,
  parameter XifQueueDepth = 4,
  parameter XifIdWidth    = 4,
  parameter XifHartIdWidth = 1,
  parameter Integrity     = 0
) (
  input  wire                             clk_i,
  input  wire                             rst_ni,
  input  wire                             scan_mode_i,
  output wire                             irq_o,
  input  wire                             x_issue_valid_i,
  output wire                             x_issue_ready_o,
  input  wire [31:0]                      x_issue_instr_i,
  input  wire [1:0]                       x_issue_mode_i,
  input  wire [XifHartIdWidth-1:0]        x_issue_hartid_i,
  input  wire [XifIdWidth-1:0]            x_issue_id_i,
  input  wire [31:0]                      x_issue_rs1_i,
  input  wire [31:0]                      x_issue_rs2_i,
  input  wire [1:0]                       x_issue_rs_valid_i,
  output wire                             x_issue_accept_o,
  output wire                             x_issue_writeback_o,
  output wire [1:0]                       x_issue_register_read_o,
  input  wire                             x_commit_valid_i,
  input  wire [XifIdWidth-1:0]            x_commit_id_i,
  input  wire                             x_commit_kill_i,
  output wire                             x_result_valid_o,
  input  wire                             x_result_ready_i,
  output wire [XifHartIdWidth-1:0]        x_result_hartid_o,
  output wire [XifIdWidth-1:0]            x_result_id_o,
  output wire [31:0]                      x_result_data_o,
  output wire [4:0]                       x_result_rd_o,
  output wire                             x_result_we_o,
  input  wire [13:0]                      s_axil_awaddr_i,
  input  wire                             s_axil_awvalid_i,
  output wire                             s_axil_awready_o,
  input  wire [31:0]                      s_axil_wdata_i,
  input  wire [3:0]                       s_axil_wstrb_i,
  input  wire                             s_axil_wvalid_i,
  output wire                             s_axil_wready_o,
  output wire [1:0]                       s_axil_bresp_o,
  output wire                             s_axil_bvalid_o,
  input  wire                             s_axil_bready_i,
  input  wire [13:0]                      s_axil_araddr_i,
  input  wire                             s_axil_arvalid_i,
  output wire                             s_axil_arready_o,
  output wire [31:0]                      s_axil_rdata_o,
  output wire [1:0]                       s_axil_rresp_o,
  output wire                             s_axil_rvalid_o,
  input  wire                             s_axil_rready_i,
  output wire                             core_rst_no,
  output wire                             abort_o,
  output wire                             abandon_o,
  output wire                             sweep_o,
  output wire [13:0]                      sweep_addr_o,
  output wire [65*(Windows + (Windows == 0))-1:0] windows_o,
  output wire                             load_valid_o,
  input  wire                             load_ready_i,
  output wire [`DESC_LOAD_WIDTH-1:0]      load_desc_o,
  input  wire                             load_done_i,
  input  wire                             load_err_i,
  input  wire                             load_err_window_i,
  input  wire [31:0]                      load_err_addr_i,
  input  wire                             load_idle_i,
  input  wire [4:0]                       load_bytes_i,
  output wire                             execute_valid_o,
  input  wire                             execute_ready_i,
  output wire [`DESC_EXECUTE_WIDTH-1:0]   execute_desc_o,
  input  wire                             execute_done_i,
  input  wire                             exec_step_i,
  input  wire [8:0]                       exec_macs_i,
  input  wire [7:0]                       exec_wrapped_i,
  input  wire                             exec_stall_fetch_i,
  input  wire                             exec_stall_drain_i,
  output wire                             store_valid_o,
  input  wire                             store_ready_i,
  output wire [`DESC_STORE_WIDTH-1:0]     store_desc_o,
  input  wire                             store_done_i,
  input  wire                             store_err_i,
  input  wire                             store_err_window_i,
  input  wire [31:0]                      store_err_addr_i,
  input  wire                             store_idle_i,
  input  wire [4:0]                       store_bytes_i,
  input  wire                             execute_idle_i,
  input  wire                             mem_fixed_i,
  input  wire [4:0]                       mem_bad_i,
  input  wire                             wake_i,
  output wire                             compute_o,
  output wire                             idle_o
);
  // --- reset -------------------------------------------------------------------------------------
  wire                          reset_request;
  wire                          reset_begin;
  wire                          reset_pending;
  wire                          state_rst_n;
  wire                          abort_request;
  wire                          watchdog_fire;
  wire                          watchdog_taken;
  wire [31:0]                   watchdog_limit;
  wire                          stop_on_error;
  wire                          memory_stop;
  wire                          memory_fire;
  wire                          memory_taken;
  wire [4:0]                    memory_where;
  wire [31:0]                   memory_errors;
  ratel_soft_reset u_soft_reset (
    .clk_i       (clk_i),
    .rst_ni      (rst_ni),
    .request_i   (reset_request),
    .stop_i      (abort_request || watchdog_taken || memory_taken),
    .idle_i      (load_idle_i && store_idle_i),
    .scan_mode_i (scan_mode_i),
    .begin_o     (reset_begin),
    .pending_o   (reset_pending),
    .abandon_o   (abandon_o),
    .state_rst_no (state_rst_n),
    .core_rst_no (core_rst_no)
  );

  // --- ports: CV-X-IF, registers and doorbell ----------------------------------------------------
  wire                          xif_valid;
  wire                          xif_ready;
  wire                          db_valid;
  wire                          db_ready;
  wire [31:0]                   xif_word;
  wire [31:0]                   xif_rs1;
  wire [31:0]                   xif_rs2;
  wire [2:0]                    xif_owner;
  wire [1:0]                    xif_context;
  wire [31:0]                   db_word;
  wire [31:0]                   db_rs1;
  wire [31:0]                   db_rs2;
  wire [2:0]                    db_owner;
  wire [31:0]                   retired_data;
  wire                          counters_clear;
  wire [7:0]                    error_clear;
  wire [7:0]                    error_cleared;
  wire [7:0]                    error_read;
  wire [7:0]                    error_valid;
  wire [2:0]                    show_owner;
  wire                          error_busy;
  wire                          user_counters;
  wire                          raise_done;
  wire                          busy;
  wire [2:0]                    engine_busy;
  wire [2:0]                    engine_blocked;
  wire [31:0]                   cause;
  wire [31:0]                   error_word;
  wire [31:0]                   error_detail;
  wire [31:0]                   error_index;
  wire [5:0]                    reg_counter_index;
  wire [31:0]                   reg_counter;

  wire [66:0]                   load_info;   // {owner, index, word}
  wire [66:0]                   store_info;
  wire [66:0]                   execute_info;
  wire [2:0]                    engine_begun;
  wire [QueueDepth-1:0]         load_pushed;
  wire [QueueDepth-1:0]         load_freed;
  wire [QueueDepth-1:0]         store_pushed;
  wire [QueueDepth-1:0]         store_freed;
  wire                          doorbell_mark;
  wire                          xif_older;
  wire                          xif_busy;
  wire                          axil_waits;
  wire [3:0]                    xif_decided;
  wire [3:0]                    xif_queued;     // before the rdcnt of CV-X-IF that reads now
  wire [2:0]                    db_waiting;
  wire [2:0]                    db_older;
  wire [5:0]                    xif_counter_index;
  wire [31:0]                   db_counter_index;
  wire [31:0]                   xif_counter;
  wire [31:0]                   db_counter;

  ratel_xif #(
    .XifQueueDepth (XifQueueDepth),
    .XifIdWidth    (XifIdWidth),
    .XifHartIdWidth (XifHartIdWidth)
  ) u_xif (
    .clk_i             (clk_i),
    .rst_ni            (rst_ni),
    .issue_valid_i     (x_issue_valid_i),
    .issue_ready_o     (x_issue_ready_o),
    .issue_instr_i     (x_issue_instr_i),
    .issue_mode_i      ((Windows == 0) ? 2'd3 : x_issue_mode_i),  // without users
    .context_i         (xif_context),
    .issue_hartid_i    (x_issue_hartid_i),
    .issue_id_i        (x_issue_id_i),
    .issue_rs1_i       (x_issue_rs1_i),
    .issue_rs2_i       (x_issue_rs2_i),
    .issue_rs_valid_i  (x_issue_rs_valid_i),
    .issue_accept_o    (x_issue_accept_o),
    .issue_writeback_o (x_issue_writeback_o),
    .issue_register_read_o (x_issue_register_read_o),
    .commit_valid_i    (x_commit_valid_i),
    .commit_id_i       (x_commit_id_i),
    .commit_kill_i     (x_commit_kill_i),
    .result_valid_o    (x_result_valid_o),
    .result_ready_i    (x_result_ready_i),
    .result_hartid_o   (x_result_hartid_o),
    .result_id_o       (x_result_id_o),
    .result_data_o     (x_result_data_o),
    .result_rd_o       (x_result_rd_o),
    .result_we_o       (x_result_we_o),
    .exec_valid_o      (xif_valid),
    .exec_ready_i      (xif_ready),
    .exec_word_o       (xif_word),
    .exec_rs1_o        (xif_rs1),
    .exec_rs2_o        (xif_rs2),
    .exec_owner_o      (xif_owner),
    .exec_data_i       (retired_data),
    .mark_i            (doorbell_mark),
    .older_o           (xif_older),
    .user_counters_i   (user_counters),
    .quick_index_o     (xif_counter_index),
    .quick_queued_o    (xif_queued),
    .quick_value_i     (xif_counter),
    .decided_o         (xif_decided),
    .busy_o            (xif_busy),
    .flush_i           (reset_pending)
  );

  localparam SpadLog2  = ratel_log2(SpadDepth);
  localparam WbufLog2  = ratel_log2(WbufDepth);
  localparam ParamLog2 = ratel_log2(ParamDepth);

  // Numbers of bits, for the registers that show the parameters.
  function integer ratel_log2;
    input integer value;
    integer left;
    begin
      ratel_log2 = 0;
      for (left = value; left > 1; left = left >> 1) ratel_log2 = ratel_log2 + 1;
    end
  endfunction

  localparam [31:0] Params0 = (SpadLog2 << 24) | (Cols << 16) | (Rows << 8) | (AxiDataWidth / 8);
  localparam [31:0] Params1 = (QueueDepth << 24) | (ParamLog2 << 16) | (WbufLog2 << 8)
                              | RequantLanes;

  ratel_regs #(
    .Windows (Windows),
    .Params0 (Params0),
    .Params1 (Params1)
  ) u_regs (
    .clk_i            (clk_i),
    .rst_ni           (rst_ni),
    .s_axil_awaddr_i  (s_axil_awaddr_i),
    .s_axil_awvalid_i (s_axil_awvalid_i),
    .s_axil_awready_o (s_axil_awready_o),
    .s_axil_wdata_i   (s_axil_wdata_i),
    .s_axil_wstrb_i   (s_axil_wstrb_i),
    .s_axil_wvalid_i  (s_axil_wvalid_i),
    .s_axil_wready_o  (s_axil_wready_o),
    .s_axil_bresp_o   (s_axil_bresp_o),
    .s_axil_bvalid_o  (s_axil_bvalid_o),
    .s_axil_bready_i  (s_axil_bready_i),
    .s_axil_araddr_i  (s_axil_araddr_i),
    .s_axil_arvalid_i (s_axil_arvalid_i),
    .s_axil_arready_o (s_axil_arready_o),
    .s_axil_rdata_o   (s_axil_rdata_o),
    .s_axil_rresp_o   (s_axil_rresp_o),
    .s_axil_rvalid_o  (s_axil_rvalid_o),
    .s_axil_rready_i  (s_axil_rready_i),
    .reset_begin_i    (reset_begin),
    .reset_pending_i  (reset_pending),
    .reset_request_o  (reset_request),
    .counters_clear_o (counters_clear),
    .busy_i           (busy),
    .engine_busy_i    (engine_busy),
    .error_owner_o    (show_owner),
    .cause_i          (cause),
    .word_i           (error_word),
    .detail_i         (error_detail),
    .index_i          (error_index),
    .error_valid_i    (error_valid),
    .error_clear_o    (error_clear),
    .error_read_o     (error_read),
    .error_cleared_i  (error_cleared),
    .raise_done_i     (raise_done),
    .counter_index_o  (reg_counter_index),
    .counter_i        (reg_counter),
    .memory_errors_i  (memory_errors),
    .wrapped_i        (exec_wrapped_i),
    .quick_index_o    (db_counter_index),
    .quick_value_i    (db_counter),
    .waiting_o        (db_waiting),
    .older_o          (db_older),
    .db_valid_o       (db_valid),
    .db_ready_i       (db_ready),
    .db_word_o        (db_word),
    .db_rs1_o         (db_rs1),
    .db_rs2_o         (db_rs2),
    .db_owner_o       (db_owner),
    .xif_context_o    (xif_context),
    .user_counters_o  (user_counters),
    .db_result_i      (retired_data),
    .abort_request_o  (abort_request),
    .watchdog_limit_o (watchdog_limit),
    .stop_on_error_o  (stop_on_error),
    .windows_o        (windows_o),
    .waits_o          (axil_waits),
    .irq_o            (irq_o)
  );

  // --- one stream of instructions ----------------------------------------------------------------
  wire                          in_valid;
  wire                          in_ready;
  wire                          in_is_db;
  wire                          retired;
  wire [31:0]                   in_word;
  wire [31:0]                   in_rs1;
  wire [31:0]                   in_rs2;
  wire [2:0]                    in_owner;
  wire                         unused_in_is_db = &{1'b0, in_is_db, db_counter_index[31:6]};

  ratel_merge u_merge (
    .clk_i       (clk_i),
    .rst_ni      (core_rst_no),
    .xif_valid_i (xif_valid),
    .xif_ready_o (xif_ready),
    .xif_word_i  (xif_word),
    .xif_rs1_i   (xif_rs1),
    .xif_rs2_i   (xif_rs2),
    .xif_owner_i (xif_owner),
    .db_valid_i  (db_valid),
    .db_ready_o  (db_ready),
    .db_word_i   (db_word),
    .db_rs1_i    (db_rs1),
    .db_rs2_i    (db_rs2),
    .db_owner_i  (db_owner),
    .mark_o      (doorbell_mark),
    .older_i     (xif_older),
    .out_valid_o (in_valid),
    .out_ready_i (in_ready),
    .out_word_o  (in_word),
    .out_rs1_o   (in_rs1),
    .out_rs2_o   (in_rs2),
    .out_owner_o (in_owner),
    .out_db_o    (in_is_db)
  );

  wire                          check_idle;
  wire                          check_start;
  wire                          check_valid;
  wire                          check_ready;
  wire                          check_fail;
  wire                          fail;
  wire                          fence_clear;
  wire [31:0]                   check_index;
  wire [31:0]                   check_word;
  wire [31:0]                   check_detail;
  wire [31:0]                   checked_index;
  wire [2:0]                    checked_owner;
  wire [31:0]                   fail_detail;
  wire [31:0]                   fail_word;
  wire [31:0]                   fail_index;
  wire [7:0]                    check_code;
  wire [7:0]                    check_field;
  wire [7:0]                    fail_code;
  wire [7:0]                    fail_field;
  wire                          fail_check;
  wire                          fail_ready;
  wire [2:0]                    fail_owner;
  wire [31:0]                   fence_cause;
  wire [64*`CFG_GROUPS-1:0]     config_file;

  // --- owners ------------------------------------------------------------------------------------
  localparam Deep0 = (SpadDepth > WbufDepth) ? SpadDepth : WbufDepth;
  localparam Deep  = (Deep0 > ParamDepth) ? Deep0 : ParamDepth;

  wire                          in_legal;
  wire [2:0]                    in_class;
  wire [3:0]                    unused_in_op;
  wire                          unused_in_needs;
  wire                          unused_in_result;
  wire                          tenant_hold;
  wire                          tenant_clear;

  ratel_decode u_class (
    .word_i      (in_word),
    .legal_o     (in_legal),
    .class_o     (in_class),
    .op_o        (unused_in_op),
    .needs_rs2_o (unused_in_needs),
    .result_o    (unused_in_result)
  );

  ratel_tenant #(
    .Depth      (Deep),
    .SweepFirst (Integrity != 0)  // check bits have to be there before the first read
  ) u_tenant (
    .clk_i      (clk_i),
    .rst_ni     (rst_ni),
    .in_valid_i (in_valid && !reset_pending),
    .in_sys_i   (!in_legal || (in_class == `CLASS_SYS)),
    .in_owner_i (in_owner),
    .idle_i     (check_idle && !(|engine_busy)),
    .soft_i     (!state_rst_n),
    .hold_o     (tenant_hold),
    .clear_o    (tenant_clear),
    .sweep_o    (sweep_o),
    .addr_o     (sweep_addr_o)
  );

  wire unused_class = &{1'b0, unused_in_op, unused_in_needs, unused_in_result};

  ratel_frontend u_frontend (
    .clk_i              (clk_i),
    .rst_ni             (core_rst_no),
    .state_rst_ni       (state_rst_n),
    .clear_config_i     (tenant_clear),
    .in_valid_i         (in_valid && !tenant_hold),
    .in_ready_o         (in_ready),
    .in_word_i          (in_word),
    .in_rs1_i           (in_rs1),
    .in_rs2_i           (in_rs2),
    .in_data_o          (retired_data),
    .in_owner_i         (in_owner),
    .hold_i             (reset_pending),
    .error_busy_i       (error_busy),
    .check_idle_i       (check_idle),
    .check_start_o      (check_start),
    .check_index_o      (check_index),
    .check_fail_i       (check_fail),
    .check_code_i       (check_code),
    .check_field_i      (check_field),
    .check_detail_i     (check_detail),
    .check_fail_word_i  (check_word),
    .check_fail_index_i (checked_index),
    .check_fail_owner_i (checked_owner),
    .engines_busy_i     (|engine_busy),
    .cause_i            (fence_cause),
    .config_o           (config_file),
    .fail_o             (fail),
    .fail_check_o       (fail_check),
    .fail_ready_o       (fail_ready),
    .code_o             (fail_code),
    .field_o            (fail_field),
    .detail_o           (fail_detail),
    .fail_word_o        (fail_word),
    .fail_index_o       (fail_index),
    .fail_owner_o       (fail_owner),
    .clear_error_o      (fence_clear),
    .done_o             (raise_done),
    .retired_o          (retired)
  );

  // --- check and dispatch ------------------------------------------------------------------------
  wire [1:0]                    check_engine;
  wire [`RANGE_WIDTH-1:0]       check_ranges;
  wire [`DESC_LOAD_WIDTH-1:0]   check_load;
  wire [`DESC_EXECUTE_WIDTH-1:0] check_execute;
  wire [`DESC_STORE_WIDTH-1:0]  check_store;

  ratel_check #(
    .Rows       (Rows),
    .Cols       (Cols),
    .SpadDepth  (SpadDepth),
    .WbufDepth  (WbufDepth),
    .ParamDepth (ParamDepth)
  ) u_check (
    .clk_i         (clk_i),
    .rst_ni        (core_rst_no),
    .start_i       (check_start),
    .start_word_i  (in_word),
    .start_rs1_i   (in_rs1),
    .start_rs2_i   (in_rs2),
    .start_index_i (check_index),
    .start_owner_i (in_owner),
    .forget_i      (tenant_clear),
    .idle_o        (check_idle),
    .config_i      (config_file),
    .out_valid_o   (check_valid),
    .out_ready_i   (check_ready),
    .out_engine_o  (check_engine),
    .out_ranges_o  (check_ranges),
    .out_load_o    (check_load),
    .out_execute_o (check_execute),
    .out_store_o   (check_store),
    .word_o        (check_word),
    .index_o       (checked_index),
    .owner_o       (checked_owner),
    .fail_o        (check_fail),
    .fail_ready_i  (fail_ready),
    .code_o        (check_code),
    .field_o       (check_field),
    .detail_o      (check_detail)
  );

  ratel_dispatch #(
    .QueueDepth (QueueDepth)
  ) u_dispatch (
    .clk_i           (clk_i),
    .rst_ni          (core_rst_no),
    .in_valid_i      (check_valid),
    .in_ready_o      (check_ready),
    .in_engine_i     (check_engine),
    .in_ranges_i     (check_ranges),
    .in_word_i       (check_word),
    .in_index_i      (checked_index),
    .in_owner_i      (checked_owner),
    .in_load_i       (check_load),
    .in_execute_i    (check_execute),
    .in_store_i      (check_store),
    .hold_i          (reset_pending),
    .refuse_i        (stop_on_error ? error_valid : 8'd0),
    .load_valid_o    (load_valid_o),
    .load_ready_i    (load_ready_i),
    .load_desc_o     (load_desc_o),
    .load_done_i     (load_done_i),
    .execute_valid_o (execute_valid_o),
    .execute_ready_i (execute_ready_i),
    .execute_desc_o  (execute_desc_o),
    .execute_done_i  (execute_done_i),
    .store_valid_o   (store_valid_o),
    .store_ready_i   (store_ready_i),
    .store_desc_o    (store_desc_o),
    .store_done_i    (store_done_i),
    .busy_o          (engine_busy),
    .blocked_o       (engine_blocked),
    .load_pushed_o   (load_pushed),
    .load_freed_o    (load_freed),
    .store_pushed_o  (store_pushed),
    .store_freed_o   (store_freed),
    .begun_o         (engine_begun),
    .load_info_o     (load_info),
    .execute_info_o  (execute_info),
    .store_info_o    (store_info)
  );

  // --- errors and counters -----------------------------------------------------------------------
  assign busy = (|engine_busy) || !check_idle || in_valid || xif_busy || reset_pending;

  localparam [7:0] FirstOwner = 8'd1;
  assign error_cleared = error_clear | (fence_clear ? (FirstOwner << in_owner) : 8'd0);

  // The watchdog names the instruction that an engine has begun and not ended.
  wire        unused_begun = &{1'b0, engine_begun[1]};
  wire [66:0] stuck = engine_begun[0] ? load_info : engine_begun[2] ? store_info : execute_info;

  ratel_watchdog u_watchdog (
    .clk_i      (clk_i),
    .rst_ni     (rst_ni),
    .limit_i    (watchdog_limit),
    .busy_i     (|engine_busy),
    .progress_i (load_done_i || store_done_i || execute_done_i || reset_pending || sweep_o),
    .taken_i    (watchdog_taken),
    .fire_o     (watchdog_fire)
  );

  // What ends a job by itself is written down as a failure of the instruction that it struck.
  wire        may_end    = !fail && !error_busy && !reset_pending;
  wire        ends       = memory_taken || watchdog_taken;
  wire [66:0] struck     = !memory_fire ? stuck : memory_where[4] ? store_info : execute_info;
  wire [7:0]  end_code   = memory_fire ? `ERR_INTEGRITY : `ERR_WATCHDOG;
  wire [31:0] end_detail = memory_fire ? {27'd0, memory_where} : watchdog_limit;

  assign memory_taken   = memory_fire && may_end;
  assign watchdog_taken = watchdog_fire && may_end && !memory_fire;

  ratel_integrity #(
    .Integrity (Integrity)
  ) u_integrity (
    .clk_i     (clk_i),
    .rst_ni    (rst_ni),
    .clear_i   (counters_clear),
    .fixed_i   (mem_fixed_i),
    .bad_i     (mem_bad_i),
    .pending_i (reset_pending),
    .taken_i   (memory_taken),
    .stop_o    (memory_stop),
    .fire_o    (memory_fire),
    .where_o   (memory_where),
    .count_o   (memory_errors)
  );

  ratel_error #(
    .QueueDepth (QueueDepth),
    .Users      (Windows != 0)
  ) u_error (
    .clk_i          (clk_i),
    .rst_ni         (state_rst_n),
    .job_rst_ni     (core_rst_no),
    .fail_i         (fail || ends),
    .fail_check_i   (fail_check && !ends),
    .fail_code_i    (ends ? end_code : fail_code),
    .fail_field_i   (ends ? `FIELD_NONE : fail_field),
    .fail_detail_i  (ends ? end_detail : fail_detail),
    .fail_word_i    (ends ? struck[31:0] : fail_word),
    .fail_index_i   (ends ? struck[63:32] : fail_index),
    .fail_owner_i   (ends ? struck[66:64] : fail_owner),
    .load_error_i   (load_done_i && load_err_i),
    .load_code_i    (load_err_window_i ? `ERR_WINDOW : `ERR_BUS_READ),
    .load_addr_i    (load_err_addr_i),
    .load_info_i    (load_info),
    .store_error_i  (store_done_i && store_err_i),
    .store_code_i   (store_err_window_i ? `ERR_WINDOW : `ERR_BUS_WRITE),
    .store_addr_i   (store_err_addr_i),
    .store_info_i   (store_info),
    .load_push_i    (load_pushed),
    .store_push_i   (store_pushed),
    .load_done_i    (load_freed),
    .store_done_i   (store_freed),
    .check_i        (!check_idle),
    .check_owner_i  (checked_owner),
    .clear_i        (error_cleared),
    .read_i         (error_read),
    .fence_owner_i  (in_owner),
    .fence_cause_o  (fence_cause),
    .show_owner_i   (show_owner),
    .cause_o        (cause),
    .word_o         (error_word),
    .detail_o       (error_detail),
    .index_o        (error_index),
    .valid_o        (error_valid),
    .busy_o         (error_busy)
  );

  ratel_counters u_counters (
    .clk_i            (clk_i),
    .rst_ni           (state_rst_n),
    .clear_i          (counters_clear || tenant_clear),
    .busy_i           (busy),
    .retired_i        (retired),
    .engine_busy_i    (engine_busy),
    .engine_blocked_i (engine_blocked),
    .step_i           (exec_step_i),
    .macs_i           (exec_macs_i),
    .load_bytes_i     (load_bytes_i),
    .store_bytes_i    (store_bytes_i),
    .stall_fetch_i    (exec_stall_fetch_i),
    .stall_drain_i    (exec_stall_drain_i),
    .queue_full_i     (check_valid && !check_ready),
    .index_a_i        (xif_counter_index),
    .queued_a_i       (xif_queued + {1'b0, db_older}),
    .value_a_o        (xif_counter),
    .index_b_i        (db_counter_index[5:0]),
    .queued_b_i       (xif_decided + {1'b0, db_waiting}),
    .value_b_o        (db_counter),
    .index_c_i        (reg_counter_index),
    .value_c_o        (reg_counter)
  );

  assign abort_o = reset_pending || memory_stop;

  // --- clocks ------------------------------------------------------------------------------------
  // What CV-X-IF holds back for a commit does not change, but a result that is not taken may.
  ratel_idle u_idle (
    .clk_i     (clk_i),
    .rst_ni    (rst_ni),
    .engines_i ((|engine_busy) || load_valid_o || execute_valid_o || store_valid_o
                || !execute_idle_i || sweep_o),
    .active_i  (busy || sweep_o || axil_waits || x_result_valid_o || !load_idle_i || !store_idle_i
                || !execute_idle_i),
    .wake_i    (wake_i),
    .compute_o (compute_o),
    .idle_o    (idle_o)
  );
endmodule
