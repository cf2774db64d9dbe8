"""What must come out of each part of the core for what went in: nothing is lost, nothing is added.

    came --> [ part ] --> went      went <= came              else something was made of nothing
                                    came - went <= room       else something was swallowed
                                    unequal for <= within     else something was lost

A wait shows what does not come; it does not show what came too often, or came and left no trace:
a word taken twice, an end that nobody heard. Both ends of a handshake are counted as each end acts
on it, so a ready that is lost between two parts shows in the cycle in which they disagree.
Expressions are Verilog in the scope of ratel_core, one event a cycle. `tb/hdl/wait_trace.sv`, which
counts, is generated from this table; `tb/env/accounts.py` reads what it found.
"""

from __future__ import annotations

from dataclasses import dataclass

from tb.env.waits_table import ENGINES, C, E, L, S


@dataclass(frozen=True, kw_only=True)
class Account:
    """One account.

    Attributes:
        name: the handshake, or the event, as it is called in what is said.
        source, sink: parts, of `PARTS`; the same where something goes through one part.
        came, went: one more in this cycle.
        clear: what was in it is thrown away.
        room: how many may have come and not gone; 0: they go in the same cycle; None: any number.
        within: cycles in which something has to go as long as anything is in it; None: any number.
    """

    name: str
    source: str
    sink: str
    came: str
    went: str
    clear: str
    room: int | None = None
    within: int | None = None


JOB = "!core_rst_n || abort"  # engines are emptied
BUS = "!rst_ni"  # what the bus is owed and owes is kept
D, P, G = f"{C}.u_regs.u_doorbells", f"{L}.u_port", f"{E}.u_gather"
W = f"{S}.u_port"
DONE = f"{E}.stage_done"
STAGES = ("row generator", "tap generator", "gather", "weight fetch", "step", "drain", "writer")
# Of two stages, the first has always done with an instruction before the second.
BEFORE = (
    ("tap generator", "gather"), ("gather", "step"), ("weight fetch", "step"), ("step", "drain"),
    ("drain", "writer"),
)  # fmt: skip

FRONT = (
    Account(name="AXI-Lite B", source="registers", sink="registers", clear=BUS,
            came="s_axil_wvalid_i && s_axil_wready_o", went="s_axil_bvalid_o && s_axil_bready_i"),
    Account(name="AXI-Lite R", source="registers", sink="registers", clear=BUS,
            came="s_axil_arvalid_i && s_axil_arready_o", went="s_axil_rvalid_o && s_axil_rready_i"),
    Account(name="doorbell word", source="doorbells", sink="doorbells", room=4,
            came=f"|{D}.ring", went=f"{C}.db_valid && {C}.db_ready",
            clear=f"!rst_ni || {D}.flush_i"),
    Account(name="doorbell word", source="doorbells", sink="merge", clear=JOB, room=0,
            came=f"{C}.db_valid && {C}.db_ready",
            went=f"{C}.in_valid && {C}.in_ready && {C}.in_is_db"),
    Account(name="offloaded instruction", source="offload queue", sink="merge", clear=JOB, room=0,
            came=f"{C}.xif_valid && {C}.xif_ready",
            went=f"{C}.in_valid && {C}.in_ready && !{C}.in_is_db"),
    Account(name="CV-X-IF result", source="result port", sink="result port", clear=BUS,
            came="x_issue_valid_i && x_issue_ready_o && x_issue_accept_o",
            went="x_result_valid_o && x_result_ready_i"),
    Account(name="checked instruction", source="check", sink="check", clear=JOB, room=1,
            came=f"{C}.check_start",
            went=f"({C}.check_valid && {C}.check_ready) || ({C}.check_fail && {C}.fail_ready)"),
    *(
        Account(name=f"{engine} slot", source="dispatch", sink=f"{engine} queue", clear=JOB, room=0,
                came=f"{C}.check_valid && {C}.check_ready && {C}.check_engine == 2'd{number}",
                went=f"{C}.u_dispatch.push[{number}]")
        for number, engine in enumerate(ENGINES)
    ),
    *(
        Account(name=f"{engine} start", source=f"{engine} queue", sink=f"{engine} queue", clear=JOB,
                came=f"{C}.check_valid && {C}.check_ready && {C}.check_engine == 2'd{number}",
                went=f"{engine}_valid && {engine}_ready")
        for number, engine in enumerate(ENGINES)
    ),
    *(
        Account(name=f"{engine} done", source=f"{engine} end", sink=f"{engine} end", clear=JOB,
                came=f"{engine}_valid && {engine}_ready", went=f"{engine}_done")
        for engine in ENGINES
    ),
)  # fmt: skip

