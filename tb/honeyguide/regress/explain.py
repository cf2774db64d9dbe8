"""Explains the failures of a regression for its page: first difference, waves, transcript.

The quickest failure of each of the first few causes is repeated with its seed; its files lie below
folder/failures/, and the page refers to them by relative paths, so the folder can be moved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from honeyguide.core import core
from honeyguide.regress.buckets import buckets
from honeyguide.regress.suite import Run, waves_command
from honeyguide.regress.summary import Summary
from honeyguide.sim import HdlError
from honeyguide.waves.bundle import bundle
from honeyguide.waves.repeat import Repeat, Repeated, repeat

CAUSES = 3  # that are explained; each takes some seconds, the first a build
SHRINKING_S = 60.0  # each, at most
SHARE = 0.1  # of the time that the regression took, each
SHORTEST_S = 5.0  # less is not worth it


@dataclass(frozen=True, kw_only=True)
class Explained:
    """What a repeated failure told.

    Attributes:
        headline: the first difference, or why there is none.
        files: what there is to open, each with what it is.
        picture: of the waves around the difference; None if there is none, see `no_picture`.
        no_picture: why.
        smaller: what came of making it smaller, empty if it was not tried.
        view: GTKWave's save file, None without waves.
        made: the zip with all of it, None if the run could not be repeated.
    """

    headline: str
    files: tuple[tuple[str, Path], ...] = ()
    picture: Path | None = None
    no_picture: str = ""
    smaller: str = ""
    view: Path | None = None
    made: Path | None = None


def explain_failures(
    summary: Summary,
    folder: Path,
    *,
    causes: int = CAUSES,
    repeat_run: Callable[[Repeat], Repeated] = repeat,
) -> dict[str, Explained]:
    """Repeat the first failure of each of the first causes; return what they told, by run."""
    found = {}
    seconds = min(SHRINKING_S, summary.seconds * SHARE)
    for bucket in buckets(summary.outcomes)[:causes]:
        run = summary.runs[bucket.outcomes[0].name]
        found[run.name] = explain_run(run, folder, repeat_run, seconds)
    return found


def explain_run(
    run: Run, folder: Path, repeat_run: Callable[[Repeat], Repeated], seconds: float
) -> Explained:
    """Repeat one run and say what it told; make it smaller if there are enough `seconds` for it."""
    place = folder / "failures" / run.name
    place.mkdir(parents=True, exist_ok=True)
    again = Repeat(
        module=run.entry.module, test=run.entry.test, seed=run.seed, folder=place,
        config=run.config, speed=run.entry.speed, env=run.entry.env, timeout_s=run.entry.timeout_s,
    )  # fmt: skip
    try:
        done = repeat_run(again)
    except HdlError as error:
        return Explained(headline=f"It could not be repeated: {error}")
    small = shrunk(run, place, seconds)
    made, reason = bundle(done, again, name=run.name, command=waves_command(run))
    return Explained(
        headline=done.headline,
        files=files_of(done, made),
        picture=None if reason else place / "picture.png",
        no_picture=reason,
        smaller=small,
        view=done.view,
        made=made,
    )


def files_of(done: Repeated, made: Path) -> tuple[tuple[str, Path], ...]:
    """Return the files that are there, each with what it is."""
    files = [
        ("waves", done.waves), ("view for GTKWave", done.view),
        ("transcript", done.folder / "run" / "trace.log"), ("log", done.result.log),
        ("all of it to take away (zip)", made),
    ]  # fmt: skip
    return tuple((name, path) for name, path in files if path is not None and path.is_file())


def shrunk(run: Run, place: Path, seconds: float) -> str:
    """Make a failing run smaller, if the core knows how and there is time; say what came of it."""
    make = core().shrink
    if make is None:
        return ""
    if seconds < SHORTEST_S:
        return "It was not made smaller: the regression was short. `make shrink` does it."
    try:
        return make(run, place, seconds)
    except HdlError as error:
        return f"It could not be made smaller: {error}"
