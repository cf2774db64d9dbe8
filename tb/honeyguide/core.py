"""What the framework has to know of a core: one description, which the project supplies.

    pyproject.toml      [tool.honeyguide]
                        name = "adder"            in front of messages and variables: ADDER_SEED
                        core = "bench.core:CORE"  where the description is

    bench/core.py       CORE = Core(top="adder_tb", tests="bench.tests", build=bench_build, ...)

Functions are called when their value is needed, so the description imports little by itself: a
simulation reads it too. Paths are relative to the project's root.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from honeyguide.cli import UserError
from honeyguide.project import ROOT, SECTION

if TYPE_CHECKING:
    from honeyguide.regress.suite import Run
    from honeyguide.sim import SimResult
    from honeyguide.waves.view import Views

Points = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class FaultTests:
    """Which pytest tests a broken core is given, in which order.

    Attributes:
        folders: where they are.
        left_out: a pattern of those that only judge the bench or the tools.
        whole: the folder of those that simulate the whole core; they share one build of all faults.
        by_part: patterns for a fault in a folder of the core; the first that fits comes first.
        quick, slow: patterns of what follows.
        others: a pattern of tests of the whole core with parameters that no configuration has.
        broken_benches: the pytest file of benches that must not pass.
        broken_wanted: fewer than this many mean nothing.
        copied: what a copy of the project consists of.
        linked: patterns of what else tests read at the top of the project.
    """

    folders: tuple[str, ...]
    left_out: str
    whole: str
    by_part: Mapping[str, Sequence[str]]
    quick: Sequence[str]
    slow: Sequence[str]
    broken_benches: str
    broken_wanted: int
    copied: Sequence[str]
    linked: Sequence[str] = ()
    others: str = r"(?!)"  # none


@dataclass(frozen=True, kw_only=True)
class PythonPart:
    """Python of the project whose tests are measured by mutants.

    Attributes:
        files: patterns of its files.
        tests: folders or files of pytest that are to see a change.
        options: further options of pytest.
        preload: libraries that all the tests import; nothing of the project.
    """

    files: tuple[str, ...]
    tests: tuple[str, ...]
    options: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Core:
    """One core and its bench.

    Attributes:
        top: the bench's top module; it has the pins `clk` and `cycle` if waves are wanted.
        tests: the package of the cocotb tests.
        driven: files of it that a command of the project starts, and nobody else.
        configurations: the core's parameters, by the name of the configuration.
        default: the configuration that is used when none is asked for.
        build: arguments of `honeyguide.sim.SimBuild` for a configuration.
        hdl: the Verilog files of the core itself.
        rtl: the folder they are in; code coverage and faults look nowhere else.
        warm: modules that every test imports; a warm simulator has them before it is given a test.
        sources: the folders that decide how a run ends, Python, models, firmware: a change of any
            file makes old results void.
        commands: how a user starts a command, `make {command}` or alike.
        suite, plan, exclusions, kept: TOML files: what a regression runs, features and their
            tests, points that no test can hit, runs that are worth keeping.
        uncovered: `.vlt` files that say of which files code coverage is not to be counted.
        points: the bins of each point of functional coverage.
        claims: parts of the specification that the plan must name.
        proofs: what the plan may name beside tests of the bench: pytest files, proofs.
        faults: the folder of the broken cores: faults.toml and a patch for each.
        fault_tests: None if the regression's own tests are to find them.
        survivors: a TOML file that says why mutants survive that do; "" if there is none.
        parts: Python that is changed at random, by name; the core itself is the part `rtl`.
        debug_build: like `build`, with what that search needs.
        observed: environment variables with which a test looks for its first difference and leaves
            `difference.json`.
        crash: says where a run broke off that left no `difference.json`.
        views: which signals a wave viewer shows.
        shrink: makes a failing run (of a regression) smaller for some seconds, leaves `small_*.py`
            in a folder and says so in a sentence.
    """

    top: str
    tests: str
    configurations: Callable[[], Mapping[str, Mapping[str, int]]]
    default: str
    build: Callable[[str], dict[str, Any]]
    hdl: Callable[[], Sequence[Path]]
    rtl: str = "rtl"
    sources: tuple[str, ...] = ("tb",)
    warm: tuple[str, ...] = ()
    driven: frozenset[str] = frozenset()
    suite: str = "regression.toml"
    plan: str = "testplan.toml"
    exclusions: str = "coverage_exclusions.toml"
    kept: str = "pull_request.toml"
    uncovered: tuple[str, ...] = ()
    points: Callable[[], Points] = dict
    claims: Callable[[], Iterable[str]] = tuple
    proofs: Callable[[], Iterable[str]] = tuple
    faults: str = "faults"
    fault_tests: FaultTests | None = None
    survivors: str = ""
    parts: Mapping[str, PythonPart] = field(default_factory=dict)
    debug_build: Callable[[str], dict[str, Any]] | None = None
    observed: Mapping[str, str] = field(default_factory=dict)
    crash: Callable[[Path, SimResult], dict[str, Any]] | None = None
    views: Callable[[], Views] | None = None
    shrink: Callable[[Run, Path, float], str] | None = None

    def parameters(self, config: str) -> Mapping[str, int]:
        """Return the parameters of a configuration.

        Raises:
            UserError: there is none of that name; the sentence lists those there are.
        """
        known = self.configurations()
        if config not in known:
            raise UserError(f"unknown configuration {config!r}; there are {', '.join(known)}")
        return known[config]


@lru_cache(maxsize=1)
def core() -> Core:
    """Return the description that the project's pyproject.toml names.

    Raises:
        UserError: it names none, or what it names can't be imported or is no description.
    """
    named = str(SECTION.get("core", ""))
    module, _, attribute = named.partition(":")
    if not attribute:
        raise UserError(
            f"{ROOT / 'pyproject.toml'} needs a section [tool.honeyguide] with a line like "
            'core = "bench.core:CORE"'
        )
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise UserError(f"the core's description {named!r} can't be imported: {error}") from None
    if not isinstance(found, Core):
        raise UserError(f"{named!r} is a {type(found).__name__}, not a honeyguide.core.Core")
    return found


def fault_tests() -> FaultTests:
    """Return which tests a broken core is given.

    Raises:
        UserError: the description of the core says nothing of it.
    """
    found = core().fault_tests
    if found is None:
        raise UserError("the description of the core names no pytest tests for broken cores")
    return found


@lru_cache(maxsize=1)
def points() -> Points:
    """Return the bins of each point of functional coverage."""
    return core().points()
