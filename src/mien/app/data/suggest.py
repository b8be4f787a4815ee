"""What the shipped reader would call a face, in a project's own classes (chip, cues → class, or nothing).

It speaks only of classes that stand for one of its eight emotions: those with that emotion's place on the affect plane.
Where its best guess is none of them it says nothing, rather than press a face into the nearest word.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mien.errors import BadInput
from mien.nets import Floats
from mien.vocabulary import COORDINATES, EMOTIONS, EmotionClass


def suggest_by_reader(
    classes: Sequence[EmotionClass],
) -> Callable[[NDArray[np.uint8], Floats, NDArray[np.bool_]], str | None]:
    """A function from chip uint8 (64, 64), cues float32 (c,) and their validity bool (c,) to a class's name.

    Raises
    ------
    BadInput
        If the reader knows none of the classes.
    """
    from mien.affect.network import Reader
    from mien.affect.recipe import standardise

    named = {
        emotion: next((one.name for one in classes if (one.valence, one.arousal) == COORDINATES[emotion]), None)
        for emotion in EMOTIONS
    }
    if not any(named.values()):
        raise BadInput(f"--suggest: the reader knows none of {', '.join(one.name for one in classes)}; leave it out")
    reader = Reader()

    def suggest(chip: NDArray[np.uint8], cues: Floats, valid: NDArray[np.bool_]) -> str | None:
        answer = reader.answer(chip[None], standardise(cues[None], valid[None], reader.scale))
        return named[EMOTIONS[int(answer.logits[0].argmax())]]

    return suggest
