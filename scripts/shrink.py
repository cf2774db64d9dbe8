"""Reduce a run that fails to the smallest program that still fails in the same way.

    make shrink TEST=layers.MacLayers SEED=7      writes a directed test, which can be committed

Instructions are left out, then shapes, data and waits made smaller, each on a simulation that runs
one program after the other. The test is run once more before it is shown.
"""

from __future__ import annotations

from honeyguide import cli
from honeyguide.core import core
from honeyguide.project import BUILD
from honeyguide.report.command import make_command
from honeyguide.report.files import shown
from honeyguide.runs import new_run
from honeyguide.sim import HdlError
from honeyguide.waves.builds import built
from honeyguide.waves.command import chosen, other_words, variable
from tb.shrink.shrink import SECONDS, Wanted, shrink

FOLDER = BUILD / "shrunk"


def main(argv: list[str]) -> int:
    """Shrink; return 1 if the run fails and no smaller one was found that does."""
    options = cli.parser("shrink", __doc__)
    cli.add(options, "test", required=True, help="the test, as file.Class")
    cli.add(options, "seed", help="seed of the run")
    cli.add(options, "config", "rtl", "speed", "env")
    options.add_argument(
        "--seconds", type=float, default=SECONDS, metavar="S", help="how long to reduce"
    )
    wanted = options.parse_args(argv)
    title, module, name = chosen(wanted.test)
    config = wanted.config or core().default
    core().parameters(config)
    names = {"TEST": title, "SEED": wanted.seed, "CONFIG": config}
    run = new_run("shrink", BUILD)
    print("building the simulation that explains failures", flush=True)
    found = shrink(
        Wanted(
            build=built(config, traced=True, rtl=wanted.rtl), module=module, test=name,
            seed=wanted.seed, config=config, folder=run.path, title=title,
            command=make_command("shrink", names, other_words(argv)), speed=wanted.speed,
            env=dict(variable(text) for text in wanted.env), seconds=wanted.seconds,
        )
    )  # fmt: skip
    run.publish_as(FOLDER / f"{title}-{config}-{wanted.seed}")
    print(found.said)
    if found.path is None:
        return 0 if found.before == 0 else 1
    print(
        f"{found.before} instructions before; now {found.work}, {found.configures} more that "
        f"configure, and the fence; {found.tried} programs tried in {found.seconds:.0f} s"
    )
    if not found.confirmed:
        print("the written test was run, and does not fail in the same way")
    print(f"test        {shown(found.path)}")
    return 0 if found.confirmed else 1


if __name__ == "__main__":
    cli.run_command(main, HdlError)
