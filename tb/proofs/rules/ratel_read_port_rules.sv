// Read channels: a burst on AR is never changed or taken back, and every beat is either of a burst
// that the engine waits for, of one that was given up, or distrusted.
//
// The subordinate may do anything. As long as it keeps the rules of the bus (`polite_q`), each
// burst is accounted for until its last beat, also those of engines that gave up.
`include "rules.svh"

module ratel_read_port_rules #(
  parameter DataWidth = 64,
  parameter IdWidth   = 4,
  parameter WordWidth = 29
) (
  input wire                 clk_i,
  input wire                 rst_ni,
  input wire                 burst_valid_i,
  input wire                 burst_ready_o,
  input wire [WordWidth-1:0] burst_word_i,
  input wire [7:0]           burst_len_i,
  input wire [2:0]           burst_prot_i,
  input wire                 spent_o,
  input wire                 beat_valid_o,
  input wire                 beat_ready_i,
  input wire                 beat_last_o,
  input wire                 beat_error_o,
  input wire                 answered_i,
  input wire                 confused_i,
  input wire                 abandon_i,
  input wire [IdWidth-1:0]   arid_o,
  input wire [WordWidth-1:0] arword_o,
  input wire [7:0]           arlen_o,
  input wire [2:0]           arprot_o,
  input wire                 arvalid_o,
  input wire                 arready_i,
  input wire                 rvalid_i,
  input wire                 rready_o,
  input wire [IdWidth-1:0]   id,
  input wire [4:0]           owed,
  input wire                 late,
`ifdef FORMAL
  input wire [7:0]           late_q,
  input wire [1:0]           skid_count,
`endif
  input wire                 skid_valid,
  input wire                 skid_pop,
  input wire                 skid_error,
  input wire [IdWidth-1:0]   skid_id,
  input wire                 resync_q,
  input wire [5:0]           quiet_q
);

  `STARTS_IN_RESET

  wire announce = burst_valid_i && burst_ready_o;

  `HOST_IF(not_too_many, announce, owed < 5'd16 || answered_i)
  `HOST_IF(not_without_an_id, announce, !spent_o)
  `HOST_IF(answers_what_it_took, answered_i, beat_valid_o && beat_ready_i)

  `STAYS(address_stays, arvalid_o, arready_i, {arid_o, arword_o, arlen_o, arprot_o})
  `RULE_NEXT(address_as_asked, announce,
             arvalid_o && arid_o == $past(id) && arword_o == $past(burst_word_i)
             && arlen_o == $past(burst_len_i) && arprot_o == $past(burst_prot_i))
  `RULE_NEXT(address_when_asked, !announce && (!arvalid_o || arready_i), !arvalid_o)
  `RULE_IF(distrust_announces_nothing, resync_q, !burst_ready_o)
  `RULE_NEXT(distrust_outlasts_the_quiet, resync_q && (owed != 5'd0 || quiet_q != 6'd0), resync_q)
  `RULE_NEXT(quiet_begins_behind_what_comes, rvalid_i || skid_valid || owed != 5'd0,
             quiet_q == 6'd32)
  `RULE_NEXT(quiet_is_counted, quiet_q != 6'd0 && !rvalid_i && !skid_valid && owed == 5'd0,
             quiet_q == $past(quiet_q) - 6'd1)
  `RULE_NEXT(quiet_lasts, quiet_q == 6'd0 && !rvalid_i && !skid_valid && owed == 5'd0,
             quiet_q == 6'd0)
  `RULE_NEXT(beat_nobody_asked_for_is_distrusted,
             skid_valid && !beat_valid_o && !(late && (skid_id != id || spent_o)), resync_q)
  `RULE_NEXT(confusion_is_distrusted, confused_i, resync_q)
  `RULE_IF(distrust_is_an_error, resync_q && beat_valid_o, beat_error_o)
  `RULE_IF(other_id_is_an_error, beat_valid_o && skid_id != id, beat_error_o)
  `RULE_IF(bad_answer_is_an_error, beat_valid_o && skid_error, beat_error_o)
  `RULE_IF(beat_was_asked_for, beat_valid_o, owed > {4'd0, arvalid_o})
  `RULE_NEXT(other_id_is_distrusted, beat_valid_o && beat_ready_i && skid_id != id, resync_q)
  `RULE_IF(beat_waits_for_the_engine, beat_valid_o, skid_pop == beat_ready_i)

  // Bursts on the bus whose last beat has not been looked at: of the engine, and given up.
  reg [9:0] present_q, old_q;
  reg       ar_old_q;   // the one in the register was given up
  reg       polite_q;   // nothing was wrong until now

  wire      shown   = arvalid_o && arready_i;
  wire      take    = skid_valid && skid_pop;
  wire      is_old  = skid_id != id || spent_o;
  wire      ends    = take && beat_last_o;
  wire      right   = (is_old ? old_q : present_q) != 0;
  wire [9:0] present = present_q + {9'd0, shown && !ar_old_q} - {9'd0, ends && !is_old};
  wire [9:0] old     = old_q + {9'd0, shown && ar_old_q} - {9'd0, ends && is_old};

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      present_q <= 10'd0;
      old_q     <= 10'd0;
      ar_old_q  <= 1'b0;
      polite_q  <= 1'b1;
    end else begin
      present_q <= abandon_i ? 10'd0 : present;
      old_q     <= abandon_i ? old + present : old;
      if (abandon_i)     ar_old_q <= announce || (arvalid_o && !arready_i);
      else if (announce) ar_old_q <= 1'b0;
      if ((skid_valid && !right) || confused_i
          || answered_i != (beat_valid_o && beat_ready_i && beat_last_o)) polite_q <= 1'b0;
    end
  end

  wire is_polite = polite_q && !(skid_valid && !right);

  `RULE_IF(no_burst_is_lost, polite_q,
           {5'd0, owed} == present_q + {9'd0, arvalid_o && !ar_old_q}
           && late == (old_q != 0 || (arvalid_o && ar_old_q)))
`ifdef FORMAL
  `RULE_IF(late_is_given_up, polite_q, {2'd0, late_q} == old_q + {9'd0, arvalid_o && ar_old_q})
  `RULE(late_while_some_are, late == (late_q != 0))
  `RULE(skid_in_bounds, skid_count <= 2'd2)
  `RULE_IF(late_in_bounds, !spent_o, late_q <= 8'd239)
  `RULE(owed_in_bounds, owed <= 5'd16)
  `RULE_IF(spent_owes_nothing, spent_o, owed == 0)
`endif
  `RULE_IF(counts_in_bounds, polite_q, present_q <= 10'd16 && old_q <= 10'd255)
  `RULE_IF(given_up_address_goes_first, arvalid_o && ar_old_q,
           owed == 0 && (!polite_q || present_q == 0))
  `RULE_IF(polite_is_trusted, polite_q, !resync_q)
  `RULE_IF(no_beat_is_lost, is_polite && skid_valid && !is_old,
           beat_valid_o && beat_error_o == skid_error)
  `RULE_IF(late_beat_is_dropped, is_polite && skid_valid && is_old, !beat_valid_o && skid_pop)

endmodule
