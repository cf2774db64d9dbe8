// Write channels: nothing on AW and W is changed or taken back, whatever becomes of the engine, and
// each answer is either of a burst that the engine waits for, of one that was given up, or
// distrusted.
//
// The subordinate may do anything. As long as it keeps the rules of the bus (`polite_q`), each
// burst is accounted for until its answer, also those of engines that gave up. How many beats a
// burst has, and which is the last, is proved of ratel_emit.
`include "rules.svh"

module ratel_write_port_rules #(
  parameter DataWidth      = 64,
  parameter IdWidth        = 4,
  parameter WriteAfterData = 0,
  parameter WritesOutstanding = 4,
  parameter WordWidth      = 29
) (
  input wire                   clk_i,
  input wire                   rst_ni,
  input wire                   announce,
  input wire [31:0]            burst_addr_i,
  input wire [7:0]             burst_len_i,
  input wire                   burst_ready_o,
  input wire                   spent_o,
  input wire                   beats_valid_o,
  input wire                   answer_valid_o,
  input wire                   answer_ready_i,
  input wire                   answer_error_o,
  input wire                   quiet_o,
  input wire                   abandon_i,
  input wire [IdWidth-1:0]     awid_o,
  input wire [WordWidth-1:0]   awword_o,
  input wire [7:0]             awlen_o,
  input wire [2:0]             awprot_o,
  input wire                   awvalid_o,
  input wire                   awready_i,
  input wire [DataWidth-1:0]   wdata_o,
  input wire [DataWidth/8-1:0] wstrb_o,
  input wire                   wlast_o,
  input wire                   wvalid_o,
  input wire                   wready_i,
  input wire [IdWidth-1:0]     bid_i,
  input wire [1:0]             bresp_i,
  input wire                   bvalid_i,
  input wire                   bready_o,
  input wire [IdWidth-1:0]     id,
  input wire [4:0]             owed,
  input wire                   late,
`ifdef FORMAL
  input wire [7:0]             late_q,
  input wire [4:0]             unsent,
  input wire [4:0]             unmade,
  input wire [4:0]             whole,
  input wire [4:0]             whole_aw,
  input wire [13:0]            queues,
  input wire                   made,
  input wire                   beat_last,
