"""Who in the core waits for whom: parts, and the links over which one hands something to the next.

    source ---offer--->  sink         offered and not taken: the source waits for the sink
           <---take----               needed and not offered: the sink waits for the source

A link is a handshake, or whatever plays its part: a grant, a credit, room, a pulse of completion.
Expressions are Verilog in the scope of ratel_core. `tb/hdl/wait_trace.sv`, which records since when
each has its value, is generated from this table; `tb/env/waits.py` follows the waits of a hang.
"""

from __future__ import annotations

from dataclasses import dataclass

SLOTS = 4  # of an engine's queue in dispatch, at most: QueueDepth is 2 or 4
ENGINES = ("load", "execute", "store")


@dataclass(frozen=True, kw_only=True)
class Link:
    """One link.

    Attributes:
        name: the awaited handshake, as it is called in what is said of a hang.
        source, sink: parts, of PARTS.
        offer: the source has it to give.
        take: the sink takes it now; nothing waits to be taken where it is empty.
        need: the sink can't go on without it; never where it is empty.
        detail: names of NUMBERS that tell more.
    """

    name: str
    source: str
    sink: str
    offer: str
    take: str = ""
    need: str = ""
    detail: tuple[str, ...] = ()


# Parts of the core and its neighbours, each with the stage that it is blamed as.
PARTS = {
    "host": "control",
    "offload queue": "control",
    "result port": "control",
    "registers": "control",
    "doorbells": "control",
    "merge": "control",
    "front end": "control",
    "owner sweep": "control",
    "soft reset": "control",
    "error record": "control",
    "check": "control",
    "dispatch": "control",
    "load queue": "control",
    "execute queue": "control",
    "store queue": "control",
    "load start": "load",
    "load runs": "load",
    "load bursts": "load",
    "read credits": "load",
    "read port": "load",
    "AR channel": "load",
    "read memory": "load",
    "load realign": "load",
    "load walk": "load",
    "load scatter": "load",
    "load end": "load",
    "execute start": "array",
    "row generator": "array",
    "tap generator": "array",
    "gather": "array",
    "word sets": "array",
    "weight fetch": "array",
    "step": "array",
    "array": "array",
    "drain": "requantiser",
    "parameter buffer": "requantiser",
    "prescaler": "requantiser",
    "requantiser": "requantiser",
    "writer": "requantiser",
    "execute end": "requantiser",
    "scratchpad": "memory",
    "store start": "store",
    "store runs": "store",
    "store bursts": "store",
    "write credits": "store",
    "store walk": "store",
    "store gather": "store",
    "emit": "store",
    "AW channel": "store",
    "W channel": "store",
    "write port": "store",
    "write memory": "store",
    "store end": "store",
}

C, F, X = "u_control", "u_control.u_frontend", "u_control.u_xif"
D = "u_control.u_dispatch"
E, L, S = "u_execute", "u_load", "u_store"
V = "u_execute.stage_valid"
# What a parameter of the core decides: macros of tb/build.py.
AW_HELD = f"{S}.u_port.`RATEL_AW_HELD"

