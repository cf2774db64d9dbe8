"""Tests of units alone and of other cores, as judges of the few changes that all runs pass.

A unit is reached where the whole core leads nobody: its pretended surroundings are rude, late and
out of order. What a configuration does not have (check bits, clocks that stop) is in a core with
other parameters: it is asked of what the runs do not reach, and at last of all that is left.
As in the self-test a catch is a check that fell, and the good core must pass the same test.

    watched    all that are left in the good core, for each folder of it: a test in which a change
               never differs is not given it
    merged     all that are left in one copy, a file chooses: each test builds once for all of them;
               few are watched there, too, as a second build takes longer than slower tests
    single     one change alone, built for it: for what does not build among the others
"""

from __future__ import annotations

import logging
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.core import core, fault_tests
from honeyguide.faults.merge import NONE, choice_file, choose
from honeyguide.faults.order import collect, ordered
from honeyguide.faults.tests import BrokenRunError, Failure, first_failure
from honeyguide.faults.tree import Tree
from honeyguide.mutate.kinds import Change
from honeyguide.mutate.merge import applied, merge_changes
from honeyguide.mutate.reach import Reach, reach_of
from honeyguide.project import BUILD, ROOT

log = logging.getLogger(__name__)

OTHERS = "others"  # tests of cores with other parameters, where those of a folder have its name


