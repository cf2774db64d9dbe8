// Two sets of row words. A set is filled over one or more cycles from the bank words of the
// requests made the cycle before (the rotator: any bank to any row), and leaves whole.
//
//   name       | meaning
//   -----------|--------------------------------------------------------------------
//   Rows, Cols | as in ratel_core
//   TagWidth   | bits of a tag
//   space_o    | the current set may request (a slot is free, or is being freed now)
//   served_i   | rows whose word `rd_data_i` brings in the next cycle, from `bank_i`
//   fill_en_i  | rows that take `fill_i` in all bytes instead
//   complete_i | the current set has all it needs; `tag_i` goes with it
//   valid_o    | a set is complete: `words_o`, `tag_o`; `pop_i` frees it
module ratel_word_sets #(
  parameter Rows     = 8,
  parameter Cols     = 8,
  parameter TagWidth = 8
) (
  input  wire                         clk_i,
  input  wire                         rst_ni,
  output wire                         space_o,
  input  wire [Rows-1:0]              served_i,
  input  wire [Rows-1:0]              fill_en_i,
  input  wire [7:0]                   fill_i,
  input  wire [Rows*$clog2(Rows)-1:0] bank_i,
  input  wire                         complete_i,
  input  wire [TagWidth-1:0]          tag_i,
  input  wire [Rows*Cols*8-1:0]       rd_data_i,
  output wire                         valid_o,
  input  wire                         pop_i,
  output wire [Rows*Cols*8-1:0]       words_o,
  output wire [TagWidth-1:0]          tag_o
);

  localparam BankWidth = $clog2(Rows);

  reg [1:0] taken_q;     // sets completed and not popped
  reg [1:0] ready_q;     // of these, with their words here
  reg       complete_q;
  reg       write_q;     // slot being filled
  reg       read_q;      // slot being read

  assign space_o = (taken_q != 2'd2) || pop_i;
  assign valid_o = ready_q != 2'd0;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      taken_q    <= 2'd0;
      ready_q    <= 2'd0;
      complete_q <= 1'b0;
      write_q    <= 1'b0;
      read_q     <= 1'b0;
    end else begin
      taken_q    <= taken_q + {1'b0, complete_i} - {1'b0, pop_i};
      ready_q    <= ready_q + {1'b0, complete_q} - {1'b0, pop_i};
      complete_q <= complete_i;
      write_q    <= write_q ^ complete_i;
      read_q     <= read_q ^ pop_i;
    end
  end

  // What the cycle after a request needs to put its words in place.
  reg [Rows-1:0]           served_q;
  reg [Rows-1:0]           fill_en_q;
  reg [7:0]                fill_q;
  reg [Rows*BankWidth-1:0] bank_q;
  reg                      slot_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      served_q  <= {Rows{1'b0}};
      fill_en_q <= {Rows{1'b0}};
    end else begin
      served_q  <= served_i;
      fill_en_q <= fill_en_i;
    end
  end

  always @(posedge clk_i) begin
    fill_q <= fill_i;
    bank_q <= bank_i;
    slot_q <= write_q;
  end

  reg [TagWidth-1:0] tag0_q;
  reg [TagWidth-1:0] tag1_q;

  always @(posedge clk_i) begin
    if (complete_i && !write_q) tag0_q <= tag_i;
    if (complete_i && write_q)  tag1_q <= tag_i;
  end

  assign tag_o = read_q ? tag1_q : tag0_q;

  genvar row;
  generate
    for (row = 0; row < Rows; row = row + 1) begin : gen_row
      reg  [Cols*8-1:0] word0_q;
      reg  [Cols*8-1:0] word1_q;
      wire              enable = served_q[row] || fill_en_q[row];
      wire [Cols*8-1:0] word   = fill_en_q[row]
          ? {Cols{fill_q}}
          : rd_data_i[Cols*8*bank_q[BankWidth*row +: BankWidth] +: Cols*8];

      always @(posedge clk_i) begin
        if (enable && !slot_q) word0_q <= word;
        if (enable && slot_q)  word1_q <= word;
      end

      assign words_o[Cols*8*row +: Cols*8] = read_q ? word1_q : word0_q;
    end
  endgenerate

endmodule
