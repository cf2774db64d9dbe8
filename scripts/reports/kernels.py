"""What the kernels took, against their targets, and how fast the simulation is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from honeyguide.report.table import percent, table
from scripts.runs.speed import TILE_OF_BARE, TILE_OF_PIN, SpeedFigure, ratios

# Share of the array's peak; by the core's counters, 8x8, 64-bit bus.
TARGETS = {"conv3x3": 0.90, "dw3x3_s1": 0.80, "gemm_64_onchip": 0.95}
TARGET_CONFIG = "8x8"


def judge(kernel: dict[str, Any]) -> None:
    """Add the target and whether it is met, and the cycles in which the array made no step."""
    if "left_out" in kernel:
        return
    if kernel["config"] == TARGET_CONFIG and kernel["name"] in TARGETS:
        kernel["target"] = TARGETS[kernel["name"]]
        kernel["met"] = kernel["utilisation"] >= kernel["target"]
    kernel["idle_cycles"] = kernel["cycles"] - kernel["counters"]["steps"]


def kernel_table(kernels: list[dict[str, Any]], changes: Mapping[str, str]) -> str:
    """Return the table of the kernels that ran; `changes` are those of cycles."""
    head = [
        "kernel",
        "config",
        "cycles",
        "change",
        "MACs",
        "MAC use",
        "idle",
        "commands",
        "bytes",
        "target",
        "",
    ]
    rows = []
    for kernel in kernels:
        if "left_out" in kernel:
            continue
        target = kernel.get("target")
        counters = kernel["counters"]
        rows.append(
            [
                kernel["name"],
                kernel["config"],
                kernel["cycles"],
                changes[kernel["name"]],
                kernel["macs"],
                percent(kernel["utilisation"], 1.0) if kernel["macs"] else "-",
                kernel["idle_cycles"],
                kernel["executes"],
                counters["bytes_read"] + counters["bytes_written"],
                "" if target is None else percent(target, 1.0),
                "" if target is None else "met" if kernel["met"] else "NOT MET",
            ]
        )
    return table(head, rows)


def speed_table(figures: list[SpeedFigure]) -> str:
    """Return the table of the simulation's speed."""
    rows = [
        [figure.level, figure.cycles, f"{figure.seconds:.2f}", round(figure.rate)]
        for figure in figures
    ]
    return table(["simulation", "cycles", "seconds", "cycles/s"], rows)


def ratio_lines(figures: list[SpeedFigure]) -> list[str]:
    """Return how the tile level compares with the others."""
    found = ratios(figures)
    bare, pin = found["tile_of_bare"], found["tile_of_pin"]
    return [
        f"tile level {100 * bare:.0f} % of the bare loop, target {100 * TILE_OF_BARE:.0f} %: "
        + ("met" if bare >= TILE_OF_BARE else "NOT MET"),
        f"tile level {pin:.1f} times the pin level, target {TILE_OF_PIN:.0f}: "
        + ("met" if pin >= TILE_OF_PIN else "NOT MET"),
    ]