`endif
  input wire                   last_sent,
  input wire                   w_empty,
  input wire                   orphan_q,
  input wire                   resync_q,
  input wire [5:0]             quiet_q,
  input wire [4:0]             sent_q
);

  `STARTS_IN_RESET

  `HOST_IF(not_too_many, announce, owed < 5'd16)
  `HOST_IF(not_without_an_id, announce, !spent_o)

  `STAYS(address_stays, awvalid_o, awready_i, {awid_o, awword_o, awlen_o, awprot_o})
  `STAYS(data_stays, wvalid_o, wready_i, {wdata_o, wlast_o, wstrb_o})
  `RULE_IF(distrust_announces_nothing, resync_q || orphan_q, !burst_ready_o)
  `RULE_NEXT(distrust_outlasts_the_quiet, resync_q && (owed != 5'd0 || quiet_q != 6'd0), resync_q)
  `RULE_NEXT(quiet_begins_behind_what_comes,
             bvalid_i || owed != 5'd0 || beats_valid_o || !w_empty, quiet_q == 6'd32)
  `RULE_NEXT(quiet_is_counted,
             quiet_q != 6'd0 && !bvalid_i && owed == 5'd0 && !beats_valid_o && w_empty,
             quiet_q == $past(quiet_q) - 6'd1)
  `RULE_NEXT(quiet_lasts,
             quiet_q == 6'd0 && !bvalid_i && owed == 5'd0 && !beats_valid_o && w_empty,
             quiet_q == 6'd0)
  `RULE_IF(quiet_has_nothing_to_send, quiet_o, !awvalid_o && !wvalid_o && !beats_valid_o)
  `RULE_IF(nothing_to_send_is_quiet, !awvalid_o && !beats_valid_o && w_empty, quiet_o)
  `RULE_IF(distrust_is_an_error, resync_q && answer_valid_o, answer_error_o)
  `RULE_IF(other_id_is_an_error, answer_valid_o && bid_i != id, answer_error_o)
  `RULE_IF(bad_answer_is_an_error, answer_valid_o && bresp_i != 0, answer_error_o)
  `RULE_IF(early_answer_is_an_error, answer_valid_o && sent_q == 0, answer_error_o)
  `RULE_IF(answer_was_owed, answer_valid_o, owed != 0)
  `RULE_IF(answer_waits_for_the_engine, answer_valid_o, bready_o == answer_ready_i)
  `RULE_NEXT(early_answer_is_distrusted, answer_valid_o && answer_ready_i && sent_q == 0, resync_q)

  generate
    if (WriteAfterData == 0) begin : gen_direct
      `RULE_NEXT(address_as_asked, announce, awvalid_o && awid_o == $past(id)
                 && awlen_o == $past(burst_len_i)
                 && awword_o == $past(burst_addr_i[31 -: WordWidth]))
    end
  endgenerate

  // Bursts announced and not answered: of the engine, and given up; not yet sent, and sent.
  reg [9:0] present_to_send_q, present_sent_q, old_to_send_q, old_sent_q;
  reg       polite_q;

  wire       is_old  = bid_i != id || spent_o;
  wire       right   = (is_old ? old_sent_q : present_sent_q) != 0;
  wire       taken   = bvalid_i && bready_o;
  wire       of_old  = old_to_send_q != 0;
  wire [9:0] present_to_send = present_to_send_q + {9'd0, announce} - {9'd0, last_sent && !of_old};
  wire [9:0] old_to_send     = old_to_send_q - {9'd0, last_sent && of_old};
  wire [9:0] present_sent    = present_sent_q + {9'd0, last_sent && !of_old}
                               - {9'd0, taken && !is_old};
  wire [9:0] old_sent        = old_sent_q + {9'd0, last_sent && of_old} - {9'd0, taken && is_old};

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      present_to_send_q <= 10'd0;
      present_sent_q    <= 10'd0;
      old_to_send_q     <= 10'd0;
      old_sent_q        <= 10'd0;
      polite_q          <= 1'b1;
    end else begin
      present_to_send_q <= abandon_i ? 10'd0 : present_to_send;
      present_sent_q    <= abandon_i ? 10'd0 : present_sent;
      old_to_send_q     <= abandon_i ? old_to_send + present_to_send : old_to_send;
      old_sent_q        <= abandon_i ? old_sent + present_sent : old_sent;
      if (bvalid_i && !right) polite_q <= 1'b0;
    end
  end

  wire is_polite = polite_q && !(bvalid_i && !right);

  `RULE_IF(no_burst_is_lost, polite_q, {5'd0, owed} == present_to_send_q + present_sent_q)
  `RULE_IF(sent_are_counted, polite_q, {5'd0, sent_q} == present_sent_q)
  `RULE_IF(polite_is_trusted, polite_q, !resync_q)
  `RULE_IF(no_answer_is_lost, is_polite && bvalid_i && !is_old,
           answer_valid_o && answer_error_o == (bresp_i != 0))
  `RULE_IF(late_answer_is_dropped, is_polite && bvalid_i && is_old, !answer_valid_o && bready_o)

`ifdef FORMAL
  // Bursts that wait until they are whole: addresses, and beats with the last ones marked, the
  // oldest in bit 0. That a queue gives what it was given, in order, is proved of ratel_fifo.
  wire [2:0] addresses, beats;
  wire [1:0] address_in, address_out, beat_in, beat_out;
  assign {addresses, address_in, address_out, beats, beat_in, beat_out} = queues;

  generate
    if (WriteAfterData != 0) begin : gen_whole
      reg  [3:0] lasts_q;
      wire       sent = wvalid_o && wready_i;
      wire [2:0] kept = beats - {2'd0, sent};
      wire [3:0] lasts = sent ? {1'b0, lasts_q[3:1]} : lasts_q;

      always @(posedge clk_i) begin
        if (!rst_ni)   lasts_q <= 4'd0;
        else if (made) lasts_q <= lasts | ({3'd0, beat_last} << kept);
        else           lasts_q <= lasts;
      end

      always @* if (rst_ni && beats != 0) assume (wlast_o == lasts_q[0]);

      `RULE(queues_in_order, addresses <= 3'd4 && address_in == address_out + addresses[1:0]
            && beats <= 3'd4 && beat_in == beat_out + beats[1:0])
      `RULE(lasts_are_inside, (lasts_q >> beats) == 0)
      `RULE(whole_have_their_last, whole == {4'd0, lasts_q[0]} + {4'd0, lasts_q[1]}
            + {4'd0, lasts_q[2]} + {4'd0, lasts_q[3]})
      `RULE(addresses_wait, {3'd0, addresses} + {1'b0, whole} == {1'b0, unsent} + {1'b0, whole_aw}
            && whole <= 5'd4 && unsent <= 5'd9)
    end
  endgenerate

  `RULE_IF(late_is_given_up, polite_q, {2'd0, late_q} == old_to_send_q + old_sent_q)
  `RULE(all_is_sent, {5'd0, unsent} == present_to_send_q + old_to_send_q)
  `RULE(unsent_in_bounds, {27'd0, unmade} <= WritesOutstanding && present_to_send_q <= 10'd17
                          && old_to_send_q <= 10'd17)
  `RULE_IF(sent_in_bounds, polite_q, present_sent_q <= 10'd16 && old_sent_q <= 10'd255)
  `RULE(late_while_some_are, late == (late_q != 0))
  `RULE_IF(late_in_bounds, !spent_o, late_q <= 8'd239)
  `RULE(owed_in_bounds, owed <= 5'd16)
  `RULE_IF(spent_owes_nothing, spent_o, owed == 0)
  `RULE_IF(old_are_orphans, old_to_send_q != 0, orphan_q)
  `RULE_IF(orphans_are_old, orphan_q, present_to_send_q == 0)
`endif

endmodule
