"""Labels: an order of one's own, undo, skip, and nothing lost when the process is killed."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from hypothesis.strategies import booleans, sampled_from

from data.pretended import next_face, pretend_face, pretend_faces, pretend_source
from mien.data.labelling.label import (
    Said,
    annotators,
    check_annotator,
    give,
    last_given,
    order_of,
    progress,
    session_of,
    standing,
    take_back,
    upcoming,
)
from mien.data.labelling.truth import truths
from mien.data.project import ORIGIN, Project
from mien.errors import BadInput

from conftest import ROOT


@pytest.fixture
def project(tmp_path: Path):
    with Project.create(tmp_path / "p", ORIGIN[:3]) as one:
        pretend_source(one)
        yield one


def test_everyone_has_an_order_of_their_own(project: Project) -> None:
    faces = pretend_faces(project, 40)
    anns, bobs = order_of(project, "ann"), order_of(project, "bob")
    assert sorted(anns) == sorted(bobs) == sorted(faces)
    assert anns != bobs and anns != tuple(faces)
    assert order_of(project, "ann") == anns
    pretend_face(project, "one more")
    assert [face for face in order_of(project, "ann") if face in faces] == list(anns)


def test_others_change_nothing_of_what_is_shown(project: Project) -> None:
    pretend_faces(project, 10)
    before = order_of(project, "ann"), next_face(project, "ann")
    for face in order_of(project, "bob"):
        give(project, "bob", face, Said("class", "sad"))
    assert (order_of(project, "ann"), next_face(project, "ann")) == before
    assert annotators(project) == ("bob",)


def test_spoiled_pictures_and_smaller_faces_are_left_out(project: Project) -> None:
    first, second = pretend_face(project, "a"), pretend_face(project, "b")
    smaller = pretend_face(project, "b", rank=1)
    with project.change() as db:
        db.execute("INSERT INTO marks (sha256, kind, because) SELECT sha256, 'drawn', 'test' FROM faces WHERE id = ?",
                   (first,))  # fmt: skip
        db.execute("INSERT INTO marks (sha256, kind, because) SELECT sha256, 'turned', 'test' FROM faces WHERE id = ?",
                   (second,))  # fmt: skip
    assert order_of(project, "ann") == (second,)
    assert set(order_of(project, "ann", every_face=True)) == {second, smaller}


def test_undo_brings_the_face_back(project: Project) -> None:
    pretend_faces(project, 3)
    first = next_face(project, "ann")
    assert first is not None
    label = give(project, "ann", first, Said("class", "happy"))
    assert next_face(project, "ann") != first
    assert take_back(project, "ann", label) == first == take_back(project, "ann", label)
    assert next_face(project, "ann") == first
    assert last_given(project, "ann") is None
    give(project, "ann", first, Said("class", "sad", 0.5, -0.25, suggested="happy"))
    row = project.db.execute("SELECT * FROM labels ORDER BY id DESC").fetchone()
    assert (row["class"], row["valence"], row["arousal"], row["suggested"]) == ("sad", 0.5, -0.25, "happy")
    assert truths(project).votes.tolist() == [[0, 1, 0]]


def test_a_page_that_missed_the_answer_may_say_it_again(project: Project) -> None:
    face, other = pretend_faces(project, 2)
    for said in (Said("class", "happy"), Said("skip"), Said("cannot tell", None, 0.1, 0.2)):
        assert give(project, "ann", face, said) == give(project, "ann", face, said)
    skipped = give(project, "ann", face, Said("skip"))
    give(project, "ann", other, Said("skip"))
    assert give(project, "ann", face, Said("skip")) > skipped


def test_the_skipped_come_again_when_asked_for(project: Project) -> None:
    pretend_faces(project, 3)
    order = order_of(project, "ann")
    for face in order:
        give(project, "ann", face, Said("skip"))
    assert next_face(project, "ann") is None
    assert upcoming(order, standing(project, "ann"), 9, again=True) == order
    give(project, "ann", order[0], Said("skip"))
    give(project, "ann", order[1], Said("class", "sad"))
    said = standing(project, "ann")
    assert upcoming(order, said, 9, again=True) == (order[2], order[0])
    found = progress(order, said)
    assert (found.faces, found.told, found.skipped, found.open, dict(found.by_class)) == (3, 1, 2, 0, {"sad": 1})


def test_a_session_ends_with_a_long_silence(project: Project) -> None:
    one, two, three, four = pretend_faces(project, 4)
    give(project, "ann", one, Said("class", "sad"))
    give(project, "ann", two, Said("class", "happy"))
    take_back(project, "ann", give(project, "ann", three, Said("class", "happy")))
    give(project, "ann", four, Said("cannot tell"))
    times = ("09:00:00", "11:00:00", "11:00:04", "11:00:10")
    with project.change() as db:
        for number, time in enumerate(times, start=1):
            db.execute("UPDATE labels SET given_at = ? WHERE id = ?", (f"2026-11-25T{time}.000+00:00", number))
    found = session_of(project, "ann")
    assert found.begun_at == "2026-11-25T11:00:00+00:00"
    assert (dict(found.by_class), found.cannot_tell, found.skipped, found.taken_back) == ({"happy": 1}, 1, 0, 1)
    assert found.median_s == 5
    assert session_of(project, "nobody").begun_at is None


def test_what_makes_no_sense_is_refused(project: Project) -> None:
    (face,) = pretend_faces(project, 1)
    label = give(project, "ann", face, Said("class", "sad"))
    for wrong, told in (
        (lambda: give(project, "ann", face + 1, Said("skip")), "not in this project"),
        (lambda: give(project, "ann", face, Said("class", "dreamy")), "happy, sad, angry"),
        (lambda: give(project, "", face, Said("skip")), "pseudonym"),
        (lambda: take_back(project, "bob", label), "no such label"),
        (lambda: check_annotator("a\nb"), "1 to 40"),
        (lambda: Said("perhaps"), "cannot tell"),
        (lambda: Said("class"), "goes with 'class'"),
        (lambda: Said("skip", "sad"), "goes with 'class'"),
        (lambda: Said("class", "sad", 2, 0), "from -1 to 1"),
        (lambda: Said("class", "sad", float("nan"), 0), "from -1 to 1"),
        (lambda: replace(Said("class", "sad"), valence=1), "both"),
    ):
        with pytest.raises(BadInput, match=told):
            wrong()
    assert len(project.db.execute("SELECT * FROM labels").fetchall()) == 1


@pytest.mark.parametrize("after", [1, 6, 23])
def test_killed_at_any_moment_all_that_was_given_is_there(tmp_path: Path, after: int) -> None:
    folder = tmp_path / "p"
    with Project.create(folder, ORIGIN[:3]) as project:
        pretend_source(project)
        pretend_faces(project, 400)
    paths = os.pathsep.join(str(path) for path in (ROOT / "src", ROOT / "tests" / "data"))
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "data" / "giving.py"), str(folder), "ann"],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": paths},
    )  # fmt: skip
    assert process.stdout is not None
    told = [process.stdout.readline().split() for _ in range(after)]
    process.send_signal(signal.SIGKILL)  # wherever it is now, between statements or within a commit
    told += [line.split() for line in process.stdout]
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    expected = {}
    for word, label, face, shown in (line for line in told if len(line) == 4):
        expected[int(label)] = (int(face), shown, word == "back")
    with Project.open(folder) as project:
        assert project.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        kept = {
            row["id"]: (row["face"], row["class"] or "-", row["taken_back_at"] is not None)
            for row in project.db.execute("SELECT * FROM labels")
        }
        assert len(expected) >= after // 2 and len(kept) < 400
        for label, (face, shown, is_back) in expected.items():
            assert kept[label][0] == face
            assert kept[label][2] >= is_back
            assert is_back or kept[label][1] == shown
        assert len(kept) <= len(expected) + 1  # one may have been kept and not yet told
        assert next_face(project, "ann") not in {face for face, _, is_back in kept.values() if not is_back}


class TwoAnnotators(RuleBasedStateMachine):
    """Two people label, skip and undo in any order: what stands is what each said last and did not take back."""

    @initialize()
    def begin(self) -> None:
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.project = Project.create(Path(self.folder.name), ORIGIN[:3])
        pretend_source(self.project)
        self.faces = pretend_faces(self.project, 4)
        self.said: dict[str, list[tuple[int, int, str | None, str]]] = {"ann": [], "bob": []}

    @rule(who=sampled_from(["ann", "bob"]), shown=sampled_from(["happy", "sad", None]), skip=booleans())
    def say(self, who: str, shown: str | None, skip: bool) -> None:
        face = next_face(self.project, who)
        if face is None:
            return
        verdict = "skip" if skip else "class" if shown else "cannot tell"
        label = give(self.project, who, face, Said(verdict, None if skip else shown))
        self.said[who].append((label, face, None if skip else shown, verdict))

    @rule(who=sampled_from(["ann", "bob"]))
    def undo(self, who: str) -> None:
        newest = last_given(self.project, who)
        if newest is None:
            assert not self.said[who]
            return
        label, face, _, _ = self.said[who].pop()
        assert take_back(self.project, who, newest.label) == face == next_face(self.project, who)
        assert newest.label == label

    def teardown(self) -> None:
        if not hasattr(self, "project"):
            return
        for who, said in self.said.items():
            found = standing(self.project, who)
            assert {(one.label, one.face, one.shown, one.verdict) for one in found.values()} == set(said)
            told = progress(order_of(self.project, who), found)
            assert told.open == len(self.faces) - len(said)
        self.project.close()
        self.folder.cleanup()


TestTwoAnnotators = TwoAnnotators.TestCase
TestTwoAnnotators.settings = settings(
    deadline=None, max_examples=15, stateful_step_count=12, suppress_health_check=list(HealthCheck)
)
