// What one direction of the bus owes: bursts announced and not answered, and the id they have.
//
// Normally every burst has id 0. When an abort gives up on a subordinate that does not answer, the
// next bursts get the next id, so that a late answer is known by its old one and thrown away. Once
// all late answers have come the id is 0 again. If they never come, each such abort uses up an id;
// with the last one used up (`spent_o`) nothing may be announced until they do.
//
//   name       | meaning
//   -----------|---------------------------------------------------------
//   IdWidth    | bits of an id
//   rst_ni     | hard reset only: what the bus owes outlives a soft reset
//   announce_i | a burst was put into the address register
//   answered_i | a burst of the present id was answered
//   late_i     | a burst of an older id was answered
//   abandon_i  | nobody waits any more for what is owed
//   id_o       | the present id
//   owed_o     | bursts of the present id
//   late_o     | bursts of older ids are owed
//   spent_o    | no id is left
module ratel_bus_ids #(
  parameter IdWidth = 4
) (
  input  wire               clk_i,
  input  wire               rst_ni,
  input  wire               announce_i,
  input  wire               answered_i,
  input  wire               late_i,
  input  wire               abandon_i,
  output wire [IdWidth-1:0] id_o,
  output wire [4:0]         owed_o,
  output wire               late_o,
  output wire               spent_o
);

  reg [IdWidth-1:0] id_q;
  reg [4:0]         owed_q;
  reg [7:0]         late_q;
  reg               spent_q;

  wire [4:0] owed = owed_q + {4'd0, announce_i} - {4'd0, answered_i && (owed_q != 5'd0)};
  wire [7:0] late = late_q - {7'd0, late_i && (late_q != 8'd0)};
  // Another burst might not fit the count, or there is no other id.
  wire       full = (&late_q[7:5]) || (&id_q);

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      id_q    <= {IdWidth{1'b0}};
      owed_q  <= 5'd0;
      late_q  <= 8'd0;
      spent_q <= 1'b0;
    end else if (abandon_i && (owed != 5'd0)) begin
      owed_q  <= 5'd0;
      late_q  <= late + {3'd0, owed};
      spent_q <= spent_q || full;
      if (!full) id_q <= id_q + 1'b1;
    end else begin
      owed_q <= owed;
      late_q <= late;
      if ((late_q == 8'd0) && (owed_q == 5'd0) && !announce_i) begin
        id_q    <= {IdWidth{1'b0}};
        spent_q <= 1'b0;
      end
    end
  end

  assign id_o    = id_q;
  assign owed_o  = owed_q;
  assign late_o  = (late_q != 8'd0);
  assign spent_o = spent_q;

endmodule
