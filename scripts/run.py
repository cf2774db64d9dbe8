"""Run any int8 .tflite network on the simulated core, exactly, and say how fast it is.

Every tensor is compared with the golden model, and golden with TensorFlow Lite Micro; where that
does not judge, the run fails unless --no-oracle says why. Without --input, random bytes go in.
Writes build/reports/run.json and a roofline plot, run.png.
"""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path
from typing import Any

import numpy as np

from golden.network import NetworkError
from honeyguide import cli
from honeyguide.report.command import make_command
from honeyguide.report.files import Results, add_results_option, shown
from honeyguide.report.progress import Progress
from honeyguide.report.table import shape_text, table
from honeyguide.sim import HdlError
from scripts.reports.cycles import sentence, where_cycles_went
from scripts.reports.layers import operator_text, utilisation_text
from scripts.runs.arguments import add_oracle_option, add_stall_option, stall_line
from scripts.runs.bench import bench, configuration
from scripts.runs.floors import peak
from scripts.runs.model import load_model, random_inputs, read_inputs
from scripts.runs.timeline import write_timeline
from scripts.runs.whole import WholeResult, run_whole
from sw.compiler import CompileError
from sw.compiler.program import HostPhase, Program

FEW_VALUES = 64  # outputs up to this size stand in the report themselves


def main(argv: list[str]) -> int:
    """Run what the command line asks for; return 1 when something differs."""
    options = cli.parser("run", __doc__)
    cli.add(options, "model", "config", "seed", "rtl")
    cli.add(options, "input", help="inputs: .npy, one or stacked; .npz for several")
    cli.add(options, "count", help="inputs to run; all, or 1 random one")
    options.add_argument("--output", type=Path, metavar="FOLDER", help="write outputs here, .npy")
    add_stall_option(options)
    options.add_argument(
        "--trace", type=Path, metavar="FILE", help="write the first input's time line, for Perfetto"
    )
    add_oracle_option(options)
    add_results_option(options)
    wanted = options.parse_args(argv)
    if wanted.model is None:
        raise cli.UserError("which network? Give MODEL=net.tflite (see make help)")
    if wanted.trace is not None and wanted.trace.is_dir():
        raise cli.UserError(f"{wanted.trace} is a folder; TRACE is a file to write")
    core = configuration(wanted.config)
    model = load_model(wanted.model, core)
    if wanted.output is not None and wanted.output.exists() and not wanted.output.is_dir():
        raise cli.UserError(f"{wanted.output} is a file; OUTPUT is a folder to write into")
    if wanted.input is None:
        count = wanted.count or 1
        inputs = random_inputs(model, count, wanted.seed)
        print(f"no INPUT was given: {count} random input(s) from seed {wanted.seed}")
    else:
        inputs = read_inputs(wanted.input, model)
        if wanted.count is not None and wanted.count > len(inputs):
            raise cli.UserError(f"{wanted.input} holds {len(inputs)} inputs, not {wanted.count}")
        inputs = inputs[: wanted.count]
    results = Results(command="run", folder=wanted.results.resolve())
    results.start()
    build = bench(core, rtl=wanted.rtl)
    progress = Progress("inputs")
    started = time.monotonic()
    result = run_whole(
        model,
        inputs,
        build=build,
        folder=results.runs,
        seed=wanted.seed,
        stall=wanted.stall,
        absent=wanted.oracle,
        progress=progress.update,
    )
    progress.done()
    return report(result, results, wanted, time.monotonic() - started)


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
        from scripts.reports.roofline import (
            draw_roofline,
        )  # the library takes half a second to load

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


if __name__ == "__main__":
    cli.run_command(main, HdlError, NetworkError, CompileError)
