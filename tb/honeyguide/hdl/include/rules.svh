// One rule, two uses: the same line is an assertion in a simulation and a property of a proof.
//
//   `RULE(name, claim)             holds in every cycle out of reset
//   `RULE_IF(name, when, claim)    holds in every cycle in which `when` does
//   `RULE_NEXT(name, when, claim)  holds in the cycle after one in which `when` did
//   `STAYS(name, valid, ready, load)  what is offered stays as it is until it is taken
//   `HOST...(…)                    the same of the surroundings: a proof assumes it, a simulation
//                                  asserts it, so that no proof rests on what the core does not do
//   `ALWAYS(name, when, claim)     whenever `when` holds, also in reset and without a clock
//   `LIMIT(name, claim)            sizes that the proof is for; a simulation has others
//
// A file of rules is a module with `clk_i` and `rst_ni` among its ports. A proof also covers every
// `when`, and running at all: what can't come true would prove anything. Reset is free in a proof after its first
// cycle, so everything is shown for a reset out of every reachable state, too.
`ifndef HONEYGUIDE_RULES_SVH
`define HONEYGUIDE_RULES_SVH

`ifdef FORMAL

`define RULE(name, claim) \
  always @(posedge clk_i) if (rst_ni) name: assert (claim); \
  always @(posedge clk_i) name``_seen: cover (rst_ni);
`define RULE_IF(name, when, claim) \
  always @(posedge clk_i) if (rst_ni && (when)) name: assert (claim); \
  always @(posedge clk_i) name``_seen: cover (rst_ni && (when));
`define RULE_NEXT(name, when, claim) \
  always @(posedge clk_i) if (rst_ni && $past(rst_ni) && $past(when)) name: assert (claim); \
  always @(posedge clk_i) name``_seen: cover (rst_ni && $past(rst_ni) && $past(when));
`define HOST(name, claim) \
  always @(posedge clk_i) if (rst_ni) name: assume (claim);
`define HOST_IF(name, when, claim) \
  always @(posedge clk_i) if (rst_ni && (when)) name: assume (claim); \
  always @(posedge clk_i) name``_seen: cover (rst_ni && (when));
`define HOST_NEXT(name, when, claim) \
  always @(posedge clk_i) if (rst_ni && $past(rst_ni) && $past(when)) name: assume (claim); \
  always @(posedge clk_i) name``_seen: cover (rst_ni && $past(rst_ni) && $past(when));
`define ALWAYS(name, when, claim) \
  always @* if (when) name: assert (claim); \
  always @* name``_seen: cover (when);
`define LIMIT(name, claim) \
  always @(posedge clk_i) if (rst_ni) name: assume (claim);
`define STARTS_IN_RESET \
  initial assume (!rst_ni);

`else

`define RULE(name, claim) \
  always @(posedge clk_i) if (rst_ni) name: assert (claim);
`define RULE_IF(name, when, claim) \
  always @(posedge clk_i) if (rst_ni && (when)) name: assert (claim);
`define RULE_NEXT(name, when, claim) \
  always @(posedge clk_i) if (rst_ni && $past(rst_ni) && $past(when)) name: assert (claim);
`define HOST(name, claim)            `RULE(name, claim)
`define HOST_IF(name, when, claim)   `RULE_IF(name, when, claim)
`define HOST_NEXT(name, when, claim) `RULE_NEXT(name, when, claim)
`define ALWAYS(name, when, claim) \
  always_comb if (when) name: assert #0 (claim);
`define LIMIT(name, claim)
`define STARTS_IN_RESET

`endif

`define STAYS(name, valid, ready, load) \
  `RULE_NEXT(name, (valid) && !(ready), (valid) && (load) == $past(load))
`define HOST_STAYS(name, valid, ready, load) \
  `HOST_NEXT(name, (valid) && !(ready), (valid) && (load) == $past(load))

`endif
