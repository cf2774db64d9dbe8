// Read channels of the load engine: keeps the rules of the bus whatever becomes of the engine, and
// lets nothing pass as data that was not asked for.
//
//   bursts --> AR register --> AR          R --> skid --> late answer?   dropped
//                                                         nothing owed?  dropped
//                                                         else           beats, in order
//
// A burst in the AR register is announced: it is never withdrawn. A beat with another id than the
// bursts have is an error, and so is one whose RLAST is not where the burst ends (the engine sees
// that). After such an error, and after a beat that nothing was owed for, order on the bus can't be
// trusted: nothing is announced, and all beats are errors, until all that is owed has come and R
// has been quiet for `Quiet` cycles.
//
//   name               | meaning
//   -------------------|-------------------------------------------------------------------------
//   DataWidth, IdWidth | bits of rdata_i and of ids
//   rst_ni             | hard reset only
//   burst_*            | a burst, announced when valid and ready: address of its first bus word,
//                      | beats - 1, AxPROT
//   spent_o            | no burst will be taken: too many were given up
//   beat_*             | the beats; last: RLAST; error: not to be used
//   answered_i         | the engine has taken the last beat of its oldest burst
//   confused_i         | it has seen RLAST in the wrong place
//   abandon_i          | the engine gives up on what is owed (and is reset)
//   quiet_o            | nothing waits to be announced, no beat is owed
//   arid_o .. rready_o | AXI4 read channels; arword_o: address without the bits inside a bus word
module ratel_read_port #(
  parameter DataWidth = 64,
  parameter IdWidth   = 4
) (
  input  wire                            clk_i,
  input  wire                            rst_ni,
  input  wire                            burst_valid_i,
  output wire                            burst_ready_o,
  input  wire [31-$clog2(DataWidth/8):0] burst_word_i,
  input  wire [7:0]                      burst_len_i,
  input  wire [2:0]                      burst_prot_i,
  output wire                            spent_o,
  output wire                            beat_valid_o,
  input  wire                            beat_ready_i,
  output wire [DataWidth-1:0]            beat_data_o,
  output wire                            beat_last_o,
  output wire                            beat_error_o,
  input  wire                            answered_i,
  input  wire                            confused_i,
  input  wire                            abandon_i,
  output wire                            quiet_o,
  // bus
  output wire [IdWidth-1:0]              arid_o,
  output wire [31-$clog2(DataWidth/8):0] arword_o,
  output wire [7:0]                      arlen_o,
  output wire [2:0]                      arprot_o,
  output wire                            arvalid_o,
  input  wire                            arready_i,
  input  wire [IdWidth-1:0]              rid_i,
  input  wire [DataWidth-1:0]            rdata_i,
  input  wire [1:0]                      rresp_i,
  input  wire                            rlast_i,
  input  wire                            rvalid_i,
  output wire                            rready_o
);

  localparam WordWidth = 32 - $clog2(DataWidth/8);
  localparam [5:0] Quiet = 6'd32;

  // ---------------------------------------------------------------- AR
  reg                 ar_valid_q;
  reg [IdWidth-1:0]   ar_id_q;
  reg [WordWidth-1:0] ar_word_q;
  reg [7:0]           ar_len_q;
  reg [2:0]           ar_prot_q;
  reg                 resync_q;
  reg [5:0]           quiet_q;

  wire [IdWidth-1:0] id;
  wire [4:0]         owed;
  wire               late;

  assign burst_ready_o = (!ar_valid_q || arready_i) && !resync_q;
  wire   announce      = burst_valid_i && burst_ready_o;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)        ar_valid_q <= 1'b0;
    else if (announce)  ar_valid_q <= 1'b1;
    else if (arready_i) ar_valid_q <= 1'b0;
  end

  always @(posedge clk_i) begin
    if (announce) begin
      ar_id_q   <= id;
      ar_word_q <= burst_word_i;
      ar_len_q  <= burst_len_i;
      ar_prot_q <= burst_prot_i;
    end
  end

  assign arvalid_o = ar_valid_q;
  assign arid_o    = ar_id_q;
  assign arword_o  = ar_word_q;
  assign arlen_o   = ar_len_q;
  assign arprot_o  = ar_prot_q;

  // ---------------------------------------------------------------- R
  wire               skid_valid;
  wire               skid_pop;
  wire               skid_error;
  wire [IdWidth-1:0] skid_id;

  ratel_fifo #(
    .Width (DataWidth + IdWidth + 2),
    .Depth (2)
  ) u_skid (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .push_valid_i (rvalid_i),
    .push_ready_o (rready_o),
    .push_data_i  ({rid_i, rlast_i, rresp_i != 2'b00, rdata_i}),
    .pop_valid_o  (skid_valid),
    .pop_ready_i  (skid_pop),
    .pop_data_o   ({skid_id, beat_last_o, skid_error, beat_data_o})
  );

  // A burst that waits in the AR register can't have been answered. With no id left, all that comes
  // is late: the last id's bursts were given up, too.
  wire foreign   = (skid_id != id);
  wire late_beat = late && (foreign || spent_o);
  wire stray     = !late_beat && (owed <= {4'd0, ar_valid_q});
  wire drop      = late_beat || stray;

  assign beat_valid_o = skid_valid && !drop;
  assign beat_error_o = skid_error || foreign || resync_q;
  assign skid_pop     = drop || beat_ready_i;

  ratel_bus_ids #(
    .IdWidth (IdWidth)
  ) u_ids (
    .clk_i      (clk_i),
    .rst_ni     (rst_ni),
    .announce_i (announce),
    .answered_i (answered_i),
    .late_i     (skid_valid && late_beat && beat_last_o),
    .abandon_i  (abandon_i),
    .id_o       (id),
    .owed_o     (owed),
    .late_o     (late),
    .spent_o    (spent_o)
  );

  // ---------------------------------------------------------------- trust
  wire confused = (skid_valid && stray) || confused_i ||
                  (beat_valid_o && beat_ready_i && foreign);

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      resync_q <= 1'b0;
      quiet_q  <= 6'd0;
    end else begin
      if (confused)                                  resync_q <= 1'b1;
      else if ((owed == 5'd0) && (quiet_q == 6'd0))  resync_q <= 1'b0;
      if (rvalid_i || skid_valid || (owed != 5'd0))  quiet_q <= Quiet;
      else if (quiet_q != 6'd0)                      quiet_q <= quiet_q - 6'd1;
    end
  end

  assign quiet_o = !ar_valid_q;

endmodule
