"""How all our networks are optimised: AdamW (Loshchilov & Hutter 2019), warm-up and cosine rate, weights averaged
exponentially (Polyak & Juditsky 1992)."""

from typing import Any

from mien.lab.backend import keras

CLIP_NORM = 5.0
FEW = 8
"""Number of examples with which a network is made ready."""


def optimiser(steps: int, warm: int, rate: float, weight_decay: float, average: float) -> keras.optimizers.AdamW:
    """The optimiser for this many steps, of which the first `warm` rise to the highest rate, `rate`."""
    course = keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - warm), alpha=0.01, warmup_target=rate, warmup_steps=warm
    )
    return keras.optimizers.AdamW(
        course, weight_decay=weight_decay, use_ema=True, ema_momentum=average, clipnorm=CLIP_NORM
    )


def make_ready(network: keras.Model, inputs: Any, targets: Any) -> None:
    """Create all variables of a compiled network's optimiser and metrics, with the first few of some examples.

    TensorFlow traces a first step that creates variables twice: twenty seconds of every training.
    """
    network.optimizer.build(network.trainable_variables)
    few = keras.tree.map_structure(lambda rows: rows[:FEW], (inputs, targets))
    network.evaluate(*few, verbose=0)
