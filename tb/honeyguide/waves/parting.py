"""Where two cores part that run the same test: the first signals that differ, from their waves.

    core of the checkout --waves--+
                                  +--> first time at which a signal that both have differs
    core of a commit     --waves--+

Both get the same stimulus until one of them answers otherwise, so the first signal that differs is
where the change works, or what follows from it in the same cycle: no model and no bench is asked.
What differs from the beginning, memories that nobody wrote for example, counts only after it was
the same once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from honeyguide.waves.hierarchy import text_lines

SHOWN = 6  # signals


@dataclass(frozen=True, kw_only=True)
class Parted:
    """A signal that differs.

    Attributes:
        path: with dots.
        former, now: values, as the wave file has them.
    """

    path: str
    former: str
    now: str

    def sentence(self) -> str:
        """In words."""
        return f"{self.path} is {shown(self.now)}, was {shown(self.former)}"


@dataclass(frozen=True, kw_only=True)
class Parting:
    """Where two cores part.

    Attributes:
        time: of the wave files.
        signals: all that differ first, registers before the rest.
    """

    time: int
    signals: tuple[Parted, ...]

    def sentences(self, cycle: int, since: str) -> str:
        """In words; `since` names the other core."""
        listed = [item.sentence() for item in self.signals[:SHOWN]]
        more = len(self.signals) - len(listed)
        return "\n  ".join([
            f"the cores part in cycle {cycle}: against that of {since},", *listed,
            *([f"and {more} more"] if more else []),
        ])  # fmt: skip


class Recorded:
    """A wave file: names, then values by time.

    Attributes:
        codes: code of each signal below a scope, by its path from there.
    """

    def __init__(self, waves: Path, scope: str) -> None:
        self._lines = text_lines(waves)
        self.codes: dict[str, str] = {}
        self._scope = f"{scope}."
        self._declarations()

    def _declarations(self) -> None:
        scopes: list[str] = []
        for line in self._lines:
            words = line.split()
            if "$scope" in words:
                scopes.append(words[2])
            elif "$upscope" in words:
                scopes.pop()
            elif "$var" in words:
                path = ".".join([*scopes, words[4]])
                before, found, name = path.partition(self._scope)
                if found and (not before or before.endswith(".")):
                    self.codes[name] = words[3]
            elif "$enddefinitions" in words:
                return

    def steps(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield each time with the values that change at it, by code."""
        time, changed = 0, dict[str, str]()
        for line in self._lines:
            kind = line[:1]
            if kind == "#":
                if changed:
                    yield time, changed
                time, changed = int(line[1:]), {}
            elif kind in "bB":
                value, _, code = line[1:].rstrip().partition(" ")
                changed[code] = value
            elif kind in "01xXzZ":
                changed[line[1:].rstrip()] = kind
        if changed:
            yield time, changed


def first_parting(former: Path, now: Path, scope: str) -> Parting | None:
    """Return where two wave files part, None if they do not.

    Args:
        former: waves of the other core.
        now: waves of this one, of a window that begins at the same time.
        scope: of the core; what is outside of it is not looked at.
    """
    files = (Recorded(former, scope), Recorded(now, scope))
    paths: dict[tuple[str, str], list[str]] = {}
    for path in files[0].codes.keys() & files[1].codes.keys():
        paths.setdefault((files[0].codes[path], files[1].codes[path]), []).append(path)
    pairs: tuple[dict[str, list[tuple[str, str]]], ...] = ({}, {})
    for pair in paths:
        for side in (0, 1):
            pairs[side].setdefault(pair[side], []).append(pair)
    values: tuple[dict[str, str], dict[str, str]] = ({}, {})
    unequal: set[tuple[str, str]] | None = None  # since the beginning
    for time, changed in both(files):
        for side in (0, 1):
            values[side].update(changed[side])
        touched = {pair for side in (0, 1) for code in changed[side]
                   for pair in pairs[side].get(code, ())}  # fmt: skip
        differing = {pair for pair in touched if values[0].get(pair[0]) != values[1].get(pair[1])}
        if unequal is None:
            unequal = differing
            continue
        unequal -= touched - differing
        if fresh := differing - unequal:
            return Parting(time=time, signals=parted(fresh, paths, values))
    return None


def both(files: Sequence[Recorded]) -> Iterator[tuple[int, tuple[dict[str, str], dict[str, str]]]]:
    """Yield each time of two files with what changes in each, until one of them ends."""
    left, right = (file.steps() for file in files)
    one, other = next(left, None), next(right, None)
    while one is not None and other is not None:
        time = min(one[0], other[0])
        yield (
            time,
            (one[1] if one[0] == time else {}, other[1] if other[0] == time else {}),
        )
        if one[0] == time:
            one = next(left, None)
        if other[0] == time:
            other = next(right, None)


def parted(
    pairs: set[tuple[str, str]], paths: Mapping[tuple[str, str], Sequence[str]],
    values: tuple[Mapping[str, str], Mapping[str, str]],
) -> tuple[Parted, ...]:  # fmt: skip
    """The signals of pairs of codes, each once, by its deepest name; registers first."""
    found = [
        Parted(path=max(paths[pair], key=lambda path: (path.count("."), path)),
               former=values[0].get(pair[0], "x"), now=values[1].get(pair[1], "x"))
        for pair in pairs
    ]  # fmt: skip
    # A register before a wire, and the wire that lies deepest before what it drives outside.
    return tuple(
        sorted(
            found,
            key=lambda item: (not item.path.endswith("_q"), -item.path.count("."), item.path),
        )
    )


def shown(bits: str) -> str:
    """A value as it is read best."""
    if len(bits) <= 1 or bits.strip("01"):
        return bits
    return f"{int(bits, 2):#x}"
