"""What the machine keeps and says: memories, owners, errors, what is known after a load."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from golden.assembler import AssemblyError, assemble
from golden.config import load_config
from golden.isa_builders import cfg_ld_pitch, cfg_ld_shape, ld_b, ld_p
from golden.isa_table import ErrorCode, FieldId
from golden.machine import MACHINE_MODE, OWNERS, SUPERVISOR, Owner, Port
from golden.machine.outcome import ErrorRecord
from golden.machine.storage import Storage, dense, words
from golden.machine.windows import Window, bursts, refused_burst
from golden.memory import Memory, Region
from golden.network.graph import NetworkError
from golden.network.operations import Lookup
from golden.numerics import multiply_wide
from tests.golden_machine.machine_harness import Harness

TYPES = {
    "spad": np.int8, "wbuf": np.int8, "bias": np.int32, "mult": np.int32, "shift": np.int8,
    "lut": np.int8,
}  # fmt: skip


def test_the_memories_have_their_shapes_and_types() -> None:
    config = Harness("4x8").config
    storage = Storage(config)
    lines = (config.spad_depth, config.rows, config.cols)
    words = (config.param_depth, config.cols)
    shapes = {
        "spad": lines, "wbuf": (config.wbuf_depth, config.cols), "bias": words, "mult": words,
        "shift": words, "lut": (256,),
    }  # fmt: skip
    for name, dtype in TYPES.items():
        values, known = getattr(storage, name), getattr(storage, f"{name}_known")
        assert (values.dtype, values.shape) == (np.dtype(dtype), shapes[name]), name
        assert (known.dtype, known.shape) == (np.dtype(np.bool_), shapes[name]), name
        assert not values.any() and not known.any(), name


def test_where_words_are_is_shared_and_nobody_may_change_it() -> None:
    config = load_config("8x8")
    for array in words(config, dense(config, base=3, h=2, w=9, c=8)):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_a_sweep_makes_everything_a_known_zero() -> None:
    storage = Storage(Harness("4x4").config)
    for name in TYPES:
        getattr(storage, name)[...] = 5
    storage.sweep()
    for name in TYPES:
        assert not getattr(storage, name).any(), name
        assert getattr(storage, f"{name}_known").all(), name


def test_owners_have_numbers_names_and_domains() -> None:
    assert (MACHINE_MODE.port, SUPERVISOR.port) == (Port.XIF, Port.AXIL)
    assert [owner.id for owner in OWNERS] == list(range(8))
    assert [owner.domain for owner in OWNERS] == [0, 1, 2, 3, 0, 5, 6, 7]
    assert str(MACHINE_MODE) == "privileged on CV-X-IF"
    assert str(Owner(port=Port.AXIL, context=2)) == "user 2 on AXI4-Lite"


def test_an_error_says_what_it_is() -> None:
    code, field = next(iter(ErrorCode)), next(iter(FieldId))
    record = ErrorRecord(
        code=code, field=field, detail=18, word=0, index=3, owner=Owner(port=Port.AXIL, context=1)
    )
    assert str(record) == f"{code.name} in field {field.name.lower()}, detail 0x12"
    assert record.cause == (1 << 31) + (5 << 24) + (field << 8) + code
    unknown = ErrorRecord(code=code, field=field, detail=None, word=0, index=3)
    assert str(unknown).endswith("detail unknown")
    assert unknown.cause >> 24 == 0x80


def test_a_word_is_known_where_all_its_bytes_are() -> None:
    harness = Harness("4x4")
    cols = harness.config.cols
    address = harness.put(np.arange(9 * cols, dtype=np.uint8))
    harness.memory.forget(
        Region(addr=address + 5, h=1, w=1, c=1, row_pitch=1, pix_pitch=1)
    )  # byte 1 of the second bias
    harness.ok(
        cfg_ld_shape(w=1, h=1, c=9 * cols, cbs=1),
        cfg_ld_pitch(row_pitch=9 * cols, pix_pitch=9 * cols, p=1),
        ld_p(addr=address, first=2, count=1),
    )
    storage = harness.machine.storage
    assert storage.bias_known[2].tolist() == [True, False, True, True]
    assert storage.mult_known[2].all() and storage.shift_known[2].all()
    assert not storage.bias_known[1].any() and not storage.bias_known[3].any()
    assert storage.bias[2, 0] == 0x03020100
    assert storage.mult[2, 0] == int.from_bytes(range(16, 20), "little")
    assert storage.shift[2].tolist() == [32, 33, 34, 35]


def test_what_is_written_again_is_known() -> None:
    memory = Memory(base=0x1000, size=64)
    memory.forget(Region(addr=0x1008, h=1, w=1, c=8, row_pitch=8, pix_pitch=8))
    assert memory.known.sum() == 56
    memory.write(0x100A, b"abc")
    assert np.flatnonzero(~memory.known).tolist() == [8, 9, 13, 14, 15]
    memory.write(0x1004, np.array([7, 8], dtype=np.int32))
    assert np.flatnonzero(~memory.known).tolist() == [13, 14, 15]
    memory.write(0x1000, b"")
    assert memory.read(0x1008, 5).tolist() == [8, 0, 0, 0, ord("c")]
    assert Memory(size=8).base == 0


def test_biases_alone_leave_the_rest_as_it_was() -> None:
    harness = Harness("4x4")
    address = harness.put(np.arange(16, dtype=np.uint8))
    harness.ok(ld_b(addr=address, first=1, count=1))
    storage = harness.machine.storage
    assert storage.bias_known[1].all() and not storage.mult_known.any()
    assert not storage.shift_known.any()


def test_a_refused_burst_comes_with_those_before_it() -> None:
    user = Owner(port=Port.AXIL, context=2)
    region = Region(addr=0x1000, h=1, w=1, c=256, row_pitch=256, pix_pitch=256)
    window = Window(base=0x1000, limit=0x1070, valid=True, read=True, owners=1 << 4)
    wanted = {"beat": 8, "max_burst": 8}
    assert refused_burst([window], user, region, write=False, **wanted) == (
        0x1080, [(0x1000, 0x103F), (0x1040, 0x107F)],
    )  # fmt: skip
    for base, limit in ((0x1000, 0x1060), (0x1000, 0x1040)):  # the second burst leaves it
        smaller = replace(window, base=base, limit=limit)
        assert refused_burst([smaller], user, region, write=False, **wanted) == (
            0x1040, [(0x1000, 0x103F)],
        )  # fmt: skip
    later = replace(window, base=0x1010)
    assert refused_burst([later], user, region, write=False, **wanted) == (0x1000, [])
    assert refused_burst([window], user, region, write=True, **wanted) == (0x1000, [])
    assert refused_burst([], MACHINE_MODE, region, write=True, **wanted) is None
    other = Owner(port=Port.XIF, context=2)
    assert refused_burst([window], other, region, write=False, **wanted) == (0x1000, [])


def test_bursts_follow_runs() -> None:
    """Pixels without a gap are a run, and rows if they have none either."""

    def firsts(**shape: int) -> list[tuple[int, int]]:
        return list(bursts(Region(addr=0x1004, c=4, **shape), beat=8, max_burst=8))

    gapless = firsts(h=3, w=4, row_pitch=16, pix_pitch=4)
    assert gapless == [(0x1000, 0x1037)]
    rows = firsts(h=3, w=4, row_pitch=64, pix_pitch=4)
    assert rows == [(0x1000, 0x1017), (0x1040, 0x1057), (0x1080, 0x1097)]
    assert firsts(h=1, w=4, row_pitch=64, pix_pitch=4) == rows[:1]
    pixels = firsts(h=2, w=2, row_pitch=0x100, pix_pitch=0x20)
    assert pixels == [(0x1000 + y, 0x1007 + y) for y in (0, 0x20, 0x100, 0x120)]


def test_a_window_reads_its_registers() -> None:
    assert Window.from_registers(0, 0, 0) == Window(), "as after a reset"
    assert Window.from_registers(0x10, 0x20, 0x1506) == Window(
        base=0x10, limit=0x20, valid=True, read=False, write=True, owners=0x15
    )


def test_what_does_not_print_is_written_out() -> None:
    assert str(NetworkError("tensor \x1b[31m'a\n'")) == "tensor \\x1b[31m'a\\n'"


def test_a_table_without_a_value_is_refused() -> None:
    table = np.arange(-128, 128).astype(np.int8)
    lookup = Lookup(table=table, least=-3)
    with pytest.raises(ValueError, match="no value for an input below -3"):
        lookup.evaluate([np.array([5, -4], dtype=np.int8)], {})
    allowed = np.array([-3, 127], dtype=np.int8)
    assert lookup.evaluate([allowed], {})[0].tolist() == table[allowed.view(np.uint8)].tolist()


def test_a_wide_sum_has_a_largest_shift() -> None:
    assert multiply_wide(3, 1 << 30, 7).item() == 3 << 6
    with pytest.raises(ValueError, match="at most 7"):
        multiply_wide(3, 1 << 30, 8)


def test_a_comment_may_hold_anything() -> None:
    assert len(assemble("fence clear=1 # first # second\n# alone\n\n")) == 1
    with pytest.raises(AssemblyError, match="line 2: 'x' is not a number"):
        assemble("fence # one\nfence clear=x # a # b")
