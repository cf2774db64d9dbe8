"""Every operator, family by family. To support another one, add its entry to its family."""

from __future__ import annotations

from collections.abc import Iterable

from sw.importer import (
    arithmetic,
    border,
    convolutional,
    movement,
    ordering,
    rearranging,
    recurrent,
    reduction,
    resizing,
    tables,
    variables,
)
from sw.importer.entry import Entry

FAMILIES: dict[str, tuple[Entry, ...]] = {
    "products and pooling": convolutional.OPERATORS,
    "recurrent": recurrent.OPERATORS,
    "arithmetic of two tensors": arithmetic.OPERATORS,
    "functions of one tensor": tables.OPERATORS,
    "conversion": border.OPERATORS,
    "comparison and selection": ordering.OPERATORS,
    "reduction": reduction.OPERATORS,
    "resizing": resizing.OPERATORS,
    "movement": movement.OPERATORS,
    "rearrangement": rearranging.OPERATORS,
    "variables": variables.OPERATORS,
}


def by_name(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Entries by operator name. Raises ValueError for an operator that stands there twice."""
    known: dict[str, Entry] = {}
    for entry in entries:
        if entry.name in known:
            raise ValueError(f"operator {entry.name} is registered twice")
        known[entry.name] = entry
    return known


OPERATORS = by_name(entry for family in FAMILIES.values() for entry in family)
