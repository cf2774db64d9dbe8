"""What is told of a campaign: counts, reasons, the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.mutate.kinds import changes
from honeyguide.mutate.page import page, unbroken
from honeyguide.mutate.python.campaign import changes_of
from honeyguide.mutate.reasons import explained, read, reasons
from honeyguide.mutate.report import Fate, content
from honeyguide.mutate.source import Source, read_sources
from tests.framework.mutate.mutants import mutant


def test_reasons_stand_beside_survivors(tmp_path: Path) -> None:
    table = tmp_path / "survivors.toml"
    table.write_text(
        '[[survivor]]\nmodule = "m"\nold = "a  +\\n b"\nnew = ""\nreason = "Nobody asks."\n'
    )
    item = {"module": "m", "old": "a + b", "new": "", "why": "4 runs passed"}
    assert [one["why"] for one in explained([item, {**item, "new": "c"}], read(table))] == [
        "4 runs passed. Nobody asks.", "4 runs passed",
    ]  # fmt: skip
    table.write_text('[[survivor]]\nmodule = "m"\nold = "a"\nreason = "x"\n')
    with pytest.raises(UserError, match="says nothing of its new"):
        read(table)
    with pytest.raises(UserError, match="can't be read"):
        read(tmp_path / "none.toml")


def test_what_is_explained_still_stands_there() -> None:
    """A reason for a change that is not possible any more would explain nothing."""
    every = {
        (item.module, " ".join(item.old.split()), " ".join(item.new.split()))
        for item in [
            *(one for source in read_sources(core().hdl()) for one in changes(source)),
            *(one for part in core().parts.values() for one in changes_of(part)),
        ]
    }
    assert [key for key in reasons() if key not in every] == []


def test_the_report_counts_and_explains(demo: Source) -> None:
    change = changes(demo)[0]
    said = content(
        [
            mutant(change, Fate.KILLED, test="t"),
            mutant(change, Fate.PROVED),
            mutant(change, Fate.NOT_BUILT),
            mutant(change, Fate.SURVIVED, tried=4, differs=0),
            mutant(change, Fate.SURVIVED, tried=4, differs=2),
        ]
    )
    assert (said["mutants"], said["killed"], said["proved"], said["score"]) == (5, 1, 1, 0.3333)
    made = {"config": "c", "seed": 1, "date": "2026-01-02", "commit": "abc", "cpu_seconds": 60.0}
    golden = {**said, **made, "mutants": 7}
    written = page({**said, **made}, command="make mutate", runs=4, parts={"golden": golden})
    assert "| golden | 7 | 1 | 2 | 33.3% | 2026-01-02, abc |" in written
    assert unbroken(written)
    assert not unbroken(written.replace("| 33.3% |", "| 99.9% |", 1))
    assert not unbroken(written.rpartition("\n<!--")[0])
    assert "| `demo` | 5 | 1 | 1 | 2 | 33.3% |" in written
    assert "between | 6.1% and 79.2% |" in written
    assert "| time of processors | 60 s, 12.0 s a change |" in written
    assert "not\ndecided" not in written
    killed = page({**said, **made, "broken_off": 2}, command="make mutate", runs=4)
    assert "| time of processors, at least: this was killed twice, and its last work " in killed
    (left,) = said["survivors"][:1]
    open_ = {**left, "why": "not decided: 8 runs passed, then no more"}
    so_far = page({**said, **made, "survivors": [open_]}, command="make mutate", runs=59)
    assert "nobody would know. So is what was not\ndecided when this was written" in so_far
    assert "passed 59" not in so_far
    began = {"began": {"commit": "old", "date": "2026-01-01"}, "kept": 2}
    later = page({**said, **made, **began}, command="make mutate", runs=4)
    assert "began on 2026-01-01 and settled 2; the other 2 were tried again" in later
    # What was tried again was seen by tests written for it: the first try says what others have.
    twice = {**said, **made, **began, "mutants": 100, "killed": 90, "not_built": 0, "kept": 70}
    assert "when 67.4% of these were seen, lies, with 95 %, between | 57.3% and 76.1% |" in page(
        twice, command="make mutate", runs=4
    )
    assert written.count("| `demo.v:") == 4  # the core's, and the part's
    assert [item["why"].rsplit(": ")[-1] for item in said["survivors"]] == [
        "stimulus is missing", "a check is missing",
    ]  # fmt: skip
