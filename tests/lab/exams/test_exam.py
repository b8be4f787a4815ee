"""An examination takes the side it says, sees faces as live ones are seen, and refuses what it cannot use."""

from pathlib import Path

import numpy as np
import pytest

from made_data import close_up, write_ferplus, write_own_reader
from mien.affect.network import Reader
from mien.errors import BadInput
from mien.face.look import look_close_ups
from mien.lab.exams import abstention
from mien.lab.exams.exam import FERPLUS, ask, find_data, load_exam, prepare, reader_of_ferplus
from mien.lab.exams.stimuli import COVER, UNREADABLE, blurred, covered, patterns, shuffled
from mien.values import CANNOT_TELL_DOUBT


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ferplus(tmp_path_factory.mktemp("data") / FERPLUS)


def test_sides_are_apart_and_hold_what_they_say(data: Path) -> None:
    sides = {side: load_exam(data.parent, side) for side in ("train", "develop", "validate")}
    rows = np.concatenate([exam.rows for exam in sides.values()])
    assert len(rows) == len(set(rows)) == 96
    assert (sides["validate"].rows >= 72).all() and len(sides["validate"]) == 24
    assert (sides["validate"].four == sides["validate"].rows % 4).all()
    assert (sides["validate"].targets.argmax(axis=1) == sides["validate"].eight).all()


def test_a_limit_takes_always_the_same(data: Path) -> None:
    some, again = (load_exam(data, "validate", 7) for _ in range(2))
    assert len(some) == 7
    assert (some.rows == again.rows).all()


def test_a_reader_of_other_classes_is_not_examined_on_ferplus(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--data PROJECT"):
        reader_of_ferplus(write_own_reader(tmp_path))


def test_what_cannot_be_used_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="unknown side 'test'"):
        load_exam(data, "test")
    with pytest.raises(BadInput, match="no such file"):
        find_data(tmp_path, FERPLUS)
    (tmp_path / FERPLUS).write_text("no arrays")
    with pytest.raises(BadInput, match="cannot be used"):
        load_exam(tmp_path)


def test_faces_are_read_as_the_reader_reads_close_ups(data: Path) -> None:
    exam, reader = load_exam(data, "validate", 3), Reader()
    _, probs = ask(reader, prepare(reader, look_close_ups(exam.pictures)))
    np.testing.assert_allclose(probs, reader.read_chips(exam.pictures), atol=1e-5)


def test_unreadable_pictures_keep_what_is_not_theirs_to_change() -> None:
    faces = np.repeat(close_up()[None], 4, axis=0)
    hidden = covered(faces, np.random.default_rng(1))
    beside = np.ones((48, 48), dtype=bool)
    beside[COVER] = False
    assert (hidden[:, beside] == faces[:, beside]).all()
    assert (hidden[:, ~beside] != faces[:, ~beside]).mean() > 0.8
    mixed = shuffled(faces, np.random.default_rng(1))
    assert (np.sort(mixed.ravel()) == np.sort(faces.ravel())).all()
    assert np.diff(blurred(faces)[0].astype(int)).std() < np.diff(faces[0].astype(int)).std() / 2
    drawn = patterns(12, np.random.default_rng(1))
    assert drawn.shape == (12, 48, 48) and len({picture.tobytes() for picture in drawn}) == 12


def test_the_shipped_reader_refuses_what_nobody_can_read_and_no_clear_face(data: Path) -> None:
    reader, exam = Reader(), load_exam(data, "validate", 8)
    for kind, found in abstention.doubts_of_unreadable(reader, exam, "validate").items():
        assert (found > CANNOT_TELL_DOUBT).all(), kind
    assert not (abstention.doubts(reader, exam.pictures) > CANNOT_TELL_DOUBT).any()


def test_the_threshold_is_the_highest_that_refuses_enough() -> None:
    found = {"all": np.full(40, 1.0), "most": np.concatenate([np.full(38, 0.93), np.zeros(2)])}
    assert abstention.choose(found) == 0.9
    found["few"] = np.zeros(40)
    assert abstention.choose(found) == abstention.STEPS[0]
    assert set(UNREADABLE) == {"drawn patterns", "shuffled faces", "fully covered faces", "heavily blurred faces"}
