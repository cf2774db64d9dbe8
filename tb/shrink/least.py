"""The least that an instruction needs to be legal, by golden's checks: how small a program can get.

A configuration instruction writes one group, and after a reset all groups are 0. An image of 0
pixels is refused, so whatever moves or computes a tensor has groups that must be written before it.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations

from golden.config import CoreConfig
from golden.isa import BY_NAME, MAC, VECTOR
from golden.machine.checks import Request, first_refusal
from golden.machine.storage import ConfigFile

OPERANDS = {"out_base": 8, "in2_base": 16, "flags": 0, "addr": 0}  # 1 for all others


@cache
def least_groups(name: str, core: CoreConfig) -> tuple[str, ...]:
    """The fewest configuration groups that must be written before an instruction, from reset.

    Raises:
        ValueError: it is refused with all of its groups written.
    """
    item = BY_NAME[name]
    values = {field.name: OPERANDS.get(field.name, 1) for field in item.fields}
    if name in (*MAC, *VECTOR):
        values |= {key: 0 for key in values if key not in OPERANDS}
    for count in range(len(item.uses) + 1):
        for some in combinations(item.uses, count):
            groups = ConfigFile()
            for group in some:
                for key in groups[group]:
                    groups.groups[group][key] = 1
            request = Request(
                format=item, rs1=sum(f.put(values[f.name]) for f in item.rs1),
                rs2=sum(f.put(values[f.name]) for f in item.rs2), values=values, groups=groups,
                core=core, held_shape=None,
            )  # fmt: skip
            if first_refusal(request) is None:
                return some
    raise ValueError(f"{name} is refused with every group written")
