"""What agents do with pins: read them as bits, refuse X and Z, write what changes."""

from __future__ import annotations

from typing import Any

import pytest

from honeyguide.agents.bus import PinDriver, UnknownValueError, known


class Pin:
    """A handle of a simulator that shows `bits`."""

    def __init__(self, bits: str) -> None:
        self.bits = bits
        self.written: list[int] = []
        self._handle, self._path = self, "top.pin"

    def get_signal_val_binstr(self) -> str:
        return self.bits

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "value":
            self.written.append(value)
        else:
            super().__setattr__(name, value)


def test_a_pin_is_a_number() -> None:
    assert [known(Pin(bits)) for bits in ("0", "1", "0101", "1" * 128)] == [0, 1, 5, 2**128 - 1]


@pytest.mark.parametrize("bits", ["x", "Z", "01X0", "u"])
def test_an_unknown_bit_is_an_error(bits: str) -> None:
    with pytest.raises(UnknownValueError, match=rf"^top\.pin shows {bits}$"):
        known(Pin(bits))


def test_a_driver_writes_what_changes() -> None:
    driver = PinDriver.__new__(PinDriver)
    driver._shown = {}
    pin, other = Pin("0"), Pin("0")
    for value in (0, 0, 1, 1, 0, 3, 3):
        driver.show(pin, value)
    driver.show(other, 3)
    assert pin.written == [0, 1, 0, 3]
    assert other.written == [3]