FRONT = (
    Link(name="CV-X-IF issue", source="host", sink="offload queue", offer="x_issue_valid_i",
         take="x_issue_ready_o"),
    Link(name="CV-X-IF operands", source="host", sink="offload queue", offer=f"{X}.operands",
         need=f"x_issue_valid_i && {X}.legal"),
    Link(name="CV-X-IF commit", source="host", sink="offload queue",
         offer=f"{X}.exec_commit || {X}.exec_skip", need=f"{X}.exec_here"),
    Link(name="room for an offer", source="result port", sink="offload queue", offer=f"{X}.room",
         need=f"x_issue_valid_i && {X}.legal"),
    Link(name="end of the reset", source="soft reset", sink="offload queue",
         offer=f"!{C}.reset_pending", need="x_issue_valid_i"),
    Link(name="end of the reset", source="soft reset", sink="host", offer=f"!{C}.reset_pending",
         need="1'b1"),
    *(
        Link(name=f"idle status: {engine}", source=f"{engine} queue", sink="host",
             offer=f"!{C}.engine_busy[{number}]", need="1'b1",
             detail=(f"{engine} slots in use",))
        for number, engine in enumerate(ENGINES)
    ),
    Link(name="idle status: check", source="check", sink="host", offer=f"{C}.check_idle",
         need="1'b1"),
    Link(name="value register", source="result port", sink="offload queue",
         offer=f"!({X}.exec_value && {X}.value_busy_q)", need=f"{X}.exec_commit"),
    Link(name="CV-X-IF result", source="result port", sink="host", offer="x_result_valid_o",
         take="x_result_ready_i"),
    Link(name="executed instruction", source="offload queue", sink="result port",
         offer=f"{X}.entry_valid || {X}.pick",
         need=f"{X}.result_here || {X}.quick_here_q"),
    Link(name="offloaded instruction", source="offload queue", sink="merge",
         offer=f"{C}.xif_valid", take=f"{C}.xif_ready", need=f"{X}.exec_here && !{C}.db_valid"),
    Link(name="older offloaded instruction", source="offload queue", sink="merge",
         offer=f"!{C}.xif_older || {C}.xif_valid", need=f"{C}.db_valid"),
    Link(name="doorbell word", source="doorbells", sink="merge", offer=f"{C}.db_valid",
         take=f"{C}.db_ready", need=f"(|{C}.u_regs.u_doorbells.full_q) && !{X}.exec_here"),
    Link(name="AXI-Lite AW", source="host", sink="registers", offer="s_axil_awvalid_i",
         take="s_axil_awready_o", need="s_axil_wvalid_i && !s_axil_wready_o"),
    Link(name="AXI-Lite W", source="host", sink="registers", offer="s_axil_wvalid_i",
         take="s_axil_wready_o"),
    Link(name="AXI-Lite B", source="registers", sink="host", offer="s_axil_bvalid_o",
         take="s_axil_bready_i", need="u_wait_trace.axil_writes_q != 0"),
    Link(name="AXI-Lite AR", source="host", sink="registers", offer="s_axil_arvalid_i",
         take="s_axil_arready_o"),
    Link(name="AXI-Lite R", source="registers", sink="host", offer="s_axil_rvalid_o",
         take="s_axil_rready_i", need="u_wait_trace.axil_reads_q != 0"),
    Link(name="room for a doorbell word", source="doorbells", sink="registers",
         offer=f"{C}.u_regs.u_axil.write_ready_i", need=f"{C}.u_regs.u_axil.write_valid_o"),
    Link(name="instruction", source="merge", sink="front end", offer=f"{C}.in_valid",
         take=f"{C}.in_ready", need="1'b1"),
    Link(name="idle check", source="check", sink="front end", offer=f"{C}.check_idle",
         need=f"{C}.in_valid"),
    *(
        Link(name=f"fence: {engine} idle", source=f"{engine} queue", sink="front end",
             offer=f"!{C}.engine_busy[{number}]", need=f"{C}.in_valid && {F}.fence_ok",
             detail=(f"{engine} slots in use",))
        for number, engine in enumerate(ENGINES)
    ),
    Link(name="owner's turn", source="owner sweep", sink="front end", offer=f"!{C}.tenant_hold",
         need=f"{C}.in_valid"),
    *(
        Link(name=f"owner change: {engine} idle", source=f"{engine} queue", sink="owner sweep",
             offer=f"!{C}.engine_busy[{number}]", need=f"{C}.u_tenant.change")
        for number, engine in enumerate(ENGINES)
    ),
    Link(name="owner change: idle check", source="check", sink="owner sweep",
         offer=f"{C}.check_idle", need=f"{C}.u_tenant.change"),
    Link(name="end of the reset", source="soft reset", sink="front end",
         offer=f"!{C}.reset_pending", need=f"{C}.in_valid"),
    Link(name="reset: load idle", source="load end", sink="soft reset", offer="load_idle",
         need=f"{C}.reset_pending"),
    Link(name="reset: store idle", source="store end", sink="soft reset", offer="store_idle",
         need=f"{C}.reset_pending"),
    Link(name="room for an error", source="error record", sink="front end",
         offer=f"!{C}.error_busy", need=f"{C}.in_valid"),
    Link(name="room for the check's error", source="error record", sink="check",
         offer=f"{C}.fail_ready", need=f"{C}.check_fail"),
    Link(name="checked instruction", source="check", sink="dispatch", offer=f"{C}.check_valid",
         take=f"{C}.check_ready"),
    *(
        Link(name=f"{engine} slot", source=f"{engine} queue", sink="dispatch",
             offer=f"{D}.room[{number}]",
             need=f"{C}.check_valid && {C}.check_engine == 2'd{number}",
             detail=(f"{engine} slots in use",))
        for number, engine in enumerate(ENGINES)
    ),
)  # fmt: skip

