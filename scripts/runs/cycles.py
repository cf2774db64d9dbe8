"""Cycles and utilisation of kernels and of the MNIST network, against a stored baseline.

No bus waits and no random order is involved, so cycles are the same on every machine: a figure that
moved was moved by a change of the core, the compiler or the kernels. `make bench
ARGS=--save-baseline` writes spec/cycles.json anew; commit it together with what moved it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from golden.config import CoreConfig
from honeyguide.cli import UserError
from honeyguide.sim import SimRun, run
from models.mnist import dataset
from models.mnist.evaluate import MODEL_FILE, to_int8
from scripts.runs.floors import peak
from scripts.runs.model import load_model
from scripts.runs.networks import NetworkRun, read_json, run_on_rtl
from sw.kernels import KERNELS
from tb.build import ROOT

BASELINE = ROOT / "spec" / "cycles.json"
TIMEOUT_S = 900.0
NETWORK = "mnist"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What one kernel or network takes. `utilisation` is 0..1 of the array's peak, 4 digits of it.

    Measured and stored figures are rounded alike, so that equal ones look equal.
    """

    name: str
    cycles: int
    utilisation: float


@dataclass(frozen=True, kw_only=True)
class Trend:
    """A figure beside its baseline; either may be missing."""

    name: str
    now: Figure | None
    before: Figure | None

    @property
    def change(self) -> float | None:
        """Cycles more than the baseline, as a share of it; None if one of them is missing."""
        if self.now is None or self.before is None:
            return None
        return self.now.cycles / self.before.cycles - 1


def measure_kernels(
    core: CoreConfig, build: Path, folder: Path, *, names: Sequence[str] | None = None,
    seed: int = 1, timeout_s: float = TIMEOUT_S,
) -> tuple[list[dict[str, Any]], str]:  # fmt: skip
    """Run kernels (all for None) in one process; return what it reports, and what failed."""
    chosen = [kernel.name for kernel in KERNELS] if names is None else names
    result = run(
        SimRun(
            build=build, module="tb.tests.kernels", test="Kernels", results_dir=folder / "kernels",
            seed=seed, timeout_s=timeout_s,
            env={"RATEL_CONFIG": core.name, "RATEL_KERNELS": ",".join(chosen)},
        )
    )  # fmt: skip
    kernels: Any = read_json(folder / "kernels" / "kernels.json") or []
    return kernels, "" if result.passed else result.message


def kernel_figures(kernels: Sequence[Mapping[str, Any]]) -> list[Figure]:
    """Return the figures of the kernels that ran."""
    return [
        Figure(name=item["name"], cycles=item["cycles"], utilisation=round(item["utilisation"], 4))
        for item in kernels
        if "left_out" not in item
    ]


def measure_network(
    core: CoreConfig, build: Path, folder: Path, *, timeout_s: float = TIMEOUT_S
) -> tuple[list[Figure], str]:
    """Run the MNIST network on one image; return its figure, and what failed."""
    result = run_on_rtl(
        NetworkRun(
            build=build, model=load_model(MODEL_FILE, core),
            inputs=to_int8(dataset.load_test_images().images[:1]),
            folder=folder / NETWORK, seed=1, timeout_s=timeout_s,
        )
    )  # fmt: skip
    if not result.passed or not result.cycles:
        return [], result.failure
    (cycles,) = result.cycles
    used = result.counters["macs"] / peak(core) / cycles
    return [Figure(name=NETWORK, cycles=cycles, utilisation=round(used, 4))], ""


def load_baseline(config: str, path: Path = BASELINE) -> list[Figure]:
    """Return the stored figures of a configuration; none if there are none.

    Raises:
        UserError: the file can't be read.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8")).get(config, {})
        return [Figure(name=name, **entry) for name, entry in content.items()]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise UserError(f"{path} can't be read: {error}") from None


def save_baseline(config: str, figures: Sequence[Figure], path: Path = BASELINE) -> None:
    """Store the figures of a configuration; those of others stay."""
    content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    content[config] = {
        figure.name: {"cycles": figure.cycles, "utilisation": figure.utilisation}
        for figure in figures
    }
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def trends(now: Sequence[Figure], before: Sequence[Figure]) -> list[Trend]:
    """Put figures beside their baseline, in the order of now; what was not measured comes last."""
    measured = {figure.name: figure for figure in now}
    stored = {figure.name: figure for figure in before}
    return [
        Trend(name=name, now=measured.get(name), before=stored.get(name))
        for name in dict.fromkeys([*measured, *stored])
    ]


def change_text(trend: Trend) -> str:
    """Return the change as a text: 0, a share with its sign, or what is missing."""
    if trend.change is None:
        return "no baseline" if trend.before is None else "not measured"
    return "0" if not trend.change else f"{100 * trend.change:+.2f}%"
