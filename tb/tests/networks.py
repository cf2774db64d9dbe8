"""One network after the other in one simulation, each on its inputs: see tb/tests/network.py.

    RATEL_NETWORKS   a JSON list of [program, see sw/compiler/program.py, inputs file]

Leaves networks.jsonl in the results folder: a line for each network that came to its end, with what
was compared. The first difference ends the run.
"""

from __future__ import annotations

import json
import os
import traceback
from pathlib import Path
from typing import Any

import pyuvm

from honeyguide.project import results_folder
from tb.tests.network import Network


@pyuvm.test()
class Networks(Network):
    """See the module."""

    async def body(self) -> None:
        for path, inputs in json.loads(os.environ["RATEL_NETWORKS"]):
            os.environ["RATEL_PROGRAM"], os.environ["RATEL_INPUTS"] = path, inputs
            self.layers_compared = 0
            try:
                await super().body()
            except Exception:  # whatever it is, it belongs to this network
                self.note(path, kind="raises", text=traceback.format_exc())
                raise
            if self.env.failures.count:
                self.note(path, kind="differs", text=self.env.failures.messages[0])
                return
            self.note(path, kind="equal", text="")

    def note(self, path: str, *, kind: str, text: str) -> None:
        """Leave a line on a network."""
        layers: list[dict[str, Any]] = []
        cycles: list[int] = []
        folder = results_folder()
        if folder is None:
            return
        if kind in ("equal", "differs"):
            document = json.loads((folder / "network.json").read_text(encoding="utf-8"))
            layers, cycles = document["layers"], document["cycles"]
        line = {
            "path": path,
            "kind": kind,
            "text": text,
            "cycles": cycles,
            "comparisons": sum(layer["comparisons"] for layer in layers),
            "places": [layer["where"] for layer in layers],
        }
        with Path(folder, "networks.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")
