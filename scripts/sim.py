"""Classify real handwritten digits on the simulated core, and say whether every bit is right.

Smoke tests first, then MNIST test images through the RTL. Every layer's output is compared with the
golden model, and the golden model with TensorFlow Lite Micro. --test runs tests of the bench by
name instead. Writes build/reports/sim.json and a picture, sim.png.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import cpu_count
from pathlib import Path
from typing import Any

import numpy as np

from golden.config import CoreConfig
from honeyguide import cli
from honeyguide.plan.catalogue import BenchTest, tests_named
from honeyguide.report.command import make_command
from honeyguide.report.files import Results, add_results_option, shown
from honeyguide.report.progress import Progress
from honeyguide.sim import HdlError, SimResult, SimRun, run
from honeyguide.sim.workers import threads
from models.mnist import dataset
from models.mnist.evaluate import to_int8
from scripts.reports.layers import layer_table
from scripts.runs.bench import benches, configuration
from scripts.runs.model import load_model
from scripts.runs.networks import NetworkRun, run_on_rtl
from scripts.runs.whole import WholeResult, run_whole
from sw.compiler import CompileError
from tb.build import ROOT

MODEL = ROOT / "models" / "mnist" / "mnist.tflite"
IMAGES = 100
ACCURACY_BAR = 0.96
# One of each kind: the ports, the engines, errors, some layers.
SMOKE = "smoke,registers.ResetValues,instructions.ErrorRegisters,layers.AnyLayers"
SMOKE_LAYERS = "6"
TEST_TIMEOUT_S = 600.0


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the command line asks for, and the simulation made for it."""

    core: CoreConfig
    build: Path
    seed: int
    waves: bool
    rtl: Path | None
    results: Results


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
    return classify(data, wanted.images, settings, tests, smoke)


def run_tests(
    tests: Sequence[BenchTest], settings: Settings, *, layers: str | None
) -> list[SimResult]:
    """Run tests of the bench, each in its own process, two at a time; print a line for each.

    They are waited for in threads, so that one warm simulator forks them all.
    """
    jobs = [
        SimRun(
            build=settings.build,
            module=test.module,
            test=test.name,
            results_dir=settings.results.runs / str(test),
            seed=settings.seed,
            timeout_s=TEST_TIMEOUT_S,
            waves=settings.waves,
            env={
                "RATEL_CONFIG": settings.core.name,
                **({"RATEL_LAYERS": layers} if layers else {}),
            },
        )
        for test in tests
    ]
    results = []
    with threads(min(len(jobs), cpu_count() or 1)) as pool:
        running = [pool.submit(run, job) for job in jobs]
        for test, done in zip(tests, running, strict=True):
            result = done.result()
            print(f"test {test!s:<32} {result.status:<7} {result.seconds:5.1f} s", flush=True)
            if not result.passed:
                print(f"  {result.message}\n  log: {shown(result.log)}", flush=True)
                print(f"  {waves_command(str(test), settings, layers=layers)}", flush=True)
            if result.waves is not None:
                print(f"  waves: {shown(result.waves)}", flush=True)
            results.append(result)
    return results


