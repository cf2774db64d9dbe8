// Counters: each counts its own event and no other, and each reader sees the one that it names.
`include "rules.svh"
`include "ratel_isa.vh"

module ratel_counters_rules (
  input wire                    clk_i,
  input wire                    rst_ni,
  input wire                    clear_i,
  input wire                    busy_i,
  input wire                    retired_i,
  input wire [2:0]              engine_busy_i,
  input wire [2:0]              engine_blocked_i,
  input wire                    step_i,
  input wire [8:0]              macs_i,
  input wire [4:0]              load_bytes_i,
  input wire [4:0]              store_bytes_i,
  input wire                    stall_fetch_i,
  input wire                    stall_drain_i,
  input wire                    queue_full_i,
  input wire [5:0]              index_a_i,
  input wire [3:0]              queued_a_i,
  input wire [31:0]             value_a_o,
  input wire [5:0]              index_b_i,
  input wire [3:0]              queued_b_i,
  input wire [31:0]             value_b_o,
  input wire [5:0]              index_c_i,
  input wire [31:0]             value_c_o,
  input wire [64*`COUNTERS-1:0] count_q
);

  `STARTS_IN_RESET

  // What happened in this cycle, of the counter that reader c names.
  reg [8:0] event_c;

  always @* begin
    case (index_c_i[3:0])
      `CNT_CYCLES:         event_c = 9'd1;
      `CNT_BUSY:           event_c = {8'd0, busy_i};
      `CNT_INSTRUCTIONS:   event_c = {8'd0, retired_i};
      `CNT_LOAD_BUSY:      event_c = {8'd0, engine_busy_i[0]};
      `CNT_EXECUTE_BUSY:   event_c = {8'd0, engine_busy_i[1]};
      `CNT_STORE_BUSY:     event_c = {8'd0, engine_busy_i[2]};
      `CNT_STEPS:          event_c = {8'd0, step_i};
      `CNT_MACS:           event_c = macs_i;
      `CNT_BYTES_READ:     event_c = {4'd0, load_bytes_i};
      `CNT_BYTES_WRITTEN:  event_c = {4'd0, store_bytes_i};
      `CNT_EXECUTE_HAZARD: event_c = {8'd0, engine_blocked_i[1]};
      `CNT_EXECUTE_FETCH:  event_c = {8'd0, stall_fetch_i};
      `CNT_EXECUTE_DRAIN:  event_c = {8'd0, stall_drain_i};
      `CNT_LOAD_HAZARD:    event_c = {8'd0, engine_blocked_i[0]};
      `CNT_STORE_HAZARD:   event_c = {8'd0, engine_blocked_i[2]};
      default:             event_c = {8'd0, queue_full_i};
    endcase
  end

  wire [63:0] count_a = count_q[64*index_a_i[3:0] +: 64];
  wire [63:0] count_b = count_q[64*index_b_i[3:0] +: 64];
  wire [63:0] count_c = count_q[64*index_c_i[3:0] +: 64];

  // Of instructions a reader sees those before it that have not retired as well, of all else nothing.
  wire [63:0] seen_a  = count_a + {60'd0, queued_a_i};
  wire [63:0] seen_b  = count_b + {60'd0, queued_b_i};

  `RULE_NEXT(counts_its_event, !clear_i,
             index_c_i[3:0] != $past(index_c_i[3:0]) ||
             count_c == $past(count_c) + {55'd0, $past(event_c)})
  `RULE_NEXT(clear_is_for_all, clear_i, count_q == 0)
  `RULE_IF(instructions_for_a, index_a_i[3:0] == `CNT_INSTRUCTIONS,
           value_a_o == (index_a_i[5] ? seen_a[63:32] : seen_a[31:0]))
  `RULE_IF(others_for_a, index_a_i[3:0] != `CNT_INSTRUCTIONS,
           value_a_o == (index_a_i[5] ? count_a[63:32] : count_a[31:0]))
  `RULE_IF(instructions_for_b, index_b_i[3:0] == `CNT_INSTRUCTIONS,
           value_b_o == (index_b_i[5] ? seen_b[63:32] : seen_b[31:0]))
  `RULE_IF(others_for_b, index_b_i[3:0] != `CNT_INSTRUCTIONS,
           value_b_o == (index_b_i[5] ? count_b[63:32] : count_b[31:0]))
  `RULE(half_for_c, value_c_o == (index_c_i[5] ? count_c[63:32] : count_c[31:0]))

endmodule
