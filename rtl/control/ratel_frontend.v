// Takes the merged instruction stream in order: writes the configuration, hands ld, st, mac and vec
// to the check, and executes fence and rdcnt.
//
// An instruction retires in the cycle in which in_ready_o is high; its value is on in_data_o then.
// Everything waits while the check works, so that the configuration stands still for it and errors
// are found in program order. A fence also waits for the engines. Only a fence or rdcnt that is
// refused waits for nothing. rdcnt itself is executed at the ports: one that comes here was refused
// there and stays so, whatever has been granted since.
//
//   name                               | meaning
//   -----------------------------------|----------------------------------------------------------
//   state_rst_ni                       | reset of the number of the next instruction
//   clear_config_i                     | set the configuration file to 0: it is another owner's
//                                      | turn
//   in_*                               | the merged stream
//   in_owner_i                         | who asks
//   hold_i                             | take nothing (soft reset pending)
//   error_busy_i                       | the error records are being written: refuse nothing
//   check_idle_i                       | the check can start
//   check_start_o                      | it gets the instruction, with the number check_index_o
//   check_fail_i .. check_fail_owner_i | it refused one, and waits until fail_ready_o
//   engines_busy_i                     | an instruction is with the dispatcher or an engine
//   cause_i                            | ERR_CAUSE of the owner, the value of a fence
//   config_o                           | configuration file
//   fail_o .. fail_owner_o             | an error of the front end or (fail_check_o) of the check,
//                                      | for the records
//   clear_error_o                      | a fence clears the owner's error record
//   done_o                             | a fence raises the done interrupt
//   retired_o                          | an instruction retires
`include "ratel_isa.vh"

module ratel_frontend (
  input  wire                      clk_i,
  input  wire                      rst_ni,
  input  wire                      state_rst_ni,
  input  wire                      clear_config_i,
  input  wire                      in_valid_i,
  output wire                      in_ready_o,
  input  wire [31:0]               in_word_i,
  input  wire [31:0]               in_rs1_i,
  input  wire [31:0]               in_rs2_i,
  output wire [31:0]               in_data_o,
  input  wire [2:0]                in_owner_i,
  input  wire                      hold_i,
  input  wire                      error_busy_i,
  input  wire                      check_idle_i,
  output wire                      check_start_o,
  output wire [31:0]               check_index_o,
  input  wire                      check_fail_i,
  input  wire [7:0]                check_code_i,
  input  wire [7:0]                check_field_i,
  input  wire [31:0]               check_detail_i,
  input  wire [31:0]               check_fail_word_i,
  input  wire [31:0]               check_fail_index_i,
  input  wire [2:0]                check_fail_owner_i,
  input  wire                      engines_busy_i,
  input  wire [31:0]               cause_i,
  output wire [64*`CFG_GROUPS-1:0] config_o,
  output wire                      fail_o,
  output wire                      fail_check_o,
  output wire                      fail_ready_o,
  output reg  [7:0]                code_o,
  output reg  [7:0]                field_o,
  output reg  [31:0]               detail_o,
  output wire [31:0]               fail_word_o,
  output wire [31:0]               fail_index_o,
  output wire [2:0]                fail_owner_o,
  output wire                      clear_error_o,
  output wire                      done_o,
  output wire                      retired_o
);
  wire       legal;
  wire [2:0] class_;
  wire [3:0] op;
  wire       unused_rs2;
  wire       unused_result;
  wire       unused = &{1'b0, unused_rs2, unused_result};

  ratel_decode u_decode (
    .word_i      (in_word_i),
    .legal_o     (legal),
    .class_o     (class_),
    .op_o        (op),
    .needs_rs2_o (unused_rs2),
    .result_o    (unused_result)
  );

  wire cfg   = legal && (class_ == `CLASS_CFG);
  wire sys   = legal && (class_ == `CLASS_SYS);
  wire fence = sys && (op[2:0] == `OP_FENCE);
  wire rdcnt = sys && (op[2:0] == `OP_RDCNT);
  wire check = legal && !cfg && !sys;

  // --- legality of what is executed here -------------------------------------------------------
  wire        config_fail;
  wire [7:0]  config_field;
  wire [31:0] config_detail;
  wire        fence_bad  = fence && (in_rs1_i[31:2] != 30'd0);
  wire        no_counter = rdcnt && ((in_rs1_i[31:6] != 26'd0) || in_rs1_i[4]);
  wire        sys_bad    = fence_bad || rdcnt;
  wire        fence_ok   = fence && !fence_bad;
  wire        here_bad   = !legal || (cfg && config_fail) || sys_bad;

  // One error a cycle: what the check refuses goes first.
  assign in_ready_o = in_valid_i && !hold_i && !error_busy_i && !(here_bad && check_fail_i)
                      && (sys_bad || (check_idle_i && !(fence_ok && engines_busy_i)));
  // A rdcnt has no number of its own.
  assign retired_o  = in_ready_o && !rdcnt;

  assign check_start_o   = in_ready_o && check;
  assign in_data_o       = fence_ok ? cause_i : 32'd0;
  assign clear_error_o   = in_ready_o && fence_ok && in_rs1_i[0];
  assign done_o          = in_ready_o && fence_ok && in_rs1_i[1];

  ratel_config u_config (
    .clk_i    (clk_i),
    .rst_ni   (rst_ni),
    .clear_i  (clear_config_i),
    .write_i  (in_ready_o && cfg),
    .group_i  (op),
    .rs1_i    (in_rs1_i),
    .rs2_i    (in_rs2_i),
    .fail_o   (config_fail),
    .field_o  (config_field),
    .detail_o (config_detail),
    .config_o (config_o)
  );

  // --- number of the instruction ---------------------------------------------------------------
  reg [31:0] index_q;

  assign check_index_o = index_q;

  always @(posedge clk_i or negedge state_rst_ni) begin
    if (!state_rst_ni) index_q <= 32'd0;
    else if (retired_o) index_q <= index_q + 32'd1;
  end

  // --- error -----------------------------------------------------------------------------------
  assign fail_check_o = check_fail_i;
  assign fail_ready_o = !error_busy_i;
  assign fail_o       = check_fail_i || (in_ready_o && here_bad);
  assign fail_word_o  = check_fail_i ? check_fail_word_i : in_word_i;
  assign fail_index_o = check_fail_i ? check_fail_index_i : index_q;
  assign fail_owner_o = check_fail_i ? check_fail_owner_i : in_owner_i;

  always @* begin
    if (check_fail_i) begin
      code_o   = check_code_i;
      field_o  = check_field_i;
      detail_o = check_detail_i;
    end else if (!legal) begin
      code_o   = `ERR_ILLEGAL;
      field_o  = `FIELD_NONE;
      detail_o = in_word_i;
    end else if (cfg) begin
      code_o   = `ERR_RESERVED;
      field_o  = config_field;
      detail_o = config_detail;
    end else begin
      code_o   = fence ? `ERR_RESERVED : no_counter ? `ERR_VALUE : `ERR_PRIVILEGE;
      field_o  = `FIELD_RS1;
      detail_o = in_rs1_i;
    end
  end
endmodule
