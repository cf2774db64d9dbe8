"""Classify real handwritten digits on the simulated core, and say whether every bit is right.

Smoke tests first, then MNIST test images through the RTL. Every layer's output is compared with the
golden model, and the golden model with TensorFlow Lite Micro. --test runs tests of the bench by
name instead. Writes build/reports/sim.json and a picture, sim.png.
"""

from __future__ import annotations

from dataclasses import replace

from honeyguide import cli
from honeyguide.plan.catalogue import tests_named
from honeyguide.report.files import Results, add_results_option
from honeyguide.sim import HdlError
from models.mnist import dataset
from scripts.runs.bench import benches, configuration
from scripts.runs.smoke import SMOKE, SMOKE_LAYERS, Settings, run_tests
from sw.compiler.geometry import CompileError

IMAGES = 100


def main(argv: list[str]) -> int:
    """Run what the command line asks for; return 1 when something is wrong."""
    options = cli.parser("sim", __doc__)
    cli.add(options, "config", "seed", "test", "rtl")
    options.add_argument(
        "--images", type=cli.count, default=IMAGES, help=f"images to classify, default {IMAGES}"
    )
    options.add_argument("--smoke", default=SMOKE, help="tests to run before the images")
    cli.add(options, "waves", help="record waves of the tests and of the first image")
    add_results_option(options)
    wanted = options.parse_args(argv)
    data = dataset.load_test_images()
    if wanted.images > len(data.images):
        raise cli.UserError(f"there are {len(data.images)} test images, not {wanted.images}")
    tests = tests_named(wanted.smoke if wanted.test is None else wanted.test)
    core = configuration(wanted.config)
    results = Results(command="sim", folder=wanted.results.resolve())
    results.start()
    with benches(core, traced=wanted.waves, rtl=wanted.rtl) as (first, fast):
        settings = Settings(
            core=core,
            build=first if wanted.test is None else fast(),
            seed=wanted.seed,
            waves=wanted.waves,
            rtl=wanted.rtl,
            results=results,
        )
        if wanted.test is not None:
            ended = run_tests(tests, settings, layers=None)
            passed = all(result.passed for result in ended)
            print("PASS" if passed else "FAIL")
            return 0 if passed else 1
        smoke = run_tests(tests, settings, layers=SMOKE_LAYERS)
        settings = replace(settings, build=fast())
    from scripts.reports.classified import classify  # the smoke tests do without an importer

    return classify(data, wanted.images, settings, tests, smoke)


if __name__ == "__main__":
    cli.run_command(main, HdlError, CompileError)
