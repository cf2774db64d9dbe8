"""The images of MNIST on the core: classified, compared, judged, reported."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from honeyguide.plan.catalogue import BenchTest
from honeyguide.report.files import shown
from honeyguide.report.progress import Progress
from honeyguide.sim import SimResult
from models.mnist import dataset
from models.mnist.evaluate import to_int8
from scripts.runs.layers import layer_table
from scripts.runs.model import load_model
from scripts.runs.networks import NetworkRun, run_on_rtl
from scripts.runs.smoke import Settings, waves_command
from scripts.runs.whole import WholeResult, run_whole
from tb.build import ROOT

MODEL = ROOT / "models" / "mnist" / "mnist.tflite"
ACCURACY_BAR = 0.96


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
        # The library of plots takes half a second to load.
        from scripts.reports.digits import draw_digits

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
