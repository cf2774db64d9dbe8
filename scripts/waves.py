"""`make waves`: a test of the bench, `network` for an MNIST image through the whole network, or the
counterexample of a proof (PROOF=).
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from honeyguide import cli
from honeyguide.proofs.waves_command import main as counterexample
from honeyguide.sim import HdlError
from honeyguide.waves.command import main
from models.mnist import dataset
from models.mnist.evaluate import to_int8
from scripts.runs.bench import configuration
from scripts.runs.model import load_model
from sw.compiler.program import write_program
from tb.build import ROOT
from tb.proofs.sources import SOURCES, TABLE

MODEL = ROOT / "models" / "mnist" / "mnist.tflite"


class Networks:
    """Tells the network test which network to run."""

    names: Mapping[str, tuple[str, str]] = {"network": ("tb.tests.network", "Network")}

    def add_options(self, options: ArgumentParser) -> None:
        """Add the network and its inputs."""
        cli.add(options, "model", default=MODEL, help="of `network`: a .tflite file")
        cli.add(options, "input", help="of `network`: .npy, MNIST images by default")
        cli.add(options, "proof")

    def environment(
        self, name: str, config: str, wanted: Namespace, folder: Path
    ) -> Mapping[str, str]:
        """Return what the test needs to be told."""
        return network_environment(config, wanted.model, wanted.input, folder)


def network_environment(
    config: str, model: Path, inputs: Path | None, folder: Path
) -> dict[str, str]:
    """What the network test needs to be told."""
    if not model.is_file():
        raise cli.UserError(f"there is no model {model}")
    folder.mkdir(parents=True, exist_ok=True)
    if inputs is None:
        inputs = folder / "inputs.npy"
        np.save(inputs, to_int8(dataset.load_test_images().images[:1]))
    program = load_model(model, configuration(config)).program
    return {
        "RATEL_PROGRAM": str(write_program(folder / "program.pickle", program).resolve()),
        "RATEL_INPUTS": str(inputs.resolve()),
        "RATEL_COUNT": "1",
        "RATEL_MEMORY_KIB": str((program.memory_end >> 10) + 64),
    }


def waves(argv: list[str]) -> int:
    """Show a test's waves or a proof's."""
    if any(word.partition("=")[0] == "--proof" for word in argv):
        return counterexample(argv, TABLE, SOURCES)
    return main(argv, driven=Networks())


if __name__ == "__main__":
    cli.run_command(waves, HdlError)
