// What an instruction reads and writes, as one packed vector: the check fills it, the dispatcher
// compares it. An interval is {valid, low, high} with low inside and high just outside.
`ifndef RATEL_RANGES_VH
`define RATEL_RANGES_VH

`define RANGE_A_VALID 0        // scratchpad lines read, first source
`define RANGE_A_LO    16:1
`define RANGE_A_HI    32:17
`define RANGE_B_VALID 33       // scratchpad lines read, second source
`define RANGE_B_LO    49:34
`define RANGE_B_HI    65:50
`define RANGE_D_VALID 66       // scratchpad lines written
`define RANGE_D_LO    82:67
`define RANGE_D_HI    98:83
`define RANGE_W_VALID 99       // weight words
`define RANGE_W_LO    115:100
`define RANGE_W_HI    131:116
`define RANGE_P_VALID 132      // parameter entries
`define RANGE_P_LO    148:133
`define RANGE_P_HI    164:149
`define RANGE_T_VALID 165      // the table, as a whole
`define RANGE_M_VALID 166      // memory bytes; the high end may be 2^32
`define RANGE_M_LO    198:167
`define RANGE_M_HI    231:199
`define RANGE_WIDTH   232

// Engines, in this order wherever a vector has a bit or a field for each.
`define ENGINE_LOAD    2'd0
`define ENGINE_EXECUTE 2'd1
`define ENGINE_STORE   2'd2

`endif