class Units:
    """Tests, and copies of the project in `folder` for them to run, one for each thread.

    Args:
        folder: where the copies are.
        config: the configuration whose tests come first.
        left: says which changes are left, by number; it is asked once.
        blind: numbers of those that can't be watched.
        few: one build both watches them and has them chosen.
    """

    def __init__(
        self, folder: Path, config: str, left: Callable[[], Mapping[int, Change]],
        blind: Collection[int] = (), *, few: bool = False,
    ) -> None:  # fmt: skip
        self.folder, self.config, self._left = folder, config, left
        self._blind, self._few = frozenset(blind), few
        self._merged: dict[int, Change] = {}
        self._numbers: dict[str, int] = {}
        self._ids: list[str] = []
        self._sound: set[str] = set()  # tests that the good core is seen to pass
        self._kills: Counter[tuple[str, str]] = Counter()  # by module or folder, and test
        self._reach: dict[str, Mapping[str, Reach]] = {}  # by folder, or OTHERS
        self._reaching: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._shared = threading.Lock()
        self._single = threading.Lock()  # there is one tree for single changes
        self._compiling, self._compiled = threading.Lock(), threading.Event()
        self._of_thread = threading.local()
        self._trees = 0

    def broken(self, change: Change, own: bool, others: bool) -> str:
        """Return the test that fails on a changed core, with its first difference; or nothing.

        Args:
            change: the change.
            own: ask the tests of its unit.
            others: ask those of cores with other parameters.

        Raises:
            UserError: the good core fails that test.
        """
        if core().fault_tests is None:
            return ""
        path = next(path for path in core().hdl() if path.stem == change.module)
        ids = self._of(change, path.parent.name, own=own, others=others)
        if not ids:
            return ""
        failure = self._among_the_others(change, ids)
        if failure is None:
            return ""
        tree = self._tree()
        choose(tree.root, NONE)
        if not failure.built or not self._is_sound(tree, failure):
            failure = self._alone(change, path, ids)
        if failure is None:
            return ""
        for known in (change.module, path.parent.name):
            self._kills[known, failure.test] += 1
        return f"{failure.test}: {failure.message}"

    def _among_the_others(self, change: Change, ids: list[str]) -> Failure | None:
        """Return the first failure of a core that has all changes, this one chosen."""
        # One thread compiles first, on all processors; the next finds nearly all of it done.
        with nullcontext() if self._compiled.is_set() else self._compiling:
            tree = self._tree()
            choose(tree.root, self._numbers[change.name])
            failure = first_failure(tree, ids)
            self._compiled.set()
        return failure

    def _alone(self, change: Change, path: Path, ids: list[str]) -> Failure | None:
        """Return the first failure of a core that has this change and no other."""
        with self._single:
            tree = Tree("single", folder=self.folder)
            share_objects(tree)
            copy = tree.root / path.relative_to(ROOT)
            good = copy.read_text(encoding="utf-8")
            copy.write_text(applied(good, change), encoding="utf-8")
            failure = first_failure(tree, ids)
            # The whole core is built with this change, so a unit that is not judges nothing.
            if failure is None or not failure.built:
                return None
            tree.reset()
            if not self._is_sound(tree, failure):
                raise UserError(f"the core without a change fails {failure.test}")
            return failure

    def _tree(self) -> Tree:
        """Return this thread's tree with all changes that are left."""
        if not hasattr(self._of_thread, "tree"):
            with self._shared:
                merged = self._all_left()
                self._trees += 1
                tree = Tree(f"merged-{self._trees}", folder=self.folder)
            share_objects(tree)
            self._merge(merged, tree, watched=self._few)
            self._of_thread.tree = tree
        found: Tree = self._of_thread.tree
        return found

    def _all_left(self) -> Mapping[int, Change]:
        if not self._merged:
            self._merged = dict(self._left())
            self._numbers = {one.name: number for number, one in self._merged.items()}
        return self._merged

    def _of(self, change: Change, part: str, *, own: bool, others: bool) -> list[str]:
        """Return the tests that reach a change: those first that kill most, and soonest, in its
        module, then in its folder.
        """
        units, whole = re.compile(f"/{core().rtl}/"), re.compile(fault_tests().others)
        with self._shared:
            if not self._ids:
                found = collect(ROOT, "sim")
                self._ids = [name for name in found if units.search(name) or whole.search(name)]
        listed: list[str] = []
        if own:
            listed = [name for name in self._ids if f"/{core().rtl}/{part}/" in name]
            listed.sort(key=lambda name: self.config not in name)
            listed = ordered(listed, part) if part in fault_tests().by_part else listed
            listed = self._reached(change, part, listed)
        if others:
            whole_ids = [name for name in self._ids if not units.search(name)]
            listed += self._reached(change, OTHERS, whole_ids)
        return sorted(
            listed, key=lambda name: (-self._kills[change.module, name], -self._kills[part, name])
        )

    def _reached(self, change: Change, part: str, ids: Sequence[str]) -> list[str]:
        """Return those of the tests that may come to a change, the shortest first."""
        if not ids:
            return []
        with self._reaching[part]:
            if part not in self._reach:
                self._reach[part] = self._watched(part, ids)
        reach = self._reach[part]
        number = self._numbers[change.name]
        if number in self._blind:
            return list(ids)
        may = [name for name in ids if name not in reach or number in reach[name].numbers]
        return sorted(may, key=lambda name: reach[name].seconds if name in reach else 0.0)

    def _watched(self, part: str, ids: Sequence[str]) -> Mapping[str, Reach]:
        """Return what tests come to, of the changes that can be watched."""
        if self._few:
            tree = self._tree()
        else:
            with self._shared:
                seen = {n: one for n, one in self._all_left().items() if n not in self._blind}
                tree = Tree(f"watched-{part}", folder=self.folder)
            share_objects(tree)
            self._merge(seen, tree, watched=True, chosen=False)
        choose(tree.root, NONE)
        try:
            return reach_of(tree, ids)
        except BrokenRunError as error:
            log.warning("what tests of %s reach is not known, so all are asked: %s", part, error)
            return {}

    def _merge(
        self, merged: Mapping[int, Change], tree: Tree, *, watched: bool, chosen: bool = True
    ) -> None:
        file = choice_file(tree.root)
        merge_changes(merged, tree.root, watched=watched, chosen=chosen, file=file, apart=True)

    def _is_sound(self, tree: Tree, failure: Failure) -> bool:
        """Whether the good core, which is chosen in the tree, passes what has failed."""
        if failure.test not in self._sound:
            if first_failure(tree, [failure.test]) is not None:
                return False
            self._sound.add(failure.test)
        return True


def share_objects(tree: Tree) -> None:
    """Let a tree take compiled units from the checkout's store, where they are by content."""
    store = BUILD / "objects"
    store.mkdir(parents=True, exist_ok=True)
    (tree.root / "build").mkdir(exist_ok=True)
    (tree.root / "build" / store.name).symlink_to(store.resolve())
