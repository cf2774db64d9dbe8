"""A failing test explains itself where that is wanted, and only there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from honeyguide.regress import failures
from honeyguide.sim import HdlError, SimResult, SimStatus
from honeyguide.waves.repeat import Repeat, Repeated
from tests import asked
from tests.sim import support

RESULT = SimResult(
    status=SimStatus.FAIL, message="byte 7 differs", tests=(), seed=3, seconds=1.0, returncode=1,
    log=Path("log.txt"), results_xml=None, coverage=None, waves=None,
)  # fmt: skip


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Repeat]:
    """Every simulation fails; what is repeated is listed instead."""
    asked: list[Repeat] = []

    def pretend(wanted: Repeat) -> Repeated:
        asked.append(wanted)
        if wanted.seed == 99:
            raise HdlError("no compiler")
        return Repeated(
            result=RESULT, difference={"sentences": "stage array: wrong"}, folder=wanted.folder,
            view=wanted.folder / "view.gtkw",
        )  # fmt: skip

    monkeypatch.setattr(support, "simulate", lambda *_, **__: RESULT)
    monkeypatch.setattr(failures, "repeat", pretend)
    defaults: dict[str, Any] = failures.explain.__kwdefaults__ or {}
    monkeypatch.setitem(defaults, "folder", tmp_path)
    monkeypatch.setitem(defaults, "published", tmp_path / "build")
    return asked


def failed(**options: object) -> str:
    with pytest.raises(AssertionError) as caught:
        support.passes("layers", "MacLayers", **options)
    return str(caught.value)


def test_make_test_repeats_a_failure_with_its_seed_and_variables(
    failing: list[Repeat], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(asked, "explain", True)
    said = failed(seed=3, config="4x4", env={"RATEL_LAYERS": "5"})
    assert "byte 7 differs" in said
    assert "stage array: wrong" in said
    assert "view.gtkw" in said
    assert len(list((tmp_path / "build" / "failed").glob("*.zip"))) == 1
    (repeated,) = failing
    assert (repeated.module, repeated.test, repeated.seed) == ("tb.tests.layers", "MacLayers", 3)
    assert (repeated.config, repeated.speed, repeated.env) == ("4x4", "tile", {"RATEL_LAYERS": "5"})


def test_pytest_alone_and_the_self_test_repeat_nothing(
    failing: list[Repeat], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "explain", False)
    assert "first difference" not in failed(seed=3)
    assert not failing


def test_a_failure_stays_a_failure_when_it_can_not_be_explained(
    failing: list[Repeat], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "explain", True)
    said = failed(seed=99)
    assert "byte 7 differs" in said
    assert "no compiler" in said


def test_the_same_cause_is_explained_a_few_times_only(
    failing: list[Repeat], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "explain", True)
    said = [failed(seed=seed) for seed in range(failures.EACH + 2)]
    assert len(failing) == failures.EACH
    assert "first difference" not in said[-1]
