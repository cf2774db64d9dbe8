// Lets nothing of one owner be seen by the next: when the owner of instructions changes, the core
// is emptied, every memory in it is set to 0, and configuration, accumulators and counters go.
//
//   Stay -- other owner, core idle --> Sweep (an address a cycle, all memories at once) --> Stay
//
// All that is privileged is one tenant, 0. After a hard reset the memories are the privileged
// tenant's; a soft reset has them swept, too. Fences, rdcnt and illegal words change no tenant.
//
//   name            | meaning
//   ----------------|---------------------------------------------------------------------------
//   Depth           | of the deepest memory
//   SweepFirst      | 1: memories are swept after a hard reset, too
//   rst_ni          | hard reset only
//   in_*            | the next instruction, its owner {port, context}; sys: class sys or illegal
//   idle_i          | no instruction is in check, slots or engines
//   soft_i          | soft reset: sweep
//   hold_o          | the next instruction must wait
//   clear_o         | pulse: forget configuration, accumulators and counters
//   sweep_o, addr_o | write 0 to this address of every memory
module ratel_tenant #(
  parameter Depth      = 2048,
  parameter SweepFirst = 0
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        in_valid_i,
  input  wire        in_sys_i,
  input  wire [2:0]  in_owner_i,
  input  wire        idle_i,
  input  wire        soft_i,
  output wire        hold_o,
  output wire        clear_o,
  output wire        sweep_o,
  output wire [13:0] addr_o
);
  localparam LastInt = Depth - 1;
  localparam [13:0] Last = LastInt[13:0];
  localparam [0:0]  SweepsAtStart = (SweepFirst != 0);

  reg [2:0]  tenant_q;
  reg        sweep_q;
  reg [13:0] addr_q;

  wire [2:0] domain = (in_owner_i[1:0] == 2'd0) ? 3'd0 : in_owner_i;
  wire       change = in_valid_i && !in_sys_i && (domain != tenant_q);
  wire       begins = change && idle_i && !sweep_q;

  assign hold_o  = (in_valid_i && !in_sys_i && sweep_q) || change;
  assign clear_o = begins;
  assign sweep_o = sweep_q;
  assign addr_o  = addr_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      tenant_q <= 3'd0;
      sweep_q  <= SweepsAtStart;
      addr_q   <= 14'd0;
    end else if (soft_i) begin
      tenant_q <= 3'd0;
      sweep_q  <= 1'b1;
      addr_q   <= 14'd0;
    end else if (begins) begin
      tenant_q <= domain;
      sweep_q  <= 1'b1;
      addr_q   <= 14'd0;
    end else if (sweep_q) begin
      addr_q  <= addr_q + 14'd1;
      sweep_q <= (addr_q != Last);
    end
  end
endmodule
