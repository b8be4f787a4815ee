"""The filter forgets nothing it was shown, and takes little for known that it was not."""

import numpy as np
import pytest

from mien.lab.scores.learn_runs import BITS_A_RUN, filter_of
from mien.music.originality import places, runs_of


def test_a_filter_knows_every_run_it_was_shown_and_few_others() -> None:
    rng = np.random.default_rng(1)
    shown, others = (runs_of(rng.integers(48, 84, 3000)) for _ in range(2))
    content = filter_of(shown)
    assert len(content) * 8 == pytest.approx(len(shown) * BITS_A_RUN, abs=8)
    bits = np.unpackbits(np.frombuffer(content, dtype=np.uint8))
    assert bits[places(shown, len(bits))].all()
    assert bits[places(others, len(bits))].all(axis=1).mean() < 0.003
