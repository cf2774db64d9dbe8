// Host of the four-state simulation: plays a script over AXI4-Lite and logs what it read.
//
// A step is {kind, address, data}, 32 bits each:
//
//   kind   | meaning
//   -------|-----------------------------------------
//   0      | read: logs `read <address> <data> <resp>`
//   1      | write: logs `write <address> <resp>`
//   2      | wait `data` cycles
//   3      | let the CPU run its program to the end
//
// The script is `+script=`, for $readmemh, with `+steps=` steps. Payloads are unknown while their
// valid is low.
//
//   name                 | meaning
//   ---------------------|------------------------------
//   Most                 | most steps of a script
//   log_i                | file descriptor of the log
//   run_o, ran_i         | let the CPU run; it has ended
//   done_o               | the script has ended
//   awaddr_o .. rready_o | AXI4-Lite
module four_state_host #(
  parameter Most = 1024
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire [31:0] log_i,
  output reg         run_o,
  input  wire        ran_i,
  output wire        done_o,
  output reg  [13:0] awaddr_o,
  output reg         awvalid_o,
  input  wire        awready_i,
  output reg  [31:0] wdata_o,
  output reg  [3:0]  wstrb_o,
  output reg         wvalid_o,
  input  wire        wready_i,
  input  wire [1:0]  bresp_i,
  input  wire        bvalid_i,
  output wire        bready_o,
  output reg  [13:0] araddr_o,
  output reg         arvalid_o,
  input  wire        arready_i,
  input  wire [31:0] rdata_i,
  input  wire [1:0]  rresp_i,
  input  wire        rvalid_i,
  output wire        rready_o
);

  reg [95:0]      script [0:Most-1];
  reg [8*256-1:0] file;
  integer         steps, at, left;
  reg             busy;     // the step was begun

  wire [31:0] kind    = script[at][95:64];
  wire [31:0] address = script[at][63:32];
  wire [31:0] data    = script[at][31:0];

  initial begin
    steps = 0;
    if ($value$plusargs("steps=%d", steps)) ;
    if ($value$plusargs("script=%s", file)) $readmemh(file, script, 0, steps - 1);
  end

  assign bready_o = rst_ni;
  assign rready_o = rst_ni;
  assign done_o   = rst_ni && at == steps;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {run_o, awvalid_o, wvalid_o, arvalid_o, busy} <= 5'd0;
      {at, left} <= 64'd0;
    end else begin
      if (awvalid_o && awready_i) {awvalid_o, awaddr_o} <= {1'b0, 12'hxxx};
      if (wvalid_o && wready_i)   {wvalid_o, wdata_o, wstrb_o} <= {1'b0, 36'hxxxxxxxxx};
      if (arvalid_o && arready_i) {arvalid_o, araddr_o} <= {1'b0, 12'hxxx};
      if (at != steps && !busy) begin
        busy <= 1'b1;
        case (kind)
          32'd0:   {arvalid_o, araddr_o} <= {1'b1, address[13:0]};
          32'd1: begin
            {awvalid_o, awaddr_o}         <= {1'b1, address[13:0]};
            {wvalid_o, wdata_o, wstrb_o}  <= {1'b1, data, 4'hf};
          end
          32'd2:   left <= data;
          default: run_o <= 1'b1;
        endcase
      end else if (busy) begin
        left <= left - 1;
        if ((kind == 32'd0 && rvalid_i) || (kind == 32'd1 && bvalid_i) ||
            (kind == 32'd2 && left <= 1) || (kind == 32'd3 && run_o && ran_i)) begin
          if (kind == 32'd0) $fdisplay(log_i, "read %h %h %0d", address, rdata_i, rresp_i);
          if (kind == 32'd1) $fdisplay(log_i, "write %h %0d", address, bresp_i);
          busy <= 1'b0;
          at   <= at + 1;
        end
      end
    end
  end

endmodule
