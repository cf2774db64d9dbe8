"""The table of docs/cv-x-if.md: whatever it says shows a rule has to be there."""

from __future__ import annotations

import re

import pytest

from honeyguide.faults.faults import load_faults
from tb.build import ROOT
from tests.sim.checker_benches import BROKEN, SOUND

ROW = re.compile(r"^\| (?!rule|-)([^|]+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
NAME = re.compile(r"(assertion|sound|traffic|proof|test|fault) `([^`]+)`")
CONSTANT = ("compressed instructions", "custom state by hart")  # nothing there could be otherwise


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def there(kind: str, name: str) -> bool:
    """Whether a check of this kind has the name."""
    match kind:
        case "assertion":
            seen_to_fire = any(rule.split(".")[0] == name for rule in BROKEN)
            checker = text("tb/honeyguide/hdl/checkers/cvxif_checker.sv")
            return seen_to_fire and re.search(rf"\b{name}\b", checker) is not None
        case "sound":
            return name in SOUND
        case "traffic":
            return (
                re.search(rf"\b{re.escape(name)}\b", text("tests/rtl/control/protocol.py"))
                is not None
            )
        case "proof":
            return f"({name}," in text("tb/proofs/rules/ratel_xif_rules.sv")
        case "fault":
            return name in {fault.name for fault in load_faults()}
        case _:
            file, _, what = name.partition("::")
            if not what:
                file, what = f"tb/tests/{name.split('.')[0]}.py", name.split(".")[1]
            return re.search(rf"\b(class|def) {what}\b", text(file)) is not None


def test_every_rule_is_shown_by_something_that_is_there() -> None:
    rows = ROW.findall(text("docs/cv-x-if.md"))
    assert len(rows) == 18
    for rule, shown in rows:
        names = NAME.findall(shown)
        assert names or rule in CONSTANT, f"nothing shows: {rule}"
        assert len(names) == shown.count("`") // 2, f"{rule}: a name without its kind"
        for kind, name in names:
            assert there(kind, name), f"{rule}: there is no {kind} {name}"


@pytest.mark.parametrize("kind", ["assertion", "sound", "traffic", "proof", "test", "fault"])
def test_a_name_that_is_not_there_is_found(kind: str) -> None:
    assert not there(kind, "offload.Nothing" if kind == "test" else "nothing_of_the_kind")
