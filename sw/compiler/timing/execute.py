"""Cycles of one execute instruction in a pipeline that is otherwise idle.

    start   fill     body: first step .. last step      tail: shadow, drain, requantiser, writer
      |------------|------------------------------------|----------------|
                    next instruction's steps may follow  ^ here

The body comes from a cycle-exact recurrence over tiles and taps: row generator, gather with two
sets of row words, steps, and the shadow accumulators, which take a tile only when they are free.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sw.compiler.timing.tiles import TileShape, bank_reads

# From the start of an instruction to its first step, beside the Rows cycles that its first tile
# takes in the row generator: slot, tile registers, request, read, word set.
FILL = 5
# From the last step to the last write, beside an item a cycle: product, accumulator, shadow,
# requantiser (5 stages), writer.
TAIL = 9
PRESCALE = 5  # stages in front of the requantiser for add, sub, mul, avgpool, lut
READ_PATIENCE = 9  # a store's read goes first after waiting 8 cycles
SHADOW = 4  # cycles from the last step of a tile until the shadow holds it: no tile ends earlier
HAND_OVER = 4  # from a tile's leaving the row generator to its first step


@dataclass(frozen=True, kw_only=True)
class ExecuteCost:
    """Cycles ``fill`` before the first step, ``body`` from first to last step, ``tail`` after it;
    ``lead`` from the last step of an instruction before to the first of this one, at least;
    ``follow`` from the last step of this one to the first of the next, at least: the row generator
    makes the next one's first tile once it has handed over the last of this one;
    ``reads`` is the share of the body's cycles in which the gather keeps banks busy, ``wait`` how
    many cycles a store's read takes beside it, ``forced`` the share of such reads that go first, as
    they have waited long enough. ``writes`` words are written to one bank after the
    other, each in ``groups`` cycles, in ``bursts``; the first ``until_write`` cycles after the
    first step.
    """

    fill: int
    lead: int
    follow: int
    body: int
    tail: int
    reads: float
    wait: float
    forced: float
    rows: int
    writes: int
    groups: int
    bursts: int
    until_write: int

    def refused(self, dwell: int) -> float:
        """Cycles that a load waits for a bank, if it has a word for one in every cycle.

        It stays at a bank for ``dwell`` words. A burst begins at that bank once in ``rows`` times;
        then execute comes upon it as often as it is faster, and a load that is as fast follows.
        """
        overtaken = max(0.0, 1 - self.groups / dwell)
        met = self.bursts + (self.writes - self.bursts) * overtaken
        return met * self.groups / self.rows


@lru_cache(maxsize=4096)
def execute_cost(shape: TileShape, blocks: int, groups: int, prescaled: bool) -> ExecuteCost:
    """Cycles of an instruction of ``blocks`` output blocks; ``groups`` = Cols / RequantLanes.

    Blocks repeat the same tiles, so two tell how many cycles all take.
    """
    banks = bank_reads(shape)
    rounds = np.maximum(banks.max(axis=2), 1)
    body, handed = _body(shape, rounds, 1, groups)
    if blocks > 1:
        both, handed = _body(shape, rounds, 2, groups)
        body += (blocks - 1) * (both - body)
    words = len(shape.words)
    busy = int(rounds.sum()) * words * blocks if shape.reads else 0
    # A store's read goes in the first cycle that its bank is free, at the latest in the ninth.
    taken = np.minimum(banks.sum(axis=(0, 1)) * words * blocks / body, 1.0)
    wait = sum(taken**cycle for cycle in range(READ_PATIENCE))
    after = TAIL + (PRESCALE if prescaled else 0)
    tiles = shape.tiles * blocks
    apart = body > tiles * shape.rows * groups  # a tile is written before the next one is there
    return ExecuteCost(
        fill=shape.rows + FILL,
        lead=max(1, max(shape.rows, shape.rows * groups, SHADOW) - shape.steps + 1),
        follow=shape.rows + HAND_OVER - handed,
        body=body,
        tail=after + shape.last_rows * groups,
        reads=min(1.0, busy / body),
        wait=float(np.mean(wait)),
        forced=float(np.mean(taken ** (READ_PATIENCE - 1))),
        rows=shape.rows,
        writes=shape.pixels * blocks,
        groups=groups,
        bursts=tiles if apart else 1,
        until_write=min(body, body // tiles) + after,
    )


def _body(shape: TileShape, rounds: NDArray[np.int64], blocks: int, groups: int) -> tuple[int, int]:
    """Cycles from first to last step; how long before the last step the last tile was there."""
    items = shape.rows * groups
    feeds = list(shape.words)
    last_items = shape.last_rows * groups
    per_tile = rounds.tolist()
    # Cycles counted from the instruction's start; c: a set's reads are done, p: its last step.
    tile_valid = shape.rows + 2
    taken = shape.rows + 1  # when the row generator handed over the tile in use
    last_read = before_last_pop = last_pop = first_step = handed = 0
    tile_end, tile_items = -items, 0
    for number in range(blocks * shape.tiles):
        index = number % shape.tiles
        handed = taken
        last = len(per_tile[index]) - 1
        for tap, reads in enumerate(per_tile[index]):
            for block, steps in enumerate(feeds):
                take = max(last_read, tile_valid)
                read = max(take + 1, before_last_pop) + reads - 1
                step = max(read + 2, last_pop + 1)
                pop = step + steps - 1
                if tap == last and block == len(feeds) - 1:
                    pop = max(pop, tile_end + max(SHADOW, tile_items))
                    tile_end = pop
                    tile_items = last_items if index == shape.tiles - 1 else items
                    taken = max(taken + shape.rows, take)
                    tile_valid = taken + 1
                first_step = first_step or step
                last_read, before_last_pop, last_pop = read, last_pop, pop
    return last_pop - first_step + 1, last_pop - handed
