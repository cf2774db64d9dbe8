"""In which float type tflite-micro turns scales into multipliers, on scales where it shows.

One part in 2^24 rarely moves an output, so random models seldom tell float32 from double. These
scales were searched for: on them the variants below give different outputs, and the test first
checks that they still do.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from golden.numerics import activation_range, quantize_multiplier, requantize
from golden.operators import (
    convolution,
    elementwise,
    lookup,
    matmul,
    mean,
    parameters,
    pooling,
    windows,
)
from models.tflite_writer import TfliteWriter
from tests.tflm.oracle import run_tflm

ALL = np.arange(-128, 128, dtype=np.int8)
WEIGHTS = np.array([127, -101, 77, 53, -37, 19, 11, 7, 3, 1], dtype=np.int8)

# Input, weight and output scale.
PRODUCTS = [
    (0.005439368542283773, 0.05609364062547684, 0.08633381128311157),
    (0.47316110134124756, 0.008731982670724392, 1.8621357679367065),
    (0.08571429550647736, 0.015293444506824017, 0.2213577926158905),
    (0.024029875174164772, 0.21409986913204193, 1.5343867540359497),
    (0.013123130425810814, 0.02746674045920372, 0.09616918861865997),
    (0.007758909370750189, 0.7169775366783142, 0.5731209516525269),
]
# Input and output scale.
QUOTIENTS = [
    (0.4955172836780548, 0.5017371773719788),
    (0.26177483797073364, 0.41631659865379333),
    (0.5989159345626831, 0.23735839128494263),
    (0.010405560955405235, 0.0038608869072049856),
]
HARD_SWISHES = [
    (0.005973136983811855, 0.005446110386401415),
    (0.057044751942157745, 0.1659962683916092),
    (0.013751287944614887, 0.015714935958385468),
    (0.012879555113613605, 0.009908606298267841),
    (0.015826577320694923, 0.009797020815312862),
    (0.052580598741769791, 0.051701758056879044),
    (0.00390625, 0.006669619586318731),
]
# Activation, output scale, and the distance of its upper bound from the zero point.
BOUNDS = [
    ("RELU6", 0.0648648664355278, 93),
    ("RELU_N1_TO_1", 0.028169015422463417, 36),
    ("RELU_N1_TO_1", 0.10526315867900848, 10),
]

f32 = np.float32
FLOAT32_VARIANTS: dict[str, Callable[[float, float, float], float]] = {
    "product in float32": lambda a, b, o: float(f32(a) * f32(b)) / o,
    "all in float32": lambda a, b, o: float(f32(a) * f32(b) / f32(o)),
    "quotient in float32": lambda a, b, o: a * float(f32(b) / f32(o)),
}


def products(multiplier: int, shift: int) -> np.ndarray:
    return matmul.matmul(
        ALL.reshape(256, 1),
        WEIGHTS.reshape(1, -1),
        a_zero_point=0,
        b_zero_point=0,
        output_zero_point=0,
        multiplier=multiplier,
        shift=shift,
    )


@pytest.mark.parametrize("variant", FLOAT32_VARIANTS)
def test_the_scales_tell_products_apart(variant: str) -> None:
    real = FLOAT32_VARIANTS[variant]
    different = [
        scales
        for scales in PRODUCTS
        if np.any(
            products(*parameters.matmul_multiplier(*scales))
            != products(*quantize_multiplier(real(*scales)))
        )
    ]
    assert different


@pytest.mark.parametrize("scales", QUOTIENTS)
def test_the_scales_tell_quotients_apart(scales: tuple[float, float]) -> None:
    outputs = [
        requantize(ALL, multiplier=multiplier, shift=shift, output_zero_point=0)
        for multiplier, shift in (
            parameters.rescale_multiplier(*scales),
            quantize_multiplier(float(f32(scales[0]) / f32(scales[1]))),
        )
    ]
    assert np.any(outputs[0] != outputs[1])


@pytest.mark.parametrize("scales", PRODUCTS)
@pytest.mark.parametrize("channels", [1, len(WEIGHTS)])
def test_layers(scales: tuple[float, float, float], channels: int) -> None:
    a, b, o = scales
    image = ALL.reshape(1, 16, 16, 1)
    window = windows.resolve_padding(16, 16, kernel=(1, 1))
    common: dict[str, Any] = {"bias": None, "input_zero_point": 0, "output_zero_point": 0}
    for kind in ("FULLY_CONNECTED", "CONV_2D", "DEPTHWISE_CONV_2D"):
        multiplier, shift = parameters.convolution_multipliers(a, [b] * channels, o)
        common |= {"multiplier": multiplier, "shift": shift}
        w = TfliteWriter()
        data: NDArray[Any]
        x: NDArray[Any]
        add: Callable[..., int]
        if kind == "FULLY_CONNECTED":
            data, x = WEIGHTS.reshape(-1, 1), ALL.reshape(256, 1)
            golden = matmul.fully_connected(x, data, **common)
            add, axis = w.fully_connected, 0
        elif kind == "CONV_2D":
            data, x = WEIGHTS.reshape(-1, 1, 1, 1), image
            golden = convolution.convolution(x, data, window=window, **common)
            add, axis = w.conv_2d, 0
        else:
            data, x = WEIGHTS.reshape(1, 1, 1, -1), image
            golden = convolution.depthwise(x, data, window=window, **common)
            add, axis = partial(w.conv_2d, depthwise=True), 3
        x_id = w.add_tensor("x", x.shape, scale=a)
        w_id = w.add_tensor("w", data.shape, data=data, scale=[b] * channels, channel_axis=axis)
        y_id = add("y", x_id, w_id, -1, scale=o, zero_point=0)
        np.testing.assert_array_equal(golden, run_tflm(w.finish([x_id], [y_id]), [x]), kind)


@pytest.mark.parametrize("scales", PRODUCTS)
def test_products_of_activations(scales: tuple[float, float, float]) -> None:
    a, b, o = scales
    x, y = ALL.reshape(256, 1), WEIGHTS.reshape(1, -1)
    for kind in ("BATCH_MATMUL", "MUL"):
        w = TfliteWriter()
        x_id = w.add_tensor("x", x.shape, scale=a)
        y_id = w.add_tensor("y", y.shape, scale=b)
        if kind == "MUL":
            multiplier, shift = parameters.multiply_multiplier(a, b, o)
            out = w.elementwise("out", kind, x_id, y_id, scale=o, zero_point=0)
            golden = elementwise.multiply(
                x,
                y,
                a_zero_point=0,
                b_zero_point=0,
                output_zero_point=0,
                multiplier=multiplier,
                shift=shift,
            )
        else:
            out = w.add_tensor("out", (256, len(WEIGHTS)), scale=o)
            w.add_operator(kind, [x_id, y_id], [out])
            golden = products(*parameters.matmul_multiplier(a, b, o))
        actual = run_tflm(w.finish([x_id, y_id], [out]), [x, y])
        np.testing.assert_array_equal(golden, actual, kind)


@pytest.mark.parametrize("scales", PRODUCTS)
@pytest.mark.parametrize("kind", ["ADD", "SUB"])
def test_sums(scales: tuple[float, float, float], kind: str) -> None:
    a, b, _ = scales
    o = float(f32(max(a, b) * 1.7))
    x, y = ALL.reshape(256, 1), ALL.reshape(1, 256)
    w = TfliteWriter()
    x_id = w.add_tensor("x", x.shape, scale=a)
    y_id = w.add_tensor("y", y.shape, scale=b)
    out = w.elementwise("out", kind, x_id, y_id, scale=o, zero_point=0)
    golden = elementwise.add(
        x,
        y,
        a_zero_point=0,
        b_zero_point=0,
        output_zero_point=0,
        parameters=parameters.add_parameters(a, b, o),
        subtract=kind == "SUB",
    )
    np.testing.assert_array_equal(golden, run_tflm(w.finish([x_id, y_id], [out]), [x, y]))


def run_unary(kind: str, scales: tuple[float, float], **options: float) -> np.ndarray:
    w = TfliteWriter()
    x_id = w.add_tensor("x", (256,), scale=scales[0])
    y_id = w.add_tensor("y", (256,), scale=scales[1])
    w.add_operator(kind, [x_id], [y_id], **options)
    return run_tflm(w.finish([x_id], [y_id]), [ALL])


@pytest.mark.parametrize("scales", QUOTIENTS)
def test_rescaling_tables(scales: tuple[float, float]) -> None:
    arguments: dict[str, Any] = {
        "input_scale": scales[0],
        "input_zero_point": 0,
        "output_scale": scales[1],
        "output_zero_point": 0,
    }
    tables = {
        "QUANTIZE": lookup.requantize_table(**arguments),
        "RELU": lookup.relu_table(**arguments),
        "LEAKY_RELU": lookup.leaky_relu_table(alpha=0.3, **arguments),
    }
    for kind, table in tables.items():
        options = {"alpha": 0.3} if kind == "LEAKY_RELU" else {}
        actual = run_unary(kind, scales, **options)
        np.testing.assert_array_equal(lookup.lookup(ALL, table), actual, kind)


@pytest.mark.parametrize("scales", HARD_SWISHES)
def test_hard_swish(scales: tuple[float, float]) -> None:
    table = lookup.hard_swish_table(
        input_scale=scales[0], input_zero_point=0, output_scale=scales[1], output_zero_point=0
    )
    np.testing.assert_array_equal(lookup.lookup(ALL, table), run_unary("HARD_SWISH", scales))


@pytest.mark.parametrize("scales", QUOTIENTS)
def test_mean(scales: tuple[float, float]) -> None:
    x = np.stack([ALL, np.roll(ALL, 13), np.roll(ALL, 71)]).reshape(1, 1, 3, 256)
    multiplier, shift = parameters.rescale_multiplier(*scales)
    w = TfliteWriter()
    x_id = w.add_tensor("x", x.shape, scale=scales[0])
    axis = w.add_tensor("axes", (1,), dtype="int32", data=np.array([2]))
    y_id = w.add_tensor("y", (1, 1, 256), scale=scales[1])
    w.add_operator("MEAN", [x_id, axis], [y_id])
    golden = mean.mean(
        x,
        axes=(2,),
        input_zero_point=0,
        output_zero_point=0,
        multiplier=multiplier,
        shift=shift,
    )
    np.testing.assert_array_equal(golden, run_tflm(w.finish([x_id], [y_id]), [x]))


@pytest.mark.parametrize(("activation", "scale", "distance"), BOUNDS)
def test_activation_bounds_divide_in_float32(activation: str, scale: float, distance: int) -> None:
    real = 6.0 if activation == "RELU6" else 1.0
    assert int(np.floor(real / float(f32(scale)) + 0.5)) == distance - 1  # what double would give
    low, high = activation_range(activation, scale, -10)
    assert high == distance - 10
    x = ALL.reshape(1, 16, 16, 1)
    w = TfliteWriter()
    x_id = w.add_tensor("x", x.shape, scale=scale, zero_point=-10)
    y_id = w.pool_2d("y", "MAX_POOL_2D", x_id, window=(1, 1), stride=(1, 1), activation=activation)
    golden = pooling.max_pool(
        x,
        window=windows.resolve_padding(16, 16, kernel=(1, 1)),
        act_min=low,
        act_max=high,
    )
    np.testing.assert_array_equal(golden, run_tflm(w.finish([x_id], [y_id]), [x]))
