"""What goes wrong while a simulation is built or started."""

from __future__ import annotations


class HdlError(Exception):
    """A design can't be built or a run can't be started; the message is a sentence for a person."""
