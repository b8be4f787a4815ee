"""Whose word counts: annotators before folders, the newest before the older, nobody where two folders disagree."""

from pathlib import Path

import numpy as np

from data.pretended import pretend_face, pretend_label, pretend_source
from mien.data.labelling.label import order_of
from mien.data.labelling.truth import truths
from mien.data.project import ORIGIN, Project


def test_annotators_count_before_folders(tmp_path: Path) -> None:
    with Project.create(tmp_path, ORIGIN[:3]) as project:
        pretend_source(project)
        by_folder, by_people, torn, blank, skipped = (
            pretend_face(project, name, shown)
            for name, shown in (("a", "sad"), ("b", "sad"), ("c", None), ("d", "happy"), ("e", "angry"))
        )
        for annotator, shown in (("ann", "sad"), ("ann", "happy"), ("bob", "happy"), ("cy", "angry")):
            pretend_label(project, by_people, annotator, shown)
        pretend_label(project, torn, "ann", "happy")
        pretend_label(project, torn, "bob", "sad")
        pretend_label(project, blank, "ann", None, "cannot tell")
        pretend_label(project, skipped, "ann", None, "skip")
        found = truths(project)
        assert found.faces.tolist() == [by_folder, by_people, torn, skipped]
        assert found.votes.tolist() == [[0, 1, 0], [2, 0, 1], [1, 1, 0], [0, 0, 1]]
        assert found.majority.tolist() == [1, 0, -1, 2]
        np.testing.assert_allclose(found.targets[1], [2 / 3, 0, 1 / 3], rtol=1e-6)


def test_two_folders_cancel_out_and_marks_spoil(tmp_path: Path) -> None:
    with Project.create(tmp_path, ORIGIN[:3]) as project:
        pretend_source(project)
        pretend_face(project, "a", "sad")
        pretend_face(project, "b", "happy")
        with project.change() as db:
            db.execute(
                "INSERT INTO arrivals SELECT source, 'again', sha256, 'happy', NULL, NULL, arrived_at FROM arrivals"
                " WHERE address = 'a'"
            )
        assert truths(project).votes.tolist() == [[1, 0, 0]]
        with project.change() as db:
            db.execute("INSERT INTO marks (sha256, kind, because) SELECT sha256, 'blurred', 'for a test' FROM arrivals"
                       " WHERE address = 'b'")  # fmt: skip
        assert not len(truths(project))


def test_pictures_with_consent_refused_are_neither_learnt_from_nor_shown(tmp_path: Path) -> None:
    with Project.create(tmp_path, ORIGIN[:3]) as project:
        pretend_source(project)
        labelled, by_folder = pretend_face(project, "a"), pretend_face(project, "b", "sad")
        pretend_label(project, labelled, "ann", "happy")
        assert truths(project).faces.tolist() == [labelled, by_folder]
        for consent, shown in (("refused", []), ("public", [labelled, by_folder])):
            with project.change() as db:
                db.execute("UPDATE sources SET consent = ?", (consent,))
            assert truths(project).faces.tolist() == sorted(order_of(project, "cy")) == shown


def test_one_source_that_tells_of_a_refusal_is_enough(tmp_path: Path) -> None:
    with Project.create(tmp_path, ORIGIN[:3]) as project:
        pretend_source(project)
        pretend_face(project, "a", "sad")
        with project.change() as db:
            db.execute("INSERT INTO sources (id, kind, address, consent, begun_at)"
                       " VALUES (2, 'folder', 'there', 'refused', '')")  # fmt: skip
            db.execute(
                "INSERT INTO arrivals SELECT 2, 'again', sha256, class, album, problem, arrived_at FROM arrivals"
            )
        assert not len(truths(project))


def test_a_label_mends_what_came_under_two_classes(tmp_path: Path) -> None:
    with Project.create(tmp_path, ORIGIN[:3]) as project:
        pretend_source(project)
        face = pretend_face(project, "a", "sad")
        with project.change() as db:
            db.execute("INSERT INTO marks (sha256, kind, because) SELECT sha256, 'two classes', '' FROM arrivals")
        assert not len(truths(project))
        assert order_of(project, "ann") == (face,)
        pretend_label(project, face, "ann", "angry")
        assert truths(project).votes.tolist() == [[0, 0, 1]]
