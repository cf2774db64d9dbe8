// What a program can talk to apart from memory and Ratel: console, exit, marks for the bench, a
// cycle counter, a timer, and a source of interrupts at random times. One word each:
//
//   0x00 EXIT     w   ends the run with this code
//   0x04 CONSOLE  w   a byte for the console
//   0x08 MARK     w   wakes the bench; the value says why
//   0x0c CYCLE    r   cycles since reset
//   0x10 COMPARE  rw  timer interrupt from this cycle on, 0: never
//   0x14 RATE     rw  probability/65536 a cycle of a random interrupt
//   0x18 PENDING  rw  a random interrupt waits; any write clears it
//   0x1c SEED     r   the run's seed
//   0x20 ARGUMENT r   a word from the bench
//   0x24 MODE     rw  bit 0: the next mret goes to user mode; set by a trap that came from there
//   0x28 FAULT    r   address of the last access that user mode was refused
//
//   name                        | meaning
//   ----------------------------|-------------------------------------------------
//   ConsoleEvent, MarkEvent     | numbers of the events that a byte and a mark are
//   seed_i, argument_i, cycle_i | what SEED, ARGUMENT and CYCLE show
//   req_i .. rdata_o            | OBI
//   timer_irq_o, random_irq_o   | interrupts, levels
//   exit_o, mark_o, mode_o      | pulses of one cycle, with value_o
//   next_i, fault_i             | what MODE and FAULT show, see user_mode
module soc_devices
  import bench_pkg::*;
#(
  parameter int unsigned ConsoleEvent = 33,
  parameter int unsigned MarkEvent    = 34
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [31:0] seed_i,
  input  logic [31:0] argument_i,
  input  logic [31:0] cycle_i,

  input  logic        req_i,
  output logic        gnt_o,
  input  logic [31:0] addr_i,
  input  logic        we_i,
  input  logic [31:0] wdata_i,
  output logic        rvalid_o,
  output logic [31:0] rdata_o,

  output logic        timer_irq_o,
  output logic        random_irq_o,
  output logic        exit_o,
  output logic        mark_o,
  output logic        mode_o,
  input  logic        next_i,
  input  logic [31:0] fault_i,
  output logic [31:0] value_o
);

  logic [31:0] cycles_q, compare_q, random_q;
  logic [15:0] rate_q;

  assign gnt_o       = 1'b1;
  assign timer_irq_o = compare_q != 0 && cycles_q >= compare_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {cycles_q, compare_q, rate_q, rdata_o, value_o} <= '0;
      {rvalid_o, random_irq_o, exit_o, mark_o, mode_o} <= '0;
      random_q <= seed_i | 32'd1;
    end else begin
      cycles_q <= cycles_q + 1;
      random_q <= step(random_q);
      rvalid_o <= req_i;
      exit_o   <= 1'b0;
      mark_o   <= 1'b0;
      mode_o   <= 1'b0;
      if (random_q[23:8] < rate_q) random_irq_o <= 1'b1;
      if (req_i && we_i) begin
        case (addr_i[7:2])
          6'd0: exit_o <= 1'b1;
          6'd1: bench_record(ConsoleEvent, cycle_i, 192'(wdata_i[7:0]));
          6'd2: begin
            mark_o <= 1'b1;
            bench_record(MarkEvent, cycle_i, 192'(wdata_i));
          end
          6'd4: compare_q <= wdata_i;
          6'd5: rate_q <= wdata_i[15:0];
          6'd6: random_irq_o <= 1'b0;
          6'd9: mode_o <= 1'b1;
          default: ;
        endcase
        value_o <= wdata_i;
      end
      case (addr_i[7:2])
        6'd3:    rdata_o <= cycles_q;
        6'd4:    rdata_o <= compare_q;
        6'd5:    rdata_o <= 32'(rate_q);
        6'd6:    rdata_o <= 32'(random_irq_o);
        6'd7:    rdata_o <= seed_i;
        6'd8:    rdata_o <= argument_i;
        6'd9:    rdata_o <= 32'(next_i);
        6'd10:   rdata_o <= fault_i;
        default: rdata_o <= '0;
      endcase
    end
  end

  function automatic logic [31:0] step(input logic [31:0] value);
    logic [31:0] x;
    x = value ^ (value << 13);
    x = x ^ (x >> 17);
    return x ^ (x << 5);
  endfunction

endmodule
