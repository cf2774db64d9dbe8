"""The sentence on count and pattern of what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from golden.config import load_config
from tb.env.first_difference_shape import shape_sentence

CORE = load_config("8x8")
AXES = ("y", "x", "channel")


def sentence(place: tuple[Any, ...], *, off: int = 5, shape: tuple[int, ...] = (6, 10, 20)) -> str:
    expected = np.random.default_rng(0).integers(-100, 100, shape)
    wrong = np.zeros(shape, dtype=np.bool_)
    wrong[place] = True
    return shape_sentence(wrong, expected, expected + off * wrong, AXES, CORE)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (np.s_[:, :, 3], "all in channel 3"),
        (np.s_[5], "all in y 5 (the last)"),
        (np.s_[:, 0], "all in x 0"),
        (np.s_[:, :, 16:], "only in the tail (channels from 16 on)"),
        (np.s_[:, :, 3::8], "column 3 of the array"),
        (np.s_[:, 7:], "only x from 7 on"),
        (np.s_[:2], "only y up to 1"),
        (np.s_[:, ::3], "every 3th x"),
        (np.s_[:], "every one"),
    ],
)
def test_the_pattern_is_named(place: tuple[Any, ...], words: str) -> None:
    assert words in sentence(place)


def test_a_row_of_the_array() -> None:
    flat = np.arange(60) % CORE.rows == 2
    assert "row 2 of the array" in sentence((flat.reshape(6, 10), slice(None)))


@pytest.mark.parametrize(("off", "words"), [(1, "each is 1 too high"), (-7, "each is 7 too low")])
def test_the_values_are_named(off: int, words: str) -> None:
    assert words in sentence((2,), off=off)


def test_one_value_everywhere() -> None:
    expected = np.arange(1, 9).reshape(2, 4, 1)
    wrong = np.ones((2, 4, 1), dtype=np.bool_)
    assert "all are 0" in shape_sentence(wrong, expected, expected * 0, AXES, CORE)


def test_no_pattern_is_called_scattered_and_nothing_is_nothing() -> None:
    wrong = np.zeros((6, 10, 20), dtype=np.bool_)
    wrong[0, 0, 0] = wrong[5, 9, 19] = wrong[2, 5, 9] = wrong[1, 3, 12] = True
    some = np.zeros(wrong.shape, dtype=np.int64)
    assert "scattered" in shape_sentence(wrong, some, some + 1, AXES, CORE)
    assert "none of" in shape_sentence(wrong & False, some, some, AXES, CORE)
