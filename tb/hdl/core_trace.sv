// Writes down what happens inside the core, for reports and first differences: when an engine
// starts and finishes an instruction, and every word that execute writes to the scratchpad.
// Checks nothing and drives nothing; off, it costs nothing. Bound to ratel_core.
//
//   name       | meaning
//   -----------|-----------------------------------------------------
//   Cols       | as in ratel_core
//   rst_ni     | the core's own reset
//   *_start_i  | an engine took an instruction
//   *_done_i   | an engine finished one
//   wr_*       | the port through which execute writes the scratchpad
module core_trace #(
  parameter int Cols = 8
) (
  input logic              clk_i,
  input logic              rst_ni,
  input logic              load_start_i,
  input logic              load_done_i,
  input logic              execute_start_i,
  input logic              execute_done_i,
  input logic              store_start_i,
  input logic              store_done_i,
  input logic              wr_en_i,
  input logic [4:0]        wr_bank_i,
  input logic [15:0]       wr_addr_i,
  input logic [Cols*8-1:0] wr_data_i,
  input logic [Cols-1:0]   wr_be_i
);

  import "DPI-C" function int  trace_enabled();
  import "DPI-C" function void trace_event(input int unsigned kind, input int unsigned cycle);
  import "DPI-C" function void trace_word(input int unsigned cycle, input int unsigned line,
                                          input int unsigned bank, input int unsigned strobes,
                                          input bit [127:0] data);

  // Kinds of trace_event; kind 0 is a word.
  localparam int unsigned LoadStart    = 1;
  localparam int unsigned LoadDone     = 2;
  localparam int unsigned ExecuteStart = 3;
  localparam int unsigned ExecuteDone  = 4;
  localparam int unsigned StoreStart   = 5;
  localparam int unsigned StoreDone    = 6;

  logic [31:0] cycle_q;
  logic        on;

  initial begin
    cycle_q = '0;
    on      = trace_enabled() != 0;
  end

  always_ff @(posedge clk_i) begin
    cycle_q <= cycle_q + 1;
    if (on && rst_ni) begin
      // The word before the event: an instruction is done when its last word has been written.
      if (wr_en_i) begin
        trace_word(cycle_q, 32'(wr_addr_i), 32'(wr_bank_i), 32'(wr_be_i), 128'(wr_data_i));
      end
      if (load_done_i) trace_event(LoadDone, cycle_q);
      if (execute_done_i) trace_event(ExecuteDone, cycle_q);
      if (store_done_i) trace_event(StoreDone, cycle_q);
      if (load_start_i) trace_event(LoadStart, cycle_q);
      if (execute_start_i) trace_event(ExecuteStart, cycle_q);
      if (store_start_i) trace_event(StoreStart, cycle_q);
    end
  end

endmodule

bind ratel_core core_trace #(.Cols(Cols)) u_core_trace (
  .clk_i          (clk_i),
  .rst_ni         (core_rst_n),
  .load_start_i   (load_valid && load_ready),
  .load_done_i    (load_done),
  .execute_start_i(execute_valid && execute_ready),
  .execute_done_i (execute_done),
  .store_start_i  (store_valid && store_ready),
  .store_done_i   (store_done),
  .wr_en_i        (ex_wr_en),
  .wr_bank_i      (ex_wr_bank),
  .wr_addr_i      (ex_wr_addr),
  .wr_data_i      (ex_wr_data),
  .wr_be_i        (ex_wr_be)
);
