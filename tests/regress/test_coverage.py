"""Merging, grading, excluding and choosing on small made-up coverage; what must fail, fails."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from honeyguide.cli import UserError
from honeyguide.coverage.code import CodeCoverage, Point, compact, parse_point, shares
from honeyguide.coverage.collector import FILE, Collector, LibraryPoint, library_grade
from honeyguide.coverage.exclusions import excluded_points, load_exclusions
from honeyguide.coverage.functional import FunctionalCoverage, add_runs, smallest_set, total_bins
from honeyguide.coverage.page import Bars, CoverageReport, html
from honeyguide.regress.coverage import merge
from honeyguide.regress.kept import kept_runs, write_kept
from honeyguide.regress.suite import deal, load_suite
from honeyguide.regress.summary import Summary
from honeyguide.regress.work import Outcome
from tb.build import ROOT
from tb.coverage.points import POINTS


def run_with(folder: Path, *hits: tuple[str, str], outside: bool = False) -> Path:
    """A run's folder with functional coverage, through the collector."""
    folder.mkdir()
    collector = Collector()
    for point, name in hits:
        collector.hit(point, name)
    if outside:
        collector.hit("bus.page_end", "sideways")
    collector.write(folder)
    return folder


# ---- functional coverage


def test_bins_are_unique_and_points_are_not_trivial() -> None:
    for name, bins in POINTS.items():
        assert len(set(bins)) == len(bins) >= 2, name
    assert total_bins() > 900


def test_runs_add_up_and_points_weigh_the_same(tmp_path: Path) -> None:
    first = run_with(tmp_path / "a", ("bus.page_end", "read"), ("bus.page_end", "read"))
    second = run_with(tmp_path / "b", ("bus.page_end", "write"), ("interrupt.line", "rise"))
    merged, each = add_runs([first, second])
    assert merged.hits["bus.page_end", "read"] == 2
    assert merged.runs["bus.page_end", "read"] == 1
    assert merged.point("bus.page_end") == 100
    assert merged.point("interrupt.line") == 50
    assert merged.grade == pytest.approx(150 / len(POINTS))
    assert each["b"] == {("bus.page_end", "write"), ("interrupt.line", "rise")}
    assert ("interrupt.line", "fall") in merged.holes()
    assert len(merged.holes()) == total_bins() - merged.covered


def test_the_library_grades_as_we_do() -> None:
    everything = {name: dict.fromkeys(bins, 1) for name, bins in POINTS.items()}
    assert library_grade(everything) == 100
    one = {"bus.page_end": {"read": 3}}  # nothing is left of what was graded before
    assert library_grade(one) == pytest.approx(50 / len(POINTS))


def test_a_library_that_counts_or_grades_otherwise_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run_with(tmp_path / "a", ("bus.page_end", "read"))
    with monkeypatch.context() as patch:
        patch.setattr(LibraryPoint, "percentage", 0.0)
        with pytest.raises(RuntimeError, match=r"cocotb-coverage grades 0\.0000 %, we 0"):
            add_runs([folder])
    monkeypatch.setattr(LibraryPoint, "covered", {"write"})
    with pytest.raises(RuntimeError, match="cocotb-coverage disagrees on"):
        add_runs([folder])


def test_a_value_without_a_bin_is_reported_and_no_pass(tmp_path: Path) -> None:
    merged, _ = add_runs([run_with(tmp_path / "a", outside=True)])
    assert merged.outside == {"bus.page_end: sideways"}
    assert "bus.page_end: sideways stands for no bin" in make_report(merged).problems()


def test_coverage_of_another_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        json.dumps({"points": {"bus.page_end": {"up": 1}}, "outside": []}), encoding="utf-8"
    )
    with pytest.raises(UserError, match="up, which is no bin"):
        FunctionalCoverage().add(tmp_path / FILE)
    (tmp_path / FILE).write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match="can't be read"):
        FunctionalCoverage().add(tmp_path / FILE)


# ---- choosing runs


def test_the_smallest_set_hits_the_same_bins_and_leaves_out_what_adds_nothing() -> None:
    a, b, c, d = (("p", name) for name in "abcd")
    hits = {"all": {a, b, c}, "ab": {a, b}, "c": {c}, "d": {d}, "again": {a, d}}
    cost = dict.fromkeys(hits, 1.0)
    chosen = smallest_set(hits, cost)
    assert set().union(*(hits[name] for name in chosen)) == {a, b, c, d}
    assert len(chosen) == 2
    assert smallest_set({}, {}) == []


