// Rules of the core's own outputs that hold in every cycle, whatever its host does.
//
//   name                | meaning
//   --------------------|------------------------------------------------
//   irq_i               | the interrupt line, at the core's boundary
//   pending_i           | bits of IRQ_STATUS: an error is recorded, a fence with `done` completed
//   enable_i            | the same bits of IRQ_ENABLE
//   compressed_accept_i | CV-X-IF answer to a compressed instruction
//   mem_valid_i         | CV-X-IF request to the CPU's memory
//   status_i            | STATUS.STORE, .EXECUTE and .LOAD as a read would show them
//   status_user_i       | the address to read is on a user page, which shows none of them
//   engines_i           | store, execute and load engine are busy, by themselves
//   sweep_i, writes_i   | memories are swept; an engine writes to one of them
//   limit_i, bark_i     | WATCHDOG; it is about to end the job
//   count_i             | how far the watchdog has counted
//   completes_i         | an engine ends an instruction
//   cleared_i           | engines are being reset, or the job has been ended
//   load_i, made_i      | a load makes an error record; others make them, a bit an owner
module core_checker (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       irq_i,
  input logic [1:0] pending_i,
  input logic [1:0] enable_i,
  input logic       compressed_accept_i,
  input logic       mem_valid_i,
  input logic [2:0] status_i,
  input logic       status_user_i,
  input logic [2:0] engines_i,
  input logic       sweep_i,
  input logic       writes_i,
  input logic       load_i,
  input logic [7:0] made_i,
  input logic [31:0] limit_i,
  input logic       completes_i,
  input logic       cleared_i,
  input logic       bark_i,
  input logic [31:0] count_i
);

  // Cycles in which an engine had something and none ended anything.
  logic [31:0] idle_q;
  wire         idle = |engines_i && !completes_i && !cleared_i && !sweep_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) idle_q <= '0;
    else idle_q <= !idle ? '0 : bark_i ? idle_q : idle_q + 1;
  end

  core_irq_follows_status: assert property (@(posedge clk_i) disable iff (!rst_ni)
    irq_i == |(pending_i & enable_i));
  // The core takes no compressed instruction and has a memory port of its own.
  core_takes_no_compressed: assert property (@(posedge clk_i) disable iff (!rst_ni)
    !compressed_accept_i);
  core_asks_no_memory: assert property (@(posedge clk_i) disable iff (!rst_ni) !mem_valid_i);
  core_status_shows_engines: assert property (@(posedge clk_i) disable iff (!rst_ni)
    status_i == (status_user_i ? 3'b000 : engines_i));
  // What an engine writes under a sweep is left for the next owner, or hides an address from it.
  core_sweeps_alone: assert property (@(posedge clk_i) disable iff (!rst_ni)
    !(sweep_i && writes_i));
  // Users' records have one writer: nobody else is in the engines with a user (ratel_error).
  core_users_are_alone: assert property (@(posedge clk_i) disable iff (!rst_ni)
    !(load_i && |(made_i & 8'hee)));
  core_watchdog_barks_in_time: assert property (@(posedge clk_i) disable iff (!rst_ni)
    bark_i == (limit_i != 0 && idle_q >= limit_i));
  // Also where no limit is set, as in most runs: there a wrong count would wait for its user.
  core_watchdog_counts: assert property (@(posedge clk_i) disable iff (!rst_ni)
    count_i == idle_q);

endmodule
