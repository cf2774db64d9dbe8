// The hazard of two instructions: whatever one writes and the other touches is seen.
//
// The rules take one line, word, entry or byte of the solver's choice: no two engines may work on
// it unless both only read.
`include "rules.svh"
`include "ratel_ranges.vh"

module ratel_overlap_rules #(
  parameter [1:0] OldEngine = 2'd0
) (
  input wire [1:0]              new_engine_i,
  input wire [`RANGE_WIDTH-1:0] new_ranges_i,
  input wire [`RANGE_WIDTH-1:0] old_ranges_i,
  input wire                    hazard_o
);

`ifdef FORMAL
  (* anyconst *) wire [32:0] place;

  function holds(input valid, input [32:0] low, input [32:0] high);
    holds = valid && place >= low && place < high;
  endfunction

  wire [1:0] reads_a, reads_b, writes, words, entries, tables, bytes;

  assign reads_a = {holds(new_ranges_i[`RANGE_A_VALID], {17'd0, new_ranges_i[`RANGE_A_LO]},
                          {17'd0, new_ranges_i[`RANGE_A_HI]}),
                    holds(old_ranges_i[`RANGE_A_VALID], {17'd0, old_ranges_i[`RANGE_A_LO]},
                          {17'd0, old_ranges_i[`RANGE_A_HI]})};
  assign reads_b = {holds(new_ranges_i[`RANGE_B_VALID], {17'd0, new_ranges_i[`RANGE_B_LO]},
                          {17'd0, new_ranges_i[`RANGE_B_HI]}),
                    holds(old_ranges_i[`RANGE_B_VALID], {17'd0, old_ranges_i[`RANGE_B_LO]},
                          {17'd0, old_ranges_i[`RANGE_B_HI]})};
  assign writes  = {holds(new_ranges_i[`RANGE_D_VALID], {17'd0, new_ranges_i[`RANGE_D_LO]},
                          {17'd0, new_ranges_i[`RANGE_D_HI]}),
                    holds(old_ranges_i[`RANGE_D_VALID], {17'd0, old_ranges_i[`RANGE_D_LO]},
                          {17'd0, old_ranges_i[`RANGE_D_HI]})};
  assign words   = {holds(new_ranges_i[`RANGE_W_VALID], {17'd0, new_ranges_i[`RANGE_W_LO]},
                          {17'd0, new_ranges_i[`RANGE_W_HI]}),
                    holds(old_ranges_i[`RANGE_W_VALID], {17'd0, old_ranges_i[`RANGE_W_LO]},
                          {17'd0, old_ranges_i[`RANGE_W_HI]})};
  assign entries = {holds(new_ranges_i[`RANGE_P_VALID], {17'd0, new_ranges_i[`RANGE_P_LO]},
                          {17'd0, new_ranges_i[`RANGE_P_HI]}),
                    holds(old_ranges_i[`RANGE_P_VALID], {17'd0, old_ranges_i[`RANGE_P_LO]},
                          {17'd0, old_ranges_i[`RANGE_P_HI]})};
  assign tables  = {new_ranges_i[`RANGE_T_VALID], old_ranges_i[`RANGE_T_VALID]};
  assign bytes   = {holds(new_ranges_i[`RANGE_M_VALID], {1'b0, new_ranges_i[`RANGE_M_LO]},
                          new_ranges_i[`RANGE_M_HI]),
                    holds(old_ranges_i[`RANGE_M_VALID], {1'b0, old_ranges_i[`RANGE_M_LO]},
                          old_ranges_i[`RANGE_M_HI])};

  wire other = new_engine_i != OldEngine;

  `ALWAYS(read_after_write, other && writes[0] && (reads_a[1] || reads_b[1]), hazard_o)
  `ALWAYS(write_after_read, other && writes[1] && (reads_a[0] || reads_b[0]), hazard_o)
  `ALWAYS(write_after_write, other && &writes, hazard_o)
  `ALWAYS(weights_shared, other && &words, hazard_o)
  `ALWAYS(parameters_shared, other && &entries, hazard_o)
  `ALWAYS(table_shared, other && &tables, hazard_o)
  `ALWAYS(memory_shared, other && &bytes, hazard_o)
  // Nobody waits for nothing: a hazard is a place that both have, and that one of them writes.
  function share(input valid, input [32:0] low, input [32:0] high,
                 input other_valid, input [32:0] other_low, input [32:0] other_high);
    share = valid && other_valid
            && (low > other_low ? low : other_low) < (high < other_high ? high : other_high);
  endfunction

  wire [8:0] shared = {
    &tables,
    share(new_ranges_i[`RANGE_M_VALID], {1'b0, new_ranges_i[`RANGE_M_LO]},
          new_ranges_i[`RANGE_M_HI], old_ranges_i[`RANGE_M_VALID],
          {1'b0, old_ranges_i[`RANGE_M_LO]}, old_ranges_i[`RANGE_M_HI]),
    share(new_ranges_i[`RANGE_A_VALID], {17'd0, new_ranges_i[`RANGE_A_LO]},
          {17'd0, new_ranges_i[`RANGE_A_HI]}, old_ranges_i[`RANGE_D_VALID],
          {17'd0, old_ranges_i[`RANGE_D_LO]}, {17'd0, old_ranges_i[`RANGE_D_HI]}),
    share(new_ranges_i[`RANGE_B_VALID], {17'd0, new_ranges_i[`RANGE_B_LO]},
          {17'd0, new_ranges_i[`RANGE_B_HI]}, old_ranges_i[`RANGE_D_VALID],
          {17'd0, old_ranges_i[`RANGE_D_LO]}, {17'd0, old_ranges_i[`RANGE_D_HI]}),
    share(new_ranges_i[`RANGE_D_VALID], {17'd0, new_ranges_i[`RANGE_D_LO]},
          {17'd0, new_ranges_i[`RANGE_D_HI]}, old_ranges_i[`RANGE_A_VALID],
          {17'd0, old_ranges_i[`RANGE_A_LO]}, {17'd0, old_ranges_i[`RANGE_A_HI]}),
    share(new_ranges_i[`RANGE_D_VALID], {17'd0, new_ranges_i[`RANGE_D_LO]},
          {17'd0, new_ranges_i[`RANGE_D_HI]}, old_ranges_i[`RANGE_B_VALID],
          {17'd0, old_ranges_i[`RANGE_B_LO]}, {17'd0, old_ranges_i[`RANGE_B_HI]}),
    share(new_ranges_i[`RANGE_D_VALID], {17'd0, new_ranges_i[`RANGE_D_LO]},
          {17'd0, new_ranges_i[`RANGE_D_HI]}, old_ranges_i[`RANGE_D_VALID],
          {17'd0, old_ranges_i[`RANGE_D_LO]}, {17'd0, old_ranges_i[`RANGE_D_HI]}),
    share(new_ranges_i[`RANGE_W_VALID], {17'd0, new_ranges_i[`RANGE_W_LO]},
          {17'd0, new_ranges_i[`RANGE_W_HI]}, old_ranges_i[`RANGE_W_VALID],
          {17'd0, old_ranges_i[`RANGE_W_LO]}, {17'd0, old_ranges_i[`RANGE_W_HI]}),
    share(new_ranges_i[`RANGE_P_VALID], {17'd0, new_ranges_i[`RANGE_P_LO]},
          {17'd0, new_ranges_i[`RANGE_P_HI]}, old_ranges_i[`RANGE_P_VALID],
          {17'd0, old_ranges_i[`RANGE_P_LO]}, {17'd0, old_ranges_i[`RANGE_P_HI]})
  };
  // A range holds something.
  wire [10:0] some = {
    new_ranges_i[`RANGE_A_LO] < new_ranges_i[`RANGE_A_HI],
    new_ranges_i[`RANGE_B_LO] < new_ranges_i[`RANGE_B_HI],
    new_ranges_i[`RANGE_D_LO] < new_ranges_i[`RANGE_D_HI],
    new_ranges_i[`RANGE_W_LO] < new_ranges_i[`RANGE_W_HI],
    new_ranges_i[`RANGE_P_LO] < new_ranges_i[`RANGE_P_HI],
    old_ranges_i[`RANGE_A_LO] < old_ranges_i[`RANGE_A_HI],
    old_ranges_i[`RANGE_B_LO] < old_ranges_i[`RANGE_B_HI],
    old_ranges_i[`RANGE_D_LO] < old_ranges_i[`RANGE_D_HI],
    old_ranges_i[`RANGE_W_LO] < old_ranges_i[`RANGE_W_HI],
    old_ranges_i[`RANGE_P_LO] < old_ranges_i[`RANGE_P_HI],
    {1'b0, new_ranges_i[`RANGE_M_LO]} < new_ranges_i[`RANGE_M_HI]
      && {1'b0, old_ranges_i[`RANGE_M_LO]} < old_ranges_i[`RANGE_M_HI]
  };

  `ALWAYS(a_hazard_has_a_place, hazard_o && &some, |shared)
  // Inside one engine order is enough, but for results that are still in the requantiser.
  generate
    if (OldEngine == `ENGINE_EXECUTE) begin : gen_execute
      `ALWAYS(execute_reads_a_result, !other && writes[0] && (reads_a[1] || reads_b[1]), hazard_o)
    end else begin : gen_transfer
      `ALWAYS(transfers_do_not_wait, !other, !hazard_o)
    end
  endgenerate
`endif

endmodule
