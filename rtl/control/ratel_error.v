// The error records: for every owner its first error in program order since it was cleared.
//
// A bus error comes long after its instruction retired, and may come after the error of a younger
// one, so an older error replaces a younger one that is kept already (ratel_error_order), unless
// somebody has read that: what was read stays until it is cleared, so nobody sees half of each.
//
//   name                                       | meaning
//   -------------------------------------------|--------------------------------------------------
//   QueueDepth                                 | as in ratel_core
//   Users                                      | 0: only privileged owners come
//   job_rst_ni                                 | reset with an abort, too: nothing older is in
//                                              | flight any more
//   fail_*                                     | refused instruction of the front end or, with
//                                              | fail_check_i, of the check; held until busy_o is
//                                              | low
//   load_*, store_*                            | bus errors of the engines, with {owner, index,
//                                              | word} of their instruction
//   *_push_i, *_done_i, check_i, check_owner_i | see ratel_error_order
//   clear_i                                    | bit an owner: clear its record; an error of the
//                                              | same cycle is kept
//   read_i                                     | bit an owner: its record is read in this cycle
//   fence_owner_i                              | owner of fence_cause_o
//   show_owner_i                               | owner of the record shown
//   cause_o .. index_o                         | that record: cause, word, detail, number
//   valid_o                                    | bit an owner: it has a record
`include "ratel_isa.vh"
`include "ratel_regs.vh"

module ratel_error #(
  parameter QueueDepth = 4,
  parameter Users      = 1
) (
  input  wire                  clk_i,
  input  wire                  rst_ni,
  input  wire                  job_rst_ni,
  input  wire                  fail_i,
  input  wire                  fail_check_i,
  input  wire [7:0]            fail_code_i,
  input  wire [7:0]            fail_field_i,
  input  wire [31:0]           fail_detail_i,
  input  wire [31:0]           fail_word_i,
  input  wire [31:0]           fail_index_i,
  input  wire [2:0]            fail_owner_i,
  input  wire                  load_error_i,
  input  wire [7:0]            load_code_i,
  input  wire [31:0]           load_addr_i,
  input  wire [66:0]           load_info_i,
  input  wire                  store_error_i,
  input  wire [7:0]            store_code_i,
  input  wire [31:0]           store_addr_i,
  input  wire [66:0]           store_info_i,
  input  wire [QueueDepth-1:0] load_push_i,
  input  wire [QueueDepth-1:0] store_push_i,
  input  wire [QueueDepth-1:0] load_done_i,
  input  wire [QueueDepth-1:0] store_done_i,
  input  wire                  check_i,
  input  wire [2:0]            check_owner_i,
  input  wire [7:0]            clear_i,
  input  wire [7:0]            read_i,
  input  wire [2:0]            fence_owner_i,
  output wire [31:0]           fence_cause_o,
  input  wire [2:0]            show_owner_i,
  output wire [31:0]           cause_o,
  output wire [31:0]           word_o,
  output wire [31:0]           detail_o,
  output wire [31:0]           index_o,
  output wire [7:0]            valid_o,
  output wire                  busy_o
);
  // {code, field, detail, word, index}
  wire [111:0] record [0:7];
  reg [7:0]   valid_q;

  wire load_may;
  wire store_may;
  wire check_may;
  wire store_older;

  // --- who makes a record: a load, and at the same time a store or what was refused -------------
  wire [2:0] load_owner = load_info_i[66:64];
  wire [2:0] made_owner = store_error_i ? store_info_i[66:64] : fail_owner_i;
  wire [7:0] free       = ~valid_q | clear_i;
  wire [7:0] open       = ~read_i;

  wire load_can  = load_error_i && (free[load_owner] || (load_may && open[load_owner]));
  wire store_can = store_error_i && (free[made_owner] || (store_may && open[made_owner]));
  wire fail_can  = fail_i && !busy_o
                   && (free[made_owner] || (fail_check_i && check_may && open[made_owner]));
  wire same      = load_can && store_can && (load_owner == made_owner);
  wire make_load = load_can && !(same && store_older);
  wire make      = (store_can && !(same && !store_older)) || fail_can;

  // What was refused waits while bus errors are written down.
  assign busy_o = load_error_i || store_error_i;

  wire [111:0] of_load  = {load_code_i, `FIELD_NONE, load_addr_i, load_info_i[31:0],
                           load_info_i[63:32]};
  wire [111:0] of_store = {store_code_i, `FIELD_NONE, store_addr_i, store_info_i[31:0],
                           store_info_i[63:32]};
  wire [111:0] of_fail  = {fail_code_i, fail_field_i, fail_detail_i, fail_word_i, fail_index_i};
  wire [111:0] of_made  = store_error_i ? of_store : of_fail;
  wire [111:0] of_one   = make_load ? of_load : of_made;

  localparam [7:0] First  = 8'd1;
  localparam [7:0] Owners = (Users != 0) ? 8'b1111_1111 : 8'b0001_0001;
  wire [7:0] load_at = (make_load ? (First << load_owner) : 8'd0) & Owners;
  wire [7:0] made_at = (make ? (First << made_owner) : 8'd0) & Owners;

  ratel_error_order #(
    .QueueDepth (QueueDepth)
  ) u_order (
    .clk_i             (clk_i),
    .rst_ni            (job_rst_ni),
    .load_push_i       (load_push_i),
    .store_push_i      (store_push_i),
    .push_owner_i      (check_owner_i),
    .load_done_i       (load_done_i),
    .store_done_i      (store_done_i),
    .check_i           (check_i),
    .made_load_i       (make_load),
    .made_load_owner_i (load_owner),
    .made_i            (make),
    .made_owner_i      (made_owner),
    .by_store_i        (store_error_i),
    .by_check_i        (fail_check_i),
    .final_i           (read_i),
    .load_may_o        (load_may),
    .store_may_o       (store_may),
    .check_may_o       (check_may),
    .store_older_o     (store_older)
  );

  genvar g;
  generate
    for (g = 0; g < 8; g = g + 1) begin : gen_owner
      reg [111:0] record_q;
      assign record[g] = record_q;

      if (g % 4 == 0) begin : gen_privileged
        always @(posedge clk_i) begin
          if (load_at[g]) record_q <= of_load;
          else if (made_at[g]) record_q <= of_made;
        end
      end else begin : gen_user
        // Only the two privileged owners are ever in the engines together (ratel_tenant), so that a
        // load of one and a store of the other end at once.
        always @(posedge clk_i) begin
          if (load_at[g] || made_at[g]) record_q <= of_one;
        end
      end
    end
  endgenerate

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 8'd0;
    else valid_q <= ((valid_q & ~clear_i) | load_at | made_at) & Owners;
  end

  // --- readers -----------------------------------------------------------------------------------
  wire [111:0] fence_record = record[fence_owner_i];
  wire [111:0] show_record  = valid_q[show_owner_i] ? record[show_owner_i] : 112'd0;
  wire         unused       = &{1'b0, fence_record[95:0]};

  // Register ERR_CAUSE; all 0 without a record.
  assign fence_cause_o = valid_q[fence_owner_i]
                         ? {1'b1, 4'd0, fence_owner_i, 8'd0, fence_record[103:96],
                            fence_record[111:104]} : 32'd0;
  assign cause_o       = valid_q[show_owner_i]
                         ? {1'b1, 4'd0, show_owner_i, 8'd0, show_record[103:96],
                            show_record[111:104]} : 32'd0;
  assign detail_o      = show_record[95:64];
  assign word_o        = show_record[63:32];
  assign index_o       = show_record[31:0];
  assign valid_o       = valid_q;
endmodule
