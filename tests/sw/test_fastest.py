"""The choices of the fastest program, with a compiler that says what each costs."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from golden.config import load_config
from golden.network import Network
from sw.compiler import fastest
from sw.compiler.geometry import CompileError

NETWORK = Network(name="none", tensors=(), layers=(), inputs=(), outputs=())


def _chosen(
    monkeypatch: pytest.MonkeyPatch, costs: Mapping[str, int | None], possible: str
) -> list[str]:
    """Return what was tried, the program that is taken first.

    Args:
        monkeypatch: to put the costs in the compiler's place.
        costs: cycles by choices, a letter each; None for what does not fit.
        possible: the letters that the first attempt says there are.
    """
    tried: list[str] = []

    def compiled(*_: Any, choices: frozenset[tuple[str, int]], **__: Any) -> Any:
        name = "".join(sorted(letter for letter, _ in choices))
        tried.append(name)
        cycles = costs[name]
        if cycles is None:
            raise CompileError("no room")
        program = SimpleNamespace(name=name, predicted_cycles=cycles, instructions=1)
        return program, [(letter, 0) for letter in possible]

    monkeypatch.setattr(fastest, "compile_choices", compiled)
    taken: Any = fastest.compile_network(load_config("8x8"), NETWORK, memory_base=0)
    return [taken.name, *tried]


def test_each_choice_is_tried_alone_and_added(monkeypatch: pytest.MonkeyPatch) -> None:
    costs = {"": 100, "a": 90, "b": 95, "ab": 80}
    assert _chosen(monkeypatch, costs, "ab") == ["ab", "", "a", "b", "ab"]


def test_one_that_does_not_fit_alone_may_with_others(monkeypatch: pytest.MonkeyPatch) -> None:
    costs = {"": 100, "a": 90, "b": None, "ab": 80}
    assert _chosen(monkeypatch, costs, "ab")[0] == "ab"
    costs = {"": 100, "a": 90, "b": 85, "ab": None}
    assert _chosen(monkeypatch, costs, "ab")[0] == "b"


def test_what_is_no_faster_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """So a program is the same however often, and on whatever machine, it is compiled."""
    assert _chosen(monkeypatch, {"": 100, "a": 100}, "a")[0] == ""
    costs = {"": 100, "a": 90, "b": 80, "ab": 80}
    assert _chosen(monkeypatch, costs, "ab") == ["b", "", "a", "b", "ab"]


@pytest.mark.parametrize(
    ("apart", "paired", "gains"), [(9, 8, True), (9, 9, False), (9, 10, False)]
)
def test_a_pair_that_takes_as_long_gains_nothing(apart: int, paired: int, gains: bool) -> None:
    def program(cycles: int) -> Any:
        plans = {
            3: SimpleNamespace(predicted_cycles=cycles),
            4: SimpleNamespace(predicted_cycles=1),
        }
        return SimpleNamespace(plans=plans, layers_at=lambda _position: (3, 4))

    assert fastest._gains(program(apart), program(paired), 0) is gains
