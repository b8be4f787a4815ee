"""`mien data class` and `mien data try` as a person types them."""

import re
from pathlib import Path

import mido
import numpy as np
import pytest
from PIL import Image

from made_data import write_own_reader
from made_faces import BARRED, collected, made_chips
from mien.data.project import Project
from mien.errors import BadInput
from mien.lab.pages.tint import SHEET_PX

from conftest import ASTRONAUT, mien


class TestClass:
    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        mien("data", "new", tmp_path / "p", "--classes", "happy; dreamy=0.3,-0.5")
        return tmp_path / "p"

    def test_a_class_gets_a_place_and_a_brief(self, project: Path) -> None:
        said = mien("data", "class", project, "dreamy", "--valence=0.4", "--brief", "mode=lydian, tempo_bpm=60")
        assert "lydian" in said.output and "+0.40" in said.output
        mien("data", "class", project, "defiant", "--valence=-0.2", "--arousal=0.6", "--brief", "tension=.8")
        mien("data", "class", project, "surprised")
        with Project.open(project) as opened:
            happy, dreamy, defiant, surprised = opened.classes
        assert (dreamy.valence, dreamy.arousal) == (0.4, -0.5)
        assert dict(dreamy.brief) == {"mode": "lydian", "tempo_bpm": 60} and dict(defiant.brief) == {"tension": 0.8}
        assert (surprised.valence, happy.valence) == (0.35, 0.7)
        mien("data", "class", project, "dreamy", "--brief", "")
        with Project.open(project) as opened:
            assert (opened.classes[1].valence, dict(opened.classes[1].brief)) == (0.4, {})

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["sulky"], "valence and arousal are not known"),
            (["dreamy", "--valence=3"], "from -1 to 1"),
            (["dreamy", "--brief", "mode"], "give fields and values"),
            (["dreamy", "--brief", "tempo_bpm=slow"], "a number is wanted"),
            (["dreamy", "--brief", "mode=major"], "choose one of phrygian"),
            (["--brief", "mode=lydian"], "name it"),
            (["--remove"], "name the class"),
            (["sulky", "--remove"], "there are happy, dreamy"),
            (["DREAMY", "--valence=0", "--arousal=0"], "there is 'dreamy' already"),
        ],
    )
    def test_what_cannot_be_is_refused_and_changes_nothing(self, project: Path, words: list[str], told: str) -> None:
        with Project.open(project) as opened:
            before = opened.classes
        with pytest.raises(BadInput, match=told):
            mien("data", "class", project, *words)
        with Project.open(project) as opened:
            assert opened.classes == before


class TestTry:
    def test_a_picture_alone(self, tmp_path: Path) -> None:
        said = mien("data", "try", ASTRONAUT, "--out", tmp_path).output
        assert "happiness" in said and "left out" in said and "tempo bpm" in said
        assert sorted(path.name for path in tmp_path.iterdir()) == ["astronaut-try.html", "astronaut-try.png"]

    def test_every_method_side_by_side(self, tmp_path: Path) -> None:
        pytest.importorskip("scipy", reason="needs the extra 'train'")
        project = collected(tmp_path / "bars", BARRED, made_chips(12), seen=True)
        weights, out = write_own_reader(tmp_path), tmp_path / "out"
        words = ("--project", project, "--weights", weights, "--files", "mid,png")
        said = mien("data", "try", ASTRONAUT, *words, "--out", out).output
        for method in ("Haar grey rule", "HOG", "68-point geometry", "mien's reader", "your network"):
            assert method in said
        assert re.search(r"HOG +│ open", said)  # the portrait has no bar
        assert re.search(r"Haar grey rule +│ [a-z]+ +│ +[0-9]+% +│ no word for open, barred, veiled +│", said)
        assert re.search(r"HOG +│ open +│ +[0-9]+% +│ [0-9]+% of [0-9]+ \([0-9]+ to [0-9]+\)", said)
        assert "'bars', " in said and "beaming" in said
        assert len(mido.MidiFile(out / "astronaut-try-music.mid").tracks) > 1
        with Image.open(out / "astronaut-try.png") as sheet:
            assert sheet.size == SHEET_PX and len(np.unique(np.asarray(sheet.convert("L")))) > 50
        page = (out / "astronaut-try.html").read_text()
        for told in ("veiled", "beaming", "piano roll", "lydian: &#x27;beaming&#x27; asks for it", "your network"):
            assert told in page
        assert not re.search(r'(src|href)="(?!data:)', page)

    def test_a_thin_project_leaves_our_reader_and_the_music(self, tmp_path: Path) -> None:
        chips = {name: some[: 1 + (name == "open")] for name, some in made_chips(2).items()}
        project = collected(tmp_path / "bars", BARRED, chips, seen=True)
        said = mien("data", "try", ASTRONAUT, "--project", project, "--out", tmp_path / "out").output
        assert "happiness" in said and "tempo bpm" in said and "HOG" not in said
        assert "left out: they need more faces" in " ".join(said.split())
        assert "too few faces to learn from (open" in " ".join(said.split())
        assert "it does not know the project's classes" in " ".join(said.split())
        assert (tmp_path / "out" / "astronaut-try.html").is_file()

    def test_refusals_leave_nothing(self, tmp_path: Path) -> None:
        for words, told in (
            (["--face", "2"], "face 2"),
            (["--files", "gif"], "unknown kind"),
            (["--project", tmp_path], "no project here"),
        ):
            with pytest.raises(BadInput, match=told):
                mien("data", "try", ASTRONAUT, "--out", tmp_path / "out", *words)
        assert not (tmp_path / "out").exists()
