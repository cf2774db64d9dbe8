"""What a wave viewer shows: groups of signals, and how each is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

BIT, HEX, DECIMAL, SIGNED = "bit", "hex", "decimal", "signed"
TEXT = "text"
STATE = "state"  # names of a state machine, see Views.states


@dataclass(frozen=True)
class Signal:
    """One line of a view; `radix` is one of those above, or a decoder's name."""

    path: str
    radix: str = HEX


@dataclass(frozen=True)
class Group:
    """Signals under a heading; `closed` groups show their heading only."""

    name: str
    signals: tuple[Signal, ...]
    closed: bool = False


def group(name: str, root: str, *listed: str, closed: bool = False) -> Group:
    """A group from words `path` or `path:radix`; radix `hex` if none is given.

    Paths are relative to `root`, with a leading slash to the bench top.
    """
    found = []
    for word in listed:
        path, _, radix = word.partition(":")
        full = path.removeprefix("/") if path.startswith("/") or not root else f"{root}.{path}"
        found.append(Signal(full, radix or HEX))
    return Group(name, tuple(found), closed)


@dataclass(frozen=True, kw_only=True)
class Views:
    """All that is shown of a core.

    Attributes:
        groups: in the order in which they come.
        always_open: groups that always come first and show their signals.
        open_for: further groups that do, by the stage of the first difference.
        states: names of the values of a state register, by the end of its signal's path.
        inside: instances of the core that a stage consists of, by the stage; what is in them, the
            wave file says: every register gets a line, under the instance that has it.
        decoders: what turns a value, hexadecimal digits, into words, by the radix it serves.
    """

    groups: Sequence[Group]
    always_open: Sequence[str] = ()
    open_for: Mapping[str, Sequence[str]] = field(default_factory=dict)
    states: Mapping[str, Sequence[str]] = field(default_factory=dict)
    inside: Mapping[str, Sequence[str]] = field(default_factory=dict)
    decoders: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
