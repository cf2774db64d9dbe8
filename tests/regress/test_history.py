"""What earlier regressions say: failures again, differences, flaky seeds, the first bad commit."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from honeyguide import commits
from honeyguide.bisect import command as bisect
from honeyguide.bisect.command import Verdict, first_bad
from honeyguide.cli import UserError
from honeyguide.diff.command import main as diff
from honeyguide.regress.history import differences, failed_runs, flaky, load, read
from honeyguide.regress.suite import Entry, Suite

SUITE = Suite(entries=(Entry(name="layers.AnyLayers@pin", speed="pin", timeout_s=9.0),),
              configs=("8x8",))  # fmt: skip


def report(folder: Path, runs: Mapping[str, tuple[str, str, float]], *, sources: str = "s") -> Path:
    """A regression that ended: status, message and seconds of each run."""
    folder.mkdir(parents=True)
    outcomes = [
        {"name": name, "status": status, "message": message, "seconds": seconds, "sim_us": 1.0,
         "folder": "", "host": "here", "repeat": "make regress"}
        for name, (status, message, seconds) in runs.items()
    ]  # fmt: skip
    content = {"pass": False, "sources": sources, "outcomes": outcomes}
    (folder / "regress.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_a_regression_is_found_by_folder_by_report_by_name_and_as_the_latest(
    tmp_path: Path,
) -> None:
    with pytest.raises(UserError, match="there is no regression yet"):
        load(None, tmp_path)
    folder = report(tmp_path / "runs" / "1-regress-1", {"a.B-8x8-1": ("pass", "", 1.0)})
    (tmp_path / "regress").symlink_to(folder)
    for word in (None, str(folder), str(folder / "regress.json"), "1-regress-1"):
        assert load(word, tmp_path).name == "1-regress-1"
    with pytest.raises(UserError, match="no regression 'xyzzy'; there are 1-regress-1"):
        load("xyzzy", tmp_path)
    (folder / "regress.json").write_text('{"outcomes": [{"name": 3}]}', encoding="utf-8")
    with pytest.raises(UserError, match="is no report of a regression"):
        load(None, tmp_path)


def test_what_failed_is_run_again_with_its_entry_configuration_and_seed(tmp_path: Path) -> None:
    runs = {"layers.AnyLayers@pin-4x4-7": ("crash", "died", 1.0),
            "layers.AnyLayers@pin-8x8-8": ("pass", "", 1.0)}  # fmt: skip
    (again,) = failed_runs(read(report(tmp_path / "x", runs) / "regress.json"), SUITE)
    assert (again.entry.speed, again.config, again.seed) == ("pin", "4x4", 7)
    with pytest.raises(UserError, match="nothing failed"):
        failed_runs(read(report(tmp_path / "y", {}) / "regress.json"), SUITE)
    with pytest.raises(UserError, match=r"has no entry gone\.Test any more"):
        gone = report(tmp_path / "z", {"gone.Test-8x8-1": ("fail", "m", 1.0)})
        failed_runs(read(gone / "regress.json"), SUITE)


def test_two_regressions_differ_in_what_fails_why_and_how_long(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = report(tmp_path / "a", {
        "t.A-8x8-1": ("pass", "", 1.0), "t.A-8x8-2": ("fail", "byte 7 differs", 1.0),
        "t.A-8x8-3": ("fail", "byte 7 differs", 1.0), "t.A-8x8-4": ("fail", "byte 7 differs", 1.0),
        "t.A-8x8-5": ("pass", "", 4.0), "t.A-8x8-6": ("pass", "", 1.0),
    })  # fmt: skip
    after = report(tmp_path / "b", {
        "t.A-8x8-1": ("fail", "byte 9 differs", 1.0), "t.A-8x8-2": ("pass", "", 1.0),
        "t.A-8x8-3": ("fail", "byte 8 differs", 1.0), "t.A-8x8-4": ("timeout", "no end", 1.0),
        "t.A-8x8-5": ("pass", "", 9.0), "t.A-8x8-7": ("pass", "", 1.0),
    }, sources="other")  # fmt: skip
    found = differences(read(before / "regress.json"), read(after / "regress.json"))
    assert {title: len(lines) for title, lines in found.items()} == {
        "fail now": 1, "pass now": 1, "fail for another reason": 1, "slower": 1,
        "only in the first": 1, "only in the second": 1,
    }  # fmt: skip
    assert diff(["--a", str(before), "--b", str(after)]) == 1
    assert "t.A-8x8-1: fail: byte 9 differs" in capsys.readouterr().out
    assert diff(["--a", str(after), "--b", str(after)]) == 0
    assert "no difference" in capsys.readouterr().out


def test_a_seed_is_flaky_only_if_nothing_else_changed(tmp_path: Path) -> None:
    one = read(report(tmp_path / "a", {"t.A-8x8-1": ("fail", "m", 1.0)}) / "regress.json")
    same = read(report(tmp_path / "b", {"t.A-8x8-1": ("pass", "", 1.0)}) / "regress.json")
    other = report(tmp_path / "c", {"t.A-8x8-1": ("pass", "", 1.0)}, sources="other")
    assert flaky(one, same) == ["t.A-8x8-1"]
    assert flaky(one, read(other / "regress.json")) == []
    assert any(title.startswith("flaky") for title in differences(one, same))


# ---- bisect


def judge_of(verdicts: str) -> tuple[list[str], list[str]]:
    """Find the first bad of commits 0, 1, ...: g, b, or ? each; what was found, what was asked."""
    asked: list[str] = []
    kinds = {"g": Verdict.GOOD, "b": Verdict.BAD, "?": Verdict.UNKNOWN}

    def judge(commit: str) -> Verdict:
        asked.append(commit)
        return kinds[verdicts[int(commit)]]

    return first_bad([str(n) for n in range(len(verdicts))], judge), asked


@pytest.mark.parametrize("bad", range(1, 20))
def test_the_first_bad_commit_is_found_in_a_few_steps(bad: int) -> None:
    found, asked = judge_of("g" * bad + "b" * (20 - bad))
    assert found == [str(bad)]
    assert len(asked) <= 2 + 5 and len(set(asked)) == len(asked)


def test_commits_that_can_not_be_built_are_passed_over_and_named() -> None:
    assert judge_of("gg?gbb")[0] == ["4"]
    assert judge_of("gg??bb")[0] == ["2", "3", "4"]


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [("bb", "0 is not good: it fails"), ("?b", "can't be built"), ("gg", "nothing to find"),
     ("g", "no commit after")],
)  # fmt: skip
def test_what_can_not_be_searched_is_said(verdicts: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        judge_of(verdicts)


def test_the_core_of_a_commit_is_taken_out_of_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=x", "-c", "user.email=x@x", "-C", str(tmp_path), *words],
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip

    git("init", "-q")
    made = []
    for number in range(3):
        (tmp_path / "rtl").mkdir(exist_ok=True)
        (tmp_path / "rtl" / "a.v").write_text(f"// {number}\n", encoding="utf-8")
        (tmp_path / "notes").write_text(f"{number}", encoding="utf-8")
        git("add", ".")
        git("commit", "-q", "-m", f"change {number}")
        made.append(git("rev-parse", "HEAD"))
    (tmp_path / "notes").write_text("more", encoding="utf-8")
    git("commit", "-q", "-a", "-m", "only notes")
    monkeypatch.setattr(commits, "ROOT", tmp_path)
    assert bisect.commits(made[0]) == made[1:], "a commit that leaves the core alone does not count"
    commits.take_out(made[1], tmp_path / "out")
    assert (tmp_path / "out" / "rtl" / "a.v").read_text(encoding="utf-8") == "// 1\n"
    assert not (tmp_path / "out" / "notes").exists()
    with pytest.raises(UserError, match="git knows no commit 'nothing'"):
        bisect.main(["--good", "nothing", "--test", "smoke.FenceAlone"])
