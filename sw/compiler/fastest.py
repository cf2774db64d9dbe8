"""Compile a network in the way that is predicted to be fastest, where there are alternatives."""

from __future__ import annotations

from collections.abc import Mapping

from golden.config import CoreConfig
from golden.network import Network
from sw.compiler.compile import PAIRS, Choice, compile_choices
from sw.compiler.geometry import CompileError, LayerError
from sw.compiler.program import Program

# Instructions up to which alternatives are tried: MobileNetV2 at 224 x 224 has 14,000, a batch of
# tens of thousands has more, and each try takes seconds.
MOST_TRIED = 30_000


def compile_network(config: CoreConfig, network: Network, *, memory_base: int) -> Program:
    """Program for ``network`` on ``config`` with its memory image from ``memory_base`` on.

    Where there are alternatives, the one with the fewest predicted cycles is taken. A layer that
    does not fit whatever is done becomes the host's. Raises CompileError when nothing can run the
    network.
    """
    refused: dict[int, str] = {}
    while True:
        try:
            return _fastest(config, network, memory_base, refused)
        except LayerError as error:
            if error.layer in refused:
                raise
            refused[error.layer] = error.reason


def _fastest(
    config: CoreConfig,
    network: Network,
    memory_base: int,
    refused: Mapping[int, str],
) -> Program:
    def attempt(choices: frozenset[Choice]) -> tuple[Program, list[Choice]]:
        return compile_choices(
            config, network, memory_base=memory_base, choices=choices, refused=refused
        )

    best, possible = attempt(frozenset())
    if best.instructions > MOST_TRIED:
        return best
    chosen: frozenset[Choice] = frozenset()
    if PAIRS in possible:
        try:
            other, found = attempt(frozenset({PAIRS}))
            pairs = [choice for choice in found if choice[0] == "pair"]
            good = frozenset(pair for pair in pairs if _gains(best, other, pair[1]))
            if good and len(good) < len(pairs):
                other, _ = attempt(good)
        except CompileError:
            good = frozenset()
        if good and other.predicted_cycles < best.predicted_cycles:
            best, chosen = other, good
    base = chosen
    # Choices of one layer exclude each other often enough that each is tried alone, then added.
    for choice in (choice for choice in possible if choice != PAIRS):
        for others in dict.fromkeys((base, chosen)):
            try:
                other, _ = attempt(others | {choice})
            except CompileError:
                continue  # joined operations need more room at once
            if other.predicted_cycles < best.predicted_cycles:
                best, chosen = other, others | {choice}
    return best


def _gains(apart: Program, paired: Program, position: int) -> bool:
    """Whether two neighbouring operations take fewer cycles as a pair."""
    sums = []
    for program in (apart, paired):
        layers = program.layers_at(position)
        sums.append(sum(program.plans[layer].predicted_cycles for layer in layers))
    return sums[1] < sums[0]
