"""Random functions of one tensor: tables over all inputs, and int16 arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from golden.numerics import quantize_multiplier
from golden.operators import sigmoid
from sw.importer.registry import LITERT
from tests.golden.fuzz_case import Case, RedrawError
from tests.golden.fuzz_file import Draft, point, scale_of, values
from tests.golden.fuzz_values import choice, log_uniform, rescaling

ALL_BYTES = np.arange(-128, 128, dtype=np.int8).reshape(1, 4, 8, 8)


def real_case(rng: np.random.Generator, operator: str) -> Case:
    """ELU by tflite-micro; GELU, EXP, LOG, RELU_0_TO_1, RELU_N1_TO_1 by LiteRT."""
    draft = Draft(operator=operator, rng=rng)
    x_scale = scale_of(rng, -8, -2)
    y_scale = float(np.float32(x_scale * log_uniform(rng, -2, 3)))
    options = {}
    if draft.name == "GELU":
        options["approximate"] = bool(rng.integers(2))
    x = draft.input(ALL_BYTES, scale=x_scale, zero_point=point(rng, "int8"))
    y = draft.output(ALL_BYTES.shape, scale=y_scale, zero_point=point(rng, "int8"))
    case = draft.case([x], [y], **options)
    return case if draft.name == "ELU" else by_litert(case)


def by_litert(case: Case) -> Case:
    """The case, judged by LiteRT, as tflite-micro does not run its operator."""
    return replace(case, oracle=LITERT)


def negate_case(rng: np.random.Generator, operator: str) -> Case:
    draft = Draft(operator=operator, rng=rng)
    shape = tuple(int(n) for n in rng.integers(1, 6, 3))
    scale = None if draft.dtype == "int32" else scale_of(rng, -8, 2)
    x = draft.input(values(rng, shape, draft.dtype), scale=scale)
    return by_litert(draft.case([x], [draft.output(shape, dtype=draft.dtype, scale=scale)]))


def rsqrt_case(rng: np.random.Generator, operator: str) -> Case:
    draft = Draft(operator=operator, rng=rng)
    x_scale, x_point = scale_of(rng, -8, 2), point(rng, "int8")
    data = np.maximum(ALL_BYTES, x_point).astype(np.int8)
    y_scale = scale_of(rng, -8, 2)
    shift = quantize_multiplier(1 / (np.sqrt(x_scale) * y_scale))[1]
    if not -11 <= shift <= 30:
        raise RedrawError
    x = draft.input(data, scale=x_scale, zero_point=x_point)
    return draft.case([x], [draft.output(data.shape, scale=y_scale, zero_point=point(rng, "int8"))])


def sigmoid_case(rng: np.random.Generator, operator: str) -> Case:
    """LOGISTIC and TANH of int16, every input in four models or so."""
    draft = Draft(operator=operator, rng=rng)
    data = rng.permutation(np.arange(-32768, 32768).astype(np.int16))[:20000].reshape(1, -1)
    scale = choice(rng, (2.0**-12, 2.0**-11, scale_of(rng, -15, -8)))
    try:
        sigmoid.int16_argument(scale)
    except ValueError as error:
        raise RedrawError from error
    x = draft.input(data, scale=scale)
    return draft.case([x], [draft.output(data.shape, dtype="int16", scale=2.0**-15)])


def leaky_case(rng: np.random.Generator, operator: str) -> Case:
    """RELU and LEAKY_RELU of int16."""
    draft = Draft(operator=operator, rng=rng)
    data = values(rng, (1, 5, 7, 9), "int16")
    scale = scale_of(rng, -14, -6)
    out = float(np.float32(scale / rescaling(rng, 100)))
    if quantize_multiplier(scale / out)[1] > 14:
        raise RedrawError
    options = {}
    if draft.name == "LEAKY_RELU":
        options["alpha"] = float(np.float32(choice(rng, (0.0, 0.1, 0.3, 1.0))))
    x = draft.input(data, scale=scale)
    return draft.case([x], [draft.output(data.shape, dtype="int16", scale=out)], **options)


def softmax_wide_case(rng: np.random.Generator, operator: str) -> Case:
    """SOFTMAX int8 to int16, and int16."""
    draft = Draft(operator=operator, rng=rng)
    shape = (int(rng.integers(1, 4)), int(choice(rng, (1, 2, 3, 10, 33, 120))))
    beta = float(np.float32(choice(rng, (1.0, 1.0, 0.5, 2.3))))
    if draft.dtype == "int8":
        x = draft.input(values(rng, shape), scale=scale_of(rng, -8, 1), zero_point=3)
        y = draft.output(shape, dtype="int16", scale=2.0**-16, zero_point=-32768)
    else:
        x = draft.input(values(rng, shape, "int16"), scale=scale_of(rng, -15, -6))
        y = draft.output(shape, dtype="int16", scale=2.0**-15)
    return draft.case([x], [y], beta=beta)
