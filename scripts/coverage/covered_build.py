"""The simulation that counts lines, branches, toggles and expressions of the core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tb.build import bench_build

RTL_ONLY = Path(__file__).with_name("rtl_only.vlt")


def covered_build(config: str) -> dict[str, Any]:
    """Return keyword arguments of `honeyguide.sim.SimBuild` for a covered simulation."""
    wanted = bench_build(config)
    return {**wanted, "sources": [RTL_ONLY, *wanted["sources"]], "coverage": True}
