// Records waves of the whole bench from one cycle to another, then ends the simulation: for a run
// that is repeated to be looked at. Part of the builds that debugging makes. Needs a traced build.
//
//   +honeyguide_waves=<file> +honeyguide_waves_from=<cycle> +honeyguide_waves_to=<cycle>
//
//   name       | meaning
//   -----------|--------------------
//   cycle_i    | number of the cycle
module wave_window (
  input logic        clk_i,
  input logic [31:0] cycle_i
);

  string       file;
  int unsigned first, last;
  bit          on;

  initial begin
    on    = $value$plusargs("honeyguide_waves=%s", file) != 0;
    first = 0;
    last  = '1;
    void'($value$plusargs("honeyguide_waves_from=%d", first));
    void'($value$plusargs("honeyguide_waves_to=%d", last));
  end

  always @(posedge clk_i) begin
    if (on && cycle_i == first) begin
      $dumpfile(file);
      $dumpvars;
    end
    if (on && cycle_i == last) $finish;
  end

endmodule

bind `HONEYGUIDE_TOP wave_window u_wave_window (
  .clk_i  (clk),
  .cycle_i(cycle)
);