QUEUES = tuple(
    link
    for number, engine in enumerate(ENGINES)
    for link in (
        Link(name=f"{engine} start", source=f"{engine} queue", sink=f"{engine} start",
             offer=f"{engine}_valid", take=f"{engine}_ready"),
        Link(name=f"{engine} done", source=f"{engine} end", sink=f"{engine} queue",
             offer=f"{engine}_done", need=f"{C}.engine_begun[{number}]"),
        Link(name=f"{engine} dependency", source="dispatch", sink=f"{engine} queue",
             offer=f"!{C}.engine_blocked[{number}]", need=f"{C}.engine_busy[{number}]"),
        Link(name="end of the reset", source="soft reset", sink=f"{engine} queue",
             offer=f"!{C}.reset_pending", need=f"{C}.engine_busy[{number}]"),
    )
)  # fmt: skip

LOAD = (
    Link(name="free run generator", source="load runs", sink="load start", offer=f"{L}.runs_free",
         need="load_valid"),
    Link(name="free walk", source="load walk", sink="load start", offer=f"{L}.walk_free",
         need="load_valid"),
    Link(name="end of the abort", source="soft reset", sink="load start", offer="!abort",
         need="load_valid"),
    Link(name="load run", source="load runs", sink="load bursts", offer=f"{L}.run_valid",
         take=f"{L}.run_ready", need=f"!{L}.runs_free && !{L}.burst_valid"),
    Link(name="read burst", source="load bursts", sink="read port",
         offer=f"{L}.burst_valid && {L}.may_go && {L}.good", take=f"{L}.port_ready"),
    Link(name="read credit", source="read credits", sink="load bursts", offer=f"{L}.info_room",
         need=f"{L}.burst_valid", detail=("reads owed",)),
    Link(name="end of a refusal", source="read credits", sink="load bursts",
         offer=f"!{L}.refused_q", need=f"{L}.burst_valid"),
    Link(name="answered read burst", source="load realign", sink="read credits",
         offer=f"{L}.info_pop", need=f"!{L}.info_room || {L}.refused_q"),
    Link(name="AR", source="read port", sink="read memory", offer="m_axi_arvalid_o",
         take="m_axi_arready_i"),
    Link(name="R", source="read memory", sink="read port", offer="m_axi_rvalid_i",
         take="m_axi_rready_o",
         need="u_wait_trace.reads_q != 0", detail=("reads owed",)),
    Link(name="AR", source="AR channel", sink="read port", offer="m_axi_arvalid_o",
         need=f"{L}.u_port.ar_valid_q"),
    Link(name="AR", source="AR channel", sink="read port",  # none was lost on its way to the pins
         offer=f"u_wait_trace.ar_unsent_q == 32'({L}.u_port.ar_valid_q)",
         need=f"{L}.u_port.owed != 5'd0"),
    Link(name="order on the read bus", source="read memory", sink="read port",
         offer=f"!{L}.u_port.resync_q", need=f"{L}.burst_valid"),
    Link(name="read beat", source="read port", sink="load realign", offer=f"{L}.beat_valid",
         take=f"{L}.beat_ready", need=f"{L}.info_data", detail=("reads owed",)),
    Link(name="announced read burst", source="load bursts", sink="load realign",
         offer=f"{L}.info_data", need=f"{L}.walk_valid"),
    Link(name="room for a beat", source="load scatter", sink="load realign",
         offer=f"{L}.u_realign.room_i", need=f"{L}.beat_valid && {L}.info_data",
         detail=("bytes in the load gearbox",)),
    Link(name="end of a failed load", source="load end", sink="load realign",
         offer=f"!{L}.u_realign.stall_i", need=f"{L}.beat_valid && {L}.info_data"),
    Link(name="bytes of a word", source="load realign", sink="load scatter",
         offer=f"{L}.count >= {L}.u_scatter.bytes_wide", need=f"{L}.walk_valid",
         detail=("bytes in the load gearbox",)),
    Link(name="place of a word", source="load walk", sink="load scatter", offer=f"{L}.walk_valid",
         need=f"!{L}.word_pending"),
    Link(name="scratchpad write", source="load scatter", sink="scratchpad", offer="ld_wr_valid",
         take="ld_wr_ready", detail=("load bank",)),
    Link(name="last word written", source="load scatter", sink="load end", offer="load_done",
         need="1'b1"),
)  # fmt: skip

