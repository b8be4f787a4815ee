"""A piece becomes files of its name, or says which name would do."""

from dataclasses import replace

import pytest

from mien.errors import BadInput
from mien.instrument import compose
from mien.piece import Piece


@pytest.fixture(scope="module")
def piece() -> Piece:
    return compose("happy", seconds=10)


@pytest.mark.parametrize("name", ["AC/DC", "../up", "", ".", "a/", "a\0b"])
def test_a_name_that_is_none_for_a_file_is_refused(piece: Piece, name: str, tmp_path) -> None:
    with pytest.raises(BadInput, match="no name for a file"):
        replace(piece, name=name).save(tmp_path / "out", ["mid"])
    assert list(tmp_path.iterdir()) == []


def test_what_is_promised_stands_there(piece: Piece, tmp_path) -> None:
    files = piece.save(tmp_path, ["mid", "json"])
    assert set(files) == {"mid", "json"} and all(path.is_file() for path in files.values())
