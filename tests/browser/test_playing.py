"""A person smiles into the camera and plays."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import cv2
import mido
import numpy as np
import pytest
import soundfile

from browser.conftest import Person, Server, probe, visit
from browser.film import has_portraits

pytestmark = pytest.mark.slow

needs_a_smile = pytest.mark.skipif(
    not has_portraits(), reason="needs london_ccby.npz in shared/data beside the checkout"
)


@pytest.fixture(scope="module")
def person(browser: Any, server: Server) -> Iterator[Person]:
    """Someone who has agreed, shows the face, and plays; the tests of this module look at the same one in turn."""
    with visit(browser, accept_downloads=True) as someone:
        yield someone.enter(server.url).play()


def test_nothing_is_asked_of_others_and_nothing_is_refused(person: Person, server: Server):
    own = (server.url, server.url.replace("http", "ws"), "blob:", "data:")
    assert [url for url in person.requests if not url.startswith(own)] == []
    assert f"{server.url}/font" in person.requests
    assert person.complaints == []


def test_the_face_is_found_where_it_is(person: Person):
    person.until("i.view.camera === 'on' && i.view.reading?.faces.length === 1")
    points = np.array(person.get("i.view.reading.faces[0].points"))
    assert points.shape == (68, 2)
    assert 0.35 < points[:, 0].mean() < 0.65
    eyes, mouth = points[36:48, 1].mean(), points[48:, 1].mean()
    assert 0 < eyes < mouth < 1
    assert person.get("i.view.reading.faces[0].affect.shares.reduce((a, b) => a + b)") == pytest.approx(1, abs=0.01)
    assert person.page.locator("mien-shares #shares dt").all_inner_texts() == ["eyes", "brows", "nose", "mouth"]


def test_what_sounds_is_what_is_drawn(person: Person):
    person.until("i.player.timeline.notes.some((note) => note.stage === 'sounding')")
    before = person.page.locator("mien-roll canvas").screenshot()
    bar = person.get("i.player.timeline.beatAt(i.player.heard_s)?.bar ?? 0")
    person.until(f"(i.player.timeline.beatAt(i.player.heard_s)?.bar ?? 0) > {bar}")
    assert person.page.locator("mien-roll canvas").screenshot() != before
    assert person.page.locator("mien-roll #chord").inner_text() != "–"
    assert person.get("i.player.sound.level()") > 0
    assert person.get("i.player.timeline.until_s - i.session_s") > 0.5, "the music is known ahead"


def export(person: Person, kind: str) -> bytes:
    with person.page.expect_download() as waiting:
        person.page.click(f"#export-{kind}")
    return waiting.value.path().read_bytes()


def test_the_files_are_what_they_say(person: Person):
    person.until("i.player.timeline.notes.filter((note) => note.stage === 'over').length > 8")
    midi = mido.MidiFile(file=BytesIO(export(person, "mid")))
    assert sum(m.type == "note_on" and m.velocity > 0 for track in midi.tracks for m in track) > 8
    samples, rate_hz = soundfile.read(BytesIO(export(person, "wav")))
    assert rate_hz >= 44100
    assert np.abs(samples).max() > 0.01
    assert ElementTree.fromstring(export(person, "musicxml")).tag == "score-partwise"
    assert ElementTree.fromstring(export(person, "svg")).tag.endswith("svg")
    assert cv2.imdecode(np.frombuffer(export(person, "png"), np.uint8), cv2.IMREAD_COLOR).shape[1] > 400
    for _ in range(60):  # its notes are written down when their stretch of music has ended
        kinds = [json.loads(line)["kind"] for line in export(person, "session").splitlines()]
        if "note" in kinds:
            break
        person.page.wait_for_timeout(500)
    assert kinds[0] == "session"
    assert "note" in kinds


@needs_a_smile
def test_reading_and_music_follow_the_smile(person: Person):
    person.page.evaluate(probe("watch"))
    # The resting face, then the smile, from its first picture on.
    turn = "window.seen.findIndex((s, k) => s.mark > 200 && window.seen.slice(0, k).some((r) => r.mark < 50))"
    person.until(f"{turn} >= 0")
    person.until(f"window.seen.slice({turn}).some((s) => s.mark > 200 && s.reads === 'happiness')")
    rest = person.get(f"window.seen[{turn} - 1]")
    assert rest["reads"] != "happiness"
    person.until(f"(i.view.brief?.now?.tempo_bpm ?? 0) > {rest['tempo_bpm']} + 8")
    person.until("['mixolydian', 'ionian', 'lydian'].includes(i.view.brief?.now?.mode)")


def test_a_slider_that_is_moved_is_held_until_it_is_let_go(person: Person):
    slider = person.page.locator("mien-brief input#tempo_bpm")
    slider.focus()
    slider.press("Home")
    person.until("i.view.state.held.tempo_bpm === 40")
    person.until("i.view.brief.now.tempo_bpm < 75")
    person.page.get_by_role("button", name="Let tempo_bpm go").click()
    person.until("!('tempo_bpm' in i.view.state.held)")


def test_the_ensemble_changes_while_it_plays(person: Person):
    person.page.select_option("mien-choices #ensemble", "quartet")
    person.until("i.player.inForce.ensemble === 'quartet'")
    bar = person.get("i.player.timeline.beatAt(i.player.heard_s).bar")
    person.until(f"i.player.timeline.beatAt(i.player.heard_s).bar > {bar} && i.player.sound.level() > 0.002")
    midi = mido.MidiFile(file=BytesIO(export(person, "mid")))
    assert {m.program for track in midi.tracks for m in track if m.type == "program_change"} == {40, 41, 42}
    person.page.select_option("mien-files #movement", "1")
    midi = mido.MidiFile(file=BytesIO(export(person, "mid")))
    assert {m.program for track in midi.tracks for m in track if m.type == "program_change"} == {0}


def test_space_stops_and_starts_again(person: Person):
    person.page.evaluate("document.activeElement.blur()")
    person.page.keyboard.press(" ")
    person.until("i.view.state.closing || !i.view.state.playing")
    person.until("!i.view.state.playing")
    person.page.keyboard.press(" ")
    person.until("i.view.state.playing && i.player.sound.level() > 0.002")


def test_panic_is_silence_at_once(person: Person):
    person.until("i.player.timeline.notes.some((note) => note.stage === 'sounding')")
    person.page.keyboard.press("Escape")
    person.until("i.player.sound.level() < 1e-4 && !i.view.state.playing")
    assert person.get("i.player.timeline.notes.filter((note) => note.stage !== 'over').length") == 0
    person.page.wait_for_timeout(500)
    assert person.get("i.player.sound.level()") < 1e-4, "nothing was left hanging"
