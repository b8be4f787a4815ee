"""Networks train in bfloat16 and are kept in float32 (build → learnt in bfloat16 → the same in float32).

Convolutions in bfloat16 with weights kept in float32 (Micikevicius et al. 2018, "Mixed precision training"; Kalamkar et
al. 2019 for bfloat16) take 70 to 80 % of the time on processors that have such instructions (docs/log.md). Networks
that are kept, examined and shipped compute in float32 again, so that no precision is lost where it counts.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mien.lab.backend import keras

WHOLE, SHORT = "float32", "mixed_bfloat16"
"""Keras's names of the two precisions."""


@contextmanager
def computing_in(precision: str) -> Iterator[None]:
    """Layers built inside compute in this precision; layers built afterwards compute as before."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def same_as(learnt: keras.Model, build: Callable[[], keras.Model], precision: str = WHOLE) -> keras.Model:
    """A network with the weights of one that `build` made before, computing in another precision."""
    with computing_in(precision):
        network = build()
    network.set_weights(learnt.get_weights())
    return network
