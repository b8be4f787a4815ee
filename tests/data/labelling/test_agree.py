"""Agreement of a project's annotators: which labels count, "cannot tell" either way, and who mixes up what."""

from pathlib import Path

import numpy as np
import pytest

from data.pretended import pretend_faces, pretend_label, pretend_source
from mien.data.labelling.agree import agreement
from mien.data.labelling.label import Said, give, take_back
from mien.data.labelling.reliability import nominal_alpha
from mien.data.project import ORIGIN, Project
from mien.errors import BadInput

SHOWN = {"h": "happy", "s": "sad", "a": "angry"}


@pytest.fixture
def project(tmp_path: Path):
    """Letters are classes, ? is "cannot tell", - a skip, and a blank nothing."""
    with Project.create(tmp_path / "p", ORIGIN[:3]) as one:
        pretend_source(one)
        faces = pretend_faces(one, 6)
        for who, said in (("ann", "hhsa?-"), ("bob", "hssa?h"), ("cy", "hh a h")):
            for face, letter in zip(faces, said, strict=True):
                if letter in SHOWN:
                    pretend_label(one, face, who, SHOWN[letter])
                elif letter != " ":
                    pretend_label(one, face, who, None, {"?": "cannot tell", "-": "skip"}[letter])
        yield one


def test_who_said_what_of_whom(project: Project) -> None:
    found = agreement(project, draws=200)
    assert (found.annotators, found.classes, found.faces) == (("ann", "bob", "cy"), ("happy", "sad", "angry"), 6)
    first, second, third = found.pairs
    assert (first.first, first.second, second.second, third.first) == ("ann", "bob", "cy", "bob")
    assert first.table.tolist() == [[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert third.table.tolist() == [[2, 0, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    assert found.together.tolist() == (sum(pair.table + pair.table.T for pair in found.pairs)).tolist()
    # ann and bob: three of four alike; chance 2/4·1/4 + 1/4·2/4 + 1/4·1/4 = 5/16
    assert first.kappa.value == pytest.approx((3 / 4 - 5 / 16) / (1 - 5 / 16)) and first.kappa.units == 4


def test_cannot_tell_is_missing_or_a_verdict(project: Project) -> None:
    found = agreement(project, draws=0)
    votes = np.array([[3, 0, 0], [2, 1, 0], [0, 2, 0], [0, 0, 3], [0, 0, 0], [2, 0, 0]])
    blank = np.array([0, 0, 0, 0, 2, 0])
    assert found.alpha.value == nominal_alpha(votes, draws=0).value and found.alpha.units == 5
    assert found.alpha_with_blank.value == nominal_alpha(np.c_[votes, blank], draws=0).value
    assert found.alpha_with_blank.units == 6
    sad = np.stack([votes[:, 1], votes.sum(axis=1) - votes[:, 1]], axis=1)
    assert found.of_class[1].value == nominal_alpha(sad, draws=0).value
    assert found.fleiss is not None and found.fleiss.units == 3  # faces that all three put in a class
    assert np.isnan(found.valence.value)


def test_only_what_stands_counts(project: Project) -> None:
    before = agreement(project, draws=0)
    face = int(project.db.execute("SELECT min(id) FROM faces").fetchone()[0])
    wrong = give(project, "ann", face, Said("class", "sad"))
    assert agreement(project, draws=0).alpha.value < before.alpha.value
    take_back(project, "ann", wrong)
    assert agreement(project, draws=0).alpha.value == before.alpha.value


def test_places_on_the_plane_are_on_a_scale(project: Project) -> None:
    faces = [row[0] for row in project.db.execute("SELECT id FROM faces ORDER BY id")]
    for who, shift in (("ann", 0.0), ("bob", 0.05)):
        for number, face in enumerate(faces):
            give(project, who, face, Said("cannot tell", None, number / 5 - 0.5 + shift, 0.3))
    found = agreement(project, draws=100)
    assert 0.9 < found.valence.low <= found.valence.value <= found.valence.high < 1
    assert found.valence.units == 6
    assert np.isnan(found.arousal.value)  # all the same: chance explains everything


def test_one_alone_agrees_with_nobody(tmp_path: Path) -> None:
    with Project.create(tmp_path / "p", ORIGIN[:3]) as project:
        pretend_source(project)
        (face,) = pretend_faces(project, 1)
        give(project, "ann", face, Said("class", "sad"))
        give(project, "bob", face, Said("skip"))
        with pytest.raises(BadInput, match="labels of 1 annotator;"):
            agreement(project)
