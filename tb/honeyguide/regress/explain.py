"""Explains the failures of a regression for its page: first difference, waves, transcript.

The quickest failure of each of the first few causes is repeated with its seed; its files lie below
folder/failures/, and the page refers to them by relative paths, so the folder can be moved.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from honeyguide.core import core
from honeyguide.regress.buckets import buckets
from honeyguide.regress.page import Summary
from honeyguide.regress.suite import Run, waves_command
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
        html: the same with links and a picture, for the page.
        view: GTKWave's save file, None without waves.
        made: the zip with all of it, None if the run could not be repeated.
    """

    headline: str
    html: str
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
        said = f"It could not be repeated: {error}"
        return Explained(headline=said, html=f"<p>{escape(said)}</p>")
    small = shrunk(run, place, seconds)
    picture = place / "picture.png"
    made, reason = bundle(done, again, name=run.name, command=waves_command(run))
    return Explained(
        headline=done.headline,
        html=difference_part(done, folder, picture if not reason else None, reason, made)
        + (f"<p>{escape(small)}</p>" if small else ""),
        view=done.view,
        made=made,
    )


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


def difference_part(
    done: Repeated, folder: Path, picture: Path | None, reason: str, made: Path
) -> str:
    """The sentences, links to the files, and the picture or why there is none."""
    files = [
        ("waves", done.waves), ("view for GTKWave", done.view),
        ("transcript", done.folder / "run" / "trace.log"), ("log", done.result.log),
        ("all of it to take away (zip)", made),
    ]  # fmt: skip
    links = ", ".join(
        f"<a href='{escape(relative(path, folder), quote=True)}'>{name}</a>"
        for name, path in files
        if path is not None and path.is_file()
    )
    if picture is None:
        shown = f"<p>No picture: {escape(reason)}</p>"
    else:
        source = escape(relative(picture, folder), quote=True)
        shown = f"<p><a href='{source}'><img src='{source}' alt='waves around the difference'></a>"
    return f"<pre class=said>{escape(done.headline)}</pre><p>{links}</p>{shown}"


def relative(path: Path, folder: Path) -> str:
    """A path as the page at `folder` refers to it."""
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
