"""In which order tests run: what failed last time, then the files that took longest, then the rest.

    file with a failure: its tests that failed, then its others
    file by file, the longest first: two processes end at about the same time

Nothing is left out. Tests of a file stay together, because they share what is made once for it.
"""

from __future__ import annotations

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


def in_order(tests: Sequence[Test], last: Iterable[JunitCase]) -> list[Test]:
    """Return the same tests in the order in which they should run.

    Args:
        tests: in the order in which they were collected, which decides where nothing else does.
        last: the tests of a run before, if there was one.
    """
    seconds: Counter[str] = Counter()
    failed = set()
    for case in last:
        file = file_of(case.classname)
        seconds[file] += round(1000 * case.seconds)
        if case.failed:
            failed.add((file, case.name))
    files = {file for file, _ in failed}

    def place(test: Test) -> tuple[bool, int, str, bool]:
        path, _, name = test.nodeid.partition("::")
        file = file_of(".".join(Path(path).with_suffix("").parts))
        bad = (file, name.rpartition("::")[2]) in failed
        return file not in files, -seconds[file], file if seconds[file] else "", not bad

    return sorted(tests, key=place)


def file_of(classname: str) -> str:
    """Return the file, with dots, of a class name of JUnit, which may end with a class."""
    parts = classname.split(".")
    while len(parts) > 1 and parts[-1][:1].isupper():
        parts.pop()
    return ".".join(parts)
