"""Write a new test of the bench: one file, which regressions, test plan and pytest find.

make new-test NAME=wide_images.Columns
"""

from __future__ import annotations

import re

from honeyguide import cli
from honeyguide.plan.catalogue import bench_tests
from honeyguide.plan.plan import load_plan
from honeyguide.report.files import shown
from tb.build import ROOT

FOLDER = ROOT / "tb" / "tests"
TEXT = '''"""What this file is about."""

from __future__ import annotations

import pyuvm

from golden import isa_builders as isa
from tb.tests.base import RatelTest


@pyuvm.test()
class {name}(RatelTest):
    """What must hold."""

    # features: entries of spec/testplan.toml. weight: share of a regression, 0 for none.
    REGISTERED = {{"features": ["{feature}"], "weight": 1}}

    async def body(self) -> None:
        """Put data into memory, run a program, compare everything."""
        random = self.seeds.stream("data")
        self.env.memory.write(0x1000, random.integers(0, 256, 64, dtype="uint8"))
        await self.env.run(
            [
                isa.cfg_ld_shape(w=4, h=2, c=8, cbs=1),
                isa.cfg_ld_pitch(row_pitch=32, pix_pitch=8, p=4),
                isa.ld_t(addr=0x1000, base=0),
                isa.cfg_st_shape(w=4, h=2, c=8, cbs=1),
                isa.cfg_st_pitch(row_pitch=32, pix_pitch=8, p=4),
                isa.st_t(addr=0x2000, base=0),
                isa.fence(),
            ]
        )
'''


def main(argv: list[str]) -> int:
    """Write it; return 1 if there is one of that name."""
    options = cli.parser("new_test", __doc__)
    options.add_argument("--name", required=True, metavar="file.Class", help="of the test")
    options.add_argument("--feature", help="entry of the test plan that it belongs to")
    wanted = options.parse_args(argv)
    told = re.fullmatch(r"([a-z][a-z0-9_]*)\.([A-Z][A-Za-z0-9]*)", wanted.name)
    if told is None:
        raise cli.UserError(f"{wanted.name!r} is not file.Class, as wide_images.Columns")
    names = [entry.name for entry in load_plan()]
    feature = wanted.feature or names[0]
    if feature not in names:
        raise cli.UserError(
            f"the test plan has no entry {feature!r}{cli.did_you_mean(feature, names)}"
        )
    file, name = told.groups()
    path = FOLDER / f"{file}.py"
    if path.exists():
        raise cli.UserError(f"there is {shown(path)} already: add the class to it")
    if any(test.name == name for test in bench_tests()):
        raise cli.UserError(
            f"there is a test {name} already; `make waves TEST={name}` would be vague"
        )
    path.write_text(TEXT.format(name=name, feature=feature), encoding="utf-8")
    print(f"wrote {shown(path)}; it runs: make sim TEST={file}.{name}")
    print(f"It belongs to {feature!r} of spec/testplan.toml; change REGISTERED if that is not so.")
    return 0


if __name__ == "__main__":
    cli.run_command(main)
