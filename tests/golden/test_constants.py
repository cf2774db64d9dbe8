"""Numbers that golden has as literals, against what they stand for; parameters of the core."""

from __future__ import annotations

import math
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from golden import fixed_point
from golden.config import ConfigError, CoreConfig, config_names, load_config
from golden.registers import Register, RegisterField

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "rtl" / "ratel_core.v"
CONFIGS = ROOT / "spec" / "configs.toml"
DOCUMENT = ROOT / "docs" / "architecture.md"


def test_constants_of_fixed_point_are_the_nearest_there_are() -> None:
    """Without integer bits one is 2^31, with two of them 2^29."""
    assert [power for power, _ in fixed_point._EXP_POWERS] == list(range(-2, 5))
    for power, value in fixed_point._EXP_POWERS:
        assert value == round(math.exp(-(2.0**power)) * 2**31), power
    assert round(math.exp(-1 / 8) * 2**31) == fixed_point._EXP_MINUS_EIGHTH
    assert round(2**31 / 3) == fixed_point._ONE_THIRD
    assert round(48 / 17 * 2**29) == fixed_point._48_OVER_17
    assert round(-32 / 17 * 2**29) == fixed_point._MINUS_32_OVER_17


def test_what_a_register_shows_and_takes() -> None:
    """Whatever the registers are that the core has today."""
    fields = {
        access: RegisterField(name=access, lsb=lsb, bits=4, access=access, reset=reset)
        for access, lsb, reset in (("ro", 0, 3), ("wo", 4, 0), ("rw", 8, 5), ("rw1c", 12, 0))
    }

    def of(*names: str) -> Register:
        chosen = tuple(fields[name] for name in names)
        return Register(name="R", offset=0, count=1, fields=chosen)

    assert of(*fields).reset == 0x503
    assert of(*fields).writable_mask == 0xFFF0
    assert [of(*names).readable for names in (["wo"], ["ro"], ["wo", "rw"])] == [False, True, True]


def _core(**fields: Any) -> CoreConfig:
    return CoreConfig(**fields)


def _declared() -> set[str]:
    """Parameters that a user of the core may set."""
    head = CORE.read_text(encoding="utf-8").partition(") (")[0]
    return set(re.findall(r"^\s*parameter\s+(?:integer\s+)?(\w+)", head, re.M))


@pytest.mark.parametrize("name", config_names())
def test_every_parameter_of_the_core_has_its_name_and_value(name: str) -> None:
    parameters = load_config(name).verilog_parameters()
    assert set(parameters) == _declared() - {"XifHartIdWidth"}  # a port's, and no matter here
    assert len(parameters) > 12
    wanted = tomllib.loads(CONFIGS.read_text(encoding="utf-8"))["config"][name]
    assert {key: parameters[key] for key in wanted} == wanted
    default = CoreConfig(rows=wanted["Rows"], cols=wanted["Cols"]).verilog_parameters()
    for key in set(parameters) - set(wanted):
        assert parameters[key] == default[key], key


def _supported() -> dict[str, tuple[int, set[int]]]:
    """Default and supported values of each parameter, as the document has them."""
    found = {}
    row = re.compile(r"^\| (\w+)(?: \([^|]*\))? \| (\d+) \| ([^|]*) \|$", re.M)
    for name, default, words in row.findall(DOCUMENT.read_text(encoding="utf-8")):
        values: set[int] = set()
        for word in words.partition(", 2^")[0].split(", "):
            low, _, high = word.partition(" .. ")
            if low.isdigit():
                values |= set(range(int(low), int(high or low) + 1))
        if "power of two" in words:
            values = {value for value in values if not value & (value - 1)}
        found[name] = (int(default), values)
    return found


def test_a_parameter_takes_what_the_document_says_and_nothing_else() -> None:
    supported = _supported()
    assert len(supported) == 16
    for name, (default, values) in supported.items():
        if name == "XifHartIdWidth":
            continue
        field = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
        assert getattr(CoreConfig(), field) == default
        more = {} if name == "XifIdWidth" else {"xif_id_width": 5}
        more |= {"xif_queue_depth": 2} if name == "XifIdWidth" else {}
        near = {*values, 0, -1, 3, 5, min(values) - 1, max(values) + 1, 2 * max(values)}
        for value in near:
            if value in values:
                assert getattr(_core(**{**more, field: value}), field) == value
            else:
                with pytest.raises(ConfigError, match=rf"^{name} must "):
                    _core(**{**more, field: value})


def test_rows_columns_and_lanes_are_what_the_document_says() -> None:
    for field, name in (("rows", "Rows"), ("cols", "Cols")):
        for size in range(18):
            if size in (4, 8, 16):
                assert getattr(_core(**{field: size}), field) == size
            else:
                with pytest.raises(ConfigError, match=rf"^{name} must be 4, 8 or 16, not {size}$"):
                    _core(**{field: size})
    for cols in (4, 8, 16):
        assert CoreConfig(cols=cols).requant_lanes == cols
        for lanes in range(1, 33):
            if lanes in (cols, cols // 2, cols // 4):
                assert CoreConfig(cols=cols, requant_lanes=lanes).requant_lanes == lanes
            else:
                with pytest.raises(ConfigError, match=r"^RequantLanes must be Cols, Cols/2 or"):
                    CoreConfig(cols=cols, requant_lanes=lanes)


def test_half_of_the_ids_are_two_more_than_the_queue() -> None:
    for depth in (2, 4, 8):
        for width in range(3, 9):
            if 2 ** (width - 1) >= depth + 2:
                assert CoreConfig(xif_queue_depth=depth, xif_id_width=width).xif_id_width == width
            else:
                with pytest.raises(ConfigError, match=rf"^XifIdWidth {width} is too small"):
                    CoreConfig(xif_queue_depth=depth, xif_id_width=width)
