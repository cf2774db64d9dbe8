"""Loads and stores: layouts round trip, nothing else is touched."""

from __future__ import annotations

import numpy as np
import pytest

from golden.config import config_names
from golden.isa_builders import (
    cfg_ld_pitch,
    cfg_ld_shape,
    cfg_st_pitch,
    cfg_st_shape,
    ld_b,
    ld_m,
    ld_mt,
    ld_t,
    st_t,
)
from golden.machine import Tensor
from golden.machine.storage import dense, gather, tensor_lines
from tests.golden_machine.machine_harness import BASE, Harness

CONFIGS = config_names()


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("channels", [1, 3, 8, 11, 20])
def test_a_tensor_comes_back_as_it_was_loaded(config: str, channels: int) -> None:
    harness = Harness(config)
    blocks = harness.config.blocks(channels)
    tensor = Tensor(base=5, h=3, w=7, c=channels, p=9, cbs=blocks + 1, p0=4)
    array = harness.int8(3, 7, channels)
    outcome = harness.load(tensor, array)
    assert np.array_equal(gather(harness.config, harness.machine.storage.spad, tensor), array)
    assert np.array_equal(harness.store(tensor), array)
    first, end = tensor_lines(harness.config, tensor)
    assert [(r.what, r.first, r.end) for r in outcome.writes] == [("spad", first, end)]
    written = harness.machine.storage.spad_known
    assert written.sum() == array.size
    assert not written[:first].any() and not written[end:].any()


def test_a_pixel_lies_where_the_document_says() -> None:
    harness = Harness("4x4")
    tensor = Tensor(base=10, h=2, w=3, c=6, p=5, cbs=3)
    array = harness.int8(2, 3, 6)
    harness.load(tensor, array)
    spad = harness.machine.storage.spad
    # pixel (1, 1) is p = 6: bank 2, group 1; channel 5 is byte 1 of block 1
    assert spad[10 + 1 * 3 + 1, 2, 1] == array[1, 1, 5]


@pytest.mark.parametrize(
    ("tensor", "lines"),
    [
        (Tensor(base=3, h=1, w=8, c=8, p=8, cbs=1), (3, 4)),  # just a group
        (Tensor(base=3, h=1, w=9, c=8, p=9, cbs=1), (3, 5)),
        (Tensor(base=3, h=2, w=4, c=17, p=12, cbs=5), (3, 11)),  # last pixel 15: group 1
        (Tensor(base=3, h=2, w=5, c=17, p=12, cbs=5), (3, 16)),
        (Tensor(base=3, h=1, w=1, c=8, p=1, cbs=4, p0=7), (3, 4)),
        (Tensor(base=3, h=1, w=1, c=8, p=1, cbs=4, p0=8), (7, 8)),
    ],
)
def test_lines_of_a_tensor_at_the_edges_of_a_group(tensor: Tensor, lines: tuple[int, int]) -> None:
    assert tensor_lines(Harness("8x8").config, tensor) == lines


@pytest.mark.parametrize("config", CONFIGS)
def test_pitches_in_memory_are_followed_and_gaps_are_kept(config: str) -> None:
    harness = Harness(config)
    tensor = dense(harness.config, base=0, h=4, w=5, c=3)
    source = harness.int8(4, 64)
    address = harness.put(source, align=1)
    harness.ok(
        *harness.load_config(tensor, row_pitch=64, pix_pitch=7),
        ld_t(addr=address + 2, base=0),
    )
    expected = np.stack([source[:, 2 + 7 * x : 5 + 7 * x] for x in range(5)], axis=1)
    assert np.array_equal(gather(harness.config, harness.machine.storage.spad, tensor), expected)

    target = harness.put(np.full((4, 64), 0x55, dtype=np.int8), align=1)
    outcome = harness.ok(
        cfg_st_shape(w=5, h=4, c=3, cbs=1),
        cfg_st_pitch(row_pitch=60, pix_pitch=12, p=5),
        st_t(addr=target + 1, base=0),
    )
    after = harness.memory.read(target, 256).view(np.int8)
    wanted = np.full(256, 0x55, dtype=np.int8)
    for y in range(4):
        for x in range(5):
            wanted[1 + y * 60 + x * 12 :][:3] = expected[y, x]
    assert np.array_equal(after, wanted)
    assert outcome.memory_write is not None
    by_address = outcome.memory_write.by_address()
    assert len(by_address) == 60
    assert by_address[target + 1] == int(expected[0, 0, 0]) & 0xFF


