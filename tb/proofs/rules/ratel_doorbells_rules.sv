// Doorbells: words leave in the order in which they came, each with what was written for it, and
// leave their page a result. `waits_q` is a matrix: which page waits for which.
`include "ratel_isa.vh"
`include "rules.svh"

module ratel_doorbells_rules #(
  parameter Users = 1
) (
  input wire        clk_i,
  input wire        rst_ni,
  input wire        flush_i,
  input wire [1:0]  write_page_i,
  input wire        write_rs1_i,
  input wire        write_rs2_i,
  input wire        write_word_i,
  input wire [1:0]  read_page_i,
  input wire [31:0] read_result_o,
  input wire [31:0] quick_value_i,
  input wire [2:0]  waiting_o,
  input wire [2:0]  older_o,
  input wire        db_valid_o,
  input wire        db_ready_i,
  input wire [31:0] db_word_o,
  input wire [31:0] db_rs1_o,
  input wire [31:0] db_rs2_o,
  input wire [2:0]  db_owner_o,
  input wire [31:0] db_result_i,
  input wire [3:0]  full_q,
  input wire [3:0]  numbered_q,
  input wire [15:0] waits_q,
  input wire [3:0]  head,
  input wire [3:0]  take,
  input wire [3:0]  ring,
  input wire        quick_q,
  input wire [1:0]  quick_page_q
);

  `STARTS_IN_RESET

  // Any page.
  (* anyconst *) wire [1:0] p;

  wire [3:0]   of_p  = waits_q[4*p +: 4];
  wire [2:0]   there = {2'd0, full_q[0]} + {2'd0, full_q[1]} + {2'd0, full_q[2]} + {2'd0, full_q[3]};
  wire [98:0]  offer = {db_owner_o, db_word_o, db_rs1_o, db_rs2_o};
  wire         shown = read_page_i == p && !full_q[p];

  // Of all pages: each waits for such as are there, of two one for the other, in one order.
  reg     those_there;
  reg     one_of_two;
  reg     in_order;
  integer i;
  integer j;
  integer k;
  always @* begin
    those_there = 1'b1;
    one_of_two  = 1'b1;
    in_order    = 1'b1;
    for (i = 0; i < 4; i = i + 1) begin
      if (waits_q[4*i + i]) one_of_two = 1'b0;
      for (j = 0; j < 4; j = j + 1) begin
        if (waits_q[4*i + j] && !(full_q[i] && full_q[j])) those_there = 1'b0;
        if (i != j && full_q[i] && full_q[j] && waits_q[4*i + j] == waits_q[4*j + i])
          one_of_two = 1'b0;
        for (k = 0; k < 4; k = k + 1)
          if (waits_q[4*i + j] && waits_q[4*j + k] && !waits_q[4*i + k]) in_order = 1'b0;
      end
    end
  end

  // ratel_regs holds a write to a page whose word waits, and words during a soft reset.
  wire write = write_rs1_i || write_rs2_i || write_word_i;
  `HOST_IF(only_a_free_page, write, !full_q[write_page_i])
  `HOST_IF(no_word_in_a_reset, write_word_i, !flush_i)
  `HOST(no_page_without_users, Users != 0 || !write || write_page_i == 2'd0)

  `RULE(nobody_without_users, Users != 0 || full_q[3:1] == 3'd0)
  `RULE(waits_for_what_is_there, those_there)
  `RULE(one_of_two_waits, one_of_two)
  `RULE(in_one_order, in_order)
  `RULE(oldest_is_one, (head & (head - 4'd1)) == 4'd0)
  `RULE_IF(there_is_an_oldest, full_q != 4'd0 && !flush_i, db_valid_o && head != 4'd0)
  `RULE_NEXT(last_comes_last, ring[p],
             full_q[p] && of_p == $past(full_q & ~take))
  `RULE_IF(owner_is_its_page, db_valid_o, db_owner_o[2] && head[db_owner_o[1:0]])
  `RULE_NEXT(offer_stays, db_valid_o && !db_ready_i,
             flush_i || full_q == 4'd0 || offer == $past(offer))
  `RULE_NEXT(taken_is_gone, take[p], !full_q[p])
  `RULE_NEXT(nothing_after_a_flush, flush_i, full_q == 4'd0)
  `RULE_NEXT(kept_else, full_q[p] && !take[p] && !flush_i, full_q[p])
  `RULE_IF(a_word_hides_its_result, full_q[read_page_i], read_result_o == 32'd0)
  `RULE_NEXT(shows_its_result, take[p], !shown || read_result_o == $past(db_result_i))
  `RULE_NEXT(dropped_says_so, flush_i && full_q[p],
             !shown || read_result_o == {1'b1, 23'd0, `ERR_RESET})
  `RULE_IF(counter_where_no_word_is, quick_q, !full_q[quick_page_q])
  `RULE_NEXT(shows_a_counter, quick_q && quick_page_q == p,
             !shown || read_result_o == $past(quick_value_i))
  `RULE_NEXT(new_word_is_not_older, ring[p], older_o + {2'd0, numbered_q[p]} == waiting_o)
  `RULE_NEXT(all_others_are, ring == 4'd0, older_o == waiting_o)
  `RULE(numbers_are_of_words, older_o <= waiting_o && waiting_o <= there)

endmodule
