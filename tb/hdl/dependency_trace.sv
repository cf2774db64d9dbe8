// Writes down what the dispatcher is given of an instruction, and when its engine starts and ends
// it: tb/env/dependencies.py compares that with the golden model. Drives nothing. Bound to
// ratel_core, in every build: wrong ranges rarely meet in a way that a result shows.
//
//   name                | meaning
//   --------------------|----------------------------------------------------------------------
//   checked_*           | an instruction goes to the slots, with what it reads and writes
//   start_i, end_i      | bit an engine (load, execute, store): takes an instruction; ends one, or
//                       | refuses it
//   *_index_i           | their numbers
//   abort_i             | what is under way is being cut off
`include "ratel_ranges.vh"

module dependency_trace (
  input logic                    clk_i,
  input logic                    rst_ni,
  input logic                    checked_i,
  input logic [1:0]              checked_engine_i,
  input logic [31:0]             checked_index_i,
  input logic [`RANGE_WIDTH-1:0] checked_ranges_i,
  input logic [2:0]              start_i,
  input logic [2:0][31:0]        start_index_i,
  input logic [2:0]              end_i,
  input logic [2:0][31:0]        end_index_i,
  input logic                    abort_i
);

  import "DPI-C" function void trace_dependency(input int unsigned kind, input int unsigned engine,
                                                input int unsigned index,
                                                input bit [255:0] ranges);

  localparam int unsigned Checked = 0;
  localparam int unsigned Start   = 1;
  localparam int unsigned End     = 2;
  localparam int unsigned Cut     = 3;

  logic abort_q, reset_q;

  // An end before a start of the same cycle: who waits may start in the cycle in which it sees it.
  always_ff @(posedge clk_i) begin
    abort_q <= abort_i && rst_ni;
    reset_q <= !rst_ni;
    if (rst_ni) begin
      if (reset_q || (abort_q && !abort_i)) trace_dependency(Cut, 0, 0, '0);
      for (int unsigned e = 0; e < 3; e++) begin
        if (end_i[e]) trace_dependency(End, e, end_index_i[e], '0);
      end
      for (int unsigned e = 0; e < 3; e++) begin
        if (start_i[e]) trace_dependency(Start, e, start_index_i[e], '0);
      end
      if (checked_i) begin
        trace_dependency(Checked, 32'(checked_engine_i), checked_index_i, 256'(checked_ranges_i));
      end
    end
  end

endmodule

bind ratel_core dependency_trace u_dependency_trace (
  .clk_i            (clk_i),
  .rst_ni           (core_rst_n),
  .checked_i        (u_control.check_valid && u_control.check_ready),
  .checked_engine_i (u_control.check_engine),
  .checked_index_i  (u_control.checked_index),
  .checked_ranges_i (u_control.check_ranges),
  .start_i          ({u_control.u_dispatch.u_store.start, u_control.u_dispatch.u_execute.start,
                      u_control.u_dispatch.u_load.start}),
  .start_index_i    ({u_control.u_dispatch.u_store.next_info[63:32],
                      u_control.u_dispatch.u_execute.next_info[63:32],
                      u_control.u_dispatch.u_load.next_info[63:32]}),
  .end_i            ({|u_control.u_dispatch.u_store.freed_o, |u_control.u_dispatch.u_execute.freed_o,
                      |u_control.u_dispatch.u_load.freed_o}),
  .end_index_i      ({u_control.u_dispatch.u_store.done_info_o[63:32],
                      u_control.u_dispatch.u_execute.done_info_o[63:32],
                      u_control.u_dispatch.u_load.done_info_o[63:32]}),
  .abort_i          (abort)
);
