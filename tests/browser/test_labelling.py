"""Two people label a project on the real page, by keys, through a reload and a killed server; they are compared."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from browser.annotators import Annotator, LabelServer, nobody_called_elsewhere
from browser.conftest import probe, visit
from data.pretended import pretend_face, pretend_portraits, pretend_source
from mien.data.labelling.agree import agreement
from mien.data.labelling.label import order_of
from mien.data.labelling.reliability import nominal_alpha, votes_of
from mien.data.project import ORIGIN, Project

pytestmark = pytest.mark.slow

FACE_OF_THE_ASTRONAUT = (176, 70, 275, 200)
COUNT = 18
KEYS = {"happy": "h", "sad": "s", "angry": "a", "neutral": "n"}
CLASSES = tuple(KEYS)


@pytest.fixture
def folder(tmp_path: Path, astronaut: np.ndarray) -> Path:
    with Project.create(tmp_path / "faces", ORIGIN[:4]) as project:
        pretend_source(project)
        pretend_portraits(project, astronaut, FACE_OF_THE_ASTRONAUT, COUNT - 1)
        pretend_face(project, "a picture whose file is gone", "sad")
    return tmp_path / "faces"


@pytest.fixture
def desk(folder: Path, playwright: Any) -> Iterator[LabelServer]:
    server = LabelServer(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def ann(browser: Any) -> Iterator[Annotator]:
    with visit(browser, kind=Annotator) as person:
        yield person


def anns(face: int) -> str:
    return CLASSES[face % 4]


def bobs(face: int) -> str:
    return CLASSES[(face + (face % 5 == 0)) % 4]


def test_two_people_label_and_are_compared(desk: LabelServer, folder: Path, ann: Annotator, browser: Any) -> None:
    ann.begin(desk.url, "ann")
    said: dict[int, str | None] = {}

    def say(person: Annotator, by_digit: bool = False) -> None:
        face = person.face
        said[face] = (bobs if by_digit else anns)(face)
        person.press(str(CLASSES.index(said[face]) + 1) if by_digit else KEYS[said[face]])

    for _ in range(3):
        say(ann)
    wrong = ann.face
    ann.press(KEYS[CLASSES[(wrong + 1) % 4]])
    ann.press("Backspace")
    assert ann.face == wrong  # brought back, and said anew
    assert "taken back" not in ann.page.locator("#undo").inner_text()
    say(ann)
    skipped = ann.face
    ann.press(" ")
    said[ann.face] = None
    ann.press("x")
    before = ann.face
    ann.page.reload()
    ann.until("v.face && !v.isBusy")
    assert ann.face == before
    assert re.match(r"6 of 18", ann.page.locator("#progress").inner_text())

    desk.kill()
    face = ann.face
    ann.page.keyboard.press(KEYS[anns(face)])
    ann.page.wait_for_selector(".trouble")
    assert ann.face == face  # nothing goes on before it is kept
    desk.start()
    ann.until(f"!v.isBusy && v.face.face !== {face} && !v.trouble")
    said[face] = anns(face)
    desk.kill()
    with Project.open(folder) as project:  # what was given is there without the server's farewell
        assert len(project.db.execute("SELECT * FROM labels WHERE taken_back_at IS NULL").fetchall()) == 7
    desk.start()

    while ann.get("v.answer.progress.open"):
        say(ann)
    ann.page.wait_for_selector("#again")
    assert "All faces were seen" in ann.page.locator("mien-label-summary h2").inner_text()
    ann.page.keyboard.press(" ")  # one skip too many does nothing
    assert ann.get("Boolean(v.session)")
    ann.page.keyboard.press("Enter")
    ann.until("v.face && !v.isBusy")
    assert ann.face == skipped
    say(ann)
    ann.until("v.session && v.answer.progress.skipped === 0")

    of_ann, said = said, {}
    with visit(browser, kind=Annotator) as bob:
        bob.begin(desk.url, "bob")
        with Project.open(folder) as project:
            assert bob.face == order_of(project, "bob")[0]
            assert order_of(project, "bob") != order_of(project, "ann")
        assert bob.page.get_by_text("ann", exact=True).count() == 0
        for _ in range(COUNT):
            say(bob, by_digit=True)
        bob.page.wait_for_selector("mien-label-summary")
        nobody_called_elsewhere(bob, desk)
    nobody_called_elsewhere(ann, desk)

    faces = sorted(said)
    index = {name: place for place, name in enumerate((*CLASSES, None))}
    judged = np.array([[index[of[face]] for face in faces] for of in (of_ann, said)])
    with Project.open(folder) as project:
        found = agreement(project, draws=100)
        rows = project.db.execute("SELECT count(*), count(suggested), count(taken_back_at) FROM labels").fetchone()
        assert tuple(rows) == (2 * COUNT + 2, 0, 1)
    assert found.annotators == ("ann", "bob") and found.faces == COUNT
    table = np.zeros((5, 5), int)
    np.add.at(table, (judged[0], judged[1]), 1)
    assert found.pairs[0].table.tolist() == table.tolist()
    votes = votes_of(np.where(judged == 4, -1, judged), 4)
    assert found.alpha.value == nominal_alpha(votes).value
    assert 0.3 < found.alpha.value < 1


def test_a_place_on_the_plane_goes_with_the_label(desk: LabelServer, folder: Path, ann: Annotator) -> None:
    ann.begin(desk.url, "ann")
    box = ann.page.locator("#place").bounding_box()
    ann.page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25)
    ann.until("v.place")
    ann.press("h")
    assert ann.get("v.place") is None
    ann.page.keyboard.press("v")
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp"):
        ann.page.keyboard.press(key)
    ann.press("s")
    ann.page.locator("#class-2").click()
    ann.until("v.answer.progress.told === 3 && !v.isBusy")
    ann.press(" ")  # the clicked button has not kept the focus
    with Project.open(folder) as project:
        rows = project.db.execute("SELECT verdict, class, valence, arousal FROM labels ORDER BY id").fetchall()
    assert [tuple(row) for row in rows[1:]] == [
        ("class", "sad", -0.2, 0.1), ("class", "angry", None, None), ("skip", None, None, None),
    ]  # fmt: skip
    assert rows[0]["valence"] == pytest.approx(0.5, abs=0.03)
    assert rows[0]["arousal"] == pytest.approx(0.5, abs=0.03)


def test_a_suggestion_is_shown_only_when_asked_for_and_kept(folder: Path, browser: Any) -> None:
    server = LabelServer(folder, "--suggest", "--annotator", "ann")
    server.start()
    try:
        with visit(browser, kind=Annotator) as ann:
            ann.page.goto(server.url)
            ann.until("v.face && !v.isBusy")
            shown = ann.get("v.face.suggested")
            ann.press("h")
        with Project.open(folder) as project:
            assert project.db.execute("SELECT suggested FROM labels").fetchone()[0] == shown
    finally:
        server.stop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_of_it_legibly(desk: LabelServer, browser: Any, scheme: str) -> None:
    with visit(browser, kind=Annotator, viewport={"width": 360, "height": 740}, color_scheme=scheme) as ann:

        def is_well() -> None:
            assert ann.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
            faint = [t for t in ann.page.evaluate(probe("contrasts")) if t["contrast"] < (3 if t["large"] else 4.5)]
            assert faint == []
            assert ann.page.evaluate(probe("nameless")) == []

        ann.page.goto(desk.url)
        ann.page.wait_for_selector("#name")
        is_well()
        ann.begin(desk.url, "ann")
        for name in ("#picture", "#class-3", "#cannot-tell", "#skip", "#undo"):
            box = ann.page.locator(name).bounding_box()
            assert box["y"] + box["height"] <= 740  # without scrolling
        is_well()
        ann.press("h")
        ann.page.keyboard.press("Escape")
        ann.page.wait_for_selector("mien-label-summary")
        is_well()
