"""Samples what the golden machine says of every instruction that the monitors saw."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

import numpy as np

from golden.config import CoreConfig
from golden.isa import BY_NAME, COMPUTE, MAC, WINDOWED, decode, engine_of
from golden.isa_table import Counter as CounterIndex
from golden.isa_table import ErrorCode, MacFlag
from golden.machine import Machine, Outcome
from golden.memory import Region
from honeyguide.coverage.collector import Collector
from tb.coverage import classes
from tb.coverage.points import PITCHED

PAGE = 4096
NEIGHBOURS = 8  # instructions before this one that are looked at for hazards
CONFIGURED = {"ld.shape", "ld.pitch", "st.shape", "st.pitch"}

Ranges = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Access:
    """What an instruction touches: ranges (memory, first, end)."""

    engine: str
    reads: Ranges
    writes: Ranges


def access_of(outcome: Outcome) -> Access:
    """Return the ranges of a load, store, mac or vec instruction."""

    def span(region: Region | None) -> Ranges:
        return () if region is None else (("memory", region.addr, region.end),)

    stored = None if outcome.memory_write is None else outcome.memory_write.region
    return Access(
        engine=engine_of(outcome.mnemonic),
        reads=(*((r.what, r.first, r.end) for r in outcome.reads), *span(outcome.memory_read)),
        writes=(*((w.what, w.first, w.end) for w in outcome.writes), *span(stored)),
    )


class InstructionCoverage:
    """Called with every outcome of the golden machine, in program order."""

    def __init__(self, machine: Machine, collector: Collector) -> None:
        self._machine = machine
        self._hit = collector.hit
        self._recent: deque[Access] = deque(maxlen=NEIGHBOURS)
        self._waiting: Counter[str] = Counter()

    @property
    def core(self) -> CoreConfig:
        """Parameters of the core."""
        return self._machine.config

    @property
    def busy(self) -> bool:
        """Whether instructions may be in flight: some came after the last fence."""
        return bool(self._waiting)

    def forget(self) -> None:
        """After a reset nothing is in flight."""
        self._recent.clear()
        self._waiting.clear()

    def outcome(self, outcome: Outcome, *, doorbell: bool) -> None:
        """Sample one instruction."""
        hit, name = self._hit, outcome.mnemonic
        if doorbell:
            self._doorbell(outcome)
        if outcome.error is not None:
            error = outcome.error
            hit("instruction.error", f"{name} {error.code.name} {error.field.name}")
            hit("error.order", "first" if self._machine.error is error else "later")
            if error.code not in (ErrorCode.BUS_READ, ErrorCode.BUS_WRITE, ErrorCode.WINDOW):
                return
        elif not outcome.accepted:
            return
        else:
            hit("instruction.executed", f"{name} {'doorbell' if doorbell else 'xif'}")
        if name in ("fence", "rdcnt"):
            self._system(outcome)
        elif not name.startswith("cfg."):
            self._work(outcome)

    def _doorbell(self, outcome: Outcome) -> None:
        if not outcome.accepted:
            self._hit("doorbell.word", "illegal")
        elif outcome.error is not None:
            self._hit("doorbell.word", "refused")
        else:
            self._hit("doorbell.word", "runs")
            if outcome.result is not None:
                self._hit("doorbell.word", "value")

    def _system(self, outcome: Outcome) -> None:
        word, operand = outcome.instruction.word, outcome.instruction.rs1
        rd = word >> 7 & 31
        self._hit("instruction.destination", f"{outcome.mnemonic} {'register' if rd else 'x0'}")
        if outcome.mnemonic == "rdcnt":
            self._hit("instruction.counter", CounterIndex(operand).name)
            return
        clear, done = operand & 1, operand >> 1 & 1
        self._hit("instruction.fence", f"clear={clear} done={done}")
        if clear and outcome.result:
            self._hit("error.register", "cleared by fence")
        self.forget()

    def _work(self, outcome: Outcome) -> None:
        item = decode(outcome.instruction.word)
        assert item is not None
        values = item.unpack(outcome.instruction.rs1, outcome.instruction.rs2)
        access = access_of(outcome)
        self._order(access)
        if outcome.error is not None:  # a bus error: nothing more is known of what it did
            return
        self._places(outcome.mnemonic, access)
        if outcome.mnemonic in COMPUTE:
            self._compute(outcome, values)
        else:
            self._transfer(outcome, values)

    def _order(self, access: Access) -> None:
        engine = access.engine
        self._waiting[engine] += 1
        beyond = self._waiting[engine] > self.core.queue_depth
        self._hit("queue.engine", f"{engine} {'beyond' if beyond else 'within'}")
        for older in self._recent:
            pair = f"{older.engine}-{engine}"
            for kind, theirs, ours in (
                ("RAW", older.writes, access.reads),
                ("WAR", older.reads, access.writes),
                ("WAW", older.writes, access.writes),
            ):
                for what in classes.overlap(theirs, ours):
                    # Between instructions of one engine only these orders mean something.
                    if what != "acc" or kind == "RAW":
                        self._hazard(what, kind, pair)
        self._recent.append(access)

    def _hazard(self, what: str, kind: str, pair: str) -> None:
        self._hit("hazard.pair", f"{what} {kind} {pair}")

    def _places(self, name: str, access: Access) -> None:
        core = self.core
        limits = {
            "spad": ("operand.line", core.spad_depth),
            "wbuf": ("operand.word", core.wbuf_depth),
            "pbuf": ("operand.entry", core.param_depth),
        }
        for what, first, end in (*access.reads, *access.writes):
            if what in limits:
                point, limit = limits[what]
                for where in classes.place(first, end, limit):
                    self._hit(point, f"{name} {where}")

    # ---- transfers

    def _transfer(self, outcome: Outcome, values: dict[str, int]) -> None:
        hit, name, core = self._hit, outcome.mnemonic, self.core
        region = outcome.memory_read
        if outcome.memory_write is not None:
            region = outcome.memory_write.region
        assert region is not None
        aligned = region.addr % core.axi_bytes == 0
        hit("operand.address", f"{name} {'aligned' if aligned else 'unaligned'}")
        across = region.addr // PAGE != (region.end - 1) // PAGE
        hit("transfer.page", f"{name} {'across' if across else 'inside'}")
        if "count" in values:
            hit("operand.count", f"{name} {'one' if values['count'] == 1 else 'more'}")
        if "p0" in values:
            p0 = values["p0"]
            where = "0" if not p0 else "within a line" if p0 % core.rows else "whole lines"
            hit("operand.pixel", f"{name} {where}")
        if name in PITCHED:
            self._pitched(name, region)

    def _pitched(self, name: str, region: Region) -> None:
        hit, kind = self._hit, name.split(".")[0]
        tensor = name in ("ld.t", "st.t")
        shape = self._machine.groups[f"{kind}.shape"]
        pitch = self._machine.groups[f"{kind}.pitch"]
        point = f"field.{kind}.shape"
        for field in ("w", "h", "c"):
            hit(point, f"{field} {classes.size(shape[field])}")
        point = f"field.{kind}.pitch"
        apart = region.w > 1 and region.pix_pitch > region.c
        rows = region.h > 1 and region.row_pitch > region.w * region.pix_pitch
        if tensor:
            hit(
                f"field.{kind}.shape",
                f"cbs {classes.fit(shape['cbs'], self.core.blocks(region.c))}",
            )
            hit(point, f"p {classes.fit(pitch['p'], region.w)}")
            for count in classes.channels(region.c, self.core.cols):
                hit("operator.channels", f"{name} {count}")
        if region.w > 1:
            hit(point, f"pix_pitch {classes.fit(region.pix_pitch, region.c)}")
        if region.h > 1:
            hit(point, f"row_pitch {'loose' if rows else 'tight'}")
        if region.w == region.h == 1:
            hit("transfer.shape", f"{name} one pixel")
        elif not apart and not rows:
            hit("transfer.shape", f"{name} dense")
        for word, found in (("pixels apart", apart), ("rows apart", rows)):
            if found:
                hit("transfer.shape", f"{name} {word}")

    # ---- computing

    def _compute(self, outcome: Outcome, values: dict[str, int]) -> None:
        hit, name, groups, core = self._hit, outcome.mnemonic, self._machine.groups, self.core
        shape, out, pitch = groups["in"], groups["out"], groups["pitch"]
        windowed, conv = name in WINDOWED, name == "conv"
        flags = values.get("flags", 0)
        holds = bool(flags & MacFlag.HOLD)
        oh, ow = (out["oh"], out["ow"]) if windowed else (shape["h"], shape["w"])
        for field in ("w", "h", "c"):
            hit("field.in", f"{field} {classes.size(shape[field])}")
        if name != "fill":
            hit("field.in", f"cbs {classes.fit(shape['cbs'], core.blocks(shape['c']))}")
            hit("field.pitch", f"in_p {classes.fit(pitch['in_p'], shape['w'])}")
        if windowed:
            hit("field.out", f"oh {classes.size(oh)}")
            hit("field.out", f"ow {classes.size(ow)}")
        if conv:
            hit("field.out", f"oc {classes.size(out['oc'])}")
            for count in classes.channels(out["oc"], core.cols):
                hit("operator.outputs", f"conv {count}")
        if not holds:
            least = core.blocks(out["oc"] if conv else shape["c"])
            hit("field.out", f"cbs {classes.fit(out['cbs'], least)}")
            hit("field.pitch", f"out_p {classes.fit(pitch['out_p'], ow)}")
        for count in classes.channels(shape["c"], core.cols):
            hit("operator.channels", f"{name} {count}")
        hit("operator.pixels", f"{name} {classes.pixels(oh * ow, core.rows)}")
        if windowed:
            self._window(name, (shape["h"], shape["w"]), (oh, ow))
        if name in MAC:
            self._mac(outcome, flags, image_rows=shape["h"])
        elif not windowed:
            self._pointwise(name, values)
        self._scaling(name, flags)

    def _window(self, name: str, image: tuple[int, int], out: tuple[int, int]) -> None:
        hit, kernel, pad = self._hit, self._machine.groups["kernel"], self._machine.groups["pad"]
        for field in ("kw", "kh"):
            hit("field.kernel", f"{field} {classes.size(kernel[field])}")
        for field in ("sx", "sy", "dx", "dy"):
            hit("field.kernel", f"{field} {classes.step(kernel[field])}")
        for field in ("pl", "pt"):
            hit("field.pad", f"{field} {'some' if pad[field] else 'none'}")
        for found in classes.window(kernel, pad, image, out):
            hit("operator.window", f"{name} {found}")

    def _mac(self, outcome: Outcome, flags: int, *, image_rows: int) -> None:
        hit, name, trace = self._hit, outcome.mnemonic, outcome.mac
        assert trace is not None
        kernel, act = self._machine.groups["kernel"], self._machine.groups["act"]
        hit("instruction.flags", f"{name} {flags:04b}")
        if name == "conv" and image_rows == kernel["kh"] == kernel["kw"] == 1:
            parts = {0: "product", MacFlag.HOLD: "hold", MacFlag.ACC: "end"}
            which = parts.get(flags & (MacFlag.ACC | MacFlag.HOLD), "hold and go on")
            hit("operator.matrix", which)
        if trace.sums_wrap:
            hit("operator.accumulator", f"{name} wrap in a sum")
        known = trace.known
        if not known.any():
            return
        total, products = trace.total[known], trace.products[known]
        # The bias that was added, and whether the exact sum left int32.
        bias = total - products
        wrapped = ((total ^ products) & (total ^ bias)) < 0
        for word, found in (
            ("wrap", wrapped.any()),
            ("negative", (total < 0).any()),
            ("positive", (total > 0).any()),
        ):
            if found:
                hit("operator.accumulator", f"{name} {word}")
        if trace.output is not None:
            self._clamp(name, trace.output[known], act["act_min"], act["act_max"])

    def _clamp(self, name: str, output: np.ndarray, low: int, high: int) -> None:
        lowest, highest = int(output.min()), int(output.max())
        between = low < highest and lowest < high and ((output > low) & (output < high)).any()
        for word, found in (
            ("lowest", lowest == low), ("highest", highest == high), ("between", between),
        ):  # fmt: skip
            if found:
                self._hit("operator.clamp", f"{name} {word}")

    def _pointwise(self, name: str, values: dict[str, int]) -> None:
        hit, groups, core = self._hit, self._machine.groups, self.core
        shape, pitch = groups["in"], groups["pitch"]
        if name == "fill":
            hit("field.fill", classes.signed(groups["act"]["fill"]))
            return
        base, out = values["in_base"], values["out_base"]
        where = "on first" if base == out else "apart"
        if "in2_base" in values:
            hit("field.pitch", f"in2_p {classes.fit(pitch['in2_p'], shape['w'])}")
            hit("field.pitch", f"in2_cbs {classes.fit(pitch['in2_cbs'], core.blocks(shape['c']))}")
            if values["in2_base"] == base:
                hit("operator.in_place", f"{name} same inputs")
            if values["in2_base"] == out:
                where = "on second"
        hit("operator.in_place", f"{name} {where}")

    def _scaling(self, name: str, flags: int) -> None:
        hit, groups, item = self._hit, self._machine.groups, BY_NAME[name]
        if not item.clamped:
            return
        hit("field.act", classes.clamp(groups["act"]["act_min"], groups["act"]["act_max"]))
        if not item.scaled:
            return
        for field in ("zin", "zw", "zout"):
            hit("field.pad", f"{field} {classes.signed(groups['pad'][field])}")
        names = ["scale"] if not flags & MacFlag.PERCH else []
        names += ["scale1", "scale2"] if "scale1" in item.uses else []
        for group in names:
            for found in classes.scale(groups[group]["mult"], groups[group]["shift"]):
                hit(f"field.{group}", found)
