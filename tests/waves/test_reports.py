"""The failures' part of a regression's page, and the timeline of a transcript."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.regress.explain import explain_failures
from honeyguide.regress.page import html
from honeyguide.regress.suite import Entry, Run
from honeyguide.regress.summary import Story, Summary
from honeyguide.regress.work import Outcome
from honeyguide.sim import HdlError, SimResult, SimStatus
from honeyguide.waves.repeat import Repeat, Repeated
from scripts.debug.timeline import main, read_bars, timeline_page
from tb.env.first_difference_transcript import HEADER, transcript_lines
from tests.waves.test_first_difference import job, right_job

ENTRY = Entry(name="layers.MacLayers", timeout_s=9.0)


def summary(statuses: list[tuple[str, str]]) -> Summary:
    runs = [Run(entry=ENTRY, config="8x8", seed=seed) for seed in range(len(statuses))]
    outcomes = [
        Outcome(name=run.name, status=status, message=message, seconds=1.0, sim_us=1.0,
                folder="", host="here")
        for run, (status, message) in zip(runs, statuses, strict=True)
    ]  # fmt: skip
    return Summary(runs={run.name: run for run in runs}, outcomes=outcomes, seconds=1.0, jobs=1,
                   where="here")  # fmt: skip


class Links(HTMLParser):
    """Collects what a page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]


def pretended(wanted: Repeat) -> Repeated:
    (wanted.folder / "run").mkdir(parents=True)
    for name in ("waves.vcd", "run/trace.log", "run/log.txt"):
        (wanted.folder / name).write_text("x", encoding="utf-8")
    result = SimResult(
        status=SimStatus.FAIL, message="m", tests=(), seed=wanted.seed, seconds=1.0, returncode=1,
        log=wanted.folder / "run/log.txt", results_xml=None, coverage=None, waves=None,
    )  # fmt: skip
    return Repeated(
        result=result, difference={"sentences": "stage <array>: wrong"}, folder=wanted.folder,
        waves=wanted.folder / "waves.vcd",
    )  # fmt: skip


def test_one_failure_of_each_cause_is_explained_and_linked(tmp_path: Path) -> None:
    statuses = [("pass", ""), ("fail", "byte 1 differs"), ("fail", "byte 2 differs"),
                ("crash", "died")]  # fmt: skip
    found = explain_failures(summary(statuses), tmp_path, repeat_run=pretended)
    assert len(found) == 2
    text = html(summary(statuses), Story(explained=found), tmp_path)
    assert "stage &lt;array&gt;" in text
    links = Links()
    links.feed(text)
    own = [link for link in links.found if link != "data:," and link[0] != "#"]
    assert len(own) == 8
    for link in own:
        assert not re.match(r"[a-z]+:|/", link), "works offline and can be moved"
        assert (tmp_path / link).is_file()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1.0, "the regression was short"), (100.0, "for 10.0 s"), (9999.0, "for 60.0 s")],
)
def test_a_failure_is_made_smaller_when_there_is_time(
    seconds: float, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small(run: Run, folder: Path, limit: float) -> str:
        (folder / "small_one.py").write_text("x", encoding="utf-8")
        return f"tried {run.name} for {limit} s"

    knows = replace(core(), shrink=small)
    monkeypatch.setattr("honeyguide.regress.explain.core", lambda: knows)
    found = summary([("fail", "byte 1 differs")])
    (told,) = explain_failures(
        replace(found, seconds=seconds), tmp_path, repeat_run=pretended
    ).values()
    assert said in told.smaller and told.made is not None
    with zipfile.ZipFile(told.made) as archive:
        inside = any(name.endswith("/small_one.py") for name in archive.namelist())
    assert inside == (seconds > 1)


def test_nothing_is_repeated_when_all_passed_and_a_refused_build_is_told(tmp_path: Path) -> None:
    def refuse(wanted: Repeat) -> Repeated:
        raise HdlError("no compiler <here>")

    assert explain_failures(summary([("pass", "")]), tmp_path, repeat_run=refuse) == {}
    (told,) = explain_failures(summary([("fail", "m")]), tmp_path, repeat_run=refuse).values()
    assert "no compiler <here>" in told.headline
    page = html(summary([("fail", "m")]), Story(explained={"layers.MacLayers-8x8-0": told}))
    assert "no compiler &lt;here&gt;" in page


def transcript() -> str:
    goldens, recorder = right_job()
    recording = job(goldens, recorder).recording
    return "\n".join([HEADER, *transcript_lines(recording.instructions, goldens, {2: "layer 0"})])


def test_the_transcript_has_one_line_an_instruction_with_its_cycles() -> None:
    lines = transcript().splitlines()
    assert len(lines) == 15 + 3  # and the header, the layer and its end
    (conv,) = (line for line in lines if "  conv " in line)
    assert conv.split()[:7] == ["10", "200", "-", "200", "202", "203", "215"]
    assert lines.index("# layer 0") + 1 == next(i for i, t in enumerate(lines) if "ld.t" in t)


def test_the_timeline_has_a_bar_for_each_instruction_of_an_engine(tmp_path: Path) -> None:
    bars = read_bars(transcript())
    assert [(bar.engine, bar.index, bar.start, bar.end) for bar in bars] == [
        ("load", 2, 43, 55), ("load", 3, 63, 75), ("execute", 10, 203, 215), ("store", 13, 263, 275)
    ]  # fmt: skip
    busy = read_bars("     1  1  2  3  4  10  20  conv a=1  ; 5 steps")
    assert busy[0].busy == 0.5
    text = timeline_page(transcript())
    assert text.count("<g><title>") == 4
    assert "<script" not in text
    with pytest.raises(UserError, match="no instruction"):
        timeline_page(HEADER)
    with pytest.raises(UserError, match="no transcript"):
        main([str(tmp_path / "none.log")])
