"""The golden phrases are what the composer writes; remade by `python -m tests.golden.remake`."""

import pytest

from .remake import FOLDER, GOLDEN, Golden, make


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden.stem)
def test_music_is_as_it_was(golden: Golden) -> None:
    for name, text in make(golden).items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text
