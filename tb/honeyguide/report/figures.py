"""Pictures by Matplotlib, all in one style.

The library is imported where something is drawn: it takes a good half second to load.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from honeyguide.project import BUILD

if TYPE_CHECKING:
    from matplotlib.figure import Figure

os.environ.setdefault("MPLCONFIGDIR", str(BUILD / "matplotlib"))  # its cache of fonts

PAPER, INK, SOFT, LINE = "#fafaf8", "#1d2126", "#59616b", "#dcdfe0"
GOOD, BAD, ACCENT, WARM = "#1f6f43", "#b3261e", "#1d5fa8", "#c98a1b"
STYLE: dict[Any, Any] = {
    "figure.facecolor": PAPER, "axes.facecolor": PAPER, "savefig.facecolor": PAPER,
    "font.size": 10, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": SOFT,
    "xtick.color": SOFT, "ytick.color": SOFT, "axes.spines.top": False, "axes.spines.right": False,
    "axes.titlelocation": "left", "axes.titlesize": 12, "axes.grid": True, "grid.color": LINE,
    "axes.axisbelow": True, "legend.frameon": False, "svg.fonttype": "none", "svg.hashsalt": "page",
}  # fmt: skip
DPI = 120


@contextmanager
def drawing(path: Path, width: float, height: float) -> Iterator[Figure]:
    """Give a figure of so many inches to draw on, and write it to a PNG."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
        yield figure
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
