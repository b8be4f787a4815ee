"""Weights with other classes: every command reads, tells and plays in their words."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from made_data import OWN, write_own_reader
from mien.assets import asset_path, read_manifest
from mien.errors import BadAsset, BadInput
from mien.reading import read, reader_of

from conftest import ASTRONAUT, mien


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_own_reader(tmp_path_factory.mktemp("own"))


def test_reading_tells_its_own_words(weights: Path) -> None:
    names = [one.name for one in OWN]
    table = mien("read", ASTRONAUT, "--weights", weights).output
    assert all(name in table for name in names) and "alone: beaming" in table and "happiness" not in table
    (told,) = json.loads(mien("read", ASTRONAUT, "--weights", weights, "--json").output)
    assert list(told["probabilities"]) == list(told["alone"]["eyes"]) == names and told["reads_as"] == "beaming"
    (row,) = csv.DictReader(io.StringIO(mien("read", ASTRONAUT, "--weights", weights, "--csv").output))
    assert list(row)[3:11] == names and row["reads_as"] == "beaming"
    place = sum(float(row[one.name]) * one.valence for one in OWN)
    assert float(row["valence"]) == pytest.approx(place, abs=1e-3)


def test_the_music_follows_them(weights: Path, tmp_path: Path) -> None:
    words = ("--weights", weights, "--out", tmp_path, "--files", "json", "--seconds", "12")
    mien("play", ASTRONAUT, *words)
    account = json.loads((tmp_path / "astronaut.json").read_text())
    assert account["brief"]["mode"] == {
        "value": "lydian", "because": "lydian: 'beaming' asks for it", "source": "asked by the class"
    }  # fmt: skip
    assert "'beaming' (" in account["brief"]["tempo_bpm"]["because"]
    mien("play", ASTRONAUT, *words, "--to", "blank")
    path = json.loads((tmp_path / "astronaut.json").read_text())["path"]
    assert path[-1]["reads_as"] == "blank"
    with pytest.raises(BadInput, match=r"unknown emotion 'sleepy'.*beaming"):
        mien("play", ASTRONAUT, *words, "--to", "sleepy")
    assert "blank" in mien("why", tmp_path / "astronaut.json").output
    mien("travel", "--from", "blank", "--to", ASTRONAUT, "--over", "12s", *words[:6])
    path = json.loads((tmp_path / "blank-to-astronaut-piano-1.json").read_text())["path"]
    assert [path[0]["reads_as"], path[-1]["reads_as"]] == ["blank", "beaming"]


def test_the_explanation_speaks_them(weights: Path, tmp_path: Path) -> None:
    said = mien("explain", ASTRONAUT, "--weights", weights, "--out", tmp_path).output
    assert "Reads as beaming" in said and "happiness" not in said
    page = (tmp_path / "astronaut-explain.html").read_text()
    assert "mood 5" in page and "happiness" not in page


def test_weights_under_the_same_name_are_read_anew(tmp_path: Path) -> None:
    path = write_own_reader(tmp_path)
    assert reader_of(path) is reader_of(path)
    manifest = read_manifest(path)
    manifest["sha256"] = "0" * 64
    path.with_suffix(".json").write_text(json.dumps(manifest))
    with pytest.raises(BadAsset, match="changed or damaged"):
        reader_of(path)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"labels": ["blank", "beaming"]}, "the same as in 'labels'"),
        ({"classes": [{"name": "blank"}]}, "valence and arousal"),
        ({"boxes": {"eyes": [0, 0, 8, 8]}}, "other regions"),
    ],
)
def test_what_cannot_be_read_with_is_refused(tmp_path: Path, changed: dict[str, object], told: str) -> None:
    path = write_own_reader(tmp_path)
    path.with_suffix(".json").write_text(json.dumps({**read_manifest(path), **changed}))
    with pytest.raises(BadAsset, match=told):
        mien("read", ASTRONAUT, "--weights", path)
    with pytest.raises(BadAsset, match=r"nowhere\.tflite: there is no such file"):
        mien("live", "--no-open", "--weights", tmp_path / "nowhere.tflite")


def test_classes_without_a_place_are_refused(tmp_path: Path) -> None:
    path = write_own_reader(tmp_path)
    manifest = {name: held for name, held in read_manifest(path).items() if name != "classes"}
    path.with_suffix(".json").write_text(json.dumps(manifest))
    with pytest.raises(BadAsset, match="'classes' is not there"):
        mien("read", ASTRONAUT, "--weights", path)


def test_the_shipped_reader_reads_as_before() -> None:
    affect = read(ASTRONAUT)[0].affect
    assert affect.emotion == "happiness" and len(affect.probs) == 8
    own = np.array(reader_of().read_chips(np.zeros((0, 48, 48), np.uint8)))
    assert own.shape == (0, 8)


def test_only_for_a_file_of_miens_own_is_reinstalling_advised(tmp_path: Path) -> None:
    for path, advised in ((tmp_path / "reader.tflite", False), (asset_path("mien.affect", "none.tflite"), True)):
        with pytest.raises(BadAsset, match="there is no such file") as refused:
            read_manifest(path)
        assert ("reinstall mien" in str(refused.value)) is advised
