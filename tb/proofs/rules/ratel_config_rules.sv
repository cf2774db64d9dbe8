// The configuration: a group is as it was last written, whole, and no reserved bit is ever set.
`include "rules.svh"
`include "ratel_isa.vh"

module ratel_config_rules (
  input wire                      clk_i,
  input wire                      rst_ni,
  input wire                      clear_i,
  input wire                      write_i,
  input wire [3:0]                group_i,
  input wire [31:0]               rs1_i,
  input wire [31:0]               rs2_i,
  input wire                      fail_o,
  input wire [7:0]                field_o,
  input wire [31:0]               detail_o,
  input wire [64*`CFG_GROUPS-1:0] config_o
);

  `STARTS_IN_RESET

  // In the order of their numbers, the last one first.
  wire [64*`CFG_GROUPS-1:0] reserved = {
    `RESERVED_SCALE2, `RESERVED_SCALE1, `RESERVED_SCALE, `RESERVED_ACT, `RESERVED_PAD, `RESERVED_KERNEL,
    `RESERVED_PITCH, `RESERVED_OUT, `RESERVED_IN, `RESERVED_ST_PITCH, `RESERVED_ST_SHAPE,
    `RESERVED_LD_PITCH, `RESERVED_LD_SHAPE
  };
  wire [64*`CFG_GROUPS-1:0] of_it = reserved >> {group_i, 6'd0};
  wire [63:0]               wrong = {rs2_i, rs1_i} & of_it[63:0];
  wire                      stores = write_i && !clear_i && wrong == 64'd0;
  wire [64*`CFG_GROUPS-1:0] others = ~({{(64*`CFG_GROUPS - 64){1'b0}}, {64{1'b1}}} << {group_i, 6'd0});

  `HOST_IF(there_is_such_a_group, write_i, group_i < `CFG_GROUPS)

  `RULE(reserved_bits_are_0, (config_o & reserved) == 0)
  `RULE_NEXT(clears_all, clear_i, config_o == 0)
  `RULE_NEXT(group_is_written, stores, config_o[64*$past(group_i) +: 64] == {$past(rs2_i), $past(rs1_i)})
  `RULE_NEXT(others_stay, stores, (config_o & $past(others)) == ($past(config_o) & $past(others)))
  `RULE_NEXT(all_stay, !stores && !clear_i, config_o == $past(config_o))
  `RULE_IF(refuses_what_is_reserved, write_i, fail_o == (wrong != 64'd0))
  `RULE_IF(names_the_first_operand, write_i && wrong[31:0] != 0, field_o == `FIELD_RS1 && detail_o == rs1_i)
  `RULE_IF(or_the_second, write_i && wrong[31:0] == 0 && wrong[63:32] != 0,
           field_o == `FIELD_RS2 && detail_o == rs2_i)

endmodule
