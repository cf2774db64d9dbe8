// Registers behind the AXI4-Lite port (spec/registers.rdl), with the doorbells and the interrupt.
//
// The port itself (ratel_axil) is only reset by rst_ni. A soft reset sets the registers back in the
// cycle in which it begins, but for those that are locked, so that no later write is lost.
//
// Page 0 is the supervisor's, pages 1..3 are those of user contexts: a few registers, each page's
// own. A write for a doorbell that is full, or that a soft reset keeps from taking a word, waits a
// bounded time, then it is refused: the port always answers.
//
//   name                              | meaning
//   ----------------------------------|------------------------------------------------------------
//   Windows                           | as in ratel_core; 0: there is no page but the supervisor's
//   Params0, Params1                  | what the registers of that name show
//   s_axil_*                          | AXI4-Lite
//   reset_begin_i                     | a soft reset begins; reset_pending_i: is under way
//   reset_request_o                   | soft reset wanted; counters_clear_o: counters to be cleared
//   busy_i                            | anything in flight; engine_busy_i: load, execute, store
//   cause_i .. index_i                | record of owner error_owner_o; error_clear_o, error_read_o:
//                                     | bit an owner, its record is to be cleared, is read;
//                                     | error_cleared_i: is cleared
//   error_valid_i                     | bit an owner: it has a record
//   raise_done_i                      | interrupt cause
//   counter_i                         | value of counter counter_index_o
//   memory_errors_i                   | what the register of that name shows
//   wrapped_i                         | bit an owner: an accumulator of his has left int32
//   xif_context_o                     | user context of CV-X-IF
//   user_counters_o                   | users may read counters
//   db_*, quick_*, waiting_o, older_o | see ratel_doorbells
//   abort_request_o                   | abort wanted
//   watchdog_limit_o, stop_on_error_o | registers WATCHDOG and OPTIONS
//   windows_o                         | memory windows, see ratel_windows
//   waits_o                           | an access is under way
//   irq_o                             | level interrupt
`include "ratel_regs.vh"

module ratel_regs #(
  parameter Windows = 4,
  parameter [31:0] Params0 = 32'd0,
  parameter [31:0] Params1 = 32'd0
) (
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
  input  wire        reset_begin_i,
  input  wire        reset_pending_i,
  output wire        reset_request_o,
  output wire        counters_clear_o,
  input  wire        busy_i,
  input  wire [2:0]  engine_busy_i,
  output wire [2:0]  error_owner_o,
  input  wire [31:0] cause_i,
  input  wire [31:0] word_i,
  input  wire [31:0] detail_i,
  input  wire [31:0] index_i,
  input  wire [7:0]  error_valid_i,
  output wire [7:0]  error_clear_o,
  output wire [7:0]  error_read_o,
  input  wire [7:0]  error_cleared_i,
  input  wire        raise_done_i,
  output wire [5:0]  counter_index_o,
  input  wire [31:0] counter_i,
  input  wire [31:0] memory_errors_i,
  input  wire [7:0]  wrapped_i,
  output wire [31:0] quick_index_o,
  input  wire [31:0] quick_value_i,
  output wire [2:0]  waiting_o,
  output wire [2:0]  older_o,
  output wire        db_valid_o,
  input  wire        db_ready_i,
  output wire [31:0] db_word_o,
  output wire [31:0] db_rs1_o,
  output wire [31:0] db_rs2_o,
  output wire [2:0]  db_owner_o,
  input  wire [31:0] db_result_i,
  output wire [1:0]  xif_context_o,
  output wire        user_counters_o,
  output wire        abort_request_o,
  output wire [31:0] watchdog_limit_o,
  output wire        stop_on_error_o,
  output wire [65*(Windows + (Windows == 0))-1:0] windows_o,
  output wire        waits_o,
  output wire        irq_o
);
  wire        write_valid;
  wire        write_ready;
  wire [13:0] write_full;
  wire [31:0] write_data;
  wire [3:0]  write_strb;
  reg         write_error;
  wire        read_valid;
  wire [13:0] read_full;
  reg  [31:0] read_data;
  reg         read_error;

  ratel_axil u_axil (
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
    .write_valid_o    (write_valid),
    .write_ready_i    (write_ready),
    .write_addr_o     (write_full),
    .write_data_o     (write_data),
    .write_strb_o     (write_strb),
    .write_error_i    (write_error),
    .waits_o          (waits_o),
    .read_valid_o     (read_valid),
    .read_addr_o      (read_full),
    .read_data_i      (read_data),
    .read_error_i     (read_error)
  );

  // --- pages: 0 the supervisor's, 1..3 a user context's each ------------------------------------
  localparam  [1:0] Pages = (Windows == 0) ? 2'b00 : 2'b11;
  wire [1:0]  write_page = write_full[13:12] & Pages;
  wire [1:0]  read_page  = read_full[13:12] & Pages;
  wire        write_off  = |(write_full[13:12] & ~Pages);
  wire        read_off   = |(read_full[13:12] & ~Pages);
  wire [11:0] write_addr = write_full[11:0];
  wire [11:0] read_addr  = read_full[11:0];
  wire        write_user = (write_page != 2'd0);
  wire        read_user  = (read_page != 2'd0);

  // --- registers -------------------------------------------------------------------------------
  reg [1:0]  irq_enable_q;
  reg        done_q;
  localparam [3:0] AnyOwner = 4'b1000;  // reset value of ERR_OWNER
  reg [3:0]  error_owner_q;
  reg [2:0]  shown_owner_q; // whose record ERR_CAUSE showed on page 0
  localparam [1:0] FirstPage = 2'd1;    // reset value of XIF_CONTEXT
  reg [1:0]  context_q;
  reg        user_counters_q;
  reg        lock_context_q;
  reg        lock_rights_q;
  reg [7:0]  wrapped_q;
  reg [3:0]  stale_q;   // bit a page: what ERR_CAUSE showed there was cleared since
  reg [3:0]  shown_q;   // bit a page: ERR_CAUSE showed a record there

  // --- writes ----------------------------------------------------------------------------------
  localparam [5:0] DoorbellWait = 6'd63;  // cycles that a write waits for its doorbell

  wire [3:0] full;
  reg  [5:0] wait_q;
  wire whole     = &write_strb;
  wire operand   = (write_addr == `REG_DB_RS1) || (write_addr == `REG_DB_RS2);
  wire doorbell  = operand || ((write_addr == `REG_DB_INSTR) && whole);
  wire blocked   = doorbell && !write_off && (full[write_page] || (reset_pending_i && !operand));
  wire given_up  = blocked && (wait_q == DoorbellWait);
  wire write     = write_valid && write_ready && !write_error;
  wire [31:0] mask = {{8{write_strb[3]}}, {8{write_strb[2]}}, {8{write_strb[1]}},
                      {8{write_strb[0]}}};
  wire [31:0] ones = write_data & mask;
  wire        unused_ones = &{1'b0, ones[30:2]};

  // --- protection ------------------------------------------------------------------------------
  wire        protect_writable;
  wire        protect_known;
  wire [31:0] protect_data;
  wire [31:0] protect_lock;

  ratel_protect #(
    .Windows (Windows)
  ) u_protect (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .write_i      (write),
    .lock_i       (write && (write_addr == `REG_LOCK)),
    .write_addr_i (write_addr),
    .write_data_i (write_data),
    .write_mask_i (mask),
    .writable_o   (protect_writable),
    .read_addr_i  (read_addr),
    .read_known_o (protect_known),
    .read_data_o  (protect_data),
    .lock_o       (protect_lock),
    .limit_o      (watchdog_limit_o),
    .stop_o       (stop_on_error_o),
    .windows_o    (windows_o)
  );

  assign write_ready = !blocked || given_up;

  // What each page has, and what is refused anyway.
  reg write_known;
  always @* begin
    case (write_addr)
      `REG_CTRL:        write_known = whole && !write_user;
      `REG_DB_INSTR:    write_known = whole;
      `REG_DB_RS1:      write_known = 1'b1;
      `REG_DB_RS2:      write_known = 1'b1;
      `REG_ERR_CAUSE:   write_known = 1'b1;
      `REG_WRAPPED:     write_known = 1'b1;
      `REG_IRQ_ENABLE:  write_known = !write_user;
      `REG_IRQ_STATUS:  write_known = !write_user;
      `REG_ERR_OWNER:   write_known = !write_user;
      `REG_LOCK:        write_known = !write_user;
      `REG_XIF_CONTEXT: write_known = !write_user && !lock_context_q && (Windows != 0)
                                      && !(write_strb[0] && (write_data[1:0] == 2'd0));
      `REG_USER_RIGHTS: write_known = !write_user && !lock_rights_q && (Windows != 0);
      default:          write_known = !write_user && protect_writable
                                      && (write_addr[1:0] == 2'd0);
    endcase
    write_error = !write_known || write_off || given_up;
  end

  wire ctrl    = write && (write_addr == `REG_CTRL);
  wire enable  = write && (write_addr == `REG_IRQ_ENABLE);
  wire status1 = write && (write_addr == `REG_IRQ_STATUS);
  assign reset_request_o  = ctrl && write_data[`REG_CTRL_SOFT_RESET];
  assign abort_request_o  = ctrl && write_data[`REG_CTRL_ABORT];
  assign counters_clear_o = ctrl && write_data[`REG_CTRL_CLEAR_COUNTERS];

  // --- error records ---------------------------------------------------------------------------
  localparam [7:0] First    = 8'd1;
  localparam [7:0] Owners   = (Windows != 0) ? 8'b1111_1111 : 8'b0001_0001;
  reg  [2:0] lowest;
  integer    i;
  always @* begin
    lowest = 3'd0;
    for (i = 7; i >= 0; i = i - 1) if (error_valid_i[i]) lowest = i[2:0];
  end

  wire       any_owner   = error_owner_q[`REG_ERR_OWNER_ANY];
  wire       reads_cause = (read_addr == `REG_ERR_CAUSE);
  wire [2:0] any_shown   = (shown_q[0] && !stale_q[0]) ? shown_owner_q : lowest;
  wire [2:0] any_read    = reads_cause ? lowest : any_shown;
  wire [2:0] write_owner = write_user ? {1'b1, write_page}
                           : any_owner ? any_shown : error_owner_q[2:0];
  wire [2:0] read_owner  = read_user ? {1'b1, read_page}
                           : any_owner ? any_read : error_owner_q[2:0];
  wire       cause_read  = read_valid && reads_cause && !read_off;
  wire       cause_clear = write && (write_addr == `REG_ERR_CAUSE) && ones[`REG_ERR_CAUSE_VALID];

  assign error_owner_o = read_owner;
  assign error_clear_o = cause_clear ? (First << write_owner) : 8'd0;
  assign error_read_o  = (cause_read && cause_i[`REG_ERR_CAUSE_VALID]) ? (First << read_owner)
                         : 8'd0;

  wire owner_write = write && (write_addr == `REG_ERR_OWNER) && write_strb[0];
  wire [2:0] shown_owner = cause_read ? read_owner : shown_owner_q;
  wire [3:0] cleared = {error_cleared_i[7:5], error_cleared_i[shown_owner]};

  genvar g;
  generate
    for (g = 0; g < 4; g = g + 1) begin : gen_page
      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
          shown_q[g] <= 1'b0;
          stale_q[g] <= 1'b0;
        end else if (reset_begin_i || (owner_write && (g == 0))) begin
          shown_q[g] <= 1'b0;
          stale_q[g] <= 1'b0;
        end else if (cause_read && (read_page == g)) begin
          shown_q[g] <= cause_i[`REG_ERR_CAUSE_VALID];
          stale_q[g] <= cause_i[`REG_ERR_CAUSE_VALID] && cleared[g];
        end else if (shown_q[g] && cleared[g]) begin
          stale_q[g] <= 1'b1;
        end
      end
    end
  endgenerate

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      irq_enable_q    <= 2'b00;
      done_q          <= 1'b0;
      error_owner_q   <= AnyOwner;
      shown_owner_q   <= 3'd0;
      context_q       <= FirstPage;
      user_counters_q <= 1'b0;
    end else if (reset_begin_i) begin
      irq_enable_q  <= 2'b00;
      done_q        <= 1'b0;
      error_owner_q <= AnyOwner;
      if (!lock_rights_q) user_counters_q <= 1'b0;
    end else begin
      done_q <= (done_q && !(status1 && ones[`REG_IRQ_STATUS_DONE])) || raise_done_i;
      if (enable) irq_enable_q <= (irq_enable_q & ~mask[1:0]) | ones[1:0];
      if (owner_write) error_owner_q <= write_data[3:0];
      if (cause_read && !read_user) shown_owner_q <= read_owner;
      if (write && (write_addr == `REG_XIF_CONTEXT) && write_strb[0])
        context_q <= write_data[1:0];
      if (write && (write_addr == `REG_USER_RIGHTS) && write_strb[0])
        user_counters_q <= write_data[`REG_USER_RIGHTS_COUNTERS];
    end
  end

  // What wraps while a job ends is not told: it has no results.
  wire       wrapped_write = write && (write_addr == `REG_WRAPPED);
  wire [7:0] write_shows   = write_user ? (First << {1'b1, write_page}) : Owners;
  wire [7:0] read_shows    = read_user ? (First << {1'b1, read_page}) : Owners;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) wrapped_q <= 8'd0;
    else if (reset_begin_i) wrapped_q <= 8'd0;
    else wrapped_q <= (wrapped_q & ~(wrapped_write ? ones[7:0] & write_shows : 8'd0))
                      | (reset_pending_i ? 8'd0 : wrapped_i & Owners);
  end

  // Locks, and the wait for a full doorbell, are not touched by soft reset.
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      lock_context_q <= 1'b0;
      lock_rights_q  <= 1'b0;
      wait_q         <= 6'd0;
    end else begin
      if (write && (write_addr == `REG_LOCK)) begin
        if (ones[`REG_LOCK_CONTEXT]) lock_context_q <= 1'b1;
        if (ones[`REG_LOCK_RIGHTS]) lock_rights_q <= 1'b1;
      end
      // Between two writes lies a cycle without one (ratel_axil), so each has a count of its own.
      wait_q <= write_valid ? wait_q + 6'd1 : 6'd0;
    end
  end

  wire        error_any = |error_valid_i;
  wire [31:0] rs1;
  wire [31:0] rs2;
  wire [31:0] result;

  assign xif_context_o   = context_q;
  assign user_counters_o = user_counters_q;
  assign irq_o           = |({error_any, done_q} & irq_enable_q);

  // --- doorbells -------------------------------------------------------------------------------
  ratel_doorbells #(
    .Users (Windows != 0)
  ) u_doorbells (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .flush_i       (reset_pending_i),
    .write_page_i  (write_page),
    .write_rs1_i   (write && (write_addr == `REG_DB_RS1)),
    .write_rs2_i   (write && (write_addr == `REG_DB_RS2)),
    .write_word_i  (write && (write_addr == `REG_DB_INSTR)),
    .write_data_i  (write_data),
    .write_mask_i  (mask),
    .full_o        (full),
    .waiting_o     (waiting_o),
    .older_o       (older_o),
    .read_page_i   (read_page),
    .read_rs1_o    (rs1),
    .read_rs2_o    (rs2),
    .read_result_o (result),
    .counters_i    (user_counters_q),
    .quick_index_o (quick_index_o),
    .quick_value_i (quick_value_i),
    .db_valid_o    (db_valid_o),
    .db_ready_i    (db_ready_i),
    .db_word_o     (db_word_o),
    .db_rs1_o      (db_rs1_o),
    .db_rs2_o      (db_rs2_o),
    .db_owner_o    (db_owner_o),
    .db_result_i   (db_result_i)
  );

  // --- reads -----------------------------------------------------------------------------------
  reg [31:0] status;
  always @* begin
    status = 32'd0;
    status[`REG_STATUS_BUSY]          = busy_i && !read_user;
    status[`REG_STATUS_LOAD]          = engine_busy_i[0] && !read_user;
    status[`REG_STATUS_EXECUTE]       = engine_busy_i[1] && !read_user;
    status[`REG_STATUS_STORE]         = engine_busy_i[2] && !read_user;
    status[`REG_STATUS_DOORBELL]      = full[read_page];
    status[`REG_STATUS_RESET_PENDING] = reset_pending_i;
    status[`REG_STATUS_ERROR]         = read_user ? cause_i[`REG_ERR_CAUSE_VALID] : error_any;
  end

  wire [11:0] counter_offset = read_addr - `REG_COUNTER;
  assign counter_index_o = {counter_offset[6], 1'b0, counter_offset[5:2]};
  wire   stale = stale_q[read_page];

  always @* begin
    read_error = read_user;
    read_data  = 32'd0;
    case (read_addr)
      `REG_ID:          read_data = `REG_ID_RESET;
      `REG_VERSION:     read_data = `REG_VERSION_RESET;
      `REG_PARAMS0:     read_data = Params0;
      `REG_PARAMS1:     read_data = Params1;
      `REG_STATUS:      read_data = status;
      `REG_CTRL:        read_data = 32'd0;
      `REG_IRQ_ENABLE:  read_data = {30'd0, irq_enable_q};
      `REG_IRQ_STATUS:  read_data = {30'd0, error_any, done_q};
      `REG_ERR_CAUSE:   read_data = cause_i;
      `REG_ERR_INSTR:   read_data = stale ? 32'd0 : word_i;
      `REG_ERR_DETAIL:  read_data = stale ? 32'd0 : detail_i;
      `REG_ERR_INDEX:   read_data = stale ? 32'd0 : index_i;
      `REG_DB_RS1:      read_data = rs1;
      `REG_DB_RS2:      read_data = rs2;
      `REG_DB_INSTR:    read_data = 32'd0;
      `REG_DB_RESULT:   read_data = result;
      `REG_XIF_CONTEXT: read_data = {30'd0, context_q};
      `REG_ERR_OWNER:   read_data = {28'd0, error_owner_q};
      `REG_ERR_PENDING: read_data = {24'd0, error_valid_i};
      `REG_USER_RIGHTS: read_data = {31'd0, user_counters_q};
      `REG_MEMORY_ERRORS: read_data = memory_errors_i;
      `REG_WRAPPED:     read_data = {24'd0, wrapped_q & read_shows};
      `REG_LOCK:        read_data = protect_lock | {30'd0, lock_rights_q, lock_context_q};
      default: begin
        if ((counter_offset[11:7] == 5'd0) && (counter_offset[1:0] == 2'd0))
          read_data = counter_i;
        else if (protect_known && (read_addr[1:0] == 2'd0)) read_data = protect_data;
        else read_error = 1'b1;
      end
    endcase
    case (read_addr)  // of these every page has its own, or they are the same for all
      `REG_ID, `REG_VERSION, `REG_PARAMS0, `REG_PARAMS1, `REG_STATUS: read_error = 1'b0;
      `REG_ERR_CAUSE, `REG_ERR_INSTR, `REG_ERR_DETAIL, `REG_ERR_INDEX: read_error = 1'b0;
      `REG_WRAPPED: read_error = 1'b0;
      `REG_DB_RS1, `REG_DB_RS2, `REG_DB_INSTR, `REG_DB_RESULT: read_error = 1'b0;
      default: ;
    endcase
    if (read_off) read_error = 1'b1;
  end
endmodule
