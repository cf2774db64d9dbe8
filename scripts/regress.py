"""`make regress`: the framework's, with a part on cycles on its page."""

from __future__ import annotations

from functools import partial

from honeyguide import cli
from honeyguide.regress.command import main
from honeyguide.sim import HdlError
from scripts.reports.trends import cycles_part

if __name__ == "__main__":
    cli.run_command(partial(main, further=cycles_part), HdlError)
