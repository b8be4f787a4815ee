"""`mien explain`: what is told of a face is what the network says when it is asked again."""

import io
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from mien.affect.calibrate import calibrated
from mien.affect.network import Reader
from mien.affect.regions import hide, hide_cues
from mien.app.cli import app
from mien.errors import BadInput
from mien.lab.pages import words
from mien.lab.pages.explain import NOTABLE, Explanation, Withheld, explain
from mien.lab.pages.explain_page import explain_page
from mien.lab.pages.page import REGION_COLOURS
from mien.lab.pages.tint import SHEET_PX, png_of, sheet, tinted
from mien.reading import read
from mien.values import CANNOT_TELL, REGIONS
from mien.vocabulary import EMOTIONS

from conftest import ASTRONAUT


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    return explain(Reader(), read(ASTRONAUT)[0])


def test_hiding_a_region_is_what_the_network_says_without_it(explanation: Explanation) -> None:
    reader, reading = Reader(), explanation.reading
    chip, cues = reading.face.chip[None], reader.standardised(reading.face, reading.cues)
    for region in REGIONS:
        logits = reader.answer(hide(chip, region), hide_cues(cues, region)).logits[0]
        probs = calibrated(logits, reader.temperature)
        without = explanation.hidden[region]
        np.testing.assert_allclose(without.probs, probs, atol=1e-6)
        decided = EMOTIONS.index(explanation.decided)
        assert without.move == pytest.approx(float(probs[decided]) - explanation.at_first_sight, abs=1e-6)


def test_a_closer_look_is_told_with_what_moved(explanation: Explanation, astronaut: np.ndarray) -> None:
    reader, reading = Reader(), explanation.reading
    closer = explanation.closer
    assert closer is not None and closer.between == ("neutral", "happiness")
    first, last = (float(np.log(probs[1] / probs[0])) for probs in (explanation.first, reading.affect.probs))
    whole = closer.own + sum(found.push for found in closer.pushes)
    assert last - first == pytest.approx(whole, abs=0.02), "what is told adds up to what happened"
    assert {"mouthSmile"} <= {found.name for found in closer.pushes if found.push > 0}
    page = explain_page(astronaut, explanation, "somebody")
    assert "A closer look" in page and words.closer(explanation) in page
    small = replace(explanation.reading, face=replace(reading.face, chip_scale=0.5))
    assert not words.closer(explain(reader, small))


def test_cues_are_told_once_by_their_distance_from_neutral(explanation: Explanation) -> None:
    names = [found.name for found in explanation.departures]
    assert len(names) == len(set(names))
    assert not any(name.endswith(("_left", "_right")) for name in names)
    assert {"mouth_width", "corner_lift"} <= set(names)  # a broad smile
    distances = [abs(found.departs) for found in explanation.departures]
    assert distances == sorted(distances, reverse=True) and distances[-1] >= NOTABLE
    smile = explanation.departures[names.index("corner_lift")]
    assert words.action_units(smile) == "AU 12"
    assert words.action_units(replace(smile, departs=-2.0)) == "AU 15"


def test_sentences() -> None:
    probs = (0.1, 0.6, 0.3, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert words.alone("eyes", EMOTIONS, probs) == "the eyes alone say happiness (60%), then surprise (30%)"
    assert words.alone("mouth", EMOTIONS, (0.9, 0.1, *probs[3:], 0.0)) == "the mouth alone says neutral (90%)"
    assert words.withheld("happiness", 0.9, Withheld(probs, "happiness", -0.3, 0.2)) == "happiness 60%, was 90%"
    gone = Withheld(probs[1:] + probs[:1], "neutral", -0.9, 0.01)
    assert words.withheld("happiness", 0.9, gone) == "happiness 0%, was 90%; reads as neutral"
    stays = Withheld(probs, "happiness", 0.001, 0.25)
    assert words.withheld("happiness", 0.6, stays) == "happiness stays at 60%, its odds 4 times smaller"
    assert words.percent(-0.00001) == "0.0%" and words.percent(-0.031) == "−3.1%"


def test_a_reading_that_cannot_tell_says_so(explanation: Explanation, astronaut: np.ndarray) -> None:
    lost = replace(explanation.reading, affect=replace(explanation.reading.affect, doubt=0.99))
    said = replace(explanation, reading=lost)
    assert lost.affect.reads_as == CANNOT_TELL
    assert words.verdict(said) == "I cannot tell"
    page = explain_page(astronaut, said, "somebody")
    assert "I cannot tell" in page and "If it has to be guessed: happiness" in page


def test_the_tint_lies_on_the_region_with_the_share(explanation: Explanation, astronaut: np.ndarray) -> None:
    """With the whole share at the mouth its colour is there, with none it is not; the eyes change the other way."""

    def stained(share_of: str) -> np.ndarray:
        shares = tuple(float(region == share_of) for region in REGIONS)
        affect = replace(explanation.reading.affect, shares=shares)
        mine = replace(explanation, reading=replace(explanation.reading, affect=affect))
        return np.asarray(tinted(astronaut, mine, 320)).astype(float)

    mouth, eyes = stained("mouth"), stained("eyes")
    nearer = np.abs(mouth - REGION_COLOURS["mouth"]).sum(axis=2) + 30 < np.abs(eyes - REGION_COLOURS["mouth"]).sum(
        axis=2
    )
    rows, columns = np.nonzero(nearer[:, :200])  # left of the labels
    assert len(rows) > 500
    assert 190 < np.median(rows) < 260 and 100 < np.median(columns) < 200


def test_the_command_writes_a_sheet_and_a_page_of_its_own(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["explain", str(ASTRONAUT), "--out", str(tmp_path)], catch_exceptions=False)
    assert ran.exit_code == 0
    for region in REGIONS:
        assert f"the {region} alone" in ran.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["astronaut-explain.html", "astronaut-explain.png"]
    with Image.open(tmp_path / "astronaut-explain.png") as drawn:
        assert drawn.size == SHEET_PX
    page = (tmp_path / "astronaut-explain.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 1 + len(REGIONS)
    assert not re.search(r'(src|href)="(?!data:)', page) and "url(" not in page and "<script" not in page
    for word in ("Reads as happiness", "AU 12", "Hide a region", "prefers-color-scheme: dark", "Doubt"):
        assert word in page


def test_a_name_cannot_write_into_the_page(explanation: Explanation, astronaut: np.ndarray) -> None:
    assert "<b>" not in explain_page(astronaut, explanation, "<b>")


def test_same_face_same_sheet(explanation: Explanation, astronaut: np.ndarray) -> None:
    once, again = (png_of(sheet(astronaut, explanation, "a")) for _ in range(2))
    assert once == again
    assert Image.open(io.BytesIO(once)).size == SHEET_PX


def test_a_face_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the picture has 1"):
        CliRunner().invoke(
            app, ["explain", str(ASTRONAUT), "--face", "2", "--out", str(tmp_path / "out")], catch_exceptions=False
        )
    assert not (tmp_path / "out").exists()


def test_explaining_needs_no_training_tools() -> None:
    probe = (
        "import sys, mien.lab.exams.evaluate\n"
        "from mien.lab.pages import explain, explain_page, report, tint\n"
        "print([m for m in ('keras', 'tensorflow', 'scipy', 'matplotlib') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
