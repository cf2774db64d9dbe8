"""The benches of reproduced defects, run on the core; docs/verification.md has their table.

They lie in ../shared/reproductions beside the checkout; without them only the table is checked.
"""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from honeyguide.faults.faults import load_faults
from tb.build import ROOT

BENCHES = ROOT.parent / "shared" / "reproductions"
ROW = re.compile(
    r"^\| `(\w+)` \| (gone|counterpart)[^|]* \| `([^`]+)` \| ([^|]+) \|$", re.MULTILINE
)


TOLD = re.compile(r"^\| ([^|]+) \| `(\w[^`]+::\w+)` \| ([^|]+) \|$", re.MULTILINE)


def table() -> dict[str, tuple[str, str, list[str]]]:
    """Return outcome, counterpart and faults of each bench, as the page has them."""
    page = (ROOT / "docs" / "verification.md").read_text(encoding="utf-8")
    return {
        name: (outcome, test, re.findall(r"\d{3}_\w+", faults))
        for name, outcome, test, faults in ROW.findall(page)
    }


def told() -> dict[str, tuple[str, str, list[str]]]:
    """Return the same of what was told without a bench."""
    page = (ROOT / "docs" / "verification.md").read_text(encoding="utf-8")
    return {
        name: ("told", test, re.findall(r"\d{3}_\w+", faults))
        for name, test, faults in TOLD.findall(page)
    }


def test_every_row_names_a_test_and_faults_that_are_there() -> None:
    known = {fault.name for fault in load_faults()}
    assert len(table()) == 16
    assert len(told()) == 8
    for name, (_, test, faults) in {**table(), **told()}.items():
        file, _, function = test.partition("::")
        assert re.search(rf"\b{function}\b", (ROOT / file).read_text(encoding="utf-8")), name
        assert faults, f"{name} has no fault of the self-test"
        assert set(faults) <= known, f"{name}: {set(faults) - known} is not there"


@pytest.mark.external
@pytest.mark.slow
@pytest.mark.skipif(not BENCHES.is_dir(), reason=f"the benches are not here: {BENCHES}")
@pytest.mark.skipif(shutil.which("iverilog") is None, reason="the benches need iverilog")
def test_what_is_said_to_be_gone_is_gone() -> None:
    done = subprocess.run(
        [BENCHES / "run.sh"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    found = {name: "gone" if text == "gone" else "counterpart" for name, text in said.items()}
    assert found == {name: outcome for name, (outcome, _, _) in table().items()}, done.stdout
