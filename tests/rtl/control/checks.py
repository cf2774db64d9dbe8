"""cocotb tests of legality, descriptors and errors: `ratel_control` against the golden checks."""

from __future__ import annotations

from collections import Counter
from typing import Any

import cocotb

from golden.config import CoreConfig
from golden.isa import Instruction, engine_of
from golden.isa_builders import fence
from golden.machine.checks import first_refusal
from golden.machine.storage import ConfigFile
from tb.env.descriptors import descriptor, differences, request_of
from tests.rtl.control.bench import Bench
from tests.rtl.control.programs import (
    NAMES,
    random_groups,
    random_instruction,
    spoil,
    write_groups,
)


def core_of(dut: Any) -> CoreConfig:
    """The parameters that the design was built with."""
    return CoreConfig(
        rows=int(dut.Rows.value), cols=int(dut.Cols.value), spad_depth=int(dut.SpadDepth.value),
        wbuf_depth=int(dut.WbufDepth.value), param_depth=int(dut.ParamDepth.value),
        queue_depth=int(dut.QueueDepth.value), xif_queue_depth=int(dut.XifQueueDepth.value),
    )  # fmt: skip


@cocotb.test()
async def every_verdict_and_descriptor(dut: Any) -> None:
    """Random instructions, legal and not: code, field, detail, word, index; or the descriptor."""
    bench, core = Bench(dut), core_of(dut)
    await bench.start()
    await bench.step(2)
    rng = bench.rng
    config = ConfigFile()
    held: tuple[int, int] | None = None
    index = 0
    seen: Counter[str] = Counter()
    legal: Counter[str] = Counter()
    last: dict[str, tuple[int, int]] = {}
    for turn in range(1500):
        if turn % 4 == 0 or rng.random() < 0.3:
            groups = random_groups(rng, core)
            for _ in range(rng.choice((0, 0, 1, 1, 2))):
                spoil(rng, groups)
            groups = {k: v for k, v in groups.items() if last.get(k) != v}
            last.update(groups)
            write_groups(config, groups)
            await bench.configure(groups)
            index += len(groups)
        name = rng.choice((*NAMES, "conv", "conv"))
        instruction = random_instruction(rng, core, name)
        request = request_of(instruction, config, core, held)
        refusal = first_refusal(request)
        counts = {key: len(engine.log) for key, engine in bench.engines.items()}
        await bench.issue(instruction)
        at = index
        cause = await bench.value(fence(clear=1))
        index += 2
        engine = engine_of(name)
        started = {k: len(e.log) - counts[k] for k, e in bench.engines.items()}
        if refusal is None:
            assert cause == 0, f"{name} refused with {cause:08x}: {request}"
            assert started == {k: int(k == engine) for k in started}
            wrong = differences(engine, bench.engines[engine].log[-1].desc, descriptor(request))
            assert not wrong, f"{name}: fields (found, wanted) {wrong}"
            legal[name] += 1
            if engine == "execute":
                out = config["out"]
                hold = name == "conv" and request.values["flags"] & 8
                held = (out["oh"] * out["ow"], out["oc"]) if hold else None
            continue
        wanted = 1 << 31 | refusal.field << 8 | refusal.code
        assert cause == wanted, f"{name}: {cause:08x}, not {refusal}: {request}"
        assert not any(started.values()), f"{name} ran although refused"
        assert bench.errors[-1] == (cause, instruction.word, refusal.detail, at), (
            f"{name}: {bench.errors[-1]}, not {refusal}"
        )
        seen[f"{name} {refusal.code.name} {refusal.field.name}"] += 1
    dut._log.info("%d kinds of refusal, legal: %s", len(seen), dict(legal))
    assert set(legal) == set(NAMES), "some instruction was never legal"
    assert len(seen) > 100, f"only {len(seen)} kinds of refusal were seen"


@cocotb.test()
async def reserved_bits_of_groups(dut: Any) -> None:
    """A cfg with a reserved bit changes nothing and names the operand."""
    from golden.isa_table import GROUPS

    bench = Bench(dut)
    await bench.start()
    await bench.step(2)
    for item in GROUPS:
        word = item.funct7 << 25 | item.funct3 << 12 | 0x0B
        for operand in ("rs1", "rs2"):
            reserved = getattr(item, f"reserved_{operand}")
            for bit in range(32):
                values = {"rs1": 0, "rs2": 0, operand: 1 << bit}
                await bench.issue(Instruction(word, **values))
                cause = await bench.value(fence(clear=1))
                if reserved >> bit & 1:
                    assert cause == 1 << 31 | (1 if operand == "rs1" else 2) << 8 | 2
                    assert bench.errors[-1][2] == 1 << bit
                else:
                    assert cause == 0
                    stored = int(dut.config_file.value) >> 64 * item.funct7
                    assert stored & (1 << 64) - 1 == values["rs2"] << 32 | values["rs1"]
                    await bench.issue(Instruction(word, 0, 0))
