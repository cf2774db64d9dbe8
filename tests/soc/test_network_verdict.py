"""What `make soc` adds to the bench's verdict: completeness, and the class that is printed."""

from __future__ import annotations

import numpy as np

from golden.config import load_config
from golden.network import run_network
from scripts.runs.model import load_model
from scripts.runs.zoo import mnist_inputs
from scripts.soc.networks import Job, incomplete, wrong_classes
from tb.env.compared import required_elements
from tests.commands.support import MNIST


def job(count: int) -> Job:
    model = load_model(MNIST, load_config("8x8"))
    return Job(name="mnist", model=model, inputs=mnist_inputs()[:count])


def test_a_run_that_compared_less_than_everything_fails() -> None:
    wanted = job(2)
    elements = 2 * required_elements(wanted.model.program)
    assert incomplete(wanted, {"elements": elements}) == []
    assert incomplete(wanted, {"elements": elements - 1}) == [
        f"{elements - 1} of {elements} elements were compared"
    ]
    assert incomplete(wanted, {}) == [f"0 of {elements} elements were compared"]


def test_a_printed_class_that_golden_does_not_have_fails() -> None:
    wanted = job(2)
    network, shape = wanted.model.network, wanted.model.input_shape
    classes = [
        int(run_network(network, [np.reshape(array, shape)])[network.outputs[0]].argmax())
        for array in wanted.inputs
    ]
    console = "input 0: class {} (9), 1 cycles on Ratel\ninput 1: class {} (9), 2 cycles\n"
    assert wrong_classes(wanted, console.format(*classes)) == []
    other = (classes[1] + 1) % 10
    assert wrong_classes(wanted, console.format(classes[0], other)) == [
        f"input 1: the firmware printed class {other}, golden has {classes[1]}"
    ]
