"""A shipped network becomes one that can continue to learn: the reverse of `mien.lab.training.fold` and of the export.

A `.tflite` file holds plain convolutions with biases. They are read back by name. Each normalisation layer is then
given the moments of its convolution on some faces, and the scale and shift that undo it: the same function, but its
layers can adapt again. (Batch statistics differ a little from the given moments, so the first steps disturb the
function slightly; learning makes up for it.)
"""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mien.assets import read_asset, read_manifest
from mien.errors import BadInput
from mien.lab.backend import keras
from mien.lab.training.nets import NORMALISATION, Shape, build_network
from mien.nets import Floats, open_interpreter
from mien.values import REGIONS

KINDS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
Layers = Mapping[str, tuple[Floats, Floats]]
"""Kernel and bias of each layer, by Keras's name and in Keras's shape."""


def unfold(path: Path, inputs: Mapping[str, Floats]) -> keras.Model:
    """The trainable twin of a shipped network.

    Parameters
    ----------
    path : a `.tflite` file with its manifest beside it
    inputs : some faces as the network takes them (see `mien.lab.training.train.inputs_of`); a few hundred suffice

    Raises
    ------
    BadInput
        If the file is not a network of `mien.lab.training.nets`.
    """
    shape = Shape.of_row(read_manifest(path)["training"]["shape"])
    return able_to_learn(layers_of(path, shape), shape, inputs)


def able_to_learn(found: Layers, shape: Shape, inputs: Mapping[str, Floats]) -> keras.Model:
    """A network of that shape with these layers, normalised so that on `inputs` it says what they say."""
    plain = build_network(shape, normalised=False)
    fill(plain, found)
    network = build_network(shape)
    normalised = [layer for layer in network.layers if layer.name.endswith(NORMALISATION)]
    convolutions = [plain.get_layer(layer.name.removesuffix(NORMALISATION)) for layer in normalised]
    _copy(plain, network, {layer.name for layer in convolutions})
    seen = keras.Model(plain.inputs, [layer.output for layer in convolutions])
    for layer, convolution, out in zip(
        normalised, convolutions, seen.predict(inputs, batch_size=128, verbose=0), strict=True
    ):
        bias = convolution.get_weights()[1]
        mean, variance = (out - bias).mean(axis=(0, 1, 2)), out.var(axis=(0, 1, 2))
        layer.set_weights([np.sqrt(variance + layer.epsilon), mean + bias, mean, variance])
    return network


def layers_of(path: Path, shape: Shape) -> Layers:
    """Kernels and biases of a shipped network of that shape."""
    interpreter = open_interpreter(read_asset(path))
    names = {detail["index"]: detail["name"] for detail in interpreter.get_tensor_details()}
    widths = {
        detail["index"]: detail["shape"][-1] for detail in interpreter.get_tensor_details() if len(detail["shape"])
    }
    steps = interpreter._get_ops_details()  # the only access to a file's layers; this module's test guards it
    halves = {int(s["outputs"][0]): int(s["inputs"][0]) for s in steps if s["op_name"] == "DEQUANTIZE"}

    def constant(place: int) -> Floats:
        return np.asarray(interpreter.get_tensor(halves.get(place, place)), dtype=np.float32)

    found: dict[str, tuple[Floats, Floats]] = {}
    for step in steps:
        if step["op_name"] in KINDS:
            _, of_kernel, of_bias = (int(place) for place in step["inputs"])
            kernel, out = constant(of_kernel), int(step["outputs"][0])
            bias = constant(of_bias) if of_bias >= 0 else np.zeros(widths[out], dtype=np.float32)  # 0 is left out
            found.setdefault(_layer(names[of_kernel], kernel.shape, shape), (_as_keras(step["op_name"], kernel), bias))
    return found


def _layer(tensor: str, kernel: tuple[int, ...], shape: Shape) -> str:
    """Keras's name of the layer with this kernel in the file; the decision's layers are identified by their size."""
    if named := re.search(rf"/((?:{'|'.join(REGIONS)})_\w+?)(?:_\d+)?/(?:MatMul|convolution|depthwise)", tensor):
        return named.group(1)
    together = len(REGIONS) * shape.features
    sizes: dict[tuple[int, ...], str] = {
        (shape.gate, together): "gate_features",
        (len(REGIONS), shape.gate): "gate",
        (shape.features, together): "joint_features",
    }
    return sizes.get(kernel, "joint")


def _as_keras(kind: str, kernel: Floats) -> Floats:
    if kind == "CONV_2D":
        return kernel.transpose(1, 2, 3, 0)
    return kernel[0][..., None] if kind == "DEPTHWISE_CONV_2D" else kernel.T


def fill(plain: keras.Model, found: Layers) -> None:
    """Give a network without normalisation the layers of a shipped one.

    Raises
    ------
    BadInput
        If one is missing.
    """
    for layer in plain.layers:
        if isinstance(layer, keras.Model):
            fill(layer, found)
        elif layer.weights:
            if layer.name not in found:
                raise BadInput(f"the network has no layer '{layer.name}': it was not made by mien.lab.training.nets")
            layer.set_weights(list(found[layer.name]))


def _copy(plain: keras.Model, network: keras.Model, convolutions: set[str]) -> None:
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            _copy(plain.get_layer(layer.name), layer, set())
        elif layer.weights and not layer.name.endswith(NORMALISATION):
            weights = plain.get_layer(layer.name).get_weights()
            layer.set_weights(weights[:1] if layer.name in convolutions else weights)
