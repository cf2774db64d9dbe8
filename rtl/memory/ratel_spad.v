// Scratchpad: `Rows` banks of `Depth` words of `Cols` bytes, each bank with one read and one write
// port.
//
//                 read                          write
//   execute ---- every bank ----> first    execute ---- one bank ----> always
//   store   ---- one bank ------> second   load    ---- one bank ----> when execute writes another
//
// A store read that was refused `StoreWaits` cycles goes first, so execute cannot starve the store.
// To keep the grant of execute a function of registers, the bank the store waits for is remembered:
// while it waits, the store holds `st_rd_bank_i` and `st_rd_addr_i` still.
//
//   name                     | meaning
//   -------------------------|--------------------------------------------------------
//   Rows, Cols, Integrity    | as in ratel_core
//   Depth                    | its SpadDepth
//   ex_rd_en_i, ex_rd_addr_i | execute's reads, bank by bank (16 address bits each)
//   ex_rd_gnt_o              | the bank serves execute in this cycle
//   ex_rd_data_o             | the cycle after a granted read, for that cycle
//   st_rd_*                  | the store's read, likewise
//   ex_wr_*                  | execute's write, always taken
//   ld_wr_*                  | the load's write, taken when valid and ready
//   sweep_i, sweep_addr_i    | write 0 to this line of every bank; nothing else writes
//   fixed_o                  | see ratel_code_read; ex_bad_o, st_bad_o: by whose read it was
module ratel_spad #(
  parameter Rows  = 8,
  parameter Cols  = 8,
  parameter Depth = 1024,
  parameter Integrity = 0
) (
  input  wire                   clk_i,
  input  wire                   rst_ni,
  // execute reads
  input  wire [Rows-1:0]        ex_rd_en_i,
  input  wire [Rows*16-1:0]     ex_rd_addr_i,
  output wire [Rows-1:0]        ex_rd_gnt_o,
  output wire [Rows*Cols*8-1:0] ex_rd_data_o,
  // store reads
  input  wire                   st_rd_en_i,
  input  wire [4:0]             st_rd_bank_i,
  input  wire [15:0]            st_rd_addr_i,
  output wire                   st_rd_gnt_o,
  output wire [Cols*8-1:0]      st_rd_data_o,
  // execute writes
  input  wire                   ex_wr_en_i,
  input  wire [4:0]             ex_wr_bank_i,
  input  wire [15:0]            ex_wr_addr_i,
  input  wire [Cols*8-1:0]      ex_wr_data_i,
  input  wire [Cols-1:0]        ex_wr_be_i,
  // load writes
  input  wire                   ld_wr_valid_i,
  input  wire [4:0]             ld_wr_bank_i,
  input  wire [15:0]            ld_wr_addr_i,
  input  wire [Cols*8-1:0]      ld_wr_data_i,
  input  wire [Cols-1:0]        ld_wr_be_i,
  output wire                   ld_wr_ready_o,
  input  wire                   sweep_i,
  input  wire [13:0]            sweep_addr_i,
  output wire                   fixed_o,
  output wire                   ex_bad_o,
  output wire                   st_bad_o
);

  localparam AddrWidth = $clog2(Depth);
  localparam BankWidth = $clog2(Rows);
  localparam [3:0] StoreWaits = 4'd8;

  // Age of the waiting store read, and the bank it waits for.
  reg  [3:0]           age_q;
  reg  [BankWidth-1:0] wait_bank_q;
  wire                 urgent = (age_q == StoreWaits);

  wire [BankWidth-1:0] st_bank = st_rd_bank_i[BankWidth-1:0];
  wire [BankWidth-1:0] ex_bank = ex_wr_bank_i[BankWidth-1:0];
  wire [BankWidth-1:0] ld_bank = ld_wr_bank_i[BankWidth-1:0];

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      age_q       <= 4'd0;
      wait_bank_q <= {BankWidth{1'b0}};
    end else begin
      wait_bank_q <= st_bank;
      // Urgent means granted in the same cycle, so the age goes no further.
      if (!st_rd_en_i || st_rd_gnt_o) age_q <= 4'd0;
      else                            age_q <= age_q + 4'd1;
    end
  end

  assign st_rd_gnt_o   = st_rd_en_i && !(ex_rd_en_i[st_bank] && ex_rd_gnt_o[st_bank]);
  assign ld_wr_ready_o = !(ex_wr_en_i && (ex_bank == ld_bank));

  // The sweep goes the way of the load's writes, to all banks at once.
  wire [AddrWidth-1:0] in_addr = sweep_i ? sweep_addr_i[AddrWidth-1:0]
                                         : ld_wr_addr_i[AddrWidth-1:0];
  wire [Cols-1:0]      in_be   = ld_wr_be_i | {Cols{sweep_i}};

  localparam Lane = (Integrity == 2) ? 13 : (Integrity == 1) ? 9 : 8;
  wire [Cols*Lane-1:0] in_code;
  wire [Cols*Lane-1:0] ex_code;
  wire [Rows-1:0]      fixed;
  wire [Rows-1:0]      ex_bad;
  wire [Rows-1:0]      st_bad;

  ratel_code_write #(
    .Lanes     (Cols),
    .Integrity (Integrity)
  ) u_write_in (
    .data_i (ld_wr_data_i & {(Cols * 8){!sweep_i}}),
    .code_o (in_code)
  );

  ratel_code_write #(
    .Lanes     (Cols),
    .Integrity (Integrity)
  ) u_write_ex (
    .data_i (ex_wr_data_i),
    .code_o (ex_code)
  );

  assign fixed_o  = |fixed;
  assign ex_bad_o = |ex_bad;
  assign st_bad_o = |st_bad;

  genvar bank;
  generate
    for (bank = 0; bank < Rows; bank = bank + 1) begin : gen_bank
      localparam [BankWidth-1:0] Bank = bank[BankWidth-1:0];

      wire [15:0] ex_rd_addr = ex_rd_addr_i[16*bank +: 16];
      wire        ex_rd      = ex_rd_en_i[bank] && ex_rd_gnt_o[bank];
      wire        st_rd      = st_rd_gnt_o && (st_bank == Bank);
      wire        ex_wr      = ex_wr_en_i && (ex_bank == Bank);
      wire        ld_wr      = ld_wr_valid_i && (ld_bank == Bank);
      wire        bad;
      wire [Cols*Lane-1:0] rd_code;

      assign ex_rd_gnt_o[bank] = !(urgent && (wait_bank_q == Bank));

      ratel_sram #(
        .Width (Cols * Lane),
        .Depth (Depth),
        .Lane  (Lane)
      ) u_sram (
        .clk_i     (clk_i),
        .wr_en_i   (ex_wr || ld_wr || sweep_i),
        .wr_addr_i (ex_wr ? ex_wr_addr_i[AddrWidth-1:0] : in_addr),
        .wr_data_i (ex_wr ? ex_code : in_code),
        .wr_be_i   (ex_wr ? ex_wr_be_i : in_be),
        .rd_en_i   (ex_rd || st_rd),
        .rd_addr_i (ex_rd ? ex_rd_addr[AddrWidth-1:0] : st_rd_addr_i[AddrWidth-1:0]),
        .rd_data_o (rd_code)
      );

      ratel_code_read #(
        .Lanes     (Cols),
        .Integrity (Integrity)
      ) u_read (
        .clk_i   (clk_i),
        .rst_ni  (rst_ni),
        .rd_en_i (ex_rd || st_rd),
        .code_i  (rd_code),
        .data_o  (ex_rd_data_o[Cols*8*bank +: Cols*8]),
        .fixed_o (fixed[bank]),
        .bad_o   (bad)
      );

      // Whose read it was.
      if (Integrity == 0) begin : gen_unchecked
        assign ex_bad[bank] = 1'b0;
        assign st_bad[bank] = 1'b0;
        wire unused_bad = &{1'b0, bad};
      end else begin : gen_checked
        reg store_q;
        always @(posedge clk_i) store_q <= st_rd;
        assign ex_bad[bank] = bad && !store_q;
        assign st_bad[bank] = bad && store_q;
      end

      wire unused_ex_rd_addr = &{1'b0, ex_rd_addr};
    end
  endgenerate

  reg [BankWidth-1:0] st_data_bank_q;

  always @(posedge clk_i) begin
    if (st_rd_gnt_o) st_data_bank_q <= st_bank;
  end

  assign st_rd_data_o = ex_rd_data_o[Cols*8*st_data_bank_q +: Cols*8];

  // `check` has refused every line outside the scratchpad.
  wire unused_high = &{1'b0, st_rd_bank_i, st_rd_addr_i, ex_wr_bank_i, ex_wr_addr_i, ld_wr_bank_i,
                       ld_wr_addr_i, sweep_addr_i};

endmodule
