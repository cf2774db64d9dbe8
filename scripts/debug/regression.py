"""The part of a regression's page that explains its failures: first difference, waves, transcript.

    part = explain_failures(summary, folder)      # HTML for the page at folder/regress.html

The quickest failure of each of the first few causes is repeated with its seed; its files lie below
folder/failures/, and the page refers to them by relative paths, so the folder can be moved.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from html import escape
from pathlib import Path

from scripts.hdl import HdlError
from scripts.regress.buckets import buckets
from scripts.regress.suite import Run, repeat_command
from scripts.reports.regression import Summary
from scripts.waves.picture import draw
from scripts.waves.repeat import Repeat, Repeated, repeat

CAUSES = 3  # that are explained; each takes some seconds, the first a build


def explain_failures(
    summary: Summary,
    folder: Path,
    *,
    causes: int = CAUSES,
    repeat_run: Callable[[Repeat], Repeated] = repeat,
) -> str:
    """Repeat failures and return what to show of them, as HTML; nothing if nothing failed."""
    parts = []
    for bucket in buckets(summary.outcomes)[:causes]:
        run = summary.runs[bucket.outcomes[0].name]
        parts.append(explain_run(run, folder, repeat_run))
    if not parts:
        return ""
    return "\n".join(["<h2>First differences</h2>", *parts])


def explain_run(run: Run, folder: Path, repeat_run: Callable[[Repeat], Repeated]) -> str:
    """Repeat one run; return its part of the page."""
    place = folder / "failures" / run.name
    head = f"<h3>{escape(run.name)}</h3><p><code>{escape(repeat_command(run))}</code></p>"
    place.mkdir(parents=True, exist_ok=True)
    try:
        done = repeat_run(
            Repeat(
                module=run.entry.module, test=run.entry.test, seed=run.seed, folder=place,
                config=run.config, speed=run.entry.speed, env=run.entry.env,
            )
        )  # fmt: skip
    except HdlError as error:
        return f"{head}<p>It could not be repeated: {escape(str(error))}</p>"
    picture = place / "picture.png"
    reason = "no waves were recorded" if done.view is None else draw(done.view, picture)
    return head + difference_part(done, folder, picture if not reason else None)


def difference_part(done: Repeated, folder: Path, picture: Path | None) -> str:
    """The sentences, links to the files, and the picture."""
    files = [
        ("waves", done.waves), ("view for GTKWave", done.view),
        ("transcript", done.folder / "run" / "trace.log"), ("log", done.result.log),
    ]  # fmt: skip
    links = ", ".join(
        f"<a href='{escape(relative(path, folder))}'>{name}</a>"
        for name, path in files
        if path is not None and path.is_file()
    )
    shown = ""
    if picture is not None:
        source = escape(relative(picture, folder))
        shown = f"<p><a href='{source}'><img src='{source}' style='width:100%' alt='waves'></a></p>"
    return f"<pre>{escape(done.headline)}</pre><p>{links}</p>{shown}"


def relative(path: Path, folder: Path) -> str:
    """A path as the page at `folder` refers to it."""
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