EXECUTE = (
    Link(name="execute slot", source="execute end", sink="execute start", offer="execute_ready",
         need="execute_valid", detail=("stages with work",)),
    Link(name="last word written", source="writer", sink="execute end", offer="execute_done",
         need="1'b1", detail=("stages with work",)),
    Link(name="work for a stage", source="execute start", sink="writer", offer=f"|{V}",
         need=f"{C}.engine_begun[1]", detail=("stages with work",)),
    Link(name="requantised item", source="requantiser", sink="writer", offer=f"{E}.out_item",
         need=f"{V}[6]"),
    Link(name="prescaled item", source="prescaler", sink="requantiser", offer=f"{E}.pre_item",
         need=f"{V}[5] && {E}.drain_long"),
    Link(name="drained item", source="drain", sink="requantiser", offer=f"{E}.item",
         need=f"{V}[5] && !{E}.drain_long", detail=("items drained",)),
    Link(name="drained item", source="drain", sink="prescaler", offer=f"{E}.item",
         need=f"{V}[5] && {E}.drain_long", detail=("items drained",)),
    Link(name="finished tile", source="array", sink="drain", offer=f"{E}.u_drain.tile_q",
         need=f"{V}[5]", detail=("items drained",)),
    Link(name="parameters", source="parameter buffer", sink="drain",
         offer=f"{E}.u_drain.param_valid_q",
         need=f"{V}[5] && {E}.u_drain.params_i && {E}.u_drain.tile_q",
         detail=("parameter entry",)),
    Link(name="parameter read", source="drain", sink="parameter buffer", offer="p_rd_en",
         need=f"{V}[5] && {E}.u_drain.params_i && !{E}.u_drain.param_valid_q",
         detail=("parameter entry",)),
    Link(name="empty prescaler", source="prescaler", sink="drain", offer=f"!{E}.pre_busy",
         need=f"{V}[5] && !{E}.drain_long && {E}.u_drain.tile_q"),
    Link(name="step", source="step", sink="array", offer="step", need=f"!{E}.pending"),
    Link(name="set of words", source="word sets", sink="step", offer=f"{E}.set_valid",
         need=f"{V}[4]", detail=("sets taken",)),
    Link(name="weight word", source="weight fetch", sink="step", offer=f"{E}.weight_valid",
         need=f"{V}[4] && {E}.step_desc[{E}.Mac]"),
    Link(name="room in the drain", source="drain", sink="step", offer=f"{E}.room",
         need=f"{V}[4] && {E}.u_step.operands && {E}.u_step.last",
         detail=("items drained",)),
    Link(name="complete set", source="gather", sink="word sets",
         offer=f"{E}.u_gather.complete || {E}.u_gather.u_sets.taken_q != 2'd0",
         need="1'b1", detail=("rows wanted", "sets taken")),
    Link(name="room for a set", source="word sets", sink="gather", offer=f"{E}.u_gather.space",
         need=f"{E}.u_gather.valid_q", detail=("sets taken",)),
    Link(name="taken set", source="step", sink="word sets", offer=f"{E}.set_pop",
         need=f"!{E}.u_gather.space && {E}.set_valid", detail=("sets taken",)),
    Link(name="grant of a bank", source="scratchpad", sink="gather",
         offer="|(ex_rd_en & ex_rd_gnt)", need="|ex_rd_en",
         detail=("banks asked", "banks granted")),
    Link(name="request to a bank", source="gather", sink="scratchpad", offer="|ex_rd_en",
         need=f"{E}.u_gather.active && |{E}.u_gather.want_q", detail=("rows wanted",)),
    Link(name="served rows", source="scratchpad", sink="gather", offer=f"|{E}.u_gather.served",
         need=f"{E}.u_gather.active && |{E}.u_gather.want_q", detail=("rows wanted",)),
    Link(name="tap", source="tap generator", sink="gather", offer=f"{E}.tap_valid",
         take=f"{E}.tap_ready", need=f"!{E}.u_gather.valid_q"),
    Link(name="tile's rows", source="row generator", sink="gather", offer=f"{E}.tile_valid",
         need=f"!{E}.u_gather.valid_q && {E}.tap_valid"),
)  # fmt: skip

