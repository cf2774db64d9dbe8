// Sends each transaction of the CPU's data port to one of four targets by its address, one at a
// time, so answers stay in order.
//
//   0x0000_0000 .. 0x3fff_ffff   memory
//   0x4000_0000 .. 0x4000_3fff   registers of Ratel, a page of 4 KiB for each context
//   0x8000_0000 .. 0x8000_0fff   devices
//   elsewhere                    answered with an error
//
// In user mode memory is what `UserBase` begins, 16 KiB, registers are page 1, and everything else
// is answered with an error.
//
// Vectors have one entry a target, memory first; the error target is in here.
//
//   name       | meaning
//   -----------|----------------------------------------------------
//   UserBase   | first address that user mode reaches
//   req_i      | of the CPU: addr_i; gnt_o, rvalid_o, rdata_o, err_o
//   user_i     | the CPU is in user mode
//   refused_o  | a request of the user is answered with an error
//   req_o      | of the targets: gnt_i, rvalid_i, rdata_i, err_i
module obi_router #(
  parameter logic [31:0] UserBase = 32'h000c_0000
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             req_i,
  output logic             gnt_o,
  input  logic [31:0]      addr_i,
  input  logic             user_i,
  output logic             refused_o,
  output logic             rvalid_o,
  output logic [31:0]      rdata_o,
  output logic             err_o,
  output logic [2:0]       req_o,
  input  logic [2:0]       gnt_i,
  input  logic [2:0]       rvalid_i,
  input  logic [2:0][31:0] rdata_i,
  input  logic [2:0]       err_i
);

  localparam logic [1:0] Memory = 2'd0, Registers = 2'd1, Devices = 2'd2, Nothing = 2'd3;

  logic       busy_q;
  logic [1:0] target, target_q;
  logic [3:0] gnt, rvalid, err;
  logic       nothing_q;

  always_comb begin
    if (addr_i[31:30] == 2'b00) target = Memory;
    else if (addr_i[31:14] == 18'h10000) target = Registers;
    else if (addr_i[31:12] == 20'h80000) target = Devices;
    else target = Nothing;
    if (user_i && addr_i[31:14] != UserBase[31:14] && addr_i[31:12] != 20'h40001) target = Nothing;
  end

  wire free = !busy_q || rvalid_o;

  assign refused_o = user_i && req_i && gnt_o && target == Nothing;
  assign gnt      = {1'b1, gnt_i};
  assign rvalid   = {nothing_q, rvalid_i};
  assign err      = {1'b1, err_i};
  assign gnt_o    = free && gnt[target];
  assign rvalid_o = busy_q && rvalid[target_q];
  assign err_o    = err[target_q];
  assign rdata_o  = target_q == Nothing ? '0 : rdata_i[target_q];

  for (genvar t = 0; t < 3; t++) begin : gen_request
    assign req_o[t] = req_i && free && target == 2'(t);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q    <= 1'b0;
      target_q  <= Memory;
      nothing_q <= 1'b0;
    end else begin
      nothing_q <= req_i && free && target == Nothing;
      if (req_i && gnt_o) begin
        busy_q   <= 1'b1;
        target_q <= target;
      end else if (rvalid_o) begin
        busy_q <= 1'b0;
      end
    end
  end

endmodule
