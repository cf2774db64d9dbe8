"""What came of a network's run, for people and as JSON."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

import numpy as np

from honeyguide.report.command import make_command
from honeyguide.report.files import Results, shown
from honeyguide.report.table import shape_text, table
from scripts.runs.floors import peak, sentence, where_cycles_went
from scripts.runs.layers import operator_text, utilisation_text
from scripts.runs.whole import WholeResult
from sw.compiler.program import HostPhase, Program

FEW_VALUES = 64  # outputs up to this size stand in the report themselves


def report(
    result: WholeResult, results: Results, wanted: argparse.Namespace, seconds: float
) -> int:
    """Print and write what came of the run; return the exit code."""
    model, entries, reasons = result.model, result.entries(), result.reasons()
    if entries:
        print("\n" + run_table(result, entries) + "\n")
    for line in host_lines(model.program):
        print(line)
    for line in result.judges():
        print(line)
    if result.cycles:
        for line in figures(result):
            print(line)
    if result.stall:
        print(stall_line(result.stall))
    files = write_outputs(result, wanted.output)
    if result.cycles:
        # The library of plots takes half a second to load.
        from scripts.reports.roofline import draw_roofline

        draw_roofline(results.picture, result, entries)
    path = results.write(
        {
            "pass": not reasons,
            "reasons": reasons,
            "model": str(model.path),
            "config": model.core.name,
            "seed": wanted.seed,
            "stall": result.stall,
            "input": str(wanted.input) if wanted.input else None,
            "inputs": result.rtl.inputs,
            "tensors": result.tensors,
            "comparisons": result.rtl.comparisons,
            "mismatches": result.rtl.mismatches,
            "oracle": result.oracle.report(),
            "not_judged": result.oracle.gap(),
            "on_host": host_lines(model.program),
            "cycles": result.cycles,
            "cycles_of_inputs": result.rtl.cycles,
            "predicted_cycles": model.program.predicted_cycles,
            "prediction_error": result.prediction_error,
            "floor_compute": model.floors.compute,
            "floor_bandwidth": model.floors.bandwidth,
            "macs": model.floors.macs,
            "bytes": model.floors.bytes,
            "multiple_of_floor": result.multiple,
            "counters": result.rtl.counters,
            "where_cycles_went": where_cycles_went(result.rtl.counters, model.core),
            "cycles_per_second": result.rtl.cycles_per_second,
            "seconds": seconds,
            "layers": entries,
            "outputs": output_entries(result, files),
        },
    )
    written = [shown(path)]
    if result.cycles:
        written.append(shown(results.published_picture))
    print(f"report      {', '.join(written)}")
    if wanted.trace is not None and result.rtl.spans:
        from scripts.runs.timeline import write_timeline

        write_timeline(wanted.trace, model, result.rtl.spans)
        print(f"trace       {wanted.trace}, for ui.perfetto.dev or chrome://tracing")
    if files:
        print(f"outputs     {len(files)} files in {wanted.output}")
    for line in result.verdict():
        print(line)
    if not result.rtl.passed:
        print(waves_command(result, results, wanted))
    if not (result.oracle.judged or result.oracle.absent or result.oracle.mismatches):
        print("If that is known and accepted, say why: ARGS=\"--no-oracle 'because ...'\"")
    return 1 if reasons else 0


def waves_command(result: WholeResult, results: Results, wanted: argparse.Namespace) -> str:
    """Return the command that repeats the input that failed and opens its waves."""
    told = re.match(r"input (\d+)", result.rtl.failure)
    words = ["--model", str(wanted.model), "--input", shown(results.runs / "inputs.npy"),
             "--env", f"RATEL_FIRST={told[1] if told else 0}"]  # fmt: skip
    if result.stall:
        words += ["--env", f"RATEL_STALL={result.stall}"]
    if wanted.rtl is not None:
        words += ["--rtl", str(wanted.rtl)]
    names = {"TEST": "network", "SEED": wanted.seed, "CONFIG": result.model.core.name}
    return make_command("waves", names, words)


def stall_line(stall: float) -> str:
    """Return the line of a report on the waits that were asked for."""
    return f"stall       {stall:g}: the chance that each channel of the bus waits, each beat"


def host_lines(program: Program) -> list[str]:
    """Return a line for each layer of the host: which, and why the core does not compute it."""
    network = program.network
    return [
        f"on the host layer {phase.op.layer} {network.layers[phase.op.layer].operator}: "
        f"{phase.op.reason}"
        for phase in program.phases
        if isinstance(phase, HostPhase)
    ]


def run_table(result: WholeResult, entries: list[dict[str, Any]]) -> str:
    """Return the table of the layers; cycles are those of one input."""
    head = ["layer", "operator", "output", "cycles", "predicted", "MAC use", "bytes", "mismatches"]
    rows = [
        [
            str(entry["index"]),
            operator_text(entry),
            shape_text(entry["shape"]),
            entry["cycles_each"],
            entry["predicted_cycles"] or "-",
            utilisation_text(entry),
            entry["bytes"],
            entry["mismatches"],
        ]
        for entry in entries
    ]
    return table(head, rows)


def figures(result: WholeResult) -> list[str]:
    """Return the lines on cycles, prediction and floors."""
    floors, core = result.model.floors, result.model.core
    error = result.prediction_error
    lines = [
        f"cycles      {result.cycles:,} an inference, from the first instruction to the last byte"
    ]
    if error is not None:
        predicted = result.model.program.predicted_cycles
        lines.append(f"predicted   {predicted:,} ({100 * error:+.1f} %)")
    lines += [
        f"floors      {floors.compute:,} cycles for {floors.macs:,} MACs on {peak(core)} cells, "
        f"{floors.bandwidth:,} cycles for {floors.bytes:,} bytes on {8 * core.axi_bytes} bits",
        f"multiple    {result.multiple:.3f} of the larger floor",
        f"where       {sentence(where_cycles_went(result.rtl.counters, core))}",
        f"speed       {result.rtl.cycles_per_second:,.0f} simulated cycles/s a process",
    ]
    return lines


def write_outputs(result: WholeResult, folder: Path | None) -> list[Path]:
    """Write each output of each input as a .npy file; return the files."""
    if folder is None:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number, values in enumerate(result.rtl.outputs):
        part = f"_{number}" if len(result.rtl.outputs) > 1 else ""
        for index, value in enumerate(values):
            path = folder / f"{index:04d}{part}.npy"
            np.save(path, value)
            files.append(path)
    return files


def output_entries(result: WholeResult, files: list[Path]) -> list[dict[str, Any]]:
    """Return a dictionary for each output of the network."""
    network, count = result.model.network, result.rtl.inputs
    entries = []
    for number, values in enumerate(result.rtl.outputs):
        tensor = network.tensors[network.outputs[number]]
        entry: dict[str, Any] = {
            "name": tensor.name,
            "shape": list(tensor.shape),
            "dtype": tensor.dtype,
            "scale": tensor.scale,
            "zero_point": tensor.zero_point,
            "files": [str(path) for path in files[number * count : (number + 1) * count]],
        }
        if tensor.size <= FEW_VALUES:
            entry["values"] = values.reshape(len(values), -1).tolist()
        entries.append(entry)
    return entries