STORE = (
    Link(name="free run generator", source="store runs", sink="store start", offer=f"{S}.runs_free",
         need="store_valid"),
    Link(name="free walk", source="store walk", sink="store start", offer=f"{S}.walk_free",
         need="store_valid"),
    Link(name="store in work", source="store end", sink="store start", offer=f"!{S}.in_work_q[2]",
         need="store_valid", detail=("stores in work",)),
    Link(name="end of the abort", source="soft reset", sink="store start", offer="!abort",
         need="store_valid"),
    Link(name="store run", source="store runs", sink="store bursts", offer=f"{S}.run_valid",
         take=f"{S}.run_ready", need=f"!{S}.runs_free && !{S}.burst_valid"),
    Link(name="write burst", source="store bursts", sink="write port",
         offer=f"{S}.burst_valid && {S}.may_go && {S}.good", take=f"{S}.port_ready"),
    Link(name="write credit", source="write credits", sink="store bursts", offer=f"{S}.answer_room",
         need=f"{S}.burst_valid", detail=("writes owed",)),
    Link(name="end of a refusal", source="write credits", sink="store bursts",
         offer=f"!{S}.refused_q", need=f"{S}.burst_valid"),
    Link(name="answered write burst", source="store end", sink="write credits",
         offer=f"{S}.answer", need=f"!{S}.answer_room || {S}.refused_q"),
    Link(name="AW", source="write port", sink="write memory", offer="m_axi_awvalid_o",
         take="m_axi_awready_i"),
    Link(name="W", source="write port", sink="write memory", offer="m_axi_wvalid_o",
         take="m_axi_wready_i"),
    Link(name="W", source="W channel", sink="write port", offer="m_axi_wvalid_o",
         need=f"{S}.u_port.beat_valid"),
    Link(name="W", source="emit", sink="W channel", offer=f"{S}.u_port.beat_valid",
         take=f"{S}.u_port.beat_ready",
         need=f"{S}.beats_valid && !{S}.beats_wait && {S}.count >= {S}.u_port.u_emit.bytes_wide"),
    Link(name="B", source="write memory", sink="write port", offer="m_axi_bvalid_i",
         take="m_axi_bready_o", need="u_wait_trace.writes_q != 0",
         detail=("writes owed", "bursts sent")),
    Link(name="AW", source="AW channel", sink="write port", offer="m_axi_awvalid_o",
         need=AW_HELD),
    Link(name="AW", source="AW channel", sink="write port",
         offer=f"u_wait_trace.aw_unsent_q == 32'd0 || {AW_HELD}",
         need=f"{S}.u_port.owed != 5'd0"),
    Link(name="W", source="W channel", sink="write port",
         offer="u_wait_trace.w_unsent_q == 32'd0", need=f"{S}.answer_valid"),
    Link(name="order on the write bus", source="write memory", sink="write port",
         offer=f"!{S}.u_port.resync_q", need=f"{S}.burst_valid"),
    Link(name="room for a burst's beats", source="emit", sink="write port",
         offer=f"{S}.u_port.beats_room", need=f"{S}.burst_valid"),
    Link(name="bytes of a beat", source="store gather", sink="emit",
         offer=f"{S}.count >= {S}.u_port.u_emit.bytes_wide", need=f"{S}.beats_valid",
         detail=("bytes in the store gearbox",)),
    Link(name="burst to send", source="store bursts", sink="emit", offer=f"{S}.beats_valid",
         need=f"{S}.burst_valid || !{S}.runs_free"),
    Link(name="beat of a burst", source="emit", sink="write port",
         offer=f"{S}.u_port.beat_valid", need=f"{S}.beats_valid"),
    Link(name="grant of a bank", source="scratchpad", sink="store gather", offer="st_rd_gnt",
         need="st_rd_en", detail=("store bank",)),
    Link(name="room for a word", source="emit", sink="store gather", offer=f"{S}.u_gather.room",
         need=f"{S}.u_gather.word_valid", detail=("bytes in the store gearbox",)),
    Link(name="place of a word", source="store walk", sink="store gather",
         offer=f"{S}.u_gather.word_valid", need="1'b1"),
    Link(name="leave to walk", source="store bursts", sink="store walk", offer=f"!{S}.walk_hold",
         need=f"!{S}.walk_free"),
    Link(name="answer", source="write port", sink="store end", offer=f"{S}.bus_answer",
         take=f"{S}.u_port.answer_ready_i", need=f"{S}.answer_valid",
         detail=("writes owed", "bursts sent", "stores in work")),
    Link(name="announced write burst", source="store bursts", sink="store end",
         offer=f"{S}.answer_valid", need="1'b1", detail=("stores in work",)),
)  # fmt: skip

