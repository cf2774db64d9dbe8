"""Print what the compiler makes of a network: the schedule layer by layer, and the instructions.

Nothing is simulated. Writes build/reports/compile.json.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from golden.assembler import disassemble_instruction
from golden.network import NetworkError
from honeyguide import cli
from honeyguide.report.files import Results, add_results_option, shown
from honeyguide.report.table import shape_text, table
from scripts.reports.memory import memory_lines
from scripts.runs.bench import configuration
from scripts.runs.floors import layer_macs, peak
from scripts.runs.model import Model, load_model
from sw.compiler.geometry import CompileError
from sw.compiler.program import NpuPhase


def main(argv: list[str]) -> int:
    """Compile and print."""
    options = cli.parser("compile", __doc__)
    cli.add(options, "model", "config")
    options.add_argument("--list", action="store_true", help="print every instruction as well")
    add_results_option(options)
    wanted = options.parse_args(argv)
    if wanted.model is None:
        raise cli.UserError("which network? Give MODEL=net.tflite (see make help)")
    model = load_model(wanted.model, configuration(wanted.config))
    results = Results(command="compile", folder=wanted.results.resolve())
    results.start()
    entries = schedule_entries(model)
    print(f"{model.name} on {model.core.name}\n")
    print(schedule_table(entries) + "\n")
    for line in totals(model, entries):
        print(line)
    if wanted.list:
        print("\n" + listing(model))
    floors = model.floors
    path = results.write(
        {
            "model": str(model.path),
            "config": model.core.name,
            "phases": phase_texts(model),
            "memory_bytes": model.program.memory_end,
            "memory": asdict(model.program.memory),
            "predicted_cycles": model.program.predicted_cycles,
            "floor_compute": floors.compute,
            "floor_bandwidth": floors.bandwidth,
            "layers": entries,
        },
    )
    print(f"report        {shown(path)}")
    return 0


def schedule_entries(model: Model) -> list[dict[str, Any]]:
    """Return a dictionary for each layer: where it runs and what the compiler planned for it."""
    entries = []
    for layer in model.network.layers:
        plan = model.program.plans.get(layer.index)
        shape = model.network.tensors[layer.outputs[0]].shape if layer.outputs else ()
        entry: dict[str, Any] = {
            "index": layer.index,
            "operator": layer.operator,
            "shape": list(shape),
            "where": model.program.where(layer),
        }
        if plan is not None:
            entry |= {
                "kind": plan.kind,
                "choice": plan.choice,
                "strips": plan.strips,
                "chunks": plan.chunks,
                "tiles": plan.tiles,
                "instructions": plan.instructions,
                "bytes_read": plan.bytes_read,
                "bytes_written": plan.bytes_written,
                "macs": layer_macs(model.network, layer),
                "predicted_cycles": plan.predicted_cycles,
            }
        entries.append(entry)
    return entries


def schedule_table(entries: list[dict[str, Any]]) -> str:
    """Return the table of the layers; a dash where the core has nothing to do."""
    places = {"host": "(host)", "alias": "(no work)", "folded": "(folded)"}
    columns = {
        "strips": "strips",
        "chunks": "chunks",
        "tiles": "tiles",
        "instructions": "words",
        "bytes_read": "bytes in",
        "bytes_written": "bytes out",
        "macs": "MACs",
        "predicted_cycles": "predicted",
    }
    head = ["layer", "operator", "output", "runs as", *columns.values()]
    rows = []
    for entry in entries:
        kind = places.get(entry["where"]) or entry["kind"]
        if entry.get("choice"):
            kind += f", {entry['choice']}"
        figures = [entry.get(name, "-") for name in columns]
        rows.append(
            [str(entry["index"]), entry["operator"], shape_text(entry["shape"]), kind, *figures]
        )
    return table(head, rows)


def totals(model: Model, entries: list[dict[str, Any]]) -> list[str]:
    """Return the lines below the table."""
    program, floors = model.program, model.floors
    words = sum(len(p.steps) for p in program.phases if isinstance(p, NpuPhase))
    moved = sum(e.get("bytes_read", 0) + e.get("bytes_written", 0) for e in entries)
    lines = [
        "strips: parts of the height, chunks: parts of the channels, tiles: accumulator loads, "
        "words: instructions",
        f"instructions  {words:,} in {len(phase_texts(model))} phase(s): "
        f"{', '.join(phase_texts(model))}",
        f"bus           {moved:,} bytes moved, {floors.bytes:,} at least",
        *memory_lines(program, "memory        ", "scratchpad    "),
        f"floors        {floors.compute:,} cycles for {floors.macs:,} MACs on "
        f"{peak(model.core)} cells, {floors.bandwidth:,} cycles for the bus",
    ]
    if program.predicted_cycles:
        multiple = program.predicted_cycles / floors.larger
        lines.append(
            f"predicted     {program.predicted_cycles:,} cycles, {multiple:.3f} of the larger floor"
        )
    return lines


def phase_texts(model: Model) -> list[str]:
    """Return what the phases are, in order; neighbours on the host are one."""
    texts: list[str] = []
    for phase in model.program.phases:
        if isinstance(phase, NpuPhase):
            texts.append(f"core {len(phase.steps)}")
        elif not texts or texts[-1] != "host":
            texts.append("host")
    return texts


def listing(model: Model) -> str:
    """Return the instructions, with the layer each works for, as `golden.assembler` reads them."""
    lines = []
    for number, phase in enumerate(model.program.phases):
        if not isinstance(phase, NpuPhase):
            lines.append(f"# phase {number}: layer {phase.op.layer} on the host")
            continue
        lines.append(f"# phase {number}: {len(phase.steps)} instructions")
        for step in phase.steps:
            owner = f"layer {step.layer}" if step.layer >= 0 else "job"
            lines.append(f"{disassemble_instruction(step.instruction):<72}  # {owner}")
    return "\n".join(lines)


if __name__ == "__main__":
    cli.run_command(main, NetworkError, CompileError)
