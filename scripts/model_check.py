"""Say in seconds, without simulating, what a network would do: `make check MODEL=net.tflite`.

Which operators run where and why, memory, predicted cycles; or every reason why it can't run, all
of them at once. Writes check.json into the reports.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from golden.config import CoreConfig
from golden.network import NetworkError
from honeyguide import cli
from honeyguide.report.files import Results, add_results_option, shown
from scripts.reports.memory import memory_lines
from scripts.reports.whole import host_lines
from scripts.runs.bench import configuration
from scripts.runs.floors import BUDGET_OF_FLOOR, BUDGET_OF_LAYER, budget, floors
from scripts.runs.model import ensure_onnx
from sw.compiler.fastest import compile_network
from sw.compiler.geometry import CompileError
from sw.importer.model import survey_network

BUDGET_TEXT = f"{BUDGET_OF_FLOOR} of it and {BUDGET_OF_LAYER} a layer"
PLACES = {"npu": "core", "host": "host", "alias": "no work", "folded": "no work"}


def main(argv: list[str]) -> int:
    """Print and write the answer; return 1 when the network can't run."""
    options = cli.parser("check", __doc__)
    cli.add(options, "model", "config")
    add_results_option(options)
    wanted = options.parse_args(argv)
    if wanted.model is None:
        raise cli.UserError("which network? Give MODEL=net.tflite (see make help)")
    results = Results(command="check", folder=wanted.results.resolve())
    results.start()
    answer, lines = check(wanted.model, configuration(wanted.config))
    for line in lines:
        print(line)
    path = results.write({"model": str(wanted.model), **answer})
    print(f"report      {shown(path)}")
    return 0 if answer["runs"] else 1


def check(path: Path, core: CoreConfig) -> tuple[dict[str, Any], list[str]]:
    """Return the answer for JSON, and as lines for people."""
    ensure_onnx(path)
    started = time.monotonic()
    try:
        network, problems = survey_network(path)
        program = None if network is None else compile_network(core, network, memory_base=0)
    except (NetworkError, CompileError) as error:
        network, program, problems = None, None, [NetworkError(str(error))]
    if network is None or program is None:
        reasons = [str(problem) for problem in problems]
        lines = [f"{len(reasons)} reason(s) why it can't run:", *(f"- {text}" for text in reasons)]
        return {"runs": False, "config": core.name, "reasons": reasons}, lines
    where = Counter((layer.operator, PLACES[program.where(layer)]) for layer in network.layers)
    counts = [
        {"operator": name, "runs_on": place, "layers": number}
        for (name, place), number in sorted(where.items())
    ]
    seconds = time.monotonic() - started
    hosts = host_lines(program)
    least, most = floors(program), budget(program)
    answer = {
        "runs": True,
        "config": core.name,
        "reasons": [],
        "layers": len(network.layers),
        "operators": counts,
        "on_host": hosts,
        "memory_bytes": program.memory_end,
        "memory": asdict(program.memory),
        "predicted_cycles": program.predicted_cycles,
        "floor_compute": least.compute,
        "floor_bandwidth": least.bandwidth,
        "budget": most,
        "share_of_budget": program.predicted_cycles / most,
        "seconds": seconds,
    }
    lines = [f"{path.stem} on {core.name}: {len(network.layers)} layers"]
    lines += [f"  {e['layers']:4} {e['operator']} ({e['runs_on']})" for e in counts]
    lines += hosts
    lines += memory_lines(program, "memory      ", "scratchpad  ")
    lines.append(f"predicted   {program.predicted_cycles:,} cycles of the core")
    lines.append(
        f"floor       {least.larger:,} cycles for MACs or bytes; {answer['share_of_budget']:.3f} "
        f"of the {most:,} that {BUDGET_TEXT} come to"
    )
    lines.append(f"compiled    in {seconds:.1f} s")
    return answer, lines


if __name__ == "__main__":
    cli.run_command(main, NetworkError, CompileError)
