"""Mutants of Python: the kinds, the tests that reach them, and what is a kill."""

from __future__ import annotations

import ast
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from honeyguide.cli import UserError
from honeyguide.core import PythonPart
from honeyguide.mutate.kinds import Change
from honeyguide.mutate.merge import applied
from honeyguide.mutate.python import campaign as campaign_module
from honeyguide.mutate.python import choice as choice_module
from honeyguide.mutate.python import station as station_module
from honeyguide.mutate.python.campaign import PythonCampaign, changes_of
from honeyguide.mutate.python.kinds import KINDS, changes
from honeyguide.mutate.python.station import Ran, Station
from honeyguide.mutate.report import Fate, Mutant

DEMO = '''"""Words that are not computed: 1 + 2."""
from __future__ import annotations

LIMIT = 9


def clip(values: list[int], low: int = 0) -> list[int]:
    """Return the values, none above LIMIT."""
    if not values and low >= 0:
        raise ValueError(f"nothing, {low + 1}")
    found = [min(value & 15, LIMIT) for value in values[1:]]
    found[0] = found[0] * 2 if low else -found[0]
    found.append(max(3, len(found), key=abs))
    found += sorted(range(len(found), 0))
    return found


def idle() -> int:
    total = 0
    for number in range(0, 9):
        if number == 3:
            continue
        total += number
    return total
'''
TESTS = """from demo import clip, idle

def test_clip():
    assert clip([1, 2, 30]) == [-2, 9, 3]

def test_that_is_wrong():
    assert idle() == 1

def test_idle():
    assert idle() == 33
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with a module and its tests."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "demo.py").write_text(DEMO)
    (root / "test_demo.py").write_text(TESTS)
    for module in (campaign_module, choice_module):
        monkeypatch.setattr(module, "ROOT", root)
    monkeypatch.setattr(campaign_module, "Tree", Copy)
    return root


class Copy:
    """Stands in for the copy of the whole project."""

    def __init__(self, name: str, *, folder: Path) -> None:
        self.root = folder / name
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(
            next(path / "project" for path in folder.parents if (path / "project").is_dir()),
            self.root,
        )


PART = PythonPart(files=("demo.py",), tests=("test_demo.py",))


def run(project: Path, wanted: list[Change]) -> list[Mutant]:
    """Return what becomes of changes."""
    folder = project.parent / "work"
    folder.mkdir(exist_ok=True)
    return PythonCampaign(part=PART, changes=wanted, folder=folder, tell=lambda _: None).run()


def named(project: Path, text: str) -> Change:
    """Return the first change that reads so."""
    del project
    return next(item for item in changes_of(PART) if text in str(item))


def test_every_kind_is_found_and_is_python(project: Path) -> None:
    found = changes(project / "demo.py", "demo.py")
    kinds = {item.kind for item in found}
    assert kinds >= set(KINDS) - {"loop", "bitwise", "call"} and kinds <= set(KINDS)
    assert len({item.name for item in found}) == len(found)
    for item in found:
        after = applied(DEMO, item)
        assert ast.unparse(ast.parse(after)) != ast.unparse(ast.parse(DEMO))


def test_what_is_only_said_is_left_alone(project: Path) -> None:
    lines = {DEMO.splitlines()[item.line - 1] for item in changes(project / "demo.py", "demo.py")}
    assert not any('"""' in line or line.startswith("from") for line in lines)
    said = [item for item in changes(project / "demo.py", "demo.py") if "low + 1" in item.old]
    assert [item.kind for item in said] == ["raise"]


def test_an_order_that_does_not_matter_is_no_change(project: Path) -> None:
    found = [
        item.old for item in changes(project / "demo.py", "demo.py") if item.kind == "arguments"
    ]
    assert found == ["len(found), 0", "0, 9"]


def test_a_test_that_falls_kills_and_others_do_not(project: Path) -> None:
    wanted = [
        named(project, "9 -> (9 + 1)"),  # outside of functions
        named(project, "total += number"),
        named(project, "number == 3 -> number != 3"),
        named(project, "0 -> (0 + 1)"),
    ]
    mutants = {str(item.change): item for item in run(project, wanted)}
    killed = [item for item in mutants.values() if item.fate is Fate.KILLED]
    assert len(killed) >= 3
    assert all("test_that_is_wrong" not in item.test for item in killed)
    loop = next(item for item in mutants.values() if "total" in item.change.old)
    assert loop.test.endswith("::test_idle")
    assert loop.tried == 1  # the other test does not call it, or fails anyway


