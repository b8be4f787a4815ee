"""What is said of a tried picture, and of a test side, that a method has met before."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from data.pretended import pretend_face
from made_data import OWN, write_own_reader
from made_faces import collected, made_chips, take_sides
from mien.assets import read_manifest
from mien.data.project import Project
from mien.lab.pages.tried import notes_on
from mien.lab.training.project_faces import gather_any

from conftest import ASTRONAUT

DIGEST = sha256(ASTRONAUT.read_bytes()).hexdigest()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    chips = dict(zip((one.name for one in OWN), made_chips(4).values(), strict=False))
    folder = collected(tmp_path / "bars", OWN[:3], chips)
    with Project.open(folder) as opened:
        pictures = [row["sha256"] for row in opened.db.execute("SELECT sha256 FROM pictures")]
        take_sides(opened, {name: ("train", "develop", "test")[place % 3] for place, name in enumerate(pictures)})
    return folder


def test_a_picture_that_is_in_the_project_is_told(project: Path) -> None:
    assert notes_on(ASTRONAUT, gather_any(project), None) == ()
    with Project.open(project) as opened:
        pretend_face(opened, "here already", OWN[0].name, digest=DIGEST)
        for side, told in (("train", "side 'train': methods that learnt"), ("test", "not among what methods learn")):
            with opened.change() as db:
                db.execute(
                    "INSERT OR REPLACE INTO sides (sha256, side, bundle) VALUES (?, ?, ?)", (DIGEST, side, DIGEST)
                )
            (note,) = notes_on(ASTRONAUT, gather_any(project), None)
            assert "this picture is in the project 'bars'" in note and told in note


def test_a_test_side_that_the_own_network_learnt_from_is_told(project: Path, tmp_path: Path) -> None:
    weights, faces = write_own_reader(tmp_path), gather_any(project)
    manifest = read_manifest(weights)
    manifest["training"]["sides"] = {"project": "bars", "pictures": " ".join(faces.learnt)}
    weights.with_suffix(".json").write_text(json.dumps(manifest))
    assert notes_on(ASTRONAUT, faces, weights) == ()
    with Project.open(project) as opened, opened.change() as db:  # split again: what was learnt from is tested on
        db.execute("UPDATE sides SET side = CASE side WHEN 'train' THEN 'test' ELSE 'train' END")
    (note,) = notes_on(ASTRONAUT, gather_any(project), weights)
    assert note.startswith("your network on the test side: 4 of these 4 faces are not new to it")
