"""Add a night's figures to those of the nights before, and plot them.

Reads what commands left below --reports (build/ by default), takes the figures that tell whether
the project gets better, and adds them to --history, a JSON list with an entry a commit and date.
Beside it trend.html has a curve for each figure. A report that is missing or of a run that failed
is named in the entry; what is missing is a gap, never an old value.
"""

from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from honeyguide import cli
from honeyguide.project import BUILD, ROOT
from scripts.reports.nights import entry, html, load

HISTORY = "trend.json"
PAGE = "trend.html"
WHOLE = re.compile(r"[0-9a-f]{40}")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})")


def commit_of(text: str) -> str:
    """Return the whole name of a commit: as git knows it, or outside of a checkout as it stands.

    Raises:
        UserError: it is none.
    """
    words = ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}"]
    try:
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        found = text
    else:
        found = done.stdout.strip() if (ROOT / ".git").exists() else text
    if not WHOLE.fullmatch(found):
        raise cli.UserError(
            f"--commit {text!r} is no commit here: give one by its name, a tag or a branch, as in "
            "COMMIT=HEAD"
        )
    return found


def main(argv: list[str]) -> int:
    """Add an entry and write the page."""
    options = cli.parser("trend", __doc__)
    options.add_argument("--reports", type=Path, default=BUILD, help="folder of a night's reports")
    options.add_argument(
        "--history", type=Path, default=BUILD / "trend" / HISTORY, help="the list, added to"
    )
    options.add_argument("--commit", required=True, help="commit that the reports are of")
    options.add_argument("--date", help="of the night, 2026-01-31T02:00:00Z; now by default")
    wanted = options.parse_args(argv)
    date = wanted.date or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if not DATE.fullmatch(date):
        raise cli.UserError(f"--date {date!r} is no date like 2026-01-31T02:00:00Z")
    commit = commit_of(wanted.commit)
    night = entry(wanted.reports, commit=commit, date=date)
    others = [old for old in load(wanted.history) if (old["commit"], old["date"]) != (commit, date)]
    nights = sorted([*others, night], key=lambda one: datetime.fromisoformat(one["date"]))
    wanted.history.parent.mkdir(parents=True, exist_ok=True)
    wanted.history.write_text(json.dumps(nights, indent=1) + "\n", encoding="utf-8")
    shown = wanted.history.with_name(PAGE)
    shown.write_text(html(nights), encoding="utf-8")
    for name, value in night["figures"].items():
        print(f"  {name:<42} {value:g}")
    for word in ("absent", "failed"):
        if night[word]:
            print(f"  {word}: {', '.join(night[word])}")
    print(f"{len(nights)} nights: {wanted.history}, {shown}")
    return 0


if __name__ == "__main__":
    cli.run_command(main)
