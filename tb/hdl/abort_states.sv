// Notes in which states of the core's engines a job is cut off, for coverage, and holds every abort
// to its bound. Drives nothing. Bound to ratel_core.
//
//   load      idle, announcing bursts, address waits, data owed, words being written, failed
//   execute   idle, or the first of its seven stages that still has work
//   store     idle, announcing bursts, address waits, beats to be sent, answers owed, failed
//   front     idle, an instruction in check, some in slots, memories being swept
//
// Counts are kept in trace_store.cpp, tb/env/abort_states.py reads them.
//
//   name       | meaning
//   -----------|-------------------------------------------------------
//   request_i  | soft reset is asked for
//   stop_i     | abort is asked for, or the watchdog fires
//   watchdog_i | it was the watchdog
//   pending_i  | a job is being cut off
//   load_i     | {failed, announces, address waits, data owed, inside}
//   execute_i  | stages with work
//   store_i    | {failed, announces, address waits, beats, answers}
//   front_i    | {sweep, slots, check}
module abort_states (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       request_i,
  input logic       stop_i,
  input logic       watchdog_i,
  input logic       pending_i,
  input logic [4:0] load_i,
  input logic [6:0] execute_i,
  input logic [4:0] store_i,
  input logic [2:0] front_i
);

  import "DPI-C" function void trace_abort(input int unsigned kind, input int unsigned load,
                                           input int unsigned execute, input int unsigned store,
                                           input int unsigned front);

  localparam int Bound = 1100;   // docs/architecture.md section 3, even if memory is dead

  int unsigned waited_q;

  // The engine's state: the first of its conditions that holds, from the highest bit; 0 is idle.
  function automatic int unsigned highest(input logic [6:0] conditions);
    for (int i = 6; i >= 0; i--) if (conditions[i]) return i + 1;
    return 0;
  endfunction

  // The first stage with work: instructions leave stage 0 first.
  function automatic int unsigned lowest(input logic [6:0] conditions);
    for (int i = 0; i < 7; i++) if (conditions[i]) return i + 1;
    return 0;
  endfunction

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      waited_q <= 0;
    end else begin
      waited_q <= pending_i ? waited_q + 1 : 0;
      if (!pending_i && (request_i || stop_i)) begin
        trace_abort(request_i ? 1 : watchdog_i ? 2 : 0, highest({2'd0, load_i}), lowest(execute_i),
                    highest({2'd0, store_i}), highest({4'd0, front_i}));
      end
    end
  end

  abort_is_bounded: assert property (@(posedge clk_i) disable iff (!rst_ni) waited_q < Bound);

endmodule

bind ratel_core abort_states u_abort_states (
  .clk_i     (clk_i),
  .rst_ni    (rst_ni),
  .request_i (u_control.reset_request),
  .stop_i    (u_control.abort_request || u_control.ends),
  .watchdog_i(u_control.watchdog_taken),
  .pending_i (abort),
  .load_i    ({u_load.fail_q, u_load.run_valid || u_load.burst_valid, !u_load.port_quiet,
               u_load.info_valid, u_load.walk_busy || u_load.word_pending || u_load.done_q}),
  .execute_i (u_execute.stage_valid),
  .store_i   ({u_store.fail_q, u_store.run_valid || u_store.burst_valid, m_axi_awvalid_o,
               !u_store.port_quiet, u_store.answer_valid || u_store.in_work_q != 0}),
  .front_i   ({sweep, |u_control.engine_busy, !u_control.check_idle})
);
