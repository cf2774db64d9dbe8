// Tenants: another owner's instruction waits until the core is empty and every line has been swept.
`include "rules.svh"

module ratel_tenant_rules #(
  parameter Depth      = 2048,
  parameter SweepFirst = 0
) (
  input wire        clk_i,
  input wire        rst_ni,
  input wire        in_valid_i,
  input wire        in_sys_i,
  input wire [2:0]  in_owner_i,
  input wire        idle_i,
  input wire        soft_i,
  input wire        hold_o,
  input wire        clear_o,
  input wire        sweep_o,
  input wire [13:0] addr_o,
  input wire [2:0]  tenant_q
);

  `STARTS_IN_RESET

  localparam LastInt = Depth - 1;
  localparam [13:0] Last = LastInt[13:0];

  reg fresh_q;  // the first cycle out of reset

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) fresh_q <= 1'b1;
    else         fresh_q <= 1'b0;
  end

  wire       works = in_valid_i && !in_sys_i;
  wire [2:0] owner = (in_owner_i[1:0] == 2'd0) ? 3'd0 : in_owner_i;  // all that is privileged: one

  `RULE_IF(privileged_after_reset, fresh_q,
           tenant_q == 3'd0 && addr_o == 14'd0 && sweep_o == (SweepFirst != 0))
  `RULE_IF(another_owner_waits, works && owner != tenant_q, hold_o)
  `RULE_IF(waits_for_the_sweep, works && sweep_o, hold_o)
  `RULE_IF(its_owner_goes_on, works && owner == tenant_q && !sweep_o, !hold_o)
  `RULE_IF(what_changes_nobody_passes, !works, !hold_o && !clear_o)
  `RULE(changes_when_empty, clear_o == (works && owner != tenant_q && idle_i && !sweep_o))
  `RULE_NEXT(owner_of_the_change, clear_o && !soft_i, tenant_q == $past(owner))
  `RULE_NEXT(change_sweeps_from_0, clear_o && !soft_i, sweep_o && addr_o == 14'd0)
  `RULE_NEXT(soft_reset_sweeps_from_0, soft_i, sweep_o && addr_o == 14'd0 && tenant_q == 3'd0)
  `RULE_NEXT(stays_else, !soft_i && !clear_o, tenant_q == $past(tenant_q))
  `RULE_NEXT(line_after_line, sweep_o && !soft_i && addr_o != Last,
             sweep_o && addr_o == $past(addr_o) + 14'd1)
  `RULE_NEXT(ends_with_the_last, sweep_o && !soft_i && addr_o == Last, !sweep_o)
  `RULE_NEXT(no_sweep_of_its_own, !sweep_o && !soft_i && !clear_o, !sweep_o)
  `RULE_IF(no_line_beyond, sweep_o, addr_o <= Last)

endmodule
