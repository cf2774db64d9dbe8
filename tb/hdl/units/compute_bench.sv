// Execute with its memories. Loads the memories and a list of descriptors from files in `+dir=`,
// plays the list, and writes the scratchpad back to files; each descriptor has a bit above it
// that says "only start when everything before is done", which the dispatcher would find out.
//
//   name                       | meaning
//   ---------------------------|------------------------------------------------------------
//   Rows .. RequantLanes       | as in ratel_core, with its defaults
//   Items                      | most descriptors of a list
//   load_i                     | rising: read the files; dump_i rising: write the scratchpad
//   count_i                    | descriptors to play, from the rising edge of play_i on
//   deny_i                     | of 256: how often a bank refuses execute in a cycle
//   over_o                     | all are done; idle_o: execute is idle
//   idle_early_o               | execute said so while it had something to do
//   cycles_o .. drain_stalls_o | how it went, in the core's own counts
//   weight_reads_o, parameter_reads_o | words that were asked of these memories
module compute_bench #(
  parameter Rows         = 8,
  parameter Cols         = 8,
  parameter SpadDepth    = 1024,
  parameter WbufDepth    = 2048,
  parameter ParamDepth   = 64,
  parameter RequantLanes = Cols,
  parameter Items        = 16
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        load_i,
  input  wire        dump_i,
  input  wire        play_i,
  input  wire [4:0]  count_i,
  input  wire [8:0]  deny_i,
  output reg         over_o,
  output reg  [31:0] cycles_o,
  output reg  [31:0] steps_o,
  output reg  [31:0] macs_o,
  output reg  [31:0] fetch_stalls_o,
  output reg  [31:0] drain_stalls_o,
  output reg  [31:0] weight_reads_o,
  output reg  [31:0] parameter_reads_o,
  output reg         idle_early_o,
  output wire        idle_o
);
  `include "ratel_desc.vh"

  localparam DescWidth = `DESC_EXECUTE_WIDTH;

  reg [DescWidth:0] items [0:Items-1];

  wire [Rows-1:0]        ex_rd_en;
  wire [Rows*16-1:0]     ex_rd_addr;
  wire [Rows-1:0]        spad_gnt;
  wire [Rows*Cols*8-1:0] ex_rd_data;
  wire                   ex_wr_en;
  wire [4:0]             ex_wr_bank;
  wire [15:0]            ex_wr_addr;
  wire [Cols*8-1:0]      ex_wr_data;
  wire [Cols-1:0]        ex_wr_be;
  wire                   w_rd_en;
  wire [15:0]            w_rd_addr;
  wire [Cols*8-1:0]      w_rd_data;
  wire                   p_rd_en;
  wire [7:0]             p_rd_addr;
  wire [Cols*32-1:0]     p_rd_bias;
  wire [Cols*32-1:0]     p_rd_mult;
  wire [Cols*8-1:0]      p_rd_shift;
  wire                   t_rd_en;
  wire [Cols*8-1:0]      t_rd_index;
  wire [Cols*8-1:0]      t_rd_data;
  wire                   x_ready;
  wire                   x_done;
  wire                   step;
  wire                   stall_fetch;
  wire                   stall_drain;
  wire [8:0]             macs;

  reg [Rows-1:0] allow_q;
  reg [4:0]      sent_q;
  reg [4:0]      done_q;

  wire [DescWidth:0] item  = items[sent_q[$clog2(Items)-1:0]];
  wire               held  = item[DescWidth] && (sent_q != done_q);
  wire               valid = play_i && (sent_q != count_i) && !held;

  always @(posedge clk_i) begin
    for (int bank = 0; bank < Rows; bank++) begin
      allow_q[bank] <= {1'b0, 8'($urandom_range(255))} >= deny_i;
    end
  end

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni || !play_i) begin
      sent_q         <= 0;
      done_q         <= 0;
      over_o         <= 0;
      cycles_o       <= 0;
      steps_o        <= 0;
      macs_o         <= 0;
      fetch_stalls_o <= 0;
      drain_stalls_o <= 0;
      weight_reads_o    <= 0;
      parameter_reads_o <= 0;
      idle_early_o      <= 0;
    end else begin
      if (valid && x_ready) sent_q <= sent_q + 1;
      if (x_done)           done_q <= done_q + 1;
      over_o   <= done_q == count_i;
      if (done_q != count_i && (valid || sent_q != 0)) cycles_o <= cycles_o + 1;
      steps_o        <= steps_o + 32'(step);
      macs_o         <= macs_o + 32'(macs);
      fetch_stalls_o <= fetch_stalls_o + 32'(stall_fetch);
      drain_stalls_o <= drain_stalls_o + 32'(stall_drain);
      weight_reads_o    <= weight_reads_o + 32'(w_rd_en);
      parameter_reads_o <= parameter_reads_o + 32'(p_rd_en);
      if (idle_o && sent_q != done_q) idle_early_o <= 1;
    end
  end

  ratel_execute #(
    .Rows         (Rows),
    .Cols         (Cols),
    .RequantLanes (RequantLanes)
  ) u_execute (
    .clk_i              (clk_i),
    .rst_ni             (rst_ni),
    .x_valid_i          (valid),
    .x_desc_i           (item[DescWidth-1:0]),
    .x_ready_o          (x_ready),
    .x_done_o           (x_done),
    .x_idle_o           (idle_o),
    .ex_rd_en_o         (ex_rd_en),
    .ex_rd_addr_o       (ex_rd_addr),
    .ex_rd_gnt_i        (spad_gnt & allow_q),
    .ex_rd_data_i       (ex_rd_data),
    .ex_wr_en_o         (ex_wr_en),
    .ex_wr_bank_o       (ex_wr_bank),
    .ex_wr_addr_o       (ex_wr_addr),
    .ex_wr_data_o       (ex_wr_data),
    .ex_wr_be_o         (ex_wr_be),
    .w_rd_en_o          (w_rd_en),
    .w_rd_addr_o        (w_rd_addr),
    .w_rd_data_i        (w_rd_data),
    .p_rd_en_o          (p_rd_en),
    .p_rd_addr_o        (p_rd_addr),
    .p_rd_bias_i        (p_rd_bias),
    .p_rd_mult_i        (p_rd_mult),
    .p_rd_shift_i       (p_rd_shift),
    .t_rd_en_o          (t_rd_en),
    .t_rd_index_o       (t_rd_index),
    .t_rd_data_i        (t_rd_data),
    .exec_step_o        (step),
    .exec_stall_fetch_o (stall_fetch),
    .exec_stall_drain_o (stall_drain),
    .exec_macs_o        (macs)
  );

  ratel_spad #(
    .Rows  (Rows),
    .Cols  (Cols),
    .Depth (SpadDepth)
  ) u_spad (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .ex_rd_en_i    (ex_rd_en & allow_q),
    .ex_rd_addr_i  (ex_rd_addr),
    .ex_rd_gnt_o   (spad_gnt),
    .ex_rd_data_o  (ex_rd_data),
    .st_rd_en_i    (1'b0),
    .st_rd_bank_i  (5'd0),
    .st_rd_addr_i  (16'd0),
    .st_rd_gnt_o   (),
    .st_rd_data_o  (),
    .ex_wr_en_i    (ex_wr_en),
    .ex_wr_bank_i  (ex_wr_bank),
    .ex_wr_addr_i  (ex_wr_addr),
    .ex_wr_data_i  (ex_wr_data),
    .ex_wr_be_i    (ex_wr_be),
    .ld_wr_valid_i (1'b0),
    .ld_wr_bank_i  (5'd0),
    .ld_wr_addr_i  (16'd0),
    .ld_wr_data_i  ({Cols*8{1'b0}}),
    .ld_wr_be_i    ({Cols{1'b0}}),
    .ld_wr_ready_o (),
    .sweep_i (1'b0),
    .sweep_addr_i (14'd0),
    .fixed_o (),
    .ex_bad_o (),
    .st_bad_o ()
  );

  ratel_wbuf #(.Cols (Cols), .Depth (WbufDepth)) u_wbuf (
    .clk_i     (clk_i),
    .rst_ni (rst_ni),
    .rd_en_i   (w_rd_en),
    .rd_addr_i (w_rd_addr),
    .rd_data_o (w_rd_data),
    .wr_en_i   (1'b0),
    .wr_addr_i (16'd0),
    .wr_data_i ({Cols*8{1'b0}}),
    .wr_be_i   ({Cols{1'b0}}),
    .sweep_i (1'b0),
    .sweep_addr_i (14'd0),
    .fixed_o (),
    .bad_o ()
  );

  ratel_pbuf #(.Cols (Cols), .Depth (ParamDepth)) u_pbuf (
    .clk_i      (clk_i),
    .rst_ni (rst_ni),
    .rd_en_i    (p_rd_en),
    .rd_addr_i  (p_rd_addr),
    .rd_bias_o  (p_rd_bias),
    .rd_mult_o  (p_rd_mult),
    .rd_shift_o (p_rd_shift),
    .wr_en_i    (1'b0),
    .wr_addr_i  (8'd0),
    .wr_slot_i  (4'd0),
    .wr_data_i  ({Cols*8{1'b0}}),
    .sweep_i (1'b0),
    .sweep_addr_i (14'd0),
    .fixed_o (),
    .bad_o ()
  );

  reg        t_wr_q = 1'b0;
  reg [7:0]  t_addr_q = 8'd0;
  reg [Cols*8-1:0] table_words [0:256/Cols-1];

  // The table has a copy a lane, so it is written through its port, over and over.
  always @(posedge clk_i) begin
    t_wr_q   <= !play_i;
    t_addr_q <= t_addr_q + 8'(Cols);
  end

  ratel_lut #(.Cols (Cols)) u_lut (
    .clk_i      (clk_i),
    .rst_ni (rst_ni),
    .rd_en_i    (t_rd_en),
    .rd_index_i (t_rd_index),
    .rd_data_o  (t_rd_data),
    .wr_en_i    (t_wr_q),
    .wr_addr_i  (t_addr_q),
    .wr_data_i  (table_words[t_addr_q[7:$clog2(Cols)]]),
    .sweep_i (1'b0),
    .sweep_addr_i (14'd0),
    .fixed_o (),
    .bad_o ()
  );

  string dir;
  initial if (!$value$plusargs("dir=%s", dir)) dir = ".";

  always @(posedge load_i) begin
    $readmemh({dir, "/items.hex"}, items);
    $readmemh({dir, "/wbuf.hex"}, u_wbuf.u_sram.mem_q);
    $readmemh({dir, "/bias.hex"}, u_pbuf.u_bias.mem_q);
    $readmemh({dir, "/mult.hex"}, u_pbuf.u_mult.mem_q);
    $readmemh({dir, "/shift.hex"}, u_pbuf.u_shift.mem_q);
    $readmemh({dir, "/table.hex"}, table_words);
  end

  generate
    for (genvar bank = 0; bank < Rows; bank++) begin : gen_bank
      always @(posedge load_i)
        $readmemh($sformatf("%s/spad%0d.hex", dir, bank), u_spad.gen_bank[bank].u_sram.mem_q);
      always @(posedge dump_i)
        $writememh($sformatf("%s/out%0d.hex", dir, bank), u_spad.gen_bank[bank].u_sram.mem_q);
    end
  endgenerate
endmodule
