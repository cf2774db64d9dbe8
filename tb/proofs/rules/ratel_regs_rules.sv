// Registers: the error record that is shown, whose it is, and what is stale of it; bits that stay
// until the access that is theirs. The port itself has its rules in ratel_axil_rules.
`include "rules.svh"
`include "ratel_regs.vh"

module ratel_regs_rules (
  input wire        clk_i,
  input wire        rst_ni,
  input wire        reset_begin_i,
  input wire        write_valid,
  input wire        write,
  input wire [11:0] write_addr,
  input wire        write_user,
  input wire        write_off,
  input wire        write_error,
  input wire [3:0]  write_strb,
  input wire        read_valid,
  input wire [11:0] read_addr,
  input wire [1:0]  read_page,
  input wire        read_off,
  input wire        read_user,
  input wire [31:0] cause_i,
  input wire [7:0]  error_valid_i,
  input wire [7:0]  error_cleared_i,
  input wire [7:0]  error_read_o,
  input wire [2:0]  error_owner_o,
  input wire [3:0]  error_owner_q,
  input wire [2:0]  shown_owner_q,
  input wire [3:0]  shown_q,
  input wire [3:0]  stale_q,
  input wire [7:0]  wrapped_q
);

  `STARTS_IN_RESET

  wire cause = read_valid && !read_off && read_addr == `REG_ERR_CAUSE;
  wire has   = cause_i[`REG_ERR_CAUSE_VALID];
  wire moved = write && write_addr == `REG_ERR_OWNER && write_strb[0];

  // A record counts as read when its cause is, and no other does.
  `RULE_IF(reading_a_cause_reads_its_record, cause && has,
           error_read_o == (8'd1 << error_owner_o))
  `RULE_IF(nothing_is_read_of_no_record, !has, error_read_o == 8'd0)
  `RULE_IF(other_registers_read_no_record, !cause, error_read_o == 8'd0)
  `RULE_IF(without_a_record_the_first_owner_is_shown,
           error_valid_i == 8'd0 && !read_user && error_owner_q[`REG_ERR_OWNER_ANY] && !shown_q[0],
           error_owner_o == 3'd0)
  `RULE_IF(owner_is_the_supervisors_to_choose, write_valid && write_addr == `REG_ERR_OWNER,
           write_error == (write_user || write_off))

  // Page 0: what was shown is stale once that owner's record is cleared.
  wire page = read_page == 2'd0;
  `RULE(stale_is_of_what_is_shown, (stale_q & ~shown_q) == 4'd0)
  `RULE_NEXT(shown_when_read, cause && page && has && !reset_begin_i && !moved,
             shown_q[0] && shown_owner_q == $past(error_owner_o)
             && stale_q[0] == $past(error_cleared_i[error_owner_o]))
  `RULE_NEXT(stale_when_cleared, shown_q[0] && !cause && !reset_begin_i && !moved,
             shown_q[0] && stale_q[0] == $past(stale_q[0] || error_cleared_i[shown_owner_q]))

  `RULE_NEXT(wrapped_until_it_is_cleared,
             !reset_begin_i && !(write && write_addr == `REG_WRAPPED),
             ($past(wrapped_q) & ~wrapped_q) == 8'd0)

endmodule
