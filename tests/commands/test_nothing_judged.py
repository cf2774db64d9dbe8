"""Nothing that was tried, run or compared is no pass, whatever the command."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from honeyguide.cli import UserError
from honeyguide.proofs import equivalence_command
from honeyguide.proofs.equivalence_command import Outcome, Verdict
from honeyguide.proofs.table import load
from honeyguide.report import files
from scripts import prove
from scripts.fuzz.__main__ import gaps as fuzz_gaps
from scripts.fuzz.campaign import Tally as Files
from scripts.random_networks.__main__ import gaps as network_gaps
from scripts.random_networks.campaign import Tally as Networks
from tb.proofs.sources import TABLE


def test_a_proof_that_was_named_and_is_left_out_is_refused() -> None:
    proofs = load(TABLE)
    late = next(proof.name for proof in proofs if not proof.quick)
    with pytest.raises(UserError, match=f"not among the quick proofs: {late}"):
        prove.chosen(proofs, late, quick=True)
    with pytest.raises(UserError, match="nothing would be proved"):
        prove.chosen([], None, quick=True)
    assert prove.chosen(proofs, late, quick=False)


def test_files_that_were_not_tried_or_not_judged_are_no_pass() -> None:
    tried = Files(kinds=Counter({"network": 3, "sentence": 5}), judged=3)
    assert fuzz_gaps(tried, 8, "the oracle") == []
    assert fuzz_gaps(tried, 9, "the oracle") == ["1 of 9 files were not tried"]
    tried.judged = 0
    assert "none of 3 networks was judged by the oracle" in fuzz_gaps(tried, 8, "the oracle")[0]
    refused = Files(kinds=Counter({"sentence": 8}))
    assert fuzz_gaps(refused, 8, "the oracle") == []


def test_networks_that_nobody_compared_are_no_pass() -> None:
    good = Networks(networks=4, simulated=4, judged_values=9, rtl_values=9)
    assert network_gaps(good, 4) == []
    assert network_gaps(good, 5) == ["1 of 5 networks were not run"]
    unjudged = Networks(networks=4, simulated=4, rtl_values=9)
    assert network_gaps(unjudged, 4) == ["no value of golden was judged by another"]
    idle = Networks(networks=4, without_core=4, judged_values=9)
    assert "no network has work for it" in network_gaps(idle, 4)[0]


def compared(monkeypatch: pytest.MonkeyPatch, folder: Path, verdicts: dict[str, Verdict]) -> int:
    """Return the code of `make equiv` when modules come out as said."""
    monkeypatch.setattr(files, "BUILD", folder)
    monkeypatch.setattr(
        equivalence_command, "Results",
        lambda command: files.Results(command=command, folder=folder),
    )  # fmt: skip
    monkeypatch.setattr(equivalence_command, "former", lambda *_: {})
    monkeypatch.setattr(equivalence_command, "changed", lambda *_: list(verdicts))
    monkeypatch.setattr(equivalence_command, "Elaborated", lambda *_: None)
    monkeypatch.setattr(equivalence_command, "inherited", lambda *_: None)
    monkeypatch.setattr(
        equivalence_command, "compare",
        lambda name, *_: Outcome(module=name, verdict=verdicts[name], seconds=0.0),
    )  # fmt: skip
    wanted = SimpleNamespace(base="HEAD", only=None, config="8x8", cycles=3)
    return equivalence_command.run(wanted, folder)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("verdicts", "word"),
    [
        ({}, "NOTHING TO COMPARE"),
        ({"a": Verdict.NEW, "b": Verdict.PORTS}, "NOT JUDGED"),
        ({"a": Verdict.NEW, "b": Verdict.EQUAL}, "PASS"),
        ({"a": Verdict.DIFFERS}, "FAIL"),
    ],
)
def test_modules_of_which_none_was_compared_are_no_pass(
    verdicts: dict[str, Verdict], word: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    compared(monkeypatch, tmp_path, verdicts)
    said = capsys.readouterr().out
    assert word in said
    assert ("PASS" in said) == (word == "PASS")
