"""What annotators said goes out and comes into a copy of the project: merged, all of a file or nothing."""

from pathlib import Path

import pytest

from data.pretended import pretend_face, pretend_label, pretend_source
from mien.data.exchange.judgements import Merged, merge, read_labels, write_labels
from mien.data.labelling.agree import agreement
from mien.data.project import ORIGIN, Project
from mien.errors import BadInput


def copy_of(folder: Path) -> tuple[Project, list[int]]:
    project = Project.create(folder, ORIGIN[:3])
    pretend_source(project)
    return project, [pretend_face(project, f"picture {number}") for number in range(4)]


def test_two_copies_are_merged_and_agreement_is_told_over_both(tmp_path: Path) -> None:
    (ours, here), (theirs, there) = copy_of(tmp_path / "ours"), copy_of(tmp_path / "theirs")
    with ours, theirs:
        for face, other in zip(here, there, strict=True):
            pretend_label(ours, face, "ann", ORIGIN[face % 2].name)
            pretend_label(theirs, other, "bob", ORIGIN[other % 2].name)
        pretend_label(theirs, there[0], "ann", ORIGIN[2].name)
        assert write_labels(theirs, tmp_path / "labels.csv") == 5
        told = read_labels(ours, tmp_path / "labels.csv")
        assert merge(ours, told) == Merged(new=4, otherwise=1)
        assert merge(ours, told) == Merged(again=4, otherwise=1)
        found = agreement(ours, 1, 0)
        assert found.annotators == ("ann", "bob") and found.alpha.value == pytest.approx(1)


def test_unknown_refused_and_faceless_pictures_get_no_label(tmp_path: Path) -> None:
    (ours, here), (theirs, there) = copy_of(tmp_path / "ours"), copy_of(tmp_path / "theirs")
    with ours, theirs:
        more = pretend_face(theirs, "elsewhere")
        for face in (*there, more):
            pretend_label(theirs, face, "bob", "happy")
        write_labels(theirs, tmp_path / "labels.csv")
        with ours.change() as db:
            db.execute("DELETE FROM faces WHERE id = ?", (here[0],))
            db.execute("INSERT INTO sources (id, kind, address, consent, begun_at)"
                       " VALUES (2, 'folder', 'there', 'refused', '')")  # fmt: skip
            db.execute("UPDATE arrivals SET source = 2 WHERE address = 'picture 1'")
        assert merge(ours, read_labels(ours, tmp_path / "labels.csv")) == Merged(new=2, unknown=1, refused=1, no_face=1)
        pretend_label(ours, here[1], "ann", "happy")
        assert write_labels(ours, tmp_path / "out.csv") == 2, "what is said of a refused picture is not handed out"


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("annotator", "rater", r"lacks annotator: give sha256, rank"),
        (",happy,", ",cross,", r"row 2: class 'cross': this project has .*mien data class ours NAME"),
        (",class,happy", ",maybe,happy", r"verdict 'maybe': give one of"),
        (",bob,", ",b;b,", r"annotator 'b;b'"),
        ("+00:00", "", r"given_at .* with its zone"),
    ],
)
def test_a_wrong_file_is_refused_before_anything_is_taken(tmp_path: Path, old: str, new: str, match: str) -> None:
    project, faces = copy_of(tmp_path / "ours")
    with project:
        pretend_label(project, faces[0], "bob", "happy")
        write_labels(project, tmp_path / "labels.csv")
        text = (tmp_path / "labels.csv").read_text()
        (tmp_path / "labels.csv").write_text(text.replace(old, new, 1))
        with pytest.raises(BadInput, match=match):
            read_labels(project, tmp_path / "labels.csv")


def test_a_skip_gives_way_to_an_answer_and_never_takes_its_place(tmp_path: Path) -> None:
    (ours, here), (theirs, there) = copy_of(tmp_path / "ours"), copy_of(tmp_path / "theirs")
    with ours, theirs:
        pretend_label(ours, here[0], "bob", None, "skip")
        pretend_label(ours, here[1], "bob", "happy")
        pretend_label(theirs, there[0], "bob", "sad")
        pretend_label(theirs, there[0], "bob", None, "skip")
        pretend_label(theirs, there[1], "bob", None, "skip")
        write_labels(theirs, tmp_path / "labels.csv")
        told = read_labels(ours, tmp_path / "labels.csv")
        assert merge(ours, told) == Merged(new=1, again=1)
        with ours.change() as db:
            db.execute("UPDATE labels SET taken_back_at = given_at WHERE class = 'sad'")
        assert merge(ours, told) == Merged(again=2), "what was taken back here stays so"
