// A user mode beside CV32E40X, which has machine mode alone: one bit of privilege, as mstatus.MPP
// and the current mode would be, moved by the CPU's own traps and its own mret.
//
//   machine --mret, with MODE.USER set--> user --trap, interrupt, NMI--> machine, MODE.USER set
//
// What depends on it in the system: the mode that CV-X-IF shows Ratel, and which addresses the data
// port reaches (obi_router). MODE can only be written in machine mode, since users do not reach the
// devices. Instruction fetches and CSR instructions are not restricted: docs/firmware.md.
//
//   name           | meaning
//   ---------------|----------------------------------------------------------------
//   trap_i, mret_i | the CPU enters a trap; an mret retires
//   mret_ahead_i   | an mret is in execute or write-back: behind it is its target
//   write_i        | a write of MODE, of next_i
//   refused_i      | an access of the user, to addr_i, was refused
//   user_o         | what is decoded and executed now is the user's
//   next_o         | MODE.USER
//   fault_o        | address of the last access that was refused
module user_mode (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        trap_i,
  input  logic        mret_i,
  input  logic        mret_ahead_i,
  input  logic        write_i,
  input  logic        next_i,
  input  logic        refused_i,
  input  logic [31:0] addr_i,
  output logic        user_o,
  output logic        next_o,
  output logic [31:0] fault_o
);

  logic user_q;

  assign user_o = user_q || (next_o && mret_ahead_i);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {user_q, next_o} <= '0;
      fault_o <= '0;
    end else begin
      if (trap_i) begin
        user_q <= 1'b0;
        next_o <= user_q;
      end else if (mret_i) begin
        user_q <= next_o;
        next_o <= 1'b0;
      end else if (write_i) begin
        next_o <= next_i;
      end
      if (refused_i) fault_o <= addr_i;
    end
  end

endmodule