def test_what_does_not_end_is_killed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign_module, "LITTLE_S", 1.0)
    path = project / "demo.py"
    path.write_text(path.read_text() + "\n\ndef ever() -> int:\n    n = 0\n    while n < 3:\n"
                    "        n += 1\n    return n\n")  # fmt: skip
    tests = project / "test_demo.py"
    tests.write_text(
        TESTS + "\ndef test_ever():\n    from demo import ever\n    assert ever() == 3\n"
    )
    (mutant,) = run(project, [named(project, "n += 1 -> pass")])
    assert (mutant.fate, mutant.test) == (Fate.KILLED, "time")


def test_what_nobody_calls_survives_and_says_so(project: Path) -> None:
    (project / "test_demo.py").write_text("def test_other():\n    assert True\n")
    path = project / "demo.py"
    assert path.is_file()
    mutants = run(project, [named(project, "total += number")])
    assert [item.fate for item in mutants] == [Fate.SURVIVED]
    assert mutants[0].message == "no test calls it"


def test_a_test_that_reads_a_file_judges_what_stands_outside_of_functions(project: Path) -> None:
    """As one that looks for what is stale: it calls nothing of a generated table."""
    (project / "test_demo.py").write_text(
        "from pathlib import Path\n\ndef test_other():\n    assert True\n\n"
        "def test_table():\n    assert '= 9' in Path(__file__).with_name('demo.py').read_text()\n"
    )
    table, inside = run(project, [named(project, "9 -> (9 + 1)"), named(project, "total += numb")])
    assert (table.fate, table.tried) == (Fate.KILLED, 1)
    assert table.test.endswith("::test_table")
    assert (inside.fate, inside.tried) == (Fate.SURVIVED, 1)  # by that test, for want of another


def test_what_is_called_once_and_remembered_is_judged_by_all_tests_of_the_file(
    project: Path,
) -> None:
    path = project / "demo.py"
    path.write_text(
        "from functools import cache\n\n\n@cache\ndef size() -> int:\n    return 3 + 4\n\n\n"
        "def twice() -> int:\n    return size() * 2\n\n\nKNOWN = size()\n"
    )
    (project / "test_demo.py").write_text(
        "from demo import twice\n\n\ndef test_twice():\n    assert twice() == 14\n"
    )
    (mutant,) = run(project, [named(project, "3 + 4 -> 3 - 4")])
    assert (mutant.fate, mutant.test) == (Fate.KILLED, "test_demo.py::test_twice")


def test_what_runs_when_a_file_is_read_is_judged_by_all_tests_of_the_file(project: Path) -> None:
    """Not by the one alone that happens to import it first."""
    (project / "demo.py").write_text(
        "def table() -> int:\n    return 3\n\n\nTABLE = table()\n\n\n"
        "def first() -> int:\n    return 1\n\n\ndef second() -> int:\n    return TABLE\n"
    )
    (project / "test_demo.py").write_text(
        "def test_first():\n    from demo import first\n    assert first() == 1\n\n"
        "def test_second():\n    from demo import second\n    assert second() == 3\n"
    )
    (mutant,) = run(project, [named(project, "3 -> (3 + 1)")])
    assert mutant.fate is Fate.KILLED
    assert mutant.test == "test_demo.py::test_second"


