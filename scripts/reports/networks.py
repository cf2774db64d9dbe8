"""What came of known networks: an entry of the report for each, and a table."""

from __future__ import annotations

from typing import Any

from honeyguide.report.table import percent, table
from scripts.runs.floors import budget, where_cycles_went
from scripts.runs.whole import WholeResult
from scripts.runs.zoo import Entry
from sw.compiler.program import Program

# As a multiple of the larger floor, on 8x8 with a 64-bit bus and no wait states.
TARGETS = {"resnet8": 1.10, "autoencoder": 1.10, "mobilenet": 1.25, "ds_cnn": 1.25}
TARGET_CONFIG = "8x8"


def over_budget(cycles: int, program: Program) -> list[str]:
    """Return a sentence if a network takes more than a share of its floor and so much a layer."""
    most = budget(program)
    if cycles <= most:
        return []
    return [f"{cycles} cycles exceed the {most} that its floor and its layers allow"]


def report_entry(entry: Entry, result: WholeResult, reasons: list[str]) -> dict[str, Any]:
    """Return the network's entry in the report."""
    floors = result.model.floors
    return {
        "name": entry.name,
        "pass": not reasons,
        "inputs": result.rtl.inputs,
        "tensors": result.tensors,
        "comparisons": result.rtl.comparisons,
        "mismatches": result.rtl.mismatches,
        "oracle": result.oracle.report(),
        "not_judged": result.oracle.gap(),
        "cycles": result.cycles,
        "predicted_cycles": result.model.program.predicted_cycles,
        "prediction_error": result.prediction_error,
        "floor_compute": floors.compute,
        "floor_bandwidth": floors.bandwidth,
        "multiple_of_floor": result.multiple,
        "budget": budget(result.model.program),
        "share_of_budget": result.cycles / budget(result.model.program),
        "compile_seconds": result.model.compile_seconds,
        "target": TARGETS.get(entry.name) if result.model.core.name == TARGET_CONFIG else None,
        "cycles_per_second": result.rtl.cycles_per_second,
        "simulated_cycles": result.rtl.simulated_cycles,
        "counters": result.rtl.counters,
        "where_cycles_went": where_cycles_went(result.rtl.counters, result.model.core),
        "layers": result.entries(),
    }


def networks_table(results: list[dict[str, Any]]) -> str:
    """Return the table, a line for each network."""
    head = [
        "network", "inputs", "tensors", "compared", "mismatches", "oracle", "cycles", "predicted",
        "floor", "multiple", "budget", "compile", "full", "edges", "waiting", "",
    ]  # fmt: skip
    rows = []
    for line in results:
        error = line["prediction_error"]
        oracle, went = line["oracle"], line["where_cycles_went"]
        rows.append(
            [
                line["name"],
                line["inputs"],
                line["tensors"],
                line["comparisons"],
                line["mismatches"],
                f"{oracle['mismatches']} differ" if oracle["ran"] else "not judged",
                line["cycles"],
                "-" if error is None else f"{100 * error:+.1f}%",
                max(line["floor_compute"], line["floor_bandwidth"]),
                f"{line['multiple_of_floor']:.3f}",
                f"{line['share_of_budget']:.3f}",
                f"{line['compile_seconds']:.1f} s",
                *(percent(went[name], 1.0) for name in ("full", "edges", "waiting") if went),
                *(() if went else ("-",) * 3),
                "ok" if line["pass"] else "FAIL",
            ]
        )
    return table(head, rows)
