"""What passes the runs of the whole core is given the tests of units."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.faults.tests import Failure
from honeyguide.faults.tree import Tree
from honeyguide.mutate import units as units_module
from honeyguide.mutate.kinds import changes
from honeyguide.mutate.source import read_sources
from honeyguide.mutate.units import Units
from honeyguide.project import ROOT


@pytest.mark.parametrize("built", [True, False])
def test_a_unit_kills_if_it_was_built_and_the_good_core_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: bool
) -> None:
    (path,) = (path for path in core().hdl() if path.stem == "ratel_saturate")
    change = changes(read_sources([path])[0])[0]
    unit, whole = "tests/rtl/control/test_control.py::test_a", "tests/sim/test_b.py::test_b"
    good = path.read_text()
    asked: list[tuple[str, bool]] = []

    def failing(tree: Tree, ids: Sequence[str]) -> Failure | None:
        broken = (tree.root / path.relative_to(ROOT)).read_text() != good
        asked.extend((name, broken) for name in ids)
        return Failure(test=unit, message="x", built=built, passed=0) if broken else None

    monkeypatch.setattr(units_module, "collect", lambda _: [whole, unit])
    monkeypatch.setattr(units_module, "first_failure", failing)
    units = Units(tmp_path, "8x8")
    assert units.broken(change) == (f"{unit}: x" if built else "")
    assert asked == [(unit, True), (unit, False)][: 1 + built]
    monkeypatch.setattr(
        units_module, "first_failure",
        lambda *_: Failure(test=unit, message="x", built=True, passed=0),
    )  # fmt: skip
    with pytest.raises(UserError, match="without a change fails"):
        Units(tmp_path, "8x8").broken(change)
