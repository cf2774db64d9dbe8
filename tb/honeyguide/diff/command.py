"""Say how two regressions differ: what fails now, what passes now, other reasons, flaky seeds.

A and B are folders of regressions, or their names below build/runs; B is the latest by default.
Exit code 1 if something fails in B that passed in A.
"""

from __future__ import annotations

from honeyguide import cli
from honeyguide.regress.history import differences, load

SHOWN = 20  # lines of a kind


def main(argv: list[str]) -> int:
    """Print it."""
    options = cli.parser("diff", __doc__)
    options.add_argument("--a", required=True, metavar="FOLDER", help="the regression before")
    options.add_argument("--b", metavar="FOLDER", help="the one after it, the latest by default")
    wanted = options.parse_args(argv)
    before, after = load(wanted.a), load(wanted.b)
    found = differences(before, after)
    print(f"{before.name}: {len(before.outcomes)} runs, {len(before.failed)} failed")
    print(f"{after.name}: {len(after.outcomes)} runs, {len(after.failed)} failed")
    if before.sources and before.sources == after.sources:
        print("core and bench are the same in both")
    for title, lines in found.items():
        print(f"\n{title}: {len(lines)}")
        print("".join(f"  {line}\n" for line in lines[:SHOWN]), end="")
        if len(lines) > SHOWN:
            print(f"  and {len(lines) - SHOWN} more")
    if not found:
        print("no difference")
    return 1 if "fail now" in found else 0
