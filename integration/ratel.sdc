# Constraints of ratel_core: one clock, one asynchronous reset. Set the period, and the delays of the
# ports to what is around the core; docs/integration.md says which ports come from registers.
if {![info exists ratel_period]} {set ratel_period 5.0}  ;# ns
set ratel_outside [expr {0.4 * $ratel_period}]           ;# what the other side of a port needs

create_clock -name ratel -period $ratel_period [get_ports clk_i]
set_clock_uncertainty [expr {0.05 * $ratel_period}] [get_clocks ratel]

set ratel_inputs [list]
foreach_in_collection ratel_port [all_inputs] {
  set ratel_name [get_property $ratel_port full_name]
  if {![string match clk_i $ratel_name] && ![string match rst_ni $ratel_name]} {
    lappend ratel_inputs $ratel_name
  }
}
set_input_delay  -clock ratel $ratel_outside [get_ports $ratel_inputs]
set_output_delay -clock ratel $ratel_outside [all_outputs]

# Asserted at any time, released in step with the clock (docs/integration.md): recovery and removal
# are to be met, the way from the pin is not timed as data.
set_false_path -from [get_ports scan_mode_i]
set_input_delay -clock ratel $ratel_outside [get_ports rst_ni]