LOAD = (
    Account(name="free walk", source="load start", sink="load walk", clear=JOB, room=2,
            came="load_valid && load_ready", went=f"{L}.u_scatter.u_walk.take"),
    Account(name="load run", source="load runs", sink="load runs", clear=JOB,
            came="load_valid && load_ready",
            went=f"{L}.run_valid && {L}.run_ready && {L}.run_final"),
    Account(name="read burst", source="load bursts", sink="load bursts", clear=JOB,
            came=f"{L}.run_valid && {L}.run_ready",
            went=f"{L}.burst_valid && {L}.burst_ready && {L}.u_bursts.run_end"),
    Account(name="place of a word", source="load walk", sink="load walk", clear=JOB,
            came=f"{L}.u_scatter.u_walk.take",
            went=f"{L}.u_scatter.make && {L}.u_scatter.word_final"),
    Account(name="read burst", source="load bursts", sink="read port", clear=JOB, room=0,
            came=f"{L}.announce", went=f"{P}.announce"),
    Account(name="AR", source="AR channel", sink="AR channel", clear=BUS, room=1,
            came=f"{P}.announce", went="m_axi_arvalid_o && m_axi_arready_i"),
    Account(name="R", source="read port", sink="read port", clear=BUS, room=2,
            came="m_axi_rvalid_i && m_axi_rready_o", went=f"{P}.skid_valid && {P}.skid_pop"),
    Account(name="read beat", source="read port", sink="load realign", clear=JOB, room=0,
            came=f"{P}.skid_valid && {P}.skid_pop && !{P}.drop", went=f"{L}.u_realign.take"),
    Account(name="answered read burst", source="read credits", sink="read credits", clear=JOB,
            came=f"{L}.announce || {L}.refuse", went=f"{L}.info_pop || {L}.refusal_pop"),
    Account(name="scratchpad write", source="load scatter", sink="load scatter", clear=JOB, room=1,
            came=f"{L}.u_scatter.make",
            went="(ld_wr_valid && ld_wr_ready) || lw_en || lp_en || lt_en"),
    Account(name="last word written", source="load scatter", sink="load end", clear=JOB, room=1,
            came=f"{L}.word_done || {L}.fail_end", went="load_done", within=2),
)  # fmt: skip

EXECUTE = (
    *(
        Account(name=f"end of the {stage}", source=stage, sink=stage, clear=JOB, room=2,
                came="execute_valid && execute_ready", went=f"{DONE}[{place}]")
        for place, stage in enumerate(STAGES)
    ),
    *(
        Account(name=f"end of the {first}", source=first, sink=second, clear=JOB, room=2,
                came=f"{DONE}[{STAGES.index(first)}]", went=f"{DONE}[{STAGES.index(second)}]")
        for first, second in BEFORE
    ),
    Account(name="tap", source="tap generator", sink="gather", clear=JOB, room=0,
            came=f"{E}.tap_valid && {E}.tap_ready", went=f"{G}.take"),
    Account(name="complete set", source="gather", sink="gather", clear=JOB, room=1,
            came=f"{G}.take", went=f"{G}.complete"),
    Account(name="set of words", source="word sets", sink="word sets", clear=JOB, room=2,
            came=f"{G}.complete", went=f"{E}.set_pop"),
    Account(name="weight word", source="weight fetch", sink="weight fetch", clear=JOB, room=1,
            came="w_rd_en", went=f"{E}.weight_pop"),
    Account(name="finished tile", source="array", sink="array", clear=JOB, within=4,
            came=f"{E}.step && {E}.step_last", went=f"{E}.shadow"),
    Account(name="finished tile", source="array", sink="drain", clear=JOB, room=1,
            came=f"{E}.shadow", went=f"{E}.u_drain.tile_end"),
    Account(name="requantised item", source="requantiser", sink="requantiser", clear=JOB,
            came=f"{E}.item", went=f"{E}.out_item", within=200),
    Account(name="written word", source="writer", sink="writer", clear=JOB, room=1, within=2,
            came=f"{E}.out_item && !{E}.u_writer.hold_i", went="ex_wr_en"),
    Account(name="last word written", source="writer", sink="writer", clear=JOB, room=1, within=2,
            came=f"{E}.writer_done", went="execute_done"),
)  # fmt: skip

STORE = (
    Account(name="free walk", source="store start", sink="store walk", clear=JOB, room=2,
            came="store_valid && store_ready", went=f"{S}.u_gather.u_walk.take"),
    Account(name="store run", source="store runs", sink="store runs", clear=JOB,
            came="store_valid && store_ready",
            went=f"{S}.run_valid && {S}.run_ready && {S}.run_final"),
    Account(name="write burst", source="store bursts", sink="store bursts", clear=JOB,
            came=f"{S}.run_valid && {S}.run_ready",
            went=f"{S}.burst_valid && {S}.burst_ready && {S}.u_bursts.run_end"),
    Account(name="bytes of a word", source="store gather", sink="store gather", clear=JOB, room=1,
            came="st_rd_en && st_rd_gnt", went=f"{S}.push_bytes != 5'd0", within=2),
    Account(name="write burst", source="store bursts", sink="write port", clear=JOB, room=0,
            came=f"{S}.announce", went=f"{W}.announce"),
    Account(name="AW", source="AW channel", sink="AW channel", clear=BUS, room=16,
            came=f"{W}.announce", went="m_axi_awvalid_o && m_axi_awready_i"),
    Account(name="burst to send", source="emit", sink="emit", clear=BUS, room=16,
            came=f"{W}.announce", went=f"{W}.beats_pop"),
    Account(name="W", source="emit", sink="W channel", clear=BUS,
            came=f"{W}.beat_valid && {W}.beat_ready", went="m_axi_wvalid_o && m_axi_wready_i"),
    Account(name="B", source="write port", sink="write port", clear=BUS, room=0,
            came="m_axi_bvalid_i && m_axi_bready_o",
            went=f"m_axi_bvalid_i && ({W}.late_answer || {W}.stray || {W}.answered)"),
    Account(name="answer", source="write port", sink="store end", clear=JOB, room=0,
            came=f"{W}.answered", went=f"{S}.answer && !{S}.refusal"),
    Account(name="answered write burst", source="store end", sink="store end", clear=JOB,
            came=f"{S}.announce || {S}.refuse", went=f"{S}.answer"),
    Account(name="store in work", source="store end", sink="store end", clear=JOB, room=4,
            came="store_valid && store_ready", went=f"{S}.over"),
    Account(name="store done", source="store end", sink="store end", clear=JOB, room=1, within=2,
            came=f"{S}.over", went="store_done"),
)  # fmt: skip

ACCOUNTS = (*FRONT, *LOAD, *EXECUTE, *STORE)