def test_channel_slices_of_a_tensor_do_not_disturb_each_other() -> None:
    """Concatenation: two loads into the blocks of one tensor, the first block partly filled."""
    harness = Harness("8x8")
    whole = Tensor(base=0, h=2, w=5, c=16, p=5, cbs=2)
    left, right = harness.int8(2, 5, 8), harness.int8(2, 5, 8)
    harness.load(Tensor(base=1, h=2, w=5, c=8, p=5, cbs=2), right)
    harness.load(Tensor(base=0, h=2, w=5, c=8, p=5, cbs=2), left)
    assert np.array_equal(harness.store(whole), np.concatenate([left, right], axis=2))


def test_bytes_beyond_the_last_channel_stay() -> None:
    harness = Harness("8x8")
    full = Tensor(base=0, h=1, w=3, c=8, p=3, cbs=1)
    old, new = harness.int8(1, 3, 8), harness.int8(1, 3, 5)
    harness.load(full, old)
    harness.load(Tensor(base=0, h=1, w=3, c=5, p=3, cbs=1), new)
    assert np.array_equal(harness.store(full), np.concatenate([new, old[:, :, 5:]], axis=2))


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize(("depth", "width"), [(6, 8), (9, 13), (16, 1), (1, 5)])
def test_matrices_land_in_the_weight_buffer(config: str, depth: int, width: int) -> None:
    """Word (n div Cols)*K + k, byte n mod Cols, from K x N (ld.m) and from N x K (ld.mt)."""
    matrix = np.arange(depth * width, dtype=np.int64).astype(np.int8).reshape(depth, width)
    for name in ("ld.m", "ld.mt"):
        harness = Harness(config)
        held = matrix if name == "ld.m" else np.ascontiguousarray(matrix.T)
        rows, row_bytes = held.shape
        padded = np.zeros((rows, row_bytes + 3), dtype=np.int8)
        padded[:, :row_bytes] = held
        build = ld_m if name == "ld.m" else ld_mt
        outcome = harness.ok(
            cfg_ld_shape(w=rows, h=1, c=row_bytes, cbs=0),
            cfg_ld_pitch(row_pitch=0, pix_pitch=row_bytes + 3, p=0),
            build(addr=harness.put(padded, align=1), first=7),
        )
        cols, storage = harness.config.cols, harness.machine.storage
        for k in range(depth):
            for n in range(width):
                word = 7 + n // cols * depth + k
                assert storage.wbuf[word, n % cols] == matrix[k, n]
                assert storage.wbuf_known[word, n % cols]
        assert storage.wbuf_known.sum() == matrix.size
        blocks = harness.config.blocks(width)
        assert (outcome.writes[0].first, outcome.writes[0].end) == (7, 7 + blocks * depth)


@pytest.mark.parametrize("config", CONFIGS)
def test_parameter_entries_and_bias_only_loads(config: str) -> None:
    harness = Harness(config)
    cols, storage = harness.config.cols, harness.machine.storage
    count = cols + 3
    bias = harness.rng.integers(-(1 << 31), 1 << 31, count)
    mult = harness.rng.integers(0, 1 << 31, count)
    shift = harness.rng.integers(-31, 31, count)
    harness.parameters(3, bias, mult, shift)
    assert np.array_equal(storage.bias[3:5].reshape(-1)[:count], bias)
    assert np.array_equal(storage.mult[3:5].reshape(-1)[:count], mult)
    assert np.array_equal(storage.shift[3:5].reshape(-1)[:count], shift)
    new = harness.rng.integers(-(1 << 31), 1 << 31, 2 * cols).astype("<i4")
    harness.ok(ld_b(addr=harness.put(new), first=3, count=2))
    assert np.array_equal(storage.bias[3:5].reshape(-1), new)
    assert np.array_equal(storage.mult[3:5].reshape(-1)[:count], mult)
    assert not storage.bias_known[:3].any() and not storage.bias_known[5:].any()


def test_the_table_is_loaded() -> None:
    harness = Harness()
    table = harness.int8(256)
    harness.table(table)
    assert np.array_equal(harness.machine.storage.lut, table)


def test_storing_unwritten_lines_gives_unspecified_bytes() -> None:
    harness = Harness("8x8")
    harness.load(Tensor(base=0, h=1, w=2, c=4, p=2, cbs=1), harness.int8(1, 2, 4))
    outcome = harness.ok(
        cfg_st_shape(w=3, h=1, c=5, cbs=1),
        cfg_st_pitch(row_pitch=15, pix_pitch=5, p=3),
        st_t(addr=BASE, base=0),
    )
    assert outcome.memory_write is not None
    known = outcome.memory_write.known
    assert known[0, :2, :4].all() and known.sum() == 8
    assert harness.memory.known[:15].sum() == 8
    # and what is loaded from there is unknown again
    harness.ok(
        *harness.load_config(Tensor(base=9, h=1, w=3, c=5, p=3, cbs=1), row_pitch=15, pix_pitch=5),
        ld_t(addr=BASE, base=9),
    )
    assert harness.machine.storage.spad_known[9].sum() == 8