def test_a_cheap_pair_beats_a_costly_run() -> None:
    a, b = ("p", "a"), ("p", "b")
    hits = {"costly": {a, b}, "x": {a}, "y": {b}}
    assert sorted(smallest_set(hits, {"costly": 100.0, "x": 1.0, "y": 1.0})) == ["x", "y"]


def test_what_later_runs_make_needless_is_dropped() -> None:
    bins = [("p", name) for name in "abcdef"]
    hits = {"first": set(bins[1:5]), "left": set(bins[:3]), "right": set(bins[3:])}
    cost = {"first": 1.0, "left": 1.0, "right": 1.0}
    assert sorted(smallest_set(hits, cost)) == ["left", "right"]


@pytest.mark.parametrize("slow", ["one", "two"])
def test_the_same_runs_are_chosen_whatever_the_machine_took_for_them(
    tmp_path: Path, slow: str
) -> None:
    outcomes = []
    for name in ("one", "two"):
        folder = run_with(tmp_path / name, ("bus.page_end", "read"))
        outcomes.append(
            Outcome(
                name=name, status="pass", message="", seconds=9.0 if name == slow else 1.0,
                sim_us=50.0, folder=str(folder), host="here",
            )
        )  # fmt: skip
    summary = Summary(runs={}, outcomes=outcomes, seconds=10.0, jobs=1, where="here")
    assert merge(summary, bars=Bars(), code=False).chosen == ["one"]


def test_kept_runs_are_read_as_they_were_written(tmp_path: Path) -> None:
    suite = load_suite()
    runs = list(deal(suite.entries, suite.configs, count=40, seed=9))
    path = tmp_path / "kept.toml"
    write_kept(runs, path)
    assert kept_runs(suite, path) == runs
    path.write_text('runs = [["no.Such", "8x8", 1]]', encoding="utf-8")
    with pytest.raises(UserError, match="unknown test"):
        kept_runs(suite, path)
    path.write_text("runs = []", encoding="utf-8")
    with pytest.raises(UserError, match="names no run"):
        kept_runs(suite, path)


# ---- code coverage


def dat_line(page: str, what: str, count: int, *, line: int = 5, file: str = "rtl/x.v") -> str:
    parts = {
        "f": str(ROOT / file), "l": str(line), "n": "3", "page": page, "o": what, "h": "top.x",
    }  # fmt: skip
    return "C '" + "".join(f"\x01{k}\x02{v}" for k, v in parts.items()) + f"' {count}"


def run_with_dat(folder: Path, *lines: str) -> Path:
    folder.mkdir()
    text = "\n".join(["# SystemC::Coverage-3", *lines, ""])
    (folder / "coverage.dat").write_text(text, encoding="utf-8")
    compact(folder)
    assert not (folder / "coverage.dat").exists()
    return folder


def merged_code(*folders: Path) -> CodeCoverage:
    code = CodeCoverage()
    for folder in folders:
        code.add(folder)
    code.finish()
    return code


def test_files_are_merged_by_page_and_variants_of_a_module_add_up(tmp_path: Path) -> None:
    first = run_with_dat(
        tmp_path / "a",
        dat_line("v_line/x", "block", 1),
        dat_line("v_branch/x", "if", 0),
        dat_line("v_branch/x", "else", 3),
        dat_line("v_toggle/x__W8", "q[0]:0->1", 0),
        dat_line("v_toggle/x__W4", "q[0]:0->1", 300),
        dat_line("v_user/x", "cover", 1),
        dat_line("v_line/bench", "block", 9, file="tb/hdl/bench.sv"),
    )
    second = run_with_dat(
        tmp_path / "b", dat_line("v_line/x", "block", 2), dat_line("v_toggle/x", "q[1]:1->0", 0)
    )
    code = merged_code(first, second, second)
    point = Point("toggle", "rtl/x.v", 5, 3, "q[0]:0->1")
    assert code.counts[point] == 255, "counts of a run saturate"
    assert code.counts[Point("line", "rtl/x.v", 5, 3, "block")] == 5
    measured = shares(code.counts, set())
    assert {kind: (s.hit, s.total) for kind, s in measured.items()} == {
        "line": (1, 1), "branch": (1, 2), "toggle": (1, 2), "expression": (0, 0),
    }  # fmt: skip


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "coverage.dat").write_text("hello\n", encoding="utf-8")
    with pytest.raises(UserError, match="is no coverage file"):
        compact(tmp_path)


