"""Placement: which tensors live in the scratchpad, at which lines, and which stay in memory.

Tensors are placed largest first at the lowest lines that are free for their whole life. If that
fails, a tensor moves to memory (the network's inputs first, which are there anyway, then the
largest) and the operations around it work in strips.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass

from golden.config import CoreConfig
from sw.compiler.geometry import LayerError
from sw.compiler.memory import first_gap, most_at_once

SHUFFLES = 200  # orders tried before a tensor is moved to memory; a few milliseconds in all


@dataclass(kw_only=True)
class Buffer:
    """A stretch of scratchpad lines needed from operation ``first`` to operation ``last``."""

    name: str
    lines: int
    first: int
    last: int
    base: int = -1


def assign_lines(config: CoreConfig, buffers: list[Buffer]) -> int | None:
    """Give each buffer its base line; None if they fit, else the index of one that does not.

    First fit depends on the order. Largest first is usually best; where it leaves a hole in the
    wrong place, program order and then a fixed sequence of shuffles are tried.
    """
    largest_first = sorted(
        range(len(buffers)), key=lambda i: (-buffers[i].lines, buffers[i].first, i)
    )
    failed = _first_fit(config, buffers, largest_first)
    if failed is None or lines_at_once(buffers) > config.spad_depth:
        return failed
    order = sorted(range(len(buffers)), key=lambda i: (buffers[i].first, -buffers[i].lines, i))
    shuffler = random.Random(0)  # not a source of variety: the same program must come out each time
    for _ in range(SHUFFLES):
        if _first_fit(config, buffers, order) is None:
            return None
        shuffler.shuffle(order)
    return failed


def lines_at_once(buffers: list[Buffer]) -> int:
    """Lines that are needed at once, wherever they lie: no order does with fewer."""
    return most_at_once((buffer.first, buffer.last, buffer.lines) for buffer in buffers)


def _first_fit(config: CoreConfig, buffers: list[Buffer], order: list[int]) -> int | None:
    # By operation, so that a buffer is compared with those of its own life, not with all.
    placed: defaultdict[int, list[Buffer]] = defaultdict(list)
    for index in order:
        buffer = buffers[index]
        life = range(buffer.first, buffer.last + 1)
        neighbours = {id(other): other for operation in life for other in placed[operation]}
        taken = sorted((other.base, other.base + other.lines) for other in neighbours.values())
        base = first_gap(taken, buffer.lines)
        if base + buffer.lines > config.spad_depth:
            return index
        buffer.base = base
        for operation in life:
            placed[operation].append(buffer)
    return None


def squeeze(config: CoreConfig, fresh: list[Buffer], others: list[Buffer]) -> bool:
    """Place ``fresh`` buffers, largest first, between others that stay; False if they do not fit.

    All of them are needed at the same time.
    """
    taken = sorted((buffer.base, buffer.base + buffer.lines) for buffer in others)
    for buffer in sorted(fresh, key=lambda b: -b.lines):
        base = first_gap(taken, buffer.lines)
        if base + buffer.lines > config.spad_depth:
            return False
        buffer.base = base
        taken = sorted([*taken, (base, base + buffer.lines)])
    return True


def refuse(layer: int, name: str, needed: int, available: int) -> LayerError:
    """Error for something that does not fit whatever is done."""
    return LayerError(
        layer,
        f"{name} needs {needed} lines of scratchpad at once and the configuration has {available}; "
        "one with a larger SpadDepth could run it",
    )
