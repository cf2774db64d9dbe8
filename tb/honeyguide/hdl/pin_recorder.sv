// Writes down what happened on the pins, for monitors that look once a job. Sees pins only: nothing
// here comes from a driver. Bytes written are kept by address as well, for the scoreboard.
//
//   name                         | meaning
//   -----------------------------|-----------------------------------------------------
//   DataWidth, IdWidth           | bits of wdata_i and of the ids of AXI4
//   XifIdWidth                   | bits of those of CV-X-IF
//   enable_i                     | write down
//   cycle_o, quiet_o             | cycles since reset, and since anything last happened
//   transfers_o                  | cycles with transfers of AXI4 since anything else last happened
//   irq_i                        | interrupt
//   issue_valid_i .. result_we_i | CV-X-IF; result_odd_i: exc, err or dbg
//   l_*                          | AXI4-Lite
//   awid_i .. rready_i           | AXI4
module pin_recorder
  import bench_pkg::*;
#(
  parameter int DataWidth = 64,
  parameter int IdWidth   = 4,
  parameter int XifIdWidth = 4
) (
  input logic                   clk_i,
  input logic                   rst_ni,
  input logic                   enable_i,
  output logic [31:0]           cycle_o,
  output logic [31:0]           quiet_o,
  output logic [31:0]           transfers_o,

  input logic                   irq_i,
  input logic                   issue_valid_i,
  input logic                   issue_ready_i,
  input logic [31:0]            issue_instr_i,
  input logic [1:0]             issue_mode_i,
  input logic [XifIdWidth-1:0]  issue_id_i,
  input logic [31:0]            issue_rs1_i,
  input logic [31:0]            issue_rs2_i,
  input logic [1:0]             issue_rs_valid_i,
  input logic                   issue_accept_i,
  input logic                   issue_writeback_i,
  input logic                   commit_valid_i,
  input logic [XifIdWidth-1:0]  commit_id_i,
  input logic                   commit_kill_i,
  input logic                   result_valid_i,
  input logic                   result_ready_i,
  input logic [XifIdWidth-1:0]  result_id_i,
  input logic [31:0]            result_data_i,
  input logic [4:0]             result_rd_i,
  input logic                   result_we_i,
  input logic                   result_odd_i,

  input logic [13:0]            l_awaddr_i,
  input logic                   l_awvalid_i,
  input logic                   l_awready_i,
  input logic [31:0]            l_wdata_i,
  input logic [3:0]             l_wstrb_i,
  input logic                   l_wvalid_i,
  input logic                   l_wready_i,
  input logic [1:0]             l_bresp_i,
  input logic                   l_bvalid_i,
  input logic                   l_bready_i,
  input logic [13:0]            l_araddr_i,
  input logic                   l_arvalid_i,
  input logic                   l_arready_i,
  input logic [31:0]            l_rdata_i,
  input logic [1:0]             l_rresp_i,
  input logic                   l_rvalid_i,
  input logic                   l_rready_i,

  input logic [IdWidth-1:0]     awid_i,
  input logic [31:0]            awaddr_i,
  input logic [7:0]             awlen_i,
  input logic [2:0]             awsize_i,
  input logic [1:0]             awburst_i,
  input logic                   awvalid_i,
  input logic                   awready_i,
  input logic [DataWidth-1:0]   wdata_i,
  input logic [DataWidth/8-1:0] wstrb_i,
  input logic                   wlast_i,
  input logic                   wvalid_i,
  input logic                   wready_i,
  input logic [IdWidth-1:0]     bid_i,
  input logic [1:0]             bresp_i,
  input logic                   bvalid_i,
  input logic                   bready_i,
  input logic [IdWidth-1:0]     arid_i,
  input logic [31:0]            araddr_i,
  input logic [7:0]             arlen_i,
  input logic [2:0]             arsize_i,
  input logic [1:0]             arburst_i,
  input logic                   arvalid_i,
  input logic                   arready_i,
  input logic [IdWidth-1:0]     rid_i,
  input logic [1:0]             rresp_i,
  input logic                   rlast_i,
  input logic                   rvalid_i,
  input logic                   rready_i
);

  localparam int unsigned Bytes = DataWidth / 8;

  typedef struct packed { logic [DataWidth-1:0] data; logic [DataWidth/8-1:0] strb; } beat_t;

  logic        irq_q, rst_nq;
  logic        b_shown_q;                  // an answer waits that was seen before
  logic [31:0] addresses[$];               // of write bursts: next beat, aligned
  beat_t       early[$];                   // data that came before its address
  logic [8:0]  lengths[$];
  logic [31:0] l_awaddrs[$], l_araddrs[$];  // of accesses without an answer
  logic [35:0] l_wdatas[$];                 // strobes, data
  logic [63:0] l_read_q;                    // the last one: data, address
  logic        moved, was_moved, asked;    // asked: by who uses the core, or answered to

  task automatic note(input int unsigned kind, input bit [191:0] payload);
    bench_record(kind, cycle_o, payload);
    moved = 1'b1;
  endtask

  always_ff @(posedge clk_i) begin
    moved = 1'b0;
    asked = 1'b0;
    cycle_o <= cycle_o + 1;
    rst_nq  <= rst_ni;
    if (rst_ni != rst_nq) note(EvReset, 192'(rst_ni));
    if (!rst_ni) begin
      addresses.delete();
      early.delete();
      lengths.delete();
      l_awaddrs.delete();
      l_araddrs.delete();
      l_wdatas.delete();
      irq_q     <= 1'b0;
      b_shown_q <= 1'b0;
    end else if (enable_i) begin
      irq_q <= irq_i;
      if (irq_i != irq_q) note(EvIrq, 192'(irq_i));
      // Results, register writes, issues, commits: a monitor that reads them in this order never
      // meets an event before its cause, whatever happens in one cycle. A write has happened when
      // its answer shows, whenever that is taken: a doorbell word comes before what is committed
      // in this cycle.
      if (result_valid_i && result_ready_i) begin
        note(EvResult, 192'({14'd0, result_odd_i, result_we_i, 3'd0, result_rd_i, 8'(result_id_i),
                             result_data_i}));
      end
      b_shown_q <= l_bvalid_i && !l_bready_i;
      if (l_bvalid_i && !b_shown_q) begin
        note(EvWrite, 192'({22'd0, l_bresp_i, 4'd0, l_wdatas[0], l_awaddrs[0]}));
        void'(l_wdatas.pop_front());
        void'(l_awaddrs.pop_front());
      end
      if (issue_valid_i && issue_ready_i) begin
        note(EvIssue, 192'({12'd0, issue_mode_i, issue_writeback_i, issue_accept_i, 6'd0, issue_rs_valid_i,
                            8'(issue_id_i), issue_rs2_i, issue_rs1_i, issue_instr_i}));
      end
      if (commit_valid_i) note(EvCommit, 192'({23'd0, commit_kill_i, 8'(commit_id_i)}));
      if (l_awvalid_i && l_awready_i) l_awaddrs.push_back(32'(l_awaddr_i));
      if (l_wvalid_i && l_wready_i) l_wdatas.push_back({l_wstrb_i, l_wdata_i});
      if (l_rvalid_i && l_rready_i) begin
        // A poll that reads the same for ever must not hide a hang.
        was_moved = moved;
        note(EvRead, 192'({30'd0, l_rresp_i, l_rdata_i, l_araddrs[0]}));
        if ({l_rdata_i, l_araddrs[0]} == l_read_q) moved = was_moved;
        l_read_q = {l_rdata_i, l_araddrs[0]};
        void'(l_araddrs.pop_front());
      end
      if (l_arvalid_i && l_arready_i) l_araddrs.push_back(32'(l_araddr_i));

      asked = moved;
      if (arvalid_i && arready_i) begin
        note(EvAr, 192'({6'd0, arburst_i, 5'd0, arsize_i, arlen_i, 8'(arid_i), araddr_i}));
      end
      if (awvalid_i && awready_i) begin
        note(EvAw, 192'({6'd0, awburst_i, 5'd0, awsize_i, awlen_i, 8'(awid_i), awaddr_i}));
        addresses.push_back(awaddr_i & ~(Bytes - 1));
        lengths.push_back(9'(awlen_i) + 9'd1);
      end
      if (wvalid_i && wready_i) begin
        early.push_back('{data: wdata_i, strb: wstrb_i});
        moved = 1'b1;
      end
      while (early.size() != 0 && addresses.size() != 0) begin
        bench_observe_beat(addresses[0], Bytes, 128'(early[0].data), 32'(early[0].strb));
        void'(early.pop_front());
        addresses[0] = addresses[0] + Bytes;
        lengths[0] = lengths[0] - 9'd1;
        if (lengths[0] == 0) begin
          void'(addresses.pop_front());
          void'(lengths.pop_front());
        end
      end
      if (rvalid_i && rready_i) begin
        moved = 1'b1;
        if (rlast_i || rresp_i != 2'd0) begin
          note(EvR, 192'({15'd0, rlast_i, 6'd0, rresp_i, 8'(rid_i)}));
        end
      end
      if (bvalid_i && bready_i) note(EvB, 192'({22'd0, bresp_i, 8'(bid_i)}));
    end
    quiet_o <= moved ? '0 : quiet_o + 1;
    // Nor must a core hide one that moves data for ever.
    if (asked || !rst_ni) transfers_o <= '0;
    else if (moved) transfers_o <= transfers_o + 1;
  end

  initial begin
    cycle_o  = '0;
    l_read_q = '1;
    quiet_o  = '0;
    transfers_o = '0;
    irq_q    = 1'b0;
    rst_nq   = 1'b0;
  end

endmodule
