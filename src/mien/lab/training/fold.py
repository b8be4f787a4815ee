"""A trained network becomes its lean twin: normalisation folded into the convolutions, weights in half precision.

Batch normalisation with its running moments is a scale and a shift for each channel (Ioffe & Szegedy 2015, §3.1), which
the convolution before it can carry: w' = w·γ/√(σ²+ε), b' = β − μ·γ/√(σ²+ε). The weights are then rounded to what half
precision can hold, so that a file of half-precision weights (LiteRT computes in single precision) holds them exactly,
and what Keras says of the twin is what LiteRT says.
"""

import numpy as np

from mien.lab.backend import keras, layers
from mien.lab.training.nets import NORMALISATION, Shape, build_network
from mien.nets import Floats


def fold(network: keras.Model, shape: Shape) -> keras.Model:
    """The twin of a network of that shape: the same function up to rounding, without normalisation layers."""
    twin = build_network(shape, normalised=False)
    _copy(network, twin)
    return twin


def _copy(trained: keras.Model, twin: keras.Model) -> None:
    names = {layer.name for layer in trained.layers}
    for layer in twin.layers:
        if isinstance(layer, keras.Model):
            _copy(trained.get_layer(layer.name), layer)
        elif layer.weights:
            weights = trained.get_layer(layer.name).get_weights()
            if layer.name + NORMALISATION in names:
                weights = _folded(weights[0], trained.get_layer(layer.name + NORMALISATION))
            layer.set_weights([w.astype(np.float16).astype(np.float32) for w in weights])


def _folded(kernel: Floats, after: layers.BatchNormalization) -> list[Floats]:
    """Kernel and bias equivalent to the kernel and the normalisation after it."""
    gamma, beta, mean, variance = after.get_weights()
    factor = gamma / np.sqrt(variance + after.epsilon)
    each = factor if kernel.shape[-1] == len(factor) else factor[:, None]  # a depthwise kernel ends in (channels, 1)
    return [kernel * each, beta - mean * factor]
