// Registers of protection: what is locked stays as it is until a reset of the pin, and each register
// changes by a write to its own address alone.
`include "ratel_regs.vh"
`include "rules.svh"

module ratel_protect_rules #(
  parameter Windows = 4
) (
  input wire                  clk_i,
  input wire                  rst_ni,
  input wire                  write_i,
  input wire                  lock_i,
  input wire [11:0]           write_addr_i,
  input wire [31:0]           write_data_i,
  input wire [31:0]           write_mask_i,
  input wire                  writable_o,
  input wire [11:0]           read_addr_i,
  input wire                  read_known_o,
  input wire [31:0]           read_data_o,
  input wire [31:0]           lock_o,
  input wire [31:0]           limit_o,
  input wire                  stop_o,
  input wire [65*Windows-1:0] windows_o
);

  `STARTS_IN_RESET

  // Any window.
  (* anyconst *) wire [3:0] any;
  wire [3:0] w = ({28'd0, any} < Windows) ? any : 4'd0;

  wire [27:0] base   = windows_o[65*w +: 28];
  wire [27:0] limit  = windows_o[65*w + 28 +: 28];
  wire [2:0]  flags  = windows_o[65*w + 56 +: 3];  // valid, load, store
  wire [5:0]  owners = windows_o[65*w + 59 +: 6];
  wire        locked = lock_o[8 + w];
  wire        locks  = lock_i && write_data_i[8 + w] && write_mask_i[8 + w];

  wire [11:0] base_at  = `REG_WINDOW_BASE + {6'd0, w, 2'd0};
  wire [11:0] limit_at = `REG_WINDOW_LIMIT + {6'd0, w, 2'd0};
  wire [11:0] ctrl_at  = `REG_WINDOW_CTRL + {6'd0, w, 2'd0};
  wire [31:0] new_data = write_data_i & write_mask_i;
  wire [31:0] new_base = ({base, 4'd0} & ~write_mask_i) | new_data;
  wire [31:0] new_last = ({limit, 4'd0} & ~write_mask_i) | new_data;
  wire [31:0] new_time = (limit_o & ~write_mask_i) | new_data;
  wire [31:0] ctrl     = (32'd1 << `REG_WINDOW_CTRL_LOAD) * flags[1]
                         | (32'd1 << `REG_WINDOW_CTRL_STORE) * flags[2]
                         | (32'd1 << `REG_WINDOW_CTRL_VALID) * flags[0] | {18'd0, owners, 8'd0};
  wire [31:0] new_ctrl = (ctrl & ~write_mask_i) | new_data;

  wire is_window = write_addr_i == base_at || write_addr_i == limit_at || write_addr_i == ctrl_at;
  wire is_option = write_addr_i == `REG_WATCHDOG || write_addr_i == `REG_OPTIONS;

  // The mask comes of byte strobes.
  `HOST(bytes_are_whole, write_mask_i == {{8{write_mask_i[31]}}, {8{write_mask_i[23]}},
                                          {8{write_mask_i[15]}}, {8{write_mask_i[7]}}})
  `HOST(words, write_addr_i[1:0] == 2'd0 && read_addr_i[1:0] == 2'd0)

  `RULE_NEXT(locks_what_is_named, locks, locked)
  `RULE_NEXT(a_lock_stays, locked, locked)
  `RULE_NEXT(locks_nothing_else, !locked && !locks, !locked)
  `RULE_NEXT(locks_the_options, lock_i && write_data_i[`REG_LOCK_OPTIONS] && write_mask_i[0],
             lock_o[`REG_LOCK_OPTIONS])
  `RULE_NEXT(options_stay_locked, lock_o[`REG_LOCK_OPTIONS], lock_o[`REG_LOCK_OPTIONS])
  `RULE_IF(window_until_locked, is_window, writable_o == !locked)
  `RULE_IF(option_until_locked, is_option, writable_o == !lock_o[`REG_LOCK_OPTIONS])
  `RULE_NEXT(base_is_written, write_i && write_addr_i == base_at, base == $past(new_base[31:4]))
  `RULE_NEXT(limit_is_written, write_i && write_addr_i == limit_at, limit == $past(new_last[31:4]))
  `RULE_NEXT(rights_are_written, write_i && write_addr_i == ctrl_at,
             ctrl == $past(new_ctrl & 32'h0000_3f07))
  `RULE_NEXT(watchdog_is_written, write_i && write_addr_i == `REG_WATCHDOG,
             limit_o == $past(new_time))
  `RULE_NEXT(option_is_written, write_i && write_addr_i == `REG_OPTIONS && write_mask_i[0],
             stop_o == $past(write_data_i[`REG_OPTIONS_STOP_ON_ERROR]))
  `RULE_NEXT(base_stays, !write_i || write_addr_i != base_at, base == $past(base))
  `RULE_NEXT(limit_stays, !write_i || write_addr_i != limit_at, limit == $past(limit))
  `RULE_NEXT(rights_stay, !write_i || write_addr_i != ctrl_at, ctrl == $past(ctrl))
  `RULE_NEXT(watchdog_stays, !write_i || write_addr_i != `REG_WATCHDOG, limit_o == $past(limit_o))
  `RULE_NEXT(option_stays, !write_i || write_addr_i != `REG_OPTIONS, stop_o == $past(stop_o))
  `RULE_IF(base_is_read, read_addr_i == base_at, read_known_o && read_data_o == {base, 4'd0})
  `RULE_IF(limit_is_read, read_addr_i == limit_at, read_known_o && read_data_o == {limit, 4'd0})
  `RULE_IF(rights_are_read, read_addr_i == ctrl_at, read_known_o && read_data_o == ctrl)
  `RULE_IF(watchdog_is_read, read_addr_i == `REG_WATCHDOG, read_known_o && read_data_o == limit_o)
  `RULE_IF(option_is_read, read_addr_i == `REG_OPTIONS,
           read_known_o && read_data_o == (32'd1 << `REG_OPTIONS_STOP_ON_ERROR) * stop_o)

endmodule
