// Registers that protect programs from each other: the windows of memory that users may touch
// (ratel_windows), the watchdog's limit, options, and the locks of all these.
//
// They are on the supervisor's page alone and outlive a soft reset, which programs may cause.
//
//   name                         | meaning
//   -----------------------------|-----------------------------------------------------------
//   Windows                      | as in ratel_core; 0: none of their registers
//   write_i                      | a write to this page is taken
//   write_addr_i .. write_mask_i | byte offset, data, and mask of the written bytes
//   lock_i                       | a write to LOCK of write_data_i
//   writable_o                   | a register here has that offset and is not locked
//   read_addr_i                  | read_known_o: a register here has that offset; read_data_o
//   lock_o                       | register LOCK, as far as it is kept here
//   limit_o                      | of the watchdog
//   stop_o                       | option: stop on error
//   windows_o                    | 65 bits a window, see ratel_windows
`include "ratel_regs.vh"

module ratel_protect #(
  parameter Windows = 4
) (
  input  wire                  clk_i,
  input  wire                  rst_ni,
  input  wire                  write_i,
  input  wire                  lock_i,
  input  wire [11:0]           write_addr_i,
  input  wire [31:0]           write_data_i,
  input  wire [31:0]           write_mask_i,
  output wire                  writable_o,
  input  wire [11:0]           read_addr_i,
  output wire                  read_known_o,
  output reg  [31:0]           read_data_o,
  output wire [31:0]           lock_o,
  output wire [31:0]           limit_o,
  output wire                  stop_o,
  output wire [65*(Windows + (Windows == 0))-1:0] windows_o
);
  // The three arrays of registers, 64 bytes each.
  localparam [11:0] BaseAddr   = `REG_WINDOW_BASE;
  localparam [11:0] LimitAddr  = `REG_WINDOW_LIMIT;
  localparam [11:0] CtrlAddr   = `REG_WINDOW_CTRL;
  localparam [5:0]  BaseArray  = BaseAddr[11:6];
  localparam [5:0]  LimitArray = LimitAddr[11:6];
  localparam [5:0]  CtrlArray  = CtrlAddr[11:6];
  localparam [31:0] Present    = (32'd1 << Windows) - 32'd1;  // bit a window

  wire [5:0] write_array = write_addr_i[11:6];
  wire [5:0] read_array  = read_addr_i[11:6];
  wire [3:0] write_index = write_addr_i[5:2];
  wire [3:0] read_index  = read_addr_i[5:2];
  wire       unused      = &{1'b0, write_addr_i[1:0], read_addr_i[1:0]};

  reg  [31:0]        watchdog_q;
  reg                stop_q;
  reg                lock_options_q;
  wire [15:0]        locked;

  wire write_window = Present[{1'b0, write_index}]
                      && ((write_array == BaseArray) || (write_array == LimitArray)
                          || (write_array == CtrlArray));
  wire read_window  = Present[{1'b0, read_index}]
                      && ((read_array == BaseArray) || (read_array == LimitArray)
                          || (read_array == CtrlArray));
  wire write_option = (write_addr_i == `REG_WATCHDOG) || (write_addr_i == `REG_OPTIONS);
  wire read_option  = (read_addr_i == `REG_WATCHDOG) || (read_addr_i == `REG_OPTIONS);

  assign writable_o   = (write_window && !locked[write_index])
                        || (write_option && !lock_options_q);
  assign read_known_o = read_window || read_option;
  assign lock_o       = {8'd0, locked, 5'd0, lock_options_q, 2'd0};
  assign limit_o      = watchdog_q;
  assign stop_o       = stop_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      watchdog_q     <= 32'd0;
      stop_q         <= 1'b0;
      lock_options_q <= 1'b0;
    end else begin
      if (write_i && (write_addr_i == `REG_WATCHDOG))
        watchdog_q <= (watchdog_q & ~write_mask_i) | (write_data_i & write_mask_i);
      if (write_i && (write_addr_i == `REG_OPTIONS) && write_mask_i[0])
        stop_q <= write_data_i[`REG_OPTIONS_STOP_ON_ERROR];
      if (lock_i && write_data_i[`REG_LOCK_OPTIONS] && write_mask_i[0]) lock_options_q <= 1'b1;
    end
  end

  // Bits that exist; the rest of a register reads 0.
  localparam [31:0] CtrlBits = 32'h0000_3f07;

  wire [Windows*32+31:0] base;
  wire [Windows*32+31:0] limit;
  wire [Windows*32+31:0] ctrl;

  assign base[Windows*32 +: 32]  = 32'd0;
  assign limit[Windows*32 +: 32] = 32'd0;
  assign ctrl[Windows*32 +: 32]  = 32'd0;

  genvar g;
  generate
    for (g = 0; g < Windows; g = g + 1) begin : gen_window
      localparam [3:0] Index = g[3:0];
      reg  [27:0] base_q;
      reg  [27:0] limit_q;
      reg  [2:0]  flags_q;
      reg  [5:0]  owners_q;
      reg         lock_q;

      assign locked[g]             = lock_q;
      assign base[32*g +: 32]      = {base_q, 4'd0};
      assign limit[32*g +: 32]     = {limit_q, 4'd0};
      assign ctrl[32*g +: 32]      = {18'd0, owners_q, 5'd0, flags_q};
      assign windows_o[65*g +: 65] = {owners_q, flags_q[`REG_WINDOW_CTRL_STORE],
                                      flags_q[`REG_WINDOW_CTRL_LOAD],
                                      flags_q[`REG_WINDOW_CTRL_VALID], limit_q, base_q};

      wire        here      = write_i && write_window && (write_index == Index);
      wire [31:0] new_base  = (base[32*g +: 32] & ~write_mask_i) | (write_data_i & write_mask_i);
      wire [31:0] new_limit = (limit[32*g +: 32] & ~write_mask_i) | (write_data_i & write_mask_i);
      wire [31:0] new_ctrl  = (ctrl[32*g +: 32] & ~write_mask_i) | (write_data_i & write_mask_i);
      wire        unused_low = &{1'b0, new_base[3:0], new_limit[3:0], new_ctrl & ~CtrlBits};

      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
          base_q   <= 28'd0;
          limit_q  <= 28'd0;
          flags_q  <= 3'd0;
          owners_q <= 6'd0;
          lock_q   <= 1'b0;
        end else begin
          if (lock_i && write_data_i[8 + g] && write_mask_i[8 + g]) lock_q <= 1'b1;
          if (here && (write_array == BaseArray))  base_q  <= new_base[31:4];
          if (here && (write_array == LimitArray)) limit_q <= new_limit[31:4];
          if (here && (write_array == CtrlArray)) begin
            flags_q  <= new_ctrl[2:0];
            owners_q <= new_ctrl[13:8];
          end
        end
      end
    end
    for (g = Windows; g < 16; g = g + 1) begin : gen_no_window
      assign locked[g] = 1'b0;
    end
    if (Windows == 0) begin : gen_none
      assign windows_o = 65'd0;
    end
  endgenerate

  integer index;
  always @* begin
    read_data_o = 32'd0;
    if (read_addr_i == `REG_WATCHDOG) read_data_o = watchdog_q;
    if (read_addr_i == `REG_OPTIONS)  read_data_o[`REG_OPTIONS_STOP_ON_ERROR] = stop_q;
    for (index = 0; index < Windows; index = index + 1) begin
      if (read_index == index[3:0]) begin
        if (read_array == BaseArray)  read_data_o = base[32*index +: 32];
        if (read_array == LimitArray) read_data_o = limit[32*index +: 32];
        if (read_array == CtrlArray)  read_data_o = ctrl[32*index +: 32];
      end
    end
  end

endmodule
