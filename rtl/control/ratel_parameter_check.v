// Stops elaboration when a parameter of the core is outside what docs/architecture.md supports.
//
// Verilog-2005 has no elaboration-time error, but a missing module stops every tool and its name
// gets into the message: each test that fails instantiates a module that does not exist.
//
//   name              | meaning
//   ------------------|-----------------
//   Rows .. ClockGate | as in ratel_core
module ratel_parameter_check #(
  parameter Rows             = 8,
  parameter Cols             = 8,
  parameter SpadDepth        = 1024,
  parameter WbufDepth        = 2048,
  parameter ParamDepth       = 64,
  parameter RequantLanes     = 8,
  parameter AxiDataWidth     = 64,
  parameter AxiIdWidth       = 4,
  parameter MaxBurst         = 16,
  parameter ReadsOutstanding = 8,
  parameter WritesOutstanding = 8,
  parameter WriteAfterData   = 0,
  parameter Windows          = 4,
  parameter QueueDepth       = 4,
  parameter XifQueueDepth    = 4,
  parameter XifIdWidth       = 4,
  parameter XifHartIdWidth   = 1,
  parameter Integrity        = 0,
  parameter ClockGate        = 0
) ();
  generate
    if ((Rows != 4) && (Rows != 8) && (Rows != 16)) begin : gen_rows
      ratel_unsupported_Rows_must_be_4_8_or_16 u_stop ();
    end
    if ((Cols != 4) && (Cols != 8) && (Cols != 16)) begin : gen_cols
      ratel_unsupported_Cols_must_be_4_8_or_16 u_stop ();
    end
    if ((SpadDepth < 64) || (SpadDepth > 8192) || ((SpadDepth & (SpadDepth - 1)) != 0))
    begin : gen_spad
      ratel_unsupported_SpadDepth_must_be_a_power_of_two_64_to_8192 u_stop ();
    end
    if ((WbufDepth < 64) || (WbufDepth > 16384) || ((WbufDepth & (WbufDepth - 1)) != 0))
    begin : gen_wbuf
      ratel_unsupported_WbufDepth_must_be_a_power_of_two_64_to_16384 u_stop ();
    end
    if ((ParamDepth < 8) || (ParamDepth > 256) || ((ParamDepth & (ParamDepth - 1)) != 0))
    begin : gen_param
      ratel_unsupported_ParamDepth_must_be_a_power_of_two_8_to_256 u_stop ();
    end
    if ((RequantLanes != Cols) && (2*RequantLanes != Cols) && (4*RequantLanes != Cols))
    begin : gen_lanes
      ratel_unsupported_RequantLanes_must_be_Cols_or_a_half_or_a_quarter u_stop ();
    end
    if ((AxiDataWidth != 32) && (AxiDataWidth != 64) && (AxiDataWidth != 128)) begin : gen_data
      ratel_unsupported_AxiDataWidth_must_be_32_64_or_128 u_stop ();
    end
    if ((AxiIdWidth < 1) || (AxiIdWidth > 8)) begin : gen_id
      ratel_unsupported_AxiIdWidth_must_be_1_to_8 u_stop ();
    end
    if ((MaxBurst < 1) || (MaxBurst > 256) || ((MaxBurst & (MaxBurst - 1)) != 0))
    begin : gen_burst
      ratel_unsupported_MaxBurst_must_be_a_power_of_two_1_to_256 u_stop ();
    end
    if ((ReadsOutstanding < 4) || (ReadsOutstanding > 16)) begin : gen_reads
      ratel_unsupported_ReadsOutstanding_must_be_4_to_16 u_stop ();
    end
    if ((WritesOutstanding < 4) || (WritesOutstanding > 16)) begin : gen_writes
      ratel_unsupported_WritesOutstanding_must_be_4_to_16 u_stop ();
    end
    if ((WriteAfterData != 0) && (WriteAfterData != 1)) begin : gen_after
      ratel_unsupported_WriteAfterData_must_be_0_or_1 u_stop ();
    end
    if ((Windows != 0) && ((Windows < 4) || (Windows > 16))) begin : gen_windows
      ratel_unsupported_Windows_must_be_0_or_4_to_16 u_stop ();
    end
    if ((QueueDepth != 2) && (QueueDepth != 4)) begin : gen_queue
      ratel_unsupported_QueueDepth_must_be_2_or_4 u_stop ();
    end
    if ((XifQueueDepth != 2) && (XifQueueDepth != 4) && (XifQueueDepth != 8)) begin : gen_xif
      ratel_unsupported_XifQueueDepth_must_be_2_4_or_8 u_stop ();
    end
    if ((XifIdWidth < 3) || (XifIdWidth > 8)) begin : gen_xif_id
      ratel_unsupported_XifIdWidth_must_be_3_to_8 u_stop ();
    end
    if ((1 << (XifIdWidth - 1)) < XifQueueDepth + 2) begin : gen_xif_span
      ratel_unsupported_XifIdWidth_is_too_small_for_XifQueueDepth u_stop ();
    end
    if ((XifHartIdWidth < 1) || (XifHartIdWidth > 32)) begin : gen_xif_hart
      ratel_unsupported_XifHartIdWidth_must_be_1_to_32 u_stop ();
    end
    if ((Integrity < 0) || (Integrity > 2)) begin : gen_integrity
      ratel_unsupported_Integrity_must_be_0_1_or_2 u_stop ();
    end
    if ((ClockGate != 0) && (ClockGate != 1)) begin : gen_clock_gate
      ratel_unsupported_ClockGate_must_be_0_or_1 u_stop ();
    end
  endgenerate
endmodule
