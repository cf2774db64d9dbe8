"""Run any int8 .tflite network on the simulated core, exactly, and say how fast it is.

Every tensor is compared with the golden model, and golden with TensorFlow Lite Micro; where that
does not judge, the run fails unless --no-oracle says why. Without --input, random bytes go in.
Writes build/reports/run.json and a roofline plot, run.png.
"""

from __future__ import annotations

import time
from pathlib import Path

from golden.network import NetworkError
from honeyguide import cli
from honeyguide.report.files import Results, add_results_option
from honeyguide.report.progress import Progress
from honeyguide.sim import HdlError
from scripts.reports.whole import report
from scripts.runs.bench import bench, configuration
from scripts.runs.model import load_model, random_inputs, read_inputs
from scripts.runs.whole import run_whole
from sw.compiler.geometry import CompileError


def main(argv: list[str]) -> int:
    """Run what the command line asks for; return 1 when something differs."""
    options = cli.parser("run", __doc__)
    cli.add(options, "model", "config", "seed", "rtl", "stall", "no-oracle")
    cli.add(options, "input", help="inputs: .npy, one or stacked; .npz for several")
    cli.add(options, "count", help="inputs to run; all, or 1 random one")
    options.add_argument("--output", type=Path, metavar="FOLDER", help="write outputs here, .npy")
    options.add_argument(
        "--trace", type=Path, metavar="FILE", help="write the first input's time line, for Perfetto"
    )
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
        warm=False,  # it is the only run
        progress=progress.update,
    )
    progress.done()
    return report(result, results, wanted, time.monotonic() - started)


if __name__ == "__main__":
    cli.run_command(main, HdlError, NetworkError, CompileError)
