// Must a new instruction wait for an older one? Compares what the two read and write.
//
// Engines work in order, so inside one engine only execute after execute can go wrong, by reading
// scratchpad lines whose results are still in the requantiser.
//
//   name                       | meaning
//   ---------------------------|------------------------------------------------------------
//   OldEngine                  | engine of the older instruction
//   new_engine_i, new_ranges_i | the new instruction (ratel_ranges.vh)
//   old_ranges_i               | an older one, of engine OldEngine
//   hazard_o                   | the new one must not start before the older one is complete
`include "ratel_ranges.vh"

module ratel_overlap #(
  parameter [1:0] OldEngine = 2'd0
) (
  input  wire [1:0]              new_engine_i,
  input  wire [`RANGE_WIDTH-1:0] new_ranges_i,
  input  wire [`RANGE_WIDTH-1:0] old_ranges_i,
  output wire                    hazard_o
);
  // --- scratchpad ------------------------------------------------------------------------------
  wire a_after_d, b_after_d, d_after_a, d_after_b, d_after_d;

  ratel_interval #(.Width (16)) u_a_after_d (
    .a_valid_i (new_ranges_i[`RANGE_A_VALID]),
    .a_lo_i    (new_ranges_i[`RANGE_A_LO]),
    .a_hi_i    (new_ranges_i[`RANGE_A_HI]),
    .b_valid_i (old_ranges_i[`RANGE_D_VALID]),
    .b_lo_i    (old_ranges_i[`RANGE_D_LO]),
    .b_hi_i    (old_ranges_i[`RANGE_D_HI]),
    .meet_o    (a_after_d)
  );

  ratel_interval #(.Width (16)) u_b_after_d (
    .a_valid_i (new_ranges_i[`RANGE_B_VALID]),
    .a_lo_i    (new_ranges_i[`RANGE_B_LO]),
    .a_hi_i    (new_ranges_i[`RANGE_B_HI]),
    .b_valid_i (old_ranges_i[`RANGE_D_VALID]),
    .b_lo_i    (old_ranges_i[`RANGE_D_LO]),
    .b_hi_i    (old_ranges_i[`RANGE_D_HI]),
    .meet_o    (b_after_d)
  );

  ratel_interval #(.Width (16)) u_d_after_a (
    .a_valid_i (new_ranges_i[`RANGE_D_VALID]),
    .a_lo_i    (new_ranges_i[`RANGE_D_LO]),
    .a_hi_i    (new_ranges_i[`RANGE_D_HI]),
    .b_valid_i (old_ranges_i[`RANGE_A_VALID]),
    .b_lo_i    (old_ranges_i[`RANGE_A_LO]),
    .b_hi_i    (old_ranges_i[`RANGE_A_HI]),
    .meet_o    (d_after_a)
  );

  ratel_interval #(.Width (16)) u_d_after_b (
    .a_valid_i (new_ranges_i[`RANGE_D_VALID]),
    .a_lo_i    (new_ranges_i[`RANGE_D_LO]),
    .a_hi_i    (new_ranges_i[`RANGE_D_HI]),
    .b_valid_i (old_ranges_i[`RANGE_B_VALID]),
    .b_lo_i    (old_ranges_i[`RANGE_B_LO]),
    .b_hi_i    (old_ranges_i[`RANGE_B_HI]),
    .meet_o    (d_after_b)
  );

  ratel_interval #(.Width (16)) u_d_after_d (
    .a_valid_i (new_ranges_i[`RANGE_D_VALID]),
    .a_lo_i    (new_ranges_i[`RANGE_D_LO]),
    .a_hi_i    (new_ranges_i[`RANGE_D_HI]),
    .b_valid_i (old_ranges_i[`RANGE_D_VALID]),
    .b_lo_i    (old_ranges_i[`RANGE_D_LO]),
    .b_hi_i    (old_ranges_i[`RANGE_D_HI]),
    .meet_o    (d_after_d)
  );

  // --- buffers and memory: between two engines one side always writes --------------------------
  wire words, params, memory;
  wire lut = new_ranges_i[`RANGE_T_VALID] && old_ranges_i[`RANGE_T_VALID];

  ratel_interval #(.Width (16)) u_words (
    .a_valid_i (new_ranges_i[`RANGE_W_VALID]),
    .a_lo_i    (new_ranges_i[`RANGE_W_LO]),
    .a_hi_i    (new_ranges_i[`RANGE_W_HI]),
    .b_valid_i (old_ranges_i[`RANGE_W_VALID]),
    .b_lo_i    (old_ranges_i[`RANGE_W_LO]),
    .b_hi_i    (old_ranges_i[`RANGE_W_HI]),
    .meet_o    (words)
  );

  ratel_interval #(.Width (16)) u_params (
    .a_valid_i (new_ranges_i[`RANGE_P_VALID]),
    .a_lo_i    (new_ranges_i[`RANGE_P_LO]),
    .a_hi_i    (new_ranges_i[`RANGE_P_HI]),
    .b_valid_i (old_ranges_i[`RANGE_P_VALID]),
    .b_lo_i    (old_ranges_i[`RANGE_P_LO]),
    .b_hi_i    (old_ranges_i[`RANGE_P_HI]),
    .meet_o    (params)
  );

  ratel_interval #(.Width (33)) u_memory (
    .a_valid_i (new_ranges_i[`RANGE_M_VALID]),
    .a_lo_i    ({1'b0, new_ranges_i[`RANGE_M_LO]}),
    .a_hi_i    (new_ranges_i[`RANGE_M_HI]),
    .b_valid_i (old_ranges_i[`RANGE_M_VALID]),
    .b_lo_i    ({1'b0, old_ranges_i[`RANGE_M_LO]}),
    .b_hi_i    (old_ranges_i[`RANGE_M_HI]),
    .meet_o    (memory)
  );

  wire read_after_write = a_after_d || b_after_d;
  wire any = read_after_write || d_after_a || d_after_b || d_after_d || words || params || lut
             || memory;

  assign hazard_o = (new_engine_i != OldEngine) ? any
                    : (OldEngine == `ENGINE_EXECUTE) && read_after_write;
endmodule