LINKS = (*FRONT, *QUEUES, *LOAD, *EXECUTE, *STORE)

# Parts that may have nothing (more) to do: then a wait for them ends there.
WORK = {
    "row generator": f"{V}[0]",
    "tap generator": f"{V}[1]",
    "weight fetch": f"{V}[3]",
    "step": f"{V}[4]",
    "drain": f"{V}[5]",
    "writer": f"{V}[6]",
    "load walk": f"{L}.walk_busy",
    "load runs": f"!{L}.runs_free",
    "load bursts": f"{L}.burst_valid || !{L}.runs_free",
    "store walk": f"{S}.walk_busy",
    "store runs": f"!{S}.runs_free",
    "store bursts": f"{S}.burst_valid || !{S}.runs_free",
    "check": f"!{C}.check_idle",
    "offload queue": f"{X}.exec_here || {X}.result_here || x_issue_valid_i",
}

# Parts that end nothing themselves: what comes out of them is as much as what went in.
PASSING = ("prescaler", "requantiser")

# What is told beside a link, and what is known of the slots of dispatch. At most 32 bits each.
NUMBERS = {
    "offered word": "x_issue_instr_i",
    "undecided word": f"{X}.exec_word_o",
    "reads owed": f"{L}.u_port.owed",
    "bytes in the load gearbox": f"{L}.count",
    "load bank": "ld_wr_bank",
    "stages with work": V,
    "items drained": f"{E}.u_drain.item_q",
    "parameter entry": "p_rd_addr",
    "sets taken": f"{E}.u_gather.u_sets.taken_q",
    "rows wanted": f"{E}.u_gather.want_q",
    "banks asked": "ex_rd_en",
    "banks granted": "ex_rd_gnt",
    "writes owed": f"{S}.u_port.owed",
    "bursts sent": f"{S}.u_port.sent_q",
    "stores in work": f"{S}.in_work_q",
    "bytes in the store gearbox": f"{S}.count",
    "store bank": "st_rd_bank",
    "slots a queue": "QueueDepth",
    **{f"{engine} slots in use": f"{D}.u_{engine}.used" for engine in ENGINES},
    **{f"{engine} slots not started": f"{D}.u_{engine}.waiting" for engine in ENGINES},
    **{f"{engine} next": f"{D}.u_{engine}.start_ptr_q" for engine in ENGINES},
    **{
        f"{engine} slot {slot} waits": (
            f"{D}.u_{engine}.gen_slot[{slot} % QueueDepth].u_slot.waits_q"
        )
        for engine in ENGINES
        for slot in range(SLOTS)
    },
    **{
        f"{engine} slot {slot} index": f"{D}.u_{engine}.info_q[{slot} % QueueDepth][63:32]"
        for engine in ENGINES
        for slot in range(SLOTS)
    },
}


def bits() -> list[str]:
    """Return every expression of one bit once, in the order of the record."""
    found = dict.fromkeys(
        text for link in LINKS for text in (link.offer, link.take, link.need) if text
    )
    return [*found, *(text for text in WORK.values() if text not in found)]
