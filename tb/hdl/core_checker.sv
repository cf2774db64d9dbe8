// Rules of the core's own outputs that hold in every cycle, whatever its host does.
//
//   name                | meaning
//   --------------------|------------------------------------------------
//   irq_i               | the interrupt line, at the core's boundary
//   pending_i           | bits of IRQ_STATUS: an error is recorded, a fence with `done` completed
//   enable_i            | the same bits of IRQ_ENABLE
//   compressed_ready_i  | CV-X-IF answer to a compressed instruction: there is one in every cycle
//   compressed_accept_i | and it is no
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
//   starts_i, users_i   | store and load engine are offered an instruction, which is a user's
//   addressed_i         | an address of a write, of a read is on the memory port
//   prot_i, cache_i     | AxPROT, AxCACHE of both
//   taken_i             | CV-X-IF: an instruction is taken, of issue_id_i and issue_hart_i
//   result_i            | CV-X-IF: a result is offered, of result_id_i and result_hart_i
module core_checker (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       irq_i,
  input logic [1:0] pending_i,
  input logic [1:0] enable_i,
  input logic       compressed_ready_i,
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
  input logic [31:0] count_i,
  input logic [1:0] starts_i,
  input logic [1:0] users_i,
  input logic [1:0] addressed_i,
  input logic [1:0][2:0] prot_i,
  input logic [1:0][3:0] cache_i,
  input logic       taken_i,
  input logic [7:0] issue_id_i,
  input logic [7:0] issue_hart_i,
  input logic       result_i,
  input logic [7:0] result_id_i,
  input logic [7:0] result_hart_i
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
  // The core refuses every compressed instruction at once and has a memory port of its own.
  core_answers_compressed: assert property (@(posedge clk_i) disable iff (!rst_ni)
    compressed_ready_i);
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

  // The instruction's hart comes back with its result.
  logic [7:0] hart_q[256];
  always_ff @(posedge clk_i) if (taken_i) hart_q[issue_id_i] <= issue_hart_i;
  core_result_is_of_its_hart: assert property (@(posedge clk_i) disable iff (!rst_ni)
    result_i |-> result_hart_i == hart_q[result_id_i]);

  // For whom an engine works: both where it has had instructions of both since it was last quiet.
  for (genvar g = 0; g < 2; g++) begin : gen_port
    logic       user_q;
    logic       machine_q;
    logic [4:0] quiet_q;  // an address may wait inside when its engine has been reset
    wire        works   = starts_i[g] || engines_i[g ? 0 : 2] || addressed_i[g];
    wire        user    = user_q || (starts_i[g] && users_i[g]);
    wire        machine = machine_q || (starts_i[g] && !users_i[g]);

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) {user_q, machine_q, quiet_q} <= '0;
      else begin
        quiet_q   <= works ? '0 : (&quiet_q) ? quiet_q : quiet_q + 1;
        user_q    <= user && (works || !(&quiet_q));
        machine_q <= machine && (works || !(&quiet_q));
      end
    end

    core_says_who_asks: assert property (@(posedge clk_i) disable iff (!rst_ni)
      addressed_i[g] |-> (prot_i[g] == 3'b001 && machine) || (prot_i[g] == 3'b010 && user));
    core_asks_for_no_cache: assert property (@(posedge clk_i) disable iff (!rst_ni)
      addressed_i[g] |-> cache_i[g] == 4'b0011);
  end

endmodule
