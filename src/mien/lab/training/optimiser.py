"""How all our networks are stepped: AdamW (Loshchilov & Hutter 2019), warm-up and cosine rate, weights averaged
exponentially (Polyak & Juditsky 1992)."""

from typing import Any

import keras

CLIP_NORM = 5.0
FEW = 8
"""Examples that a network is made ready with."""


def optimiser(steps: int, warm: int, rate: float, weight_decay: float, average: float) -> keras.optimizers.AdamW:
    """For so many steps, of which the first `warm` lead up to the highest `rate`."""
    course = keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - warm), alpha=0.01, warmup_target=rate, warmup_steps=warm
    )
    return keras.optimizers.AdamW(
        course, weight_decay=weight_decay, use_ema=True, ema_momentum=average, clipnorm=CLIP_NORM
    )


def make_ready(network: keras.Model, inputs: Any, targets: Any) -> None:
    """Make all variables of a compiled network's stepping and measuring, with the first few of some examples.

    A first step that makes variables is traced twice by TensorFlow: twenty seconds of every training.
    """
    network.optimizer.build(network.trainable_variables)
    few = keras.tree.map_structure(lambda rows: rows[:FEW], (inputs, targets))
    network.evaluate(*few, verbose=0)
