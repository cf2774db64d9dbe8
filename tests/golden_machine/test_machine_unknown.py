"""conv and dwconv of what nobody knows: which bytes of the result are unknown, and no others."""

from __future__ import annotations

import numpy as np

from golden.isa_builders import (
    cfg_act,
    cfg_kernel,
    cfg_pad,
    conv,
    dwconv,
)
from golden.isa_table import MacFlag
from golden.machine.storage import dense
from tests.golden_machine.machine_harness import Harness

PERCH, BIAS, ACC, HOLD = MacFlag.PERCH, MacFlag.BIAS, MacFlag.ACC, MacFlag.HOLD


def test_unknown_bytes_make_unknown_results_and_only_those() -> None:
    harness = Harness("8x8")
    source = dense(harness.config, base=0, h=1, w=6, c=2)
    target = dense(harness.config, base=50, h=1, w=6, c=3)
    harness.load(dense(harness.config, base=0, h=1, w=4, c=2), harness.int8(1, 4, 2))
    harness.weights(0, harness.int8(3, 6))
    harness.machine.storage.wbuf_known[0, 2] = False
    outcome = harness.ok(
        *harness.operands(source, target),
        cfg_kernel(kh=1, kw=3),
        cfg_pad(pl=1),
        cfg_act(),
        conv(in_base=0, out_base=50, wbase=0),
    )
    assert outcome.mac is not None
    # pixels 4 and 5 were never loaded: outputs 3, 4 and 5 see them; channel 2 has an unknown weight
    expected = np.zeros((6, 3), dtype=np.bool_)
    expected[:3, :2] = True
    assert np.array_equal(outcome.mac.known, expected)
    spad_known = harness.machine.storage.spad_known[50].reshape(-1)
    assert spad_known.sum() == 6


def test_a_channel_of_a_depthwise_result_is_unknown_if_one_tap_is() -> None:
    harness = Harness("8x8")
    source = dense(harness.config, base=0, h=1, w=6, c=2)
    target = dense(harness.config, base=50, h=1, w=6, c=2)
    harness.load(dense(harness.config, base=0, h=1, w=6, c=2), harness.int8(1, 6, 2))
    harness.machine.storage.spad_known[0, 4, 1] = False  # pixel 4 of channel 1
    harness.weights(0, harness.int8(2, 3))
    outcome = harness.ok(
        *harness.operands(source, target), cfg_kernel(kh=1, kw=3), cfg_pad(pl=1), cfg_act(),
        dwconv(in_base=0, out_base=50, wbase=0),
    )  # fmt: skip
    assert outcome.mac is not None
    expected = np.ones((6, 2), dtype=np.bool_)
    expected[3:6, 1] = False
    assert outcome.mac.known.tolist() == expected.tolist()


def test_unknown_biases_scales_and_held_sums_make_their_channel_unknown() -> None:
    harness = Harness("8x8")
    source = dense(harness.config, base=0, h=1, w=2, c=1)
    target = dense(harness.config, base=50, h=1, w=2, c=4)
    storage = harness.machine.storage
    harness.load(source, harness.int8(1, 2, 1))
    harness.weights(0, harness.int8(4, 1))
    harness.parameters(0, np.zeros(4), np.ones(4), np.zeros(4))
    storage.bias_known[0, 1] = storage.mult_known[0, 2] = storage.shift_known[0, 3] = False
    harness.ok(*harness.operands(source, target), cfg_kernel(kh=1, kw=1), cfg_act())

    def known(flags: int) -> list[bool]:
        mac = harness.ok(conv(in_base=0, out_base=50, wbase=0, flags=int(flags))).mac
        assert mac is not None and np.array_equal(mac.known[0], mac.known[1])
        return [bool(known) for known in mac.known[0]]

    assert known(0) == [True, True, True, True]
    assert known(BIAS) == [True, False, True, True]
    assert known(PERCH) == [True, True, False, False]
    assert known(PERCH | BIAS) == [True, False, False, False]
    assert known(HOLD | BIAS) == [True, True, True, True]
    storage.wbuf_known[0, 1] = False
    assert known(HOLD) == [True, False, True, True]
    storage.wbuf_known[0, 1] = True
    assert known(ACC | PERCH) == [True, False, False, False]


def test_an_illegal_parameter_entry_makes_its_channel_unspecified() -> None:
    harness = Harness("8x8")
    source = dense(harness.config, base=0, h=1, w=2, c=1)
    target = dense(harness.config, base=50, h=1, w=2, c=4)
    harness.load(source, harness.int8(1, 2, 1))
    harness.weights(0, harness.int8(4, 1))
    harness.parameters(0, np.zeros(4), np.array([0, -1, 1, 1]), np.array([0, 0, 31, -31]))
    outcome = harness.ok(
        *harness.operands(source, target),
        cfg_kernel(kh=1, kw=1),
        cfg_act(),
        conv(in_base=0, out_base=50, wbase=0, flags=int(PERCH)),
    )
    assert outcome.mac is not None
    assert outcome.mac.known.tolist() == [[True, False, False, True]] * 2
