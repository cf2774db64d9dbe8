// AXI4-Lite subordinate: each access has exactly one answer, none is lost under back-pressure, and
// address and data of a write may come in either order.
`include "rules.svh"

module ratel_axil_rules (
  input wire        clk_i,
  input wire        rst_ni,
  input wire [13:0] s_axil_awaddr_i,
  input wire        s_axil_awvalid_i,
  input wire        s_axil_awready_o,
  input wire [31:0] s_axil_wdata_i,
  input wire [3:0]  s_axil_wstrb_i,
  input wire        s_axil_wvalid_i,
  input wire        s_axil_wready_o,
  input wire [1:0]  s_axil_bresp_o,
  input wire        s_axil_bvalid_o,
  input wire        s_axil_bready_i,
  input wire [13:0] s_axil_araddr_i,
  input wire        s_axil_arvalid_i,
  input wire        s_axil_arready_o,
  input wire [31:0] s_axil_rdata_o,
  input wire [1:0]  s_axil_rresp_o,
  input wire        s_axil_rvalid_o,
  input wire        s_axil_rready_i,
  input wire        write_valid_o,
  input wire        write_ready_i,
  input wire [13:0] write_addr_o,
  input wire [31:0] write_data_o,
  input wire [3:0]  write_strb_o,
  input wire        write_error_i,
  input wire        read_valid_o,
  input wire [13:0] read_addr_o,
  input wire [31:0] read_data_i,
  input wire        read_error_i,
  input wire        aw_full_q,
  input wire        w_full_q,
  input wire        ar_full_q,
  input wire        waits_o
);

  `STARTS_IN_RESET

  reg fresh_q;  // the first cycle out of reset
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) fresh_q <= 1'b1;
    else         fresh_q <= 1'b0;
  end
  `RULE_IF(silent_after_reset, fresh_q,
           !s_axil_bvalid_o && !s_axil_rvalid_o && s_axil_bresp_o == 2'd0
           && s_axil_rresp_o == 2'd0 && s_axil_rdata_o == 32'd0)

  wire aw = s_axil_awvalid_i && s_axil_awready_o;
  wire w  = s_axil_wvalid_i && s_axil_wready_o;
  wire b  = s_axil_bvalid_o && s_axil_bready_i;
  wire ar = s_axil_arvalid_i && s_axil_arready_o;
  wire r  = s_axil_rvalid_o && s_axil_rready_i;

  // What came in and was not answered
  reg [2:0] addresses_q, data_q, reads_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      addresses_q <= 3'd0;
      data_q      <= 3'd0;
      reads_q     <= 3'd0;
    end else begin
      addresses_q <= addresses_q + {2'd0, aw} - {2'd0, b};
      data_q      <= data_q + {2'd0, w} - {2'd0, b};
      reads_q     <= reads_q + {2'd0, ar} - {2'd0, r};
    end
  end

  `RULE(address_has_one_answer, addresses_q == {2'd0, aw_full_q} + {2'd0, s_axil_bvalid_o})
  `RULE(data_has_one_answer, data_q == {2'd0, w_full_q} + {2'd0, s_axil_bvalid_o})
  `RULE(read_has_one_answer, reads_q == {2'd0, ar_full_q} + {2'd0, s_axil_rvalid_o})
  `RULE_IF(waits_for_what_is_not_answered, addresses_q != 0 || data_q != 0 || reads_q != 0, waits_o)
  `RULE_IF(waits_for_nothing_else, addresses_q == 0 && data_q == 0 && reads_q == 0, !waits_o)
  `STAYS(write_answer_stays, s_axil_bvalid_o, s_axil_bready_i, s_axil_bresp_o)
  `STAYS(read_answer_stays, s_axil_rvalid_o, s_axil_rready_i, {s_axil_rresp_o, s_axil_rdata_o})

  `RULE_NEXT(address_waits_for_data, aw && !w_full_q && !s_axil_wvalid_i,
             aw_full_q && !write_valid_o && write_addr_o == $past(s_axil_awaddr_i))
  `RULE_NEXT(data_waits_for_address, w && !aw_full_q && !s_axil_awvalid_i,
             w_full_q && !write_valid_o && write_data_o == $past(s_axil_wdata_i)
             && write_strb_o == $past(s_axil_wstrb_i))
  `RULE_NEXT(address_goes_on, aw, aw_full_q && write_addr_o == $past(s_axil_awaddr_i))
  `RULE_NEXT(data_goes_on, w, w_full_q && write_data_o == $past(s_axil_wdata_i)
             && write_strb_o == $past(s_axil_wstrb_i))
  `RULE_NEXT(address_stays, aw_full_q && !(write_valid_o && write_ready_i),
             aw_full_q && write_addr_o == $past(write_addr_o))
  `RULE_NEXT(data_stays, w_full_q && !(write_valid_o && write_ready_i),
             w_full_q && write_data_o == $past(write_data_o)
             && write_strb_o == $past(write_strb_o))
  `RULE(writes_with_both_and_no_answer_waiting,
        write_valid_o == (aw_full_q && w_full_q && !s_axil_bvalid_o))
  `RULE_NEXT(write_is_answered, write_valid_o && write_ready_i,
             s_axil_bvalid_o && s_axil_bresp_o == ($past(write_error_i) ? 2'd2 : 2'd0)
             && !aw_full_q && !w_full_q)
  `RULE_NEXT(answer_after_a_write, !s_axil_bvalid_o && !(write_valid_o && write_ready_i),
             !s_axil_bvalid_o)

  `RULE_NEXT(read_goes_on, ar, ar_full_q && read_addr_o == $past(s_axil_araddr_i))
  `RULE(reads_when_no_answer_waits, read_valid_o == (ar_full_q && !s_axil_rvalid_o))
  `RULE_NEXT(read_is_answered, read_valid_o,
             s_axil_rvalid_o && s_axil_rresp_o == ($past(read_error_i) ? 2'd2 : 2'd0)
             && s_axil_rdata_o == ($past(read_error_i) ? 32'd0 : $past(read_data_i)))
  `RULE_NEXT(read_answer_after_a_read, !s_axil_rvalid_o && !read_valid_o, !s_axil_rvalid_o)

endmodule