def classify(
    data: dataset.TestImages,
    count: int,
    settings: Settings,
    tests: Sequence[BenchTest],
    smoke: Sequence[SimResult],
) -> int:
    """Classify the first `count` images, report, and return the exit code."""
    images = to_int8(data.images[:count])
    folder = settings.results.runs / "images"
    progress = Progress("images")
    started = time.monotonic()
    whole = run_whole(
        load_model(MODEL, settings.core),
        images,
        build=settings.build,
        folder=folder,
        seed=settings.seed,
        progress=progress.update,
    )
    seconds = time.monotonic() - started
    progress.done()
    result = whole.rtl
    print(whole.oracle.sentence(), flush=True)
    accuracy = None
    # A part that broke off leaves a gap, and then predictions do not stand beside their images.
    if result.inputs == count:
        predictions = result.outputs[0].reshape(count, -1).argmax(axis=1)
        accuracy = float(np.mean(predictions == data.labels[:count]))
        from scripts.reports.digits import draw_digits  # the library takes half a second to load

        draw_digits(settings.results.picture, data.images[:count], data.labels[:count], predictions)
    reasons = verdict(whole, smoke, tests, accuracy)
    report = {
        "pass": not reasons,
        "reasons": reasons,
        "config": settings.core.name,
        "seed": settings.seed,
        "smoke": {str(t): str(r.status) for t, r in zip(tests, smoke, strict=True)},
        "images": result.inputs,
        "accuracy": accuracy,
        "comparisons": result.comparisons,
        "mismatches": result.mismatches,
        "cycles": sum(result.cycles),
        "cycles_per_image": sum(result.cycles) / result.inputs if result.inputs else None,
        "seconds": seconds,
        "cycles_per_second": result.simulated_cycles / seconds,
        "cycles_per_second_per_process": result.cycles_per_second,
        "oracle": whole.oracle.report(),
        "layers": whole.entries(),
    }
    say(report, settings)
    if settings.waves:
        record_first_image(whole, settings)
    for reason in reasons:
        print(f"FAIL: {reason}")
    if not result.passed:
        told = re.match(r"input (\d+)", result.failure)
        print(waves_command("network", settings, folder / "inputs.npy", told and told.group(1)))
    if not reasons:
        print("PASS")
    return 1 if reasons else 0


def waves_command(
    test: str,
    settings: Settings,
    inputs: Path | None = None,
    number: str | None = None,
    layers: str | None = None,
) -> str:
    """Return the command that repeats a run, finds its first difference and opens its waves."""
    words = []
    if inputs is not None:
        words = ["--input", shown(inputs), "--env", f"RATEL_FIRST={number or 0}"]
    if layers is not None:
        words += ["--env", f"RATEL_LAYERS={layers}"]
    if settings.rtl is not None:
        words += ["--rtl", str(settings.rtl)]
    names = {"TEST": test, "SEED": settings.seed, "CONFIG": settings.core.name}
    return make_command("waves", names, words)


def say(report: dict[str, Any], settings: Settings) -> None:
    """Print the report for people, and write it."""
    if report["layers"]:
        print("\n" + layer_table(report["layers"]) + "\n")
    written = [shown(settings.results.write(report))]
    if report["accuracy"] is not None:
        print(f"accuracy    {100 * report['accuracy']:.2f} % of {report['images']} images")
        written.append(shown(settings.results.published_picture))
    print(f"comparisons {report['comparisons']:,}, {report['mismatches']:,} mismatches")
    if report["cycles_per_image"] is None:
        print("cycles      none to tell: no image came to its end")
    else:
        print(f"cycles      {report['cycles']:,}, {report['cycles_per_image']:,.0f} an image")
    print(
        f"speed       {report['cycles_per_second']:,.0f} simulated cycles/s "
        f"in {report['seconds']:.1f} s"
    )
    print(f"report      {', '.join(written)}")


def verdict(
    whole: WholeResult,
    smoke: Sequence[SimResult],
    tests: Sequence[BenchTest],
    accuracy: float | None,
) -> list[str]:
    """Return everything that is wrong, a sentence each; nothing wrong is a pass."""
    reasons = [
        f"test {test}: {done.message}"
        for test, done in zip(tests, smoke, strict=True)
        if not done.passed
    ]
    reasons += whole.reasons()
    if accuracy is None:
        reasons.append(f"only {whole.rtl.inputs} images came to their end")
    elif accuracy < ACCURACY_BAR:
        reasons.append(f"accuracy {100 * accuracy:.2f} % is below {100 * ACCURACY_BAR:.0f} %")
    return reasons


def record_first_image(whole: WholeResult, settings: Settings) -> None:
    """Run the first image once more with waves, and say where they are."""
    again = NetworkRun(
        build=settings.build,
        model=whole.model,
        inputs=whole.inputs[:1],
        folder=settings.results.runs / "first_image",
        seed=settings.seed,
        waves=True,
    )
    for path in run_on_rtl(again).waves:
        print(f"waves       {shown(path)} (first image)")


if __name__ == "__main__":
    cli.run_command(main, HdlError, CompileError)
