// What comes of wrong bits in memories: those that were put right are counted, those that were not
// are counted and end the job, as the watchdog does, before any of them gets out of the core.
//
//   name      | meaning
//   ----------|--------------------------------------------------------------------------------
//   Integrity | as in ratel_core
//   rst_ni    | hard reset only
//   clear_i   | set the counts to 0
//   fixed_i   | a word that was read was put right
//   bad_i     | a word that was read is wrong: bit 0 of the scratchpad, for execute, 1 of weights,
//             | 2 of parameters, 3 of the table, 4 of the scratchpad, for store
//   pending_i | an abort or soft reset is under way
//   taken_i   | fire_o has had its effect
//   stop_o    | from the cycle of bad_i on: let nothing more out
//   fire_o    | an error is to be recorded and the job to be aborted; until taken
//   where_o   | bad_i of that error
//   count_o   | register MEMORY_ERRORS
`include "ratel_regs.vh"

module ratel_integrity #(
  parameter Integrity = 0
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        clear_i,
  input  wire        fixed_i,
  input  wire [4:0]  bad_i,
  input  wire        pending_i,
  input  wire        taken_i,
  output wire        stop_o,
  output wire        fire_o,
  output wire [4:0]  where_o,
  output wire [31:0] count_o
);
  generate
    if (Integrity == 0) begin : gen_off
      assign stop_o  = 1'b0;
      assign fire_o  = 1'b0;
      assign where_o = 5'd0;
      assign count_o = 32'd0;
      wire unused = &{1'b0, clk_i, rst_ni, clear_i, fixed_i, bad_i, pending_i, taken_i};
    end else begin : gen_on
      localparam [1:0] Mode = Integrity[1:0];
      reg [15:0] fixed_q;
      reg [7:0]  bad_q;
      reg [4:0]  where_q;

      assign fire_o  = |where_q;
      assign where_o = where_q;
      assign stop_o  = (|bad_i) || fire_o;
      assign count_o = {Mode, 6'd0, bad_q, fixed_q};

      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
          fixed_q <= 16'd0;
          bad_q   <= 8'd0;
          where_q <= 5'd0;
        end else begin
          if (clear_i) fixed_q <= 16'd0;
          else if (fixed_i && !(&fixed_q)) fixed_q <= fixed_q + 16'd1;
          if (clear_i) bad_q <= 8'd0;
          else if (|bad_i && !(&bad_q)) bad_q <= bad_q + 8'd1;
          if (taken_i || pending_i) where_q <= 5'd0;
          else if (!fire_o) where_q <= bad_i;
        end
      end
    end
  endgenerate
endmodule
