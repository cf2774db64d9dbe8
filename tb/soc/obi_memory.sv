// OBI subordinate on the bench's byte store, one transaction at a time, an answer every cycle when
// nothing stalls. Stores are written down as events, so that the golden memory follows the CPU's.
//
//   name             | meaning
//   -----------------|---------------------------------------------------------------------------
//   StoreEvent       | number of the event that a store is
//   seed_i, cycle_i  | of the stalls; of the event
//   stall_i          | probability/256 of refusing a request [7:0], and of holding an answer back
//                    | [15:8]
//   req_i .. rdata_o | OBI
//   err_o            | the address lies outside the memory
module obi_memory
  import bench_pkg::*;
#(
  parameter int unsigned StoreEvent = 32
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [31:0] seed_i,
  input  logic [15:0] stall_i,
  input  logic [31:0] cycle_i,

  input  logic        req_i,
  output logic        gnt_o,
  input  logic [31:0] addr_i,
  input  logic        we_i,
  input  logic [3:0]  be_i,
  input  logic [31:0] wdata_i,
  output logic        rvalid_o,
  output logic [31:0] rdata_o,
  output logic        err_o
);

  logic        pending_q, open_q, go_q;
  logic [63:0] random_q;
  bit [127:0]  word;
  wire  [31:0] addr = {addr_i[31:2], 2'b00};

  function automatic logic [63:0] step(input logic [63:0] value);
    logic [63:0] x;
    x = value ^ (value << 13);
    x = x ^ (x >> 7);
    return x ^ (x << 17);
  endfunction

  assign rvalid_o = pending_q && go_q;
  assign gnt_o    = open_q && (!pending_q || rvalid_o);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pending_q <= 1'b0;
      open_q    <= 1'b0;
      go_q      <= 1'b0;
      rdata_o   <= '0;
      err_o     <= 1'b0;
      random_q  <= {seed_i, ~seed_i} | 64'd1;
    end else begin
      random_q <= step(random_q);
      open_q   <= random_q[7:0] >= stall_i[7:0];
      go_q     <= random_q[15:8] >= stall_i[15:8];
      if (rvalid_o) pending_q <= 1'b0;
      if (req_i && gnt_o) begin
        pending_q <= 1'b1;
        err_o     <= bench_response(addr, 4, 32'(we_i)) != 0;
        if (we_i) begin
          if (bench_response(addr, 4, 1) == 0) begin
            word = 128'(wdata_i);
            bench_write_beat(addr, 4, word, 32'(be_i));
            bench_record(StoreEvent, cycle_i, 192'({28'd0, be_i, wdata_i, addr}));
          end
        end else begin
          bench_read_beat(addr, 4, word);
          rdata_o <= word[31:0];
        end
      end
    end
  end

endmodule