def test_counts_that_do_not_fit_their_points_are_refused(tmp_path: Path) -> None:
    folder = run_with_dat(tmp_path / "a", dat_line("v_line/x", "block", 1))
    (layout,) = (tmp_path / ".layouts").iterdir()
    layout.write_text(layout.read_text(encoding="utf-8") + "\nmore", encoding="utf-8")
    with pytest.raises(UserError, match="lists 2 points for 1 counts"):
        merged_code(folder)


def test_only_the_core_counts() -> None:
    assert parse_point(dat_line("v_line/x", "b", 1).rpartition(" ")[0]) is not None
    bench = dat_line("v_line/x", "b", 1, file="tb/hdl/y.sv").rpartition(" ")[0]
    assert parse_point(bench) is None


# ---- exclusions

POINT = Point("toggle", "rtl/x.v", 5, 3, "unused:0->1")
OTHER = Point("toggle", "rtl/x.v", 6, 3, "used:0->1")


def exclusions(tmp_path: Path, text: str) -> list[Any]:
    path = tmp_path / "e.toml"
    path.write_text(text, encoding="utf-8")
    return load_exclusions(path)


ENTRY = '[[exclude]]\nfile = "rtl/x.v"\nwhat = "unused.*"\nreason = "nothing ever reads it"\n'


def test_an_exclusion_takes_its_points_out_of_the_percentage(tmp_path: Path) -> None:
    counts = Counter({POINT: 0, OTHER: 4})
    listed = exclusions(tmp_path, ENTRY)
    matched, wrong = excluded_points(counts, listed, lambda _: "")
    assert matched == {listed[0]: [POINT]}
    assert not wrong
    share = shares(counts, {POINT})["toggle"]
    assert (share.percent, share.raw) == (100, 50)


def test_an_exclusion_that_is_not_needed_is_wrong(tmp_path: Path) -> None:
    listed = exclusions(tmp_path, ENTRY)
    _, wrong = excluded_points(Counter({POINT: 2, OTHER: 0}), listed, lambda _: "")
    assert "every point was hit" in wrong[0]
    _, wrong = excluded_points(Counter({OTHER: 0}), listed, lambda _: "")
    assert "matches nothing" in wrong[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[exclude]]\nfile = "rtl/x.v"\nwhat = "a"', "a reason is missing"),
        ('[[exclude]]\nfile = "rtl/x.v"\nwhat = "a"\nreason = "because"', "a reason is missing"),
        ('[[exclude]]\nfile = ".*"\nreason = "we do not like this file"', "must name a file"),
        ('[[exclude]]\nwhat = ".*"\nreason = "we do not like these at all"', "must name a file"),
        (ENTRY + 'kind = "togle"', "'togle' is no kind"),
        (ENTRY + 'lines = "3"', "lines means nothing"),
    ],
)
def test_a_bad_exclusion_is_one_sentence(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=words):
        exclusions(tmp_path, text)


def test_the_projects_own_exclusions_are_well_formed() -> None:
    assert load_exclusions()


# ---- the verdict


def make_report(
    merged: FunctionalCoverage, code: CodeCoverage | None = None, **bars: float
) -> CoverageReport:
    return CoverageReport(
        functional=merged, code=code, exclusions={}, wrong=[], bars=Bars(**bars), chosen=[],
        seconds_all=0, seconds_chosen=0,
    )  # fmt: skip


def test_a_bar_that_is_not_reached_is_a_problem(tmp_path: Path) -> None:
    merged, _ = add_runs([run_with(tmp_path / "f", ("interrupt.line", "rise"))])
    code = merged_code(
        run_with_dat(
            tmp_path / "a", dat_line("v_line/x", "b", 1), dat_line("v_line/x", "c", 0, line=9)
        )
    )
    assert make_report(merged, code, line=50).problems() == []
    assert make_report(merged, code, line=51).problems() == ["line coverage is 50.00 %, not 51 %"]
    assert make_report(merged, code, branch=1).problems() == ["no branch coverage was collected"]
    assert make_report(merged, None, line=1).problems() == ["no line coverage was collected"]
    problem = make_report(merged, functional=1).problems()[0]
    assert re.match(r"functional coverage is 0\.\d\d %", problem)
    assert make_report(FunctionalCoverage()).problems() == ["no run left any functional coverage"]
    assert "50.00 %" in html(make_report(merged, code, line=51), [])
