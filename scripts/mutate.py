"""`make mutate`: the framework's, with what is proved of the core."""

from __future__ import annotations

from functools import partial

from honeyguide import cli
from honeyguide.mutate.command import main
from honeyguide.sim import HdlError
from tb.proofs.sources import SOURCES, TABLE

if __name__ == "__main__":
    cli.run_command(partial(main, table=TABLE, sources=SOURCES), HdlError)
