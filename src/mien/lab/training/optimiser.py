"""How all our networks are stepped: AdamW (Loshchilov & Hutter 2019), warm-up and cosine rate, weights averaged
exponentially (Polyak & Juditsky 1992)."""

import keras

CLIP_NORM = 5.0


def optimiser(steps: int, warm: int, rate: float, weight_decay: float, average: float) -> keras.optimizers.AdamW:
    """For so many steps, of which the first `warm` lead up to the highest `rate`."""
    course = keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - warm), alpha=0.01, warmup_target=rate, warmup_steps=warm
    )
    return keras.optimizers.AdamW(
        course, weight_decay=weight_decay, use_ema=True, ema_momentum=average, clipnorm=CLIP_NORM
    )
