"""Parameters of a core, and the named configurations of spec/configs.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CONFIGS = Path(__file__).resolve().parent.parent / "spec" / "configs.toml"

# Supported values, as docs/architecture.md section 7 has them; `Name: (field, lowest, highest)`.
_POWERS_OF_TWO = {
    "SpadDepth": ("spad_depth", 64, 8192),
    "WbufDepth": ("wbuf_depth", 64, 16384),
    "ParamDepth": ("param_depth", 8, 256),
    "AxiDataWidth": ("axi_data_width", 32, 128),
    "MaxBurst": ("max_burst", 1, 256),
    "QueueDepth": ("queue_depth", 2, 4),
    "XifQueueDepth": ("xif_queue_depth", 2, 8),
}
_RANGES = {
    "AxiIdWidth": ("axi_id_width", 1, 8),
    "ReadsOutstanding": ("reads_outstanding", 4, 16),
    "XifIdWidth": ("xif_id_width", 3, 8),
    "WritesOutstanding": ("writes_outstanding", 4, 16),
    "WriteAfterData": ("write_after_data", 0, 1),
    "Windows": ("windows", 0, 16),
    "Integrity": ("integrity", 0, 2),
    "ClockGate": ("clock_gate", 0, 1),
}


class ConfigError(ValueError):
    """A configuration is unknown or not supported; the message says which value."""


@dataclass(frozen=True, kw_only=True)
class CoreConfig:
    """Parameters of ``rtl/ratel_core.v``; ``requant_lanes`` 0 stands for Cols."""

    name: str = ""
    rows: int = 8
    cols: int = 8
    spad_depth: int = 1024
    wbuf_depth: int = 2048
    param_depth: int = 64
    requant_lanes: int = 0
    axi_data_width: int = 64
    axi_id_width: int = 4
    max_burst: int = 16
    reads_outstanding: int = 8
    writes_outstanding: int = 8
    write_after_data: int = 0
    windows: int = 4
    queue_depth: int = 4
    xif_queue_depth: int = 4
    xif_id_width: int = 4
    integrity: int = 0
    clock_gate: int = 0

    def __post_init__(self) -> None:
        for parameter, size in (("Rows", self.rows), ("Cols", self.cols)):
            if size not in (4, 8, 16):
                raise ConfigError(f"{parameter} must be 4, 8 or 16, not {size}")
        for parameter, (field, low, high) in _POWERS_OF_TWO.items():
            value = getattr(self, field)
            if not low <= value <= high or value & (value - 1):
                raise ConfigError(f"{parameter} must be a power of two, {low}..{high}, not {value}")
        for parameter, (field, low, high) in _RANGES.items():
            value = getattr(self, field)
            if not low <= value <= high:
                raise ConfigError(f"{parameter} must lie in {low}..{high}, not {value}")
        if 0 < self.windows < 4:
            raise ConfigError(f"Windows must be 0 or lie in 4..16, not {self.windows}")
        if 1 << (self.xif_id_width - 1) < self.xif_queue_depth + 2:
            raise ConfigError(
                f"XifIdWidth {self.xif_id_width} is too small for XifQueueDepth "
                f"{self.xif_queue_depth}: half of the ids must be XifQueueDepth + 2 or more"
            )
        if self.requant_lanes == 0:
            object.__setattr__(self, "requant_lanes", self.cols)
        if self.requant_lanes not in (self.cols, self.cols // 2, self.cols // 4):
            raise ConfigError(
                f"RequantLanes must be Cols, Cols/2 or Cols/4, not {self.requant_lanes}"
            )

    @property
    def axi_bytes(self) -> int:
        """Bytes of a data beat."""
        return self.axi_data_width // 8

    @property
    def param_bytes(self) -> int:
        """Bytes of a parameter entry in memory."""
        return 9 * self.cols

    def blocks(self, channels: int) -> int:
        """Channel blocks of a tensor: ceil(C / Cols)."""
        return -(-channels // self.cols)

    def verilog_parameters(self) -> dict[str, int]:
        """Parameters by the names that ``rtl/ratel_core.v`` gives them."""
        names = {"Rows": "rows", "Cols": "cols", "RequantLanes": "requant_lanes"}
        for table in (_POWERS_OF_TWO, _RANGES):
            names.update({name: field for name, (field, _, _) in table.items()})
        return {name: getattr(self, field) for name, field in names.items()}


def config_names() -> list[str]:
    """Names in spec/configs.toml, the default first."""
    data = _read()
    return sorted(data["config"], key=lambda name: name != data["default"])


def load_config(name: str | None = None) -> CoreConfig:
    """A named configuration, None for the default. Raises ConfigError when there is none."""
    data = _read()
    name = name or data["default"]
    if name not in data["config"]:
        raise ConfigError(
            f"there is no configuration {name}: spec/configs.toml has {', '.join(config_names())}"
        )
    fields = {
        "Rows": "rows",
        "Cols": "cols",
        "RequantLanes": "requant_lanes",
        **{parameter: entry[0] for parameter, entry in _POWERS_OF_TWO.items()},
        **{parameter: entry[0] for parameter, entry in _RANGES.items()},
    }
    values = {}
    for parameter, value in data["config"][name].items():
        if parameter not in fields:
            raise ConfigError(f"spec/configs.toml: {name} sets {parameter}, which is no parameter")
        values[fields[parameter]] = value
    return CoreConfig(name=name, **values)


def _read() -> dict[str, Any]:
    with _CONFIGS.open("rb") as stream:
        return tomllib.load(stream)
