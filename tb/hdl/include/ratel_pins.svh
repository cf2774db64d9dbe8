// All pins of the core, for a top with its parameters.
  localparam int DataWidth = AxiDataWidth;
  localparam int IdWidth   = AxiIdWidth;

`include "xif_pins.svh"
`include "axi_pins.svh"
  logic                         x_compressed_valid, x_compressed_ready, x_compressed_accept;
  logic                         x_mem_valid;
  logic [XifIdWidth-1:0]        core_result_id;  // the top makes x_result_id of it
  logic [3:0]                   m_awcache, m_arcache;
  logic [2:0]                   m_awprot, m_arprot;
  logic                         idle;
