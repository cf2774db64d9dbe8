// What the bench's SystemVerilog shares with fast/native.py: DPI functions and code numbers.
package bench_pkg;

  import "DPI-C" function int  bench_response(input int unsigned addr, input int unsigned bytes,
                                              input int on_write);
  import "DPI-C" function void bench_read_beat(input int unsigned addr, input int unsigned bytes,
                                               output bit [127:0] data);
  import "DPI-C" function void bench_write_beat(input int unsigned addr, input int unsigned bytes,
                                                input bit [127:0] data, input int unsigned strobes);
  import "DPI-C" function void bench_observe_beat(input int unsigned addr, input int unsigned bytes,
                                                  input bit [127:0] data,
                                                  input int unsigned strobes);
  import "DPI-C" function int  bench_command(input int unsigned index, output bit [255:0] command);
  import "DPI-C" function void bench_record(input int unsigned kind, input int unsigned cycle,
                                            input bit [191:0] payload);

  // Commands: word 0 = kind[7:0], flags[15:8], gap before it in cycles[31:16]; word 4 = commit delay
  localparam bit [7:0] CmdIssue   = 8'd0;  // words 1..3: instruction, rs1, rs2
  localparam bit [7:0] CmdWrite   = 8'd1;  // words 1..3: register address, data, strobes
  localparam bit [7:0] CmdRead    = 8'd2;  // word 1: register address
  localparam bit [7:0] CmdPoll    = 8'd3;  // words 1..3: read until (data & word 3) == word 2
  localparam bit [7:0] CmdBarrier = 8'd4;  // wait until nothing is in flight
  // flags of CmdIssue
  localparam int FlagKill     = 0;
  localparam int FlagRsValid0 = 1;
  localparam int FlagRsValid1 = 2;
  localparam int FlagDropped  = 3;
  localparam int FlagMode0    = 4;  // and 5: privilege mode
  localparam bit [7:0] OperandsLate = 8'd5;  // cycles until missing operands arrive

  // Events
  localparam int unsigned EvIssue   = 1;  // instr, rs1, rs2, id | rs_valid<<8 | accept<<16 | wb<<17
                                          // | mode<<18
  localparam int unsigned EvCommit  = 2;  // id | kill<<8
  localparam int unsigned EvResult  = 3;  // data, id | rd<<8 | we<<16 | other flags<<17
  localparam int unsigned EvWrite   = 4;  // addr, data, strb | resp<<8
  localparam int unsigned EvRead    = 5;  // addr, data, resp
  localparam int unsigned EvIrq     = 6;  // level
  localparam int unsigned EvAr      = 7;  // addr, id | len<<8 | size<<16 | burst<<24
  localparam int unsigned EvAw      = 8;  // same
  localparam int unsigned EvR       = 9;  // id | resp<<8 | last<<16, of beats that failed or are last
  localparam int unsigned EvB       = 10; // id | resp<<8
  localparam int unsigned EvReset   = 11; // level

endpackage
