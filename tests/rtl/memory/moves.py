"""Random loads and stores that the checks of the front end would let pass."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.rtl.memory.bench import EX_LINES
from tests.rtl.memory.layout import Move, Shape

HALF = 1 << 15  # loads read the lower half of the memory, stores write the upper one
PAGE = 4096
LOADS = ("ld.t", "ld.t", "ld.t", "ld.w", "ld.m", "ld.mt", "ld.p", "ld.b", "ld.l")


def random_load(rng: random.Random, shape: Shape, base: int, op: str | None = None) -> Move:
    """Return a load from the lower half of the memory, into the lower half of the scratchpad."""
    op = op or rng.choice(LOADS)
    lines = (shape.spad_depth - EX_LINES) // 2
    if op == "ld.t":
        return random_tensor(rng, shape, "ld.t", base, 0, lines)
    if op in {"ld.m", "ld.mt"}:
        while True:
            move = random_region(rng, op, base)
            pixels, cols = move.h * move.w, shape.cols
            words = pixels * -(-move.c // cols) if op == "ld.m" else -(-pixels // cols) * move.c
            if words <= shape.wbuf_depth:
                return replace(move, base=rng.randint(0, shape.wbuf_depth - words))
    depth = shape.wbuf_depth if op == "ld.w" else shape.param_depth
    count = rng.choice((1, 2, rng.randint(1, depth)))
    first = 0 if op == "ld.l" else rng.randint(0, depth - count)
    move = Move(op=op, addr=0, count=count, base=first)
    align = 4 if op in {"ld.p", "ld.b"} else 1
    return replace(move, addr=place(rng, base, move.linear_bytes(shape), align))


def random_store(rng: random.Random, shape: Shape, base: int) -> Move:
    """Return a store from the upper half of the scratchpad to the upper half of the memory."""
    lines = (shape.spad_depth - EX_LINES) // 2
    return random_tensor(rng, shape, "st.t", base + HALF, lines, 2 * lines)


def random_tensor(
    rng: random.Random, shape: Shape, op: str, base: int, first: int, end: int
) -> Move:
    """Return a tensor move on scratchpad lines first..end-1."""
    while True:
        move = random_region(rng, op, base)
        blocks = -(-move.c // shape.cols)
        pitch = move.w + rng.choice((0, 0, rng.randint(0, 9)))
        cbs = blocks + rng.choice((0, 0, rng.randint(0, 3)))
        p0 = rng.choice((0, rng.randint(0, 40)))
        last = p0 + (move.h - 1) * pitch + move.w - 1
        need = last // shape.rows * cbs + blocks
        if need <= end - first:
            line = rng.randint(first, end - need)
            return replace(move, base=line, p0=p0, pitch=pitch, cbs=cbs)


def random_region(rng: random.Random, op: str, base: int) -> Move:
    """Return a move with a random region of memory, and nothing said about the chip."""
    h, w = rng.choice((1, 1, rng.randint(1, 12))), rng.choice((1, rng.randint(1, 24)))
    c = rng.choice((1, 3, 4, 8, 16, rng.randint(1, 40), rng.randint(1, 200)))
    pix_pitch = c + rng.choice((0, 0, rng.randint(0, 20)))
    row_bytes = (w - 1) * pix_pitch + c
    row_pitch = max(w * pix_pitch, row_bytes) + rng.choice((0, 0, rng.randint(0, 70)))
    if rng.random() < 0.1:
        row_pitch = row_bytes  # the least that is allowed
    if (h - 1) * row_pitch + row_bytes > HALF - PAGE:
        return random_region(rng, op, base)
    move = Move(op=op, addr=0, h=h, w=w, c=c, pix_pitch=pix_pitch, row_pitch=row_pitch,
                split=rng.random() < 0.2)  # fmt: skip
    return replace(move, addr=place(rng, base, (h - 1) * row_pitch + row_bytes, 1))


def place(rng: random.Random, base: int, length: int, align: int) -> int:
    """Return an address for `length` bytes in a half: anywhere, at its end, over a page end."""
    kind = rng.randrange(4)
    if kind == 0:
        return (base + HALF - length) // align * align
    if kind == 1 and length > align:
        page = base + PAGE * rng.randint(1, 2)
        return (page - rng.randint(1, min(length, PAGE))) // align * align
    return (base + rng.randint(0, HALF - length)) // align * align