def test_what_tests_reach_is_kept_file_by_file(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupt loses the file that was running; what the options ignore is not run."""
    for name in ("one", "two"):
        (project / f"test_{name}.py").write_text(TESTS)
    part = PythonPart(
        files=("demo.py",), tests=(".",),
        options=("--ignore=test_two.py",),
    )  # fmt: skip
    ran: list[str] = []
    sound = campaign_module._reached

    def reached(station: Station, part: PythonPart, file: str, reach: Path) -> None:
        ran.append(file)
        if len(ran) == 2:
            raise KeyboardInterrupt
        sound(station, part, file, reach)

    monkeypatch.setattr(campaign_module, "_reached", reached)
    folder = project.parent / "work"
    folder.mkdir()
    wanted = [named(project, "total += number")]
    campaign = PythonCampaign(part=part, changes=wanted, folder=folder, tell=lambda _: None, jobs=1)
    with pytest.raises(KeyboardInterrupt):
        campaign.run()
    (mutant,) = campaign.run()
    assert mutant.fate is Fate.KILLED
    assert ran == ["test_demo.py", "test_one.py", "test_one.py"]


def test_without_a_test_that_passes_nothing_is_judged(project: Path) -> None:
    (project / "test_demo.py").write_text("def test_bad():\n    assert False\n")
    with pytest.raises(UserError, match="no test of this part passes"):
        run(project, [named(project, "total += number")])
    (project / "test_demo.py").write_text("def nothing(): pass\n")
    with pytest.raises(UserError):
        run(project, [named(project, "total += number")])


def test_a_campaign_goes_on_and_a_changed_file_begins_anew(project: Path) -> None:
    wanted = [named(project, "total += number")]
    assert run(project, wanted)[0].fate is Fate.KILLED
    state = project.parent / "work" / "state.jsonl"
    kept = state.read_text()
    assert run(project, wanted)[0].fate is Fate.KILLED
    assert state.read_text() == kept
    (project / "test_demo.py").write_text(TESTS.replace("33", "33  # still"))
    run(project, wanted)
    assert state.read_text() != kept


def test_a_file_of_tests_that_can_not_be_read_any_more_is_a_kill(project: Path) -> None:
    path = project / "test_demo.py"
    path.write_text(
        "from demo import idle\nassert idle() == 33\n\n\ndef test_clip():\n"
        "    from demo import clip, idle\n    assert idle() and clip([1, 2])\n"
    )
    (mutant,) = run(project, [named(project, "total += number")])
    assert mutant.fate is Fate.KILLED


def test_a_test_that_the_good_code_fails_now_and_then_kills_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It passes when all tests run on the good code, and fails whatever it is given after that."""
    (project / "test_demo.py").write_text(
        "from pathlib import Path\nfrom demo import idle\n\n\ndef test_moody():\n"
        "    mark = Path(__file__).with_name('mark')\n    idle()\n"
        "    first = not mark.exists()\n    mark.touch()\n    assert first\n\n\n"
        "def test_sound():\n    assert idle() < 40 and sum(range(100000))\n"
    )
    same, other = run(
        project, [named(project, "number == 3 -> number != 3"), named(project, "9 -> (9 + 1)")]
    )
    assert same.fate is Fate.SURVIVED
    assert "judges no more" in capsys.readouterr().out
    assert other.fate is Fate.SURVIVED


@pytest.mark.parametrize("code", [station_module.OUT_OF_CLOCK, -9])
def test_what_the_clock_or_the_machine_ends_has_no_verdict(
    project: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    sound = Station.run

    def ended(self: Station, arguments: list[str], log: Path, **more: Any) -> Ran:
        return sound(self, arguments, log, **more) if more.get("reach") else Ran(code=code, cpu_s=1)

    monkeypatch.setattr(Station, "run", ended)
    (mutant,) = run(project, [named(project, "total += number")])
    assert mutant.fate is Fate.SURVIVED
    assert mutant.message.startswith("no verdict: ")


def test_the_clock_is_told_from_a_death(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(station_module, "CLOCK_S", 1)
    for wanted, body in ((station_module.OUT_OF_CLOCK, "sleep"), (-9, "kill")):
        pid = os.fork()
        if not pid:
            os.setsid()
            if body == "kill":
                os.kill(os.getpid(), 9)
            time.sleep(60)
        assert station_module._ended(pid) == wanted


def test_who_only_reads_a_constant_judges_it(project: Path) -> None:
    """It runs no line of the file; the test beside it does, and sees nothing."""
    (project / "test_demo.py").write_text(
        "from demo import idle\n\n\ndef test_idle():\n    assert idle() == 33\n"
    )
    (project / "test_limit.py").write_text(
        "import demo\n\n\ndef test_limit():\n    assert demo.LIMIT == 9\n"
    )
    folder = project.parent / "work"
    folder.mkdir()
    part = PythonPart(files=("demo.py",), tests=("test_demo.py", "test_limit.py"))
    (mutant,) = PythonCampaign(
        part=part, changes=[named(project, "9 -> (9 + 1)")], folder=folder, tell=lambda _: None
    ).run()
    assert (mutant.fate, mutant.test) == (Fate.KILLED, "test_limit.py::test_limit")


def test_a_zip_that_may_end_early_breaks_a_rule(project: Path) -> None:
    path = project / "demo.py"
    path.write_text(
        "def pairs() -> list[int]:\n    return [a + b for a, b in zip((1,), (2,), strict=True)]\n"
    )
    (project / "test_demo.py").write_text(
        "from demo import pairs\n\n\ndef test_pairs():\n    assert pairs() == [3]\n"
    )
    wanted = [change for change in changes_of(PART) if "True" in change.old]
    assert sorted(change.kind for change in wanted) == ["constant", "keyword"]
    for mutant in run(project, wanted):
        assert (mutant.fate, mutant.test, mutant.tried) == (Fate.KILLED, "rule style.zip", 0)
