// The doorbells: operands, one word and the last result for each page of the AXI4-Lite port.
//
//   writes --> page 0..3: [rs1, rs2] [word] --in order of arrival--> front end
//                               +--rdcnt--> counters, in the cycle after the write
//
// A word runs with the operands of its own page, where they stay until it was taken; what would
// change them meanwhile is refused before it gets here (full_o). Soft reset leaves operands alone,
// so that no word can ever run with others than those that were written for it; words that wait
// are dropped, and their result says so. A word gives its place to its result when it is taken.
//
//   name          | meaning
//   --------------|---------------------------------------------------------------------------
//   Users         | 0: nothing ever comes for pages 1..3
//   flush_i       | soft reset pending: drop what waits
//   write_*_i     | a write to DB_RS1, DB_RS2 or DB_INSTR of page write_page_i, in this cycle
//   full_o        | bit a page: its word has not been taken yet
//   waiting_o     | words that will have a number
//   older_o       | those of them that were there in the last cycle already
//   read_*        | what page read_page_i shows
//   counters_i    | user pages may read counters
//   quick_index_o | operand of a rdcnt that is executed here; quick_value_i is its value
//   db_*          | oldest word, its operands and its owner; db_result_i in the cycle of ready
`include "ratel_isa.vh"

module ratel_doorbells #(
  parameter Users = 1
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        flush_i,
  input  wire [1:0]  write_page_i,
  input  wire        write_rs1_i,
  input  wire        write_rs2_i,
  input  wire        write_word_i,
  input  wire [31:0] write_data_i,
  input  wire [31:0] write_mask_i,
  output wire [3:0]  full_o,
  output wire [2:0]  waiting_o,
  output wire [2:0]  older_o,
  input  wire [1:0]  read_page_i,
  output wire [31:0] read_rs1_o,
  output wire [31:0] read_rs2_o,
  output wire [31:0] read_result_o,
  input  wire        counters_i,
  output wire [31:0] quick_index_o,
  input  wire [31:0] quick_value_i,
  output wire        db_valid_o,
  input  wire        db_ready_i,
  output wire [31:0] db_word_o,
  output wire [31:0] db_rs1_o,
  output wire [31:0] db_rs2_o,
  output wire [2:0]  db_owner_o,
  input  wire [31:0] db_result_i
);
  localparam [31:0] WasReset = {1'b1, 23'd0, `ERR_RESET};

  reg  [31:0] rs1_q    [0:3];
  reg  [31:0] rs2_q    [0:3];
  reg  [31:0] word_q   [0:3];  // the word that waits, then its result
  reg  [3:0]  full_q;
  reg  [3:0]  new_q;
  reg  [3:0]  numbered_q;  // a rdcnt that will be refused has no number of its own
  reg  [15:0] waits_q;   // four bits a page: the pages whose words came before its own
  reg         quick_q;
  reg  [1:0]  quick_page_q;

  // --- what is rung ------------------------------------------------------------------------------
  wire       legal;
  wire       unused_rs2;
  wire       unused_result;
  wire [2:0] class_;
  wire [3:0] op;

  ratel_decode u_decode (
    .word_i      (write_data_i),
    .legal_o     (legal),
    .class_o     (class_),
    .op_o        (op),
    .needs_rs2_o (unused_rs2),
    .result_o    (unused_result)
  );

  // A rdcnt that would be refused goes the way of all words, so that its error finds its place.
  wire [31:0] rs1   = rs1_q[write_page_i];
  wire        rdcnt = legal && (class_ == `CLASS_SYS) && (op[2:0] == `OP_RDCNT);
  wire        quick = rdcnt && (rs1[31:6] == 26'd0) && !rs1[4]
                      && ((write_page_i == 2'd0) || counters_i);

  wire       unused = &{1'b0, unused_rs2, unused_result, op[3], rs1[5], rs1[3:0]};

  // --- the oldest --------------------------------------------------------------------------------
  wire [3:0] head;
  wire [1:0] page = {head[3] | head[2], head[3] | head[1]};
  wire [3:0] take = (db_valid_o && db_ready_i) ? head : 4'd0;
  wire [3:0] ring = (write_word_i && !quick) ? (4'd1 << write_page_i) : 4'd0;
  localparam [3:0] Pages = (Users != 0) ? 4'b1111 : 4'b0001;

  function [2:0] ratel_count4;
    input [3:0] bits;
    ratel_count4 = {2'd0, bits[0]} + {2'd0, bits[1]} + {2'd0, bits[2]} + {2'd0, bits[3]};
  endfunction

  genvar g;
  generate
    for (g = 0; g < 4; g = g + 1) begin : gen_page
      assign head[g] = full_q[g] && (waits_q[4*g +: 4] == 4'd0);

      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) waits_q[4*g +: 4] <= 4'd0;
        else if (flush_i) waits_q[4*g +: 4] <= 4'd0;
        else if (ring[g]) waits_q[4*g +: 4] <= full_q & ~take;
        else waits_q[4*g +: 4] <= waits_q[4*g +: 4] & ~take;
      end

      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
          rs1_q[g]  <= 32'd0;
          rs2_q[g]  <= 32'd0;
          word_q[g] <= 32'd0;
        end else begin
          if (write_rs1_i && (write_page_i == g))
            rs1_q[g] <= (rs1_q[g] & ~write_mask_i) | (write_data_i & write_mask_i);
          if (write_rs2_i && (write_page_i == g))
            rs2_q[g] <= (rs2_q[g] & ~write_mask_i) | (write_data_i & write_mask_i);
          if (ring[g]) word_q[g] <= write_data_i;
          else if (flush_i && full_q[g]) word_q[g] <= WasReset;
          else if (take[g]) word_q[g] <= db_result_i;
          else if (quick_q && (quick_page_q == g)) word_q[g] <= quick_value_i;
        end
      end

      always @(posedge clk_i) begin
        if (ring[g]) numbered_q[g] <= !rdcnt;
      end
    end
  endgenerate

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      full_q       <= 4'd0;
      new_q        <= 4'd0;
      quick_q      <= 1'b0;
      quick_page_q <= 2'd0;
    end else begin
      full_q       <= flush_i ? 4'd0 : (((full_q & ~take) | ring) & Pages);
      new_q        <= ring;
      quick_q      <= write_word_i && quick && !flush_i;
      quick_page_q <= write_page_i;
    end
  end

  assign full_o        = full_q;
  assign waiting_o     = ratel_count4(full_q & numbered_q);
  assign older_o       = ratel_count4(full_q & numbered_q & ~new_q);
  assign read_rs1_o    = rs1_q[read_page_i];
  assign read_rs2_o    = rs2_q[read_page_i];
  assign read_result_o = full_q[read_page_i] ? 32'd0 : word_q[read_page_i];
  assign quick_index_o = rs1_q[quick_page_q];
  assign db_valid_o    = (full_q != 4'd0) && !flush_i;
  assign db_word_o     = word_q[page];
  assign db_rs1_o      = rs1_q[page];
  assign db_rs2_o      = rs2_q[page];
  assign db_owner_o    = {1'b1, page};
endmodule
