"""A test that failed explains itself: repeated with its seed, first difference, waves, view.

Only the first few failures of each cause are, since the others would say the same; a cause is what
is left of a message without its numbers. Used where <NAME>_EXPLAIN=1 is set.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Mapping
from pathlib import Path

from honeyguide.project import BUILD
from honeyguide.regress.buckets import cause_of
from honeyguide.regress.state import source_key
from honeyguide.regress.work import Outcome
from honeyguide.runs import session_run
from honeyguide.sim import HdlError, SimResult
from honeyguide.waves.bundle import bundle, publish
from honeyguide.waves.repeat import Repeat, Repeated, repeat

EACH = 2  # failures of one cause that are explained
ALTOGETHER = 6


def explain(
    result: SimResult,
    *,
    module: str,
    test: str,
    seed: int,
    config: str,
    speed: str,
    env: Mapping[str, str],
    folder: Path | None = None,
    published: Path = BUILD,
) -> str:
    """Repeat a failed run unless enough of its kind were; return what to add to its message."""
    name = f"{module.rpartition('.')[2]}.{test}-{config}-{speed}-{seed}"
    outcome = Outcome(
        name=name, status=str(result.status), message=result.message, seconds=result.seconds,
        sim_us=0.0, folder="", host="",
    )  # fmt: skip
    folder = folder or session_run("pytest", BUILD) / "failures"
    place = claim(folder / source_key(), cause_of(outcome), name)
    if place is None:
        return ""
    again = Repeat(
        module=module, test=test, seed=seed, folder=place, config=config, speed=speed, env=env
    )
    try:
        done = repeat(again)
    except HdlError as error:
        return f"\nno first difference: {error}"
    made, _ = bundle(done, again, name=name)
    return report(done, publish(made, published))


def report(done: Repeated, made: Path) -> str:
    """The sentences for a failed test."""
    lines = ["", f"first difference: {done.headline}"]
    if done.view is not None:
        lines.append(f"waves: gtkwave {done.view}")
    lines.append(f"transcript: {done.folder / 'run' / 'trace.log'}")
    lines.append(f"to take away: {made}")
    return "\n".join(lines)


def claim(folder: Path, reason: str, name: str) -> Path | None:
    """Return a folder for this failure, None if enough of this cause were explained.

    Tests run in several processes, so the count is kept in a file under a lock.
    """
    folder.mkdir(parents=True, exist_ok=True)
    bucket = hashlib.sha256(reason.encode()).hexdigest()[:8]
    with (folder / "claims.txt").open("a+", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.seek(0)
        claims = [line.split() for line in stream]
        mine = [entry for entry in claims if entry[1] == name]
        same = [entry for entry in claims if entry[0] == bucket]
        if not mine:
            if len(same) >= EACH or len(claims) >= ALTOGETHER:
                return None
            stream.write(f"{bucket} {name}\n")
    return folder / name
