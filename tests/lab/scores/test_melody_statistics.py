"""Learning from songs counts what is sung; the shipped table is what the command makes."""

import io
import json
import tarfile
import zipfile
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from mien.errors import BadInput
from mien.lab.scores.melody_statistics import MAX_STEP, MelodyCounts, as_table, count_song, learn, main

from conftest import DATA

SONG = """<score-partwise><part><measure>
<attributes><divisions>2</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>
{notes}</measure></part></score-partwise>"""


def note(step: str, duration: int, lyric: str = "") -> str:
    sung = f"<lyric><text>{lyric}</text></lyric>" if lyric else ""
    pitch = f"<pitch><step>{step}</step><octave>4</octave></pitch>" if step else "<rest/>"
    return f"<note>{pitch}<duration>{duration}</duration><voice>1</voice>{sung}</note>"


def song(*notes: str) -> str:
    return SONG.format(notes="".join(notes))


def test_steps_and_rhythms_are_counted() -> None:
    counts = MelodyCounts()
    count_song(ElementTree.fromstring(song(note("C", 2, "la"), note("D", 1), note("E", 1), note("C", 4))), counts)
    assert counts.songs == 1
    assert {before: dict(after) for before, after in counts.steps.items()} == {1: {1: 1, -2: 1}}
    assert dict(counts.rhythms["4/4"]) == {(480, 240, 240, 960): 1}


def test_a_rest_ends_the_line() -> None:
    counts = MelodyCounts()
    count_song(ElementTree.fromstring(song(note("C", 2, "la"), note("D", 2), note("", 2), note("G", 2))), counts)
    assert counts.steps == {}
    assert dict(counts.rhythms["4/4"]) == {(480, 480, -480, 480): 1}


def test_a_part_without_words_is_not_a_song() -> None:
    counts = MelodyCounts()
    count_song(ElementTree.fromstring(song(note("C", 8))), counts)
    assert counts.songs == 0


def write_tar(path: Path, *songs: str) -> Path:
    with tarfile.open(path, "w") as archive:
        for number, text in enumerate(songs):
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as container:
                container.writestr("song.xml", text)
            info = tarfile.TarInfo(f"{number}.mxl")
            info.size = len(packed.getvalue())
            archive.addfile(info, io.BytesIO(packed.getvalue()))
    return path


def test_the_command_writes_a_table(tmp_path, capsys) -> None:
    songs = [song(note("C", 2, "la"), note("D", 2), note("E", 4))] * 9
    main([str(write_tar(tmp_path / "songs.tar", *songs)), str(tmp_path / "table.json")])
    table = json.loads((tmp_path / "table.json").read_text())
    assert table["manifest"]["songs"] == 9
    assert table["rhythms"]["4/4"] == [[9, 480, 480, 960]]
    assert table["steps"][1 + MAX_STEP][1 + MAX_STEP] == 9
    assert "9 songs" in capsys.readouterr().out


def test_what_is_no_corpus_is_bad_input(tmp_path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        learn(tmp_path / "none.tar")
    with pytest.raises(BadInput, match="holds no song"):
        learn(write_tar(tmp_path / "empty.tar"))


@pytest.mark.data
def test_the_shipped_table_is_learnt_from_the_corpus() -> None:
    """A tenth of the songs move as the table says; all of them would take half a minute."""
    corpus = DATA / "openscore_lieder.tar"
    if not corpus.exists():
        pytest.skip("needs openscore_lieder.tar in shared/data beside the checkout")
    shipped = json.loads(files("mien.music").joinpath("melody_statistics.json").read_text("utf-8"))
    part = as_table(learn(corpus, most=146))
    assert set(part) == set(shipped)
    ours, theirs = (np.array(table["steps"], dtype=float)[6:11].ravel() for table in (part, shipped))
    assert np.corrcoef(ours, theirs)[0, 1] > 0.98
