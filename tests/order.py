"""In which order tests run: what is likely to fail, then what took longest, then the rest.

    file with a failure last time: its tests that failed, then its others
    files that an edit touches, those first whose imports lead to it soonest; after an edit of the
        core the tests that catch most faults of its part
    file by file, the longest first: two processes end at about the same time

Nothing is left out. Tests of a file stay together, because they share what is made once for it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from honeyguide.report.junit import JunitCase


class Named(Protocol):
    """A test as pytest has collected it."""

    @property
    def nodeid(self) -> str: ...


Test = TypeVar("Test", bound=Named)


def in_order(
    tests: Sequence[Test],
    last: Iterable[JunitCase],
    first: Sequence[str] = (),
    patterns: Sequence[str] = (),
) -> list[Test]:
    """Return the same tests in the order in which they should run.

    Args:
        tests: in the order in which they were collected, which decides where nothing else does.
        last: the tests of a run before, if there was one.
        first: files that come next, in their order.
        patterns: expressions for names of tests that come next, the most important first.
    """
    seconds: Counter[str] = Counter()
    failed = set()
    for case in last:
        file = file_of(case.classname)
        seconds[file] += round(1000 * case.seconds)
        if case.failed:
            failed.add((file, case.name))
    files = {file for file, _ in failed}

    next_ones = {name: rank for rank, name in enumerate(first)}
    wanted = [re.compile(pattern) for pattern in patterns]

    def fits(test: Test) -> int:
        ranks = (rank for rank, one in enumerate(wanted) if one.search(test.nodeid))
        return next(ranks, len(wanted))

    best: dict[str, int] = {}  # of a file
    for test in tests:
        path = test.nodeid.partition("::")[0]
        best[path] = min(best.get(path, len(wanted)), fits(test))

    def place(test: Test) -> tuple[bool, int, int, int, str, bool, int]:
        path, _, name = test.nodeid.partition("::")
        file = file_of(".".join(Path(path).with_suffix("").parts))
        bad = (file, name.rpartition("::")[2]) in failed
        return (
            file not in files, best[path], next_ones.get(path, len(next_ones)),
            -seconds[file], path if seconds[file] or wanted or first else "", not bad, fits(test),
        )  # fmt: skip

    return sorted(tests, key=place)


def file_of(classname: str) -> str:
    """Return the file, with dots, of a class name of JUnit, which may end with a class."""
    parts = classname.split(".")
    while len(parts) > 1 and parts[-1][:1].isupper():
        parts.pop()
    return ".".join(parts)
