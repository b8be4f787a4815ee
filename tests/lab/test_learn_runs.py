import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from mien.errors import BadInput
from mien.lab.learn_runs import BITS_A_RUN, CHORALES, filter_of, sopranos
from mien.music.originality import places, runs_of


def test_sopranos_are_read_from_the_grid_without_holds_and_rests(tmp_path: Path) -> None:
    grid = [[72, 60], [72, 60], [74, 59], [-1, 59], [76, 60]]
    content = json.dumps({"train": [grid], "test": [[[60, 48]]]}).encode()
    tar = tmp_path / "chorales.tar"
    with tarfile.open(tar, "w") as archive:
        info = tarfile.TarInfo(CHORALES)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    assert list(sopranos(tar)) == [[72, 74, 76], [60]]


def test_a_missing_corpus_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--data wants the folder"):
        next(sopranos(tmp_path / "none.tar"))


def test_a_filter_knows_every_run_it_was_shown_and_few_others() -> None:
    rng = np.random.default_rng(1)
    shown, others = (runs_of(rng.integers(48, 84, 3000)) for _ in range(2))
    content = filter_of(shown)
    assert len(content) * 8 == pytest.approx(len(shown) * BITS_A_RUN, abs=8)
    bits = np.unpackbits(np.frombuffer(content, dtype=np.uint8))
    assert bits[places(shown, len(bits))].all()
    assert bits[places(others, len(bits))].all(axis=1).mean() < 0.003
