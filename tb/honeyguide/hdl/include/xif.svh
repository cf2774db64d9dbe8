// A pin of CV-X-IF, or what stands for it in a top that has none.
`ifdef HONEYGUIDE_XIF
`define XIF(pin, none) pin
`else
`define XIF(pin, none) none
`endif
