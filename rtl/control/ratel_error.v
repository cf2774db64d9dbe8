// The error registers: the first error in program order since they were cleared.
//
// A bus error comes long after its instruction retired, and may come after the error of a younger
// one, so an older error replaces a younger one that is kept already.
//
//   fail_*           refused instructions (check and front end)
//   load_*, store_*  bus errors of the engines, with {index, word} of their instruction
//   clear_i          clear; an error of the same cycle is kept
//   cause_o .. index_o   the registers
//   raise_o          an error was recorded where there was none: interrupt
`include "ratel_isa.vh"

module ratel_error (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        fail_i,
  input  wire [7:0]  fail_code_i,
  input  wire [7:0]  fail_field_i,
  input  wire [31:0] fail_detail_i,
  input  wire [31:0] fail_word_i,
  input  wire [31:0] fail_index_i,
  input  wire        load_error_i,
  input  wire [7:0]  load_code_i,
  input  wire [31:0] load_addr_i,
  input  wire [63:0] load_info_i,
  input  wire        store_error_i,
  input  wire [7:0]  store_code_i,
  input  wire [31:0] store_addr_i,
  input  wire [63:0] store_info_i,
  input  wire        clear_i,
  output wire [31:0] cause_o,
  output wire [31:0] word_o,
  output wire [31:0] detail_o,
  output wire [31:0] index_o,
  output wire        raise_o
);
  reg        valid_q;
  reg [7:0]  code_q;
  reg [7:0]  field_q;
  reg [31:0] detail_q;
  reg [31:0] word_q;
  reg [31:0] index_q;

  // Age of instruction numbers, which wrap: only few are in flight. Bus errors are older than
  // anything that is checked in the same cycle.
  wire [31:0] store_lead = load_info_i[63:32] - store_info_i[63:32];
  wire        store_wins = store_error_i && (!load_error_i || !store_lead[31]);
  wire        load_wins  = load_error_i && !store_wins;
  wire        bus_error  = load_error_i || store_error_i;

  wire [31:0] new_index  = store_wins ? store_info_i[63:32]
                           : load_wins ? load_info_i[63:32] : fail_index_i;
  wire [31:0] kept_lead  = new_index - index_q;
  wire        older      = kept_lead[31];
  wire        unused     = &{1'b0, store_lead[30:0], kept_lead[30:0]};
  wire        any        = bus_error || fail_i;
  wire        first      = any && (!valid_q || clear_i);
  wire        record     = first || (any && older);

  assign raise_o  = first;
  assign cause_o  = {valid_q, 15'd0, field_q, code_q};
  assign word_o   = word_q;
  assign detail_o = detail_q;
  assign index_o  = index_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q  <= 1'b0;
      code_q   <= 8'd0;
      field_q  <= 8'd0;
      detail_q <= 32'd0;
      word_q   <= 32'd0;
      index_q  <= 32'd0;
    end else if (record) begin
      valid_q  <= 1'b1;
      code_q   <= store_wins ? store_code_i : load_wins ? load_code_i : fail_code_i;
      field_q  <= bus_error ? `FIELD_NONE : fail_field_i;
      detail_q <= store_wins ? store_addr_i : load_wins ? load_addr_i : fail_detail_i;
      word_q   <= store_wins ? store_info_i[31:0] : load_wins ? load_info_i[31:0] : fail_word_i;
      index_q  <= new_index;
    end else if (clear_i) begin
      valid_q  <= 1'b0;
      code_q   <= 8'd0;
      field_q  <= 8'd0;
      detail_q <= 32'd0;
      word_q   <= 32'd0;
      index_q  <= 32'd0;
    end
  end
endmodule
