// Registers behind the AXI4-Lite port (spec/registers.rdl), with the doorbell and the interrupt.
//
// The port itself (ratel_axil) is only reset by rst_ni; soft_reset_i sets the registers back.
//
//   s_axil_*          AXI4-Lite
//   soft_reset_i      the core's inside is being reset: registers take their reset values
//   reset_pending_i   soft reset under way: a doorbell write waits on the bus
//   reset_request_o   soft reset wanted; counters_clear_o: counters to be cleared
//   busy_i            anything in flight; engine_busy_i: load, execute, store
//   cause_i .. index_i   error registers; error_clear_o: clear them
//   raise_error_i, raise_done_i   interrupt causes
//   counter_i         value of counter counter_index_o
//   xif_context_o     user context of CV-X-IF
//   db_*              doorbell instruction, db_owner_o who rang; db_result_i is its value in the cycle of ready
//   windows_o         memory windows, see ratel_windows
//   irq_o             level interrupt
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
  input  wire        soft_reset_i,
  input  wire        reset_pending_i,
  output wire        reset_request_o,
  output wire        counters_clear_o,
  input  wire        busy_i,
  input  wire [2:0]  engine_busy_i,
  input  wire [31:0] cause_i,
  input  wire [31:0] word_i,
  input  wire [31:0] detail_i,
  input  wire [31:0] index_i,
  output wire        error_clear_o,
  input  wire        raise_error_i,
  input  wire        raise_done_i,
  output wire [3:0]  counter_index_o,
  input  wire [31:0] counter_i,
  output wire        db_valid_o,
  input  wire        db_ready_i,
  output wire [31:0] db_word_o,
  output wire [31:0] db_rs1_o,
  output wire [31:0] db_rs2_o,
  output wire [2:0]  db_owner_o,
  output wire [1:0]  xif_context_o,
  input  wire [31:0] db_result_i,
  output wire [Windows*65-1:0] windows_o,
  output wire        irq_o
);
  wire        write_valid;
  wire        write_ready;
  wire [13:0] write_full;
  wire [31:0] write_data;
  wire [3:0]  write_strb;
  reg         write_error;
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
    .read_addr_o      (read_full),
    .read_data_i      (read_data),
    .read_error_i     (read_error)
  );

  // --- pages: 0 the supervisor's, 1..3 a user context's each ------------------------------------
  wire [1:0]  write_page = write_full[13:12];
  wire [1:0]  read_page  = read_full[13:12];
  wire [11:0] write_addr = write_full[11:0];
  wire [11:0] read_addr  = read_full[11:0];
  wire        write_user = (write_page != 2'd0);
  wire        read_user  = (read_page != 2'd0);

  // --- registers -------------------------------------------------------------------------------
  reg [1:0]  irq_enable_q;
  reg [1:0]  irq_status_q;
  reg        irq_q;
  reg [31:0] rs1_q;
  reg [31:0] rs2_q;
  reg [31:0] result_q;
  reg        db_valid_q;
  reg [31:0] db_word_q;
  reg [31:0] db_rs1_q;
  reg [31:0] db_rs2_q;
  reg [1:0]  db_page_q;
  reg [1:0]  context_q;

  // --- writes ----------------------------------------------------------------------------------
  wire whole    = &write_strb;
  wire doorbell = (write_addr == `REG_DB_INSTR) && whole;
  wire write    = write_valid && write_ready && !write_error;
  wire [31:0] mask = {{8{write_strb[3]}}, {8{write_strb[2]}}, {8{write_strb[1]}},
                      {8{write_strb[0]}}};
  wire [31:0] ones = write_data & mask;

  // --- protection ------------------------------------------------------------------------------
  wire        protect_writable;
  wire        protect_known;
  wire [31:0] protect_data;

  ratel_protect #(
    .Windows (Windows)
  ) u_protect (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .write_i      (write),
    .write_addr_i (write_addr),
    .write_data_i (write_data),
    .write_mask_i (mask),
    .writable_o   (protect_writable),
    .read_addr_i  (read_addr),
    .read_known_o (protect_known),
    .read_data_o  (protect_data),
    .windows_o    (windows_o)
  );

  assign write_ready = !(doorbell && (db_valid_q || reset_pending_i));

  always @* begin
    case (write_addr)
      `REG_CTRL:       write_error = !whole;
      `REG_DB_INSTR:   write_error = !whole;
      `REG_IRQ_ENABLE: write_error = 1'b0;
      `REG_IRQ_STATUS: write_error = 1'b0;
      `REG_ERR_CAUSE:  write_error = 1'b0;
      `REG_DB_RS1:     write_error = 1'b0;
      `REG_DB_RS2:     write_error = 1'b0;
      `REG_XIF_CONTEXT: write_error = write_strb[0] && (write_data[1:0] == 2'd0);
      default:         write_error = !protect_writable;
    endcase
    case (write_addr)
      `REG_DB_RS1, `REG_DB_RS2, `REG_DB_INSTR: ;
      default: if (write_user) write_error = 1'b1;
    endcase
  end

  wire ctrl = write && (write_addr == `REG_CTRL);
  assign reset_request_o  = ctrl && write_data[`REG_CTRL_SOFT_RESET];
  assign counters_clear_o = ctrl && write_data[`REG_CTRL_CLEAR_COUNTERS];
  assign error_clear_o    = write && (write_addr == `REG_ERR_CAUSE) && ones[`REG_ERR_CAUSE_VALID];

  wire [1:0] irq_clear = (write && (write_addr == `REG_IRQ_STATUS)) ? ones[1:0] : 2'b00;
  wire [1:0] irq_raise = {raise_error_i, raise_done_i};

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      irq_enable_q <= 2'b00;
      irq_status_q <= 2'b00;
      irq_q        <= 1'b0;
      rs1_q        <= 32'd0;
      rs2_q        <= 32'd0;
      result_q     <= 32'd0;
      db_valid_q   <= 1'b0;
      db_word_q    <= 32'd0;
      db_rs1_q     <= 32'd0;
      db_rs2_q     <= 32'd0;
      db_page_q    <= 2'd0;
      context_q    <= 2'd1;
    end else if (soft_reset_i) begin
      irq_enable_q <= 2'b00;
      irq_status_q <= 2'b00;
      irq_q        <= 1'b0;
      rs1_q        <= 32'd0;
      rs2_q        <= 32'd0;
      result_q     <= 32'd0;
      db_valid_q   <= 1'b0;
      db_word_q    <= 32'd0;
      db_rs1_q     <= 32'd0;
      db_rs2_q     <= 32'd0;
      db_page_q    <= 2'd0;
      context_q    <= 2'd1;
    end else begin
      irq_status_q <= (irq_status_q & ~irq_clear) | irq_raise;
      irq_q        <= |(irq_status_q & irq_enable_q);
      if (write && (write_addr == `REG_IRQ_ENABLE))
        irq_enable_q <= (irq_enable_q & ~mask[1:0]) | ones[1:0];
      if (write && (write_addr == `REG_DB_RS1)) rs1_q <= (rs1_q & ~mask) | ones;
      if (write && (write_addr == `REG_DB_RS2)) rs2_q <= (rs2_q & ~mask) | ones;
      if (write && (write_addr == `REG_XIF_CONTEXT) && write_strb[0]) context_q <= write_data[1:0];
      if (write && doorbell) begin
        db_valid_q <= 1'b1;
        db_word_q  <= write_data;
        db_rs1_q   <= rs1_q;
        db_rs2_q   <= rs2_q;
        db_page_q  <= write_page;
      end else if (db_ready_i) begin
        db_valid_q <= 1'b0;
      end
      if (db_valid_q && db_ready_i) result_q <= db_result_i;
    end
  end

  assign db_valid_o = db_valid_q;
  assign db_word_o  = db_word_q;
  assign db_rs1_o   = db_rs1_q;
  assign db_rs2_o   = db_rs2_q;
  assign db_owner_o = {1'b1, db_page_q};
  assign xif_context_o = context_q;
  assign irq_o      = irq_q;

  // --- reads -----------------------------------------------------------------------------------
  reg [31:0] status;
  always @* begin
    status = 32'd0;
    status[`REG_STATUS_BUSY]          = busy_i;
    status[`REG_STATUS_LOAD]          = engine_busy_i[0];
    status[`REG_STATUS_EXECUTE]       = engine_busy_i[1];
    status[`REG_STATUS_STORE]         = engine_busy_i[2];
    status[`REG_STATUS_DOORBELL]      = db_valid_q;
    status[`REG_STATUS_RESET_PENDING] = reset_pending_i;
    status[`REG_STATUS_ERROR]         = cause_i[`REG_ERR_CAUSE_VALID];
  end

  wire [11:0] counter_offset = read_addr - `REG_COUNTER;
  wire        unused_offset = &{1'b0, counter_offset[1:0]};
  assign counter_index_o = counter_offset[5:2];

  always @* begin
    read_error = 1'b0;
    read_data  = 32'd0;
    case (read_addr)
      `REG_ID:         read_data = `REG_ID_RESET;
      `REG_VERSION:    read_data = `REG_VERSION_RESET;
      `REG_PARAMS0:    read_data = Params0;
      `REG_PARAMS1:    read_data = Params1;
      `REG_STATUS:     read_data = status;
      `REG_CTRL:       read_data = 32'd0;
      `REG_IRQ_ENABLE: read_data = {30'd0, irq_enable_q};
      `REG_IRQ_STATUS: read_data = {30'd0, irq_status_q};
      `REG_ERR_CAUSE:  read_data = cause_i;
      `REG_ERR_INSTR:  read_data = word_i;
      `REG_ERR_DETAIL: read_data = detail_i;
      `REG_ERR_INDEX:  read_data = index_i;
      `REG_DB_RS1:     read_data = rs1_q;
      `REG_DB_RS2:     read_data = rs2_q;
      `REG_DB_INSTR:   read_data = 32'd0;
      `REG_DB_RESULT:  read_data = result_q;
      `REG_XIF_CONTEXT: read_data = {30'd0, context_q};
      default: begin
        if (counter_offset[11:6] == 6'd0) read_data = counter_i;
        else if (protect_known) read_data = protect_data;
        else read_error = 1'b1;
      end
    endcase
    if (read_user) begin
      case (read_addr)
        `REG_ID, `REG_VERSION, `REG_PARAMS0, `REG_PARAMS1: ;
        `REG_DB_RS1, `REG_DB_RS2, `REG_DB_INSTR, `REG_DB_RESULT: ;
        default: begin
          read_data  = 32'd0;
          read_error = 1'b1;
        end
      endcase
    end
  end
endmodule
