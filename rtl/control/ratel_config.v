// Configuration file: 13 groups of 64 bits, and the check that no reserved bit is written.
//
//   name       | meaning
//   -----------|-----------------------------------------------------------------------------
//   clear_i    | set all groups to 0
//   write_i    | a cfg instruction: group_i gets {rs2_i, rs1_i}, unless a reserved bit is set
//   fail_o     | a reserved bit is set (combinational, belongs to write_i)
//   field_o    | FIELD_RS1 or FIELD_RS2
//   detail_o   | the operand
//   config_o   | all groups
`include "ratel_isa.vh"

module ratel_config (
  input  wire                      clk_i,
  input  wire                      rst_ni,
  input  wire                      clear_i,
  input  wire                      write_i,
  input  wire [3:0]                group_i,
  input  wire [31:0]               rs1_i,
  input  wire [31:0]               rs2_i,
  output wire                      fail_o,
  output wire [7:0]                field_o,
  output wire [31:0]               detail_o,
  output wire [64*`CFG_GROUPS-1:0] config_o
);
  reg [64*`CFG_GROUPS-1:0] config_q;
  reg [63:0]               reserved;

  always @* begin
    case (group_i)
      `CFG_LD_SHAPE: reserved = `RESERVED_LD_SHAPE;
      `CFG_LD_PITCH: reserved = `RESERVED_LD_PITCH;
      `CFG_ST_SHAPE: reserved = `RESERVED_ST_SHAPE;
      `CFG_ST_PITCH: reserved = `RESERVED_ST_PITCH;
      `CFG_IN:       reserved = `RESERVED_IN;
      `CFG_OUT:      reserved = `RESERVED_OUT;
      `CFG_PITCH:    reserved = `RESERVED_PITCH;
      `CFG_KERNEL:   reserved = `RESERVED_KERNEL;
      `CFG_PAD:      reserved = `RESERVED_PAD;
      `CFG_ACT:      reserved = `RESERVED_ACT;
      `CFG_SCALE:    reserved = `RESERVED_SCALE;
      `CFG_SCALE1:   reserved = `RESERVED_SCALE1;
      default:       reserved = `RESERVED_SCALE2;
    endcase
  end

  wire rs1_bad = |(rs1_i & reserved[31:0]);
  wire rs2_bad = |(rs2_i & reserved[63:32]);

  assign fail_o   = rs1_bad || rs2_bad;
  assign field_o  = rs1_bad ? `FIELD_RS1 : `FIELD_RS2;
  assign detail_o = rs1_bad ? rs1_i : rs2_i;
  assign config_o = config_q;

  genvar g;
  generate
    for (g = 0; g < `CFG_GROUPS; g = g + 1) begin : gen_group
      localparam [31:0] Group = g;
      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) config_q[64*g +: 64] <= 64'd0;
        else if (clear_i) config_q[64*g +: 64] <= 64'd0;
        else if (write_i && !fail_o && (group_i == Group[3:0]))
          config_q[64*g +: 64] <= {rs2_i, rs1_i};
      end
    end
  endgenerate
endmodule
