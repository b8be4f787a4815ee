"""The commands as a person types them: what they print, what they leave, and how they refuse."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import cv2
import mido
import numpy as np
import pytest
import typer
from PIL import Image

from mien import __main__ as program
from mien import assets, instrument, nets, piece
from mien.app import cli
from mien.app.doctor import examine_assets
from mien.circumplex import affect_of
from mien.errors import EXIT_CODE, BadAsset, BadInput
from mien.nets import asset_path
from mien.vocabulary import EMOTIONS, TABLE_WORDS

from conftest import ASTRONAUT


def mien(capsys, *words: str) -> tuple[int, str, str]:
    """Run a command; give exit code, output and error stream."""
    code = 0
    kept, sys.argv = sys.argv, ["mien", *words]
    try:
        cli.main()
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    finally:
        sys.argv = kept
    out, err = capsys.readouterr()
    return code, out, err


def refuses(capsys, out: Path, *words: str) -> str:
    """The one line that a refusal prints; it must have exit code 2 and leave nothing."""
    before = sorted(out.parent.rglob("*"))
    code, printed, error = mien(capsys, *words, "--out", str(out))
    assert code == EXIT_CODE
    assert printed == ""
    assert error.startswith("mien: ") and error.count("\n") == 1
    assert sorted(out.parent.rglob("*")) == before
    return error


def test_play_writes_five_files_and_says_why(capsys, tmp_path):
    code, printed, _ = mien(capsys, "play", str(ASTRONAUT), "--out", str(tmp_path), "--seconds", "12")
    assert code == 0
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".json", ".mid", ".musicxml", ".svg", ".wav"]
    for word in ("happiness", "eyes", "brows", "nose", "mouth", "doubt", "tempo", "astronaut.wav"):
        assert word in printed
    account = json.loads((tmp_path / "astronaut.json").read_text(encoding="utf-8"))
    assert account["reading"]["reads_as"] == "happiness"
    assert account["brief"]["tempo_bpm"]["source"]
    assert account["bars"][0]["chords"]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="its file names are Unicode")
def test_a_file_whose_name_is_no_unicode_is_played_and_named(tmp_path):
    way = tmp_path / os.fsdecode(b"caf\xe9.csv")
    way.write_text("time_s,valence,arousal\n0,0.5,0.5\n10,-0.5,0\n", encoding="utf-8")
    words = [sys.executable, "-m", "mien", "travel", "--path", str(way), "--out", str(tmp_path), "--files", "mid"]
    for more in ([], ["--json"]):
        strict = os.environ | {"PYTHONIOENCODING": "utf-8:strict"}
        ran = subprocess.run([*words, *more], capture_output=True, env=strict, check=True)
        assert b"caf\xe9-piano-1.mid" in ran.stdout if not more else "caf�" in json.loads(ran.stdout)["name"]
    assert b"caf\xe9-piano-1.mid" in [os.fsencode(path.name) for path in tmp_path.iterdir()]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the full device is Linux's")
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_the_piece_is_saved_though_nobody_hears_of_it(tmp_path, more):
    words = ["compose", "--emotion", "sad", "--seconds", "10", "--files", "mid", "--out"]
    read_end, closed = os.pipe()
    os.close(read_end)
    for place, told in ((closed, ""), (os.open("/dev/full", os.O_WRONLY), "mien: cannot print: ")):
        out = tmp_path / str(place)
        command = [sys.executable, "-m", "mien", *words, str(out), *more]
        ran = subprocess.run(command, stdout=place, stderr=subprocess.PIPE, check=False)
        os.close(place)
        assert ran.returncode == 1
        assert ran.stderr.decode().startswith(told) and ran.stderr.count(b"\n") == bool(told)
        assert (out / "sad-piano-1.mid").is_file()


def test_a_folder_without_a_name_is_refused(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, error = mien(capsys, "compose", "--emotion", "sad", "--seconds", "10", "--files", "mid", "--out", "")
    assert code == EXIT_CODE and "name a folder" in error and not list(tmp_path.iterdir())


def test_what_takes_an_earlier_files_place_is_told(capsys, tmp_path):
    words = ("compose", "--emotion", "sad", "--seconds", "10", "--out", str(tmp_path))
    _, printed, _ = mien(capsys, *words, "--files", "mid")
    assert "in place of" not in printed
    _, printed, _ = mien(capsys, *words, "--files", "mid, json")
    assert printed.count("in place of an earlier one") == 1


def test_json_is_all_that_is_printed(capsys, tmp_path):
    _, printed, _ = mien(
        capsys, "play", str(ASTRONAUT), "--out", str(tmp_path), "--seconds", "10", "--files", "mid", "--json"
    )
    assert json.loads(printed)["files"] == {"mid": str(tmp_path / "astronaut.mid")}


def test_read_as_table_json_and_csv(capsys, tmp_path):
    _, table, _ = mien(capsys, "read", str(ASTRONAUT))
    assert "happiness" in table and "alone:" in table
    _, printed, _ = mien(capsys, "read", str(ASTRONAUT), str(ASTRONAUT), "--json")
    first, second = json.loads(printed)
    assert first == second and sum(first["shares"].values()) == pytest.approx(1, abs=0.01)
    _, printed, _ = mien(capsys, "read", str(ASTRONAUT), "--csv")
    header, row = printed.splitlines()
    assert header.split(",")[:4] == ["picture", "face", "reads_as", "neutral"]
    assert len(header.split(",")) == len(row.split(","))
    assert {column for column in header.split(",") if column not in EMOTIONS} == TABLE_WORDS
    code, printed, error = mien(capsys, "read", str(ASTRONAUT), "--json", "--csv")
    assert code == EXIT_CODE and not printed and "--json and --csv: choose one" in error


def test_one_picture_that_cannot_be_read_does_not_stop_the_others(capsys, tmp_path):
    no_picture = tmp_path / "words.jpg"
    no_picture.write_text("no picture")
    code, printed, error = mien(capsys, "read", str(ASTRONAUT), str(no_picture), str(ASTRONAUT), "--json")
    assert code == EXIT_CODE
    assert [row["picture"] for row in json.loads(printed)] == [str(ASTRONAUT)] * 2
    assert error.startswith(f"mien: {no_picture}") and error.count("\n") == 1
    code, printed, _ = mien(capsys, "read", str(ASTRONAUT), str(ASTRONAUT))
    assert code == 0
    assert printed.count("happiness") == 2 and printed.count("astronaut.jpg") == 2, "nothing is cut off"


def test_what_was_asked_for_is_not_told_as_read(capsys, tmp_path):
    words = ("--seconds", "10", "--files", "mid,json", "--out", str(tmp_path))
    _, printed, _ = mien(capsys, "compose", "--emotion", "sad", *words)
    assert "Asked for" in printed and "Reads as" not in printed
    _, printed, _ = mien(capsys, "travel", "--from", "sad", "--to", "happy", "--over", "12", *words[2:])
    assert "drawn by seed 1" in printed and ": asked for" not in printed
    assert "Led to  happiness" in printed and "reached at 0:09" in printed
    _, printed, _ = mien(capsys, "why", str(tmp_path / "sad-piano-1.json"))
    assert "Asked for: sadness" in printed and "The expression" not in printed


def test_read_with_coefficients(capsys):
    _, table, _ = mien(capsys, "read", str(ASTRONAUT), "--coefficients")
    assert "What moves" in table and "mouthSmileLeft" in table
    _, printed, _ = mien(capsys, "read", str(ASTRONAUT), "--coefficients", "--json")
    moved = json.loads(printed)[0]["coefficients"]
    assert len(moved) == 52 and moved["mouthSmileLeft"] > 0.3 > moved["mouthFrownLeft"]
    _, printed, _ = mien(capsys, "read", str(ASTRONAUT), str(ASTRONAUT), "--coefficients", "--csv")
    header, *rows = (line.split(",") for line in printed.splitlines())
    assert header[-1] == "tongueOut" and [len(row) for row in rows] == [len(header)] * 2
    _, _, told = mien(capsys, "read", str(ASTRONAUT), str(ASTRONAUT), "--coefficients")
    assert "--json" in told


def test_compose_from_a_name_and_from_a_place(capsys, tmp_path):
    for words in (("--emotion", "sad"), ("--valence=-0.5", "--arousal=0.3")):
        code, _, _ = mien(capsys, "compose", *words, "--seconds", "10", "--files", "mid,json", "--out", str(tmp_path))
        assert code == 0
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize(
    ("word", "emotion"),
    [("Happy", "happiness"), ("scared", "fear"), ("surprised", "surprise"), ("DISGUSTED", "disgust")],
)
def test_an_emotion_by_its_adjective_in_any_case(word, emotion):
    assert affect_of(word).emotion == emotion and max(affect_of(word).probs) == 1


def test_the_same_seed_gives_the_same_bytes(capsys, tmp_path):
    for folder in ("a", "b"):
        mien(capsys, "play", str(ASTRONAUT), "--seconds", "15", "--files", "mid", "--out", str(tmp_path / folder))
    first, second = (tmp_path / folder / "astronaut.mid" for folder in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(("kinds", "name"), [("mid,png", "me.png"), ("stems", "me-stems/me.png")])
def test_the_picture_that_is_played_is_spared(capsys, tmp_path, monkeypatch, kinds, name):
    picture = tmp_path / name
    picture.parent.mkdir(exist_ok=True)
    picture.write_bytes(ASTRONAUT.read_bytes())
    monkeypatch.chdir(tmp_path)  # as `mien play me.png --out .`
    error = refuses(capsys, Path(), "play", name, "--files", kinds, "--seconds", "10", "--json")
    assert "would take its place" in error and "another folder" in error
    assert picture.read_bytes() == ASTRONAUT.read_bytes()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [picture]
    assert mien(capsys, "play", name, "--files", "mid", "--seconds", "10", "--out", ".")[0] == 0


def test_two_faces(capsys, tmp_path, astronaut):
    pair = np.concatenate([astronaut, cv2.resize(astronaut, (256, 256))[:, :].repeat(2, axis=0)], axis=1)
    path = tmp_path / "pair.png"
    Image.fromarray(pair).save(path)
    _, printed, _ = mien(capsys, "read", str(path), "--json")
    assert [r["number"] for r in json.loads(printed)][:2] == [1, 2]
    error = refuses(capsys, tmp_path / "out", "play", str(path), "--face", "9")
    assert "count from 1" in error
    _, printed, _ = mien(capsys, "play", str(path), "--seconds", "10", "--files", "mid", "--out", str(tmp_path))
    assert "face 1 of 2 is read" in printed


def test_of_several_faces_both_ends_of_a_way_can_choose(capsys, tmp_path, astronaut):
    small = np.zeros((512, 256, 3), np.uint8)
    small[:256] = cv2.resize(astronaut, (256, 256))
    path = tmp_path / "pair.png"
    Image.fromarray(np.concatenate([astronaut, small], axis=1)).save(path)
    words = ("--files", "mid", "--out", str(tmp_path), "--json")

    def widths(*said: str) -> list[float]:
        _, printed, _ = mien(capsys, *said, *words)
        account = json.loads(printed)
        boxes = [account[end]["face"]["box_px"] for end in ("reading", "arrival")]
        return [x1 - x0 for x0, _, x1, _ in boxes]

    large, small_px = widths("travel", "--from", str(path), "--to", str(path), "--to-face", "2", "--over", "10s")
    assert large > 1.5 * small_px
    assert widths("travel", "--from", str(path), "--to", str(path), "--face", "2", "--over", "10s") == [small_px, large]
    led = ("play", str(path), "--face", "2", "--to", str(path), "--to-face", "2", "--seconds", "10")
    assert widths(*led) == [small_px, small_px]
    from_sad = ("travel", "--from", "sad", "--to", str(path), "--over", "10s")
    _, printed, _ = mien(capsys, *from_sad, "--to-face", "2", "--files", "mid", "--out", str(tmp_path))
    assert "face 2 of 2 is read; 'to_face' chooses another" in printed
    assert "count from 1" in refuses(capsys, tmp_path / "out", *from_sad, "--to-face", "3")
    assert "'sad' is a mood" in refuses(capsys, tmp_path / "out", *from_sad, "--face", "2")
    assert "give 'to'" in refuses(capsys, tmp_path / "out", "play", str(path), "--to-face", "2")
    table = tmp_path / "moods.csv"
    table.write_text("time_s,valence,arousal\n0,-0.5,-0.5\n15,0.5,0.5\n")
    for option in ("--face", "--to-face"):
        assert option in refuses(capsys, tmp_path / "out", "travel", "--path", str(table), option, "2")


def test_doctor_finds_all_well(capsys):
    code, printed, _ = mien(capsys, "doctor")
    assert code == 0, printed
    for part in ("font", "engraver", *(path.name for path in SHIPPED)):
        assert part in printed
    assert "broken" not in printed


SHIPPED = [
    asset_path("mien.affect", "reader.tflite"),
    asset_path("mien.affect", "covered.tflite"),
    asset_path("mien.music", "known_runs.bin"),
]


def test_doctor_misses_a_network_without_manifest_and_a_file_that_only_its_manifest_names(tmp_path):
    folder = tmp_path / "face" / "assets"
    folder.mkdir(parents=True)
    shutil.copy(asset_path("mien.face", "iris.tflite"), folder)
    shutil.copy(asset_path("mien.face", "mean_mesh.json"), folder)
    (folder / "LICENCE.md").write_text("as it is")
    assert [(one.works, one.part.split()[-1]) for one in examine_assets(tmp_path)] == [
        (False, "iris.tflite"), (False, "mean_mesh.npy")
    ]  # fmt: skip


BAD_PICTURES = {
    "empty.jpg": (b"", "empty"),
    "words.jpg": (b"This is no picture.\n" * 20, "not a picture"),
    "phone.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" * 20, "HEIC is not read; save it as JPEG"),
    "cut.jpg": (ASTRONAUT.read_bytes()[:9000], "damaged or cut off"),
}


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_bad_pictures(capsys, tmp_path, name):
    content, message = BAD_PICTURES[name]
    (tmp_path / name).write_bytes(content)
    assert message in refuses(capsys, tmp_path / "out", "play", str(tmp_path / name))


def test_missing_picture_and_folder(capsys, tmp_path):
    assert "no such file" in refuses(capsys, tmp_path / "out", "play", str(tmp_path / "none.jpg"))
    assert "is a folder" in refuses(capsys, tmp_path / "out", "play", str(tmp_path))


def test_pictures_without_a_large_face(capsys, tmp_path, astronaut):
    Image.new("RGB", (300, 200), "teal").save(tmp_path / "wall.png")
    assert "no face found" in refuses(capsys, tmp_path / "out", "play", str(tmp_path / "wall.png"))
    small = cv2.resize(astronaut, (150, 150), interpolation=cv2.INTER_AREA)
    Image.fromarray(small).save(tmp_path / "small.png")
    assert "at least 40" in refuses(capsys, tmp_path / "out", "play", str(tmp_path / "small.png"))


def test_a_covered_face_is_read_with_doubt(capsys, tmp_path, astronaut):
    covered = astronaut.copy()
    covered[60:118, 150:290] = 20  # brows, eyes and the upper nose
    path = tmp_path / "covered.png"
    Image.fromarray(covered).save(path)
    _, clear, _ = mien(capsys, "read", str(ASTRONAUT), "--json")
    code, printed, _ = mien(capsys, "read", str(path), "--json")
    assert code == 0
    assert json.loads(printed)[0]["doubt"] > json.loads(clear)[0]["doubt"] + 0.2


def test_an_animation_is_read_by_its_first_frame(capsys, tmp_path, astronaut):
    frames = [Image.fromarray(astronaut), Image.new("RGB", (512, 512))]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    code, _, error = mien(capsys, "read", str(tmp_path / "moving.gif"), "--json")
    assert code == 0 and "first of 2 frames" in error


@pytest.mark.parametrize("seconds", ["0", "-5", "nan", "inf", "31557600"])
def test_bad_lengths(capsys, tmp_path, seconds):
    words = ("compose", "--emotion", "happy", f"--seconds={seconds}")
    assert "10 to 3600 seconds" in refuses(capsys, tmp_path / "out", *words)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--emotion", "happy", "--ensemble", "kazoo"), "choose one of piano, quartet"),
        (("--emotion", "happy", "--key", "H major"), "unknown key 'H major'"),
        (("--emotion", "happy", "--meter", "7/8"), "4/4, 3/4, 6/8, 5/4"),
        (("--emotion", "hangry"), "unknown emotion 'hangry'"),
        (("--emotion", "happy", "--files", "mp3"), "choose from mid, wav"),
        (("--emotion", "happy", "--seed=-1"), "whole number from 0"),
        (("--valence=3", "--arousal=0"), "-1 to 1"),
        (("--valence=nan", "--arousal=0"), "-1 to 1"),
        ((), "give either an emotion"),
        (("--emotion", "happy", "--valence=0.2"), "give either an emotion"),
    ],
)
def test_bad_options(capsys, tmp_path, words, message):
    assert message in refuses(capsys, tmp_path / "out", "compose", *words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("play", "a.jpg", "--seconds", "abc"),
            "Invalid value for '--seconds': 'abc' is not a valid float (mien play --help)",
        ),
        (
            ("play", "a.jpg", "--ensembl", "x"),
            "No such option: --ensembl (Possible options: --ensemble) (mien play --help)",
        ),
        (("play",), "Missing argument 'picture' (mien play --help)"),
        (("plya",), "No such command 'plya'. Did you mean 'play', 'replay'? (mien --help)"),
        (("data", "new"), "Missing argument 'project' (mien data new --help)"),
        (("data", "nw"), "No such command 'nw'. Did you mean 'new'? (mien data --help)"),
        (("play", "a.jpg", "b.jpg"), "Got unexpected extra argument(s) (b.jpg) (mien play --help)"),
    ],
)
def test_what_is_no_command_is_refused_in_one_line(capsys, words, said):
    assert mien(capsys, *words) == (EXIT_CODE, "", f"mien: {said}\n")


def test_a_small_letter_is_a_minor_key_and_help_says_so(capsys, tmp_path):
    words = ("compose", "--emotion", "happy", "--seconds", "10", "--files", "mid", "--json", "--out", str(tmp_path))
    _, printed, _ = mien(capsys, *words, "--key", "c")
    assert json.loads(printed)["brief"]["mode"]["value"] == "aeolian"
    for command in ("play", "compose", "travel"):
        _, printed, _ = mien(capsys, command, "--help")
        assert "small letter, is C minor" in " ".join(printed.split())


def steps_in(score: ET.Element) -> list[tuple[str, int, int]]:
    """Letter, accidentals and octave of every note of a score."""
    pitches = [[pitch.findtext(name) for name in ("step", "alter", "octave")] for pitch in score.iter("pitch")]
    return [(str(step), int(alter or 0), int(octave or 0)) for step, alter, octave in pitches]


@pytest.mark.parametrize(
    ("asked", "said", "fifths", "in_midi"),
    [
        ("F#", "F♯ major", 6, "F#"),
        ("Gb", "G♭ major", -6, "Gb"),
        ("D#m", "D♯ minor", 6, "D#m"),
        ("d#", "D♯ minor", 6, "D#m"),
    ],
)
def test_a_key_comes_back_spelled_as_it_was_asked_for(capsys, tmp_path, asked, said, fifths, in_midi):
    words = ("compose", "--emotion", "happy", "--seconds", "12", "--seed", "3", "--files", "mid,musicxml,svg,json")
    _, printed, _ = mien(capsys, *words, "--out", str(tmp_path), "--key", asked)
    assert f", {said}\n" in printed and f"{said.split()[0]}: asked for" in printed
    account = json.loads((tmp_path / "happy-piano-3.json").read_text(encoding="utf-8"))
    assert account["key"] == said and account["brief"]["tonic_pc"]["because"].startswith(said.split()[0])
    (head, *_) = mido.MidiFile(tmp_path / "happy-piano-3.mid", charset="utf-8").tracks
    assert [m.key for m in head if m.type == "key_signature"] == [in_midi]
    assert said in [m.text for m in head if m.type == "text"]
    score = ET.parse(tmp_path / "happy-piano-3.musicxml").getroot()
    assert {found.text for found in score.iter("fifths")} == {str(fifths)}
    signs = [alter for _, alter, _ in steps_in(score) if alter]
    assert sum(alter * fifths > 0 for alter in signs) > 0.9 * len(signs)
    drawn = (tmp_path / "happy-piano-3.svg").read_text(encoding="utf-8")
    of_keys = re.findall(r'class="keyAccid">\s*<use xlink:href="#(E26.)', drawn)
    assert set(of_keys) == {"E262" if fifths > 0 else "E260"}, "SMuFL's sharp, or its flat"
    assert said in drawn


def test_enharmonic_keys_are_the_same_notes(capsys, tmp_path):
    found = []
    for key in ("F#", "Gb"):
        words = ("compose", "--emotion", "happy", "--seconds", "12", "--files", "mid,musicxml", "--key", key)
        mien(capsys, *words, "--out", str(tmp_path / key))
        tracks = mido.MidiFile(tmp_path / key / "happy-piano-1.mid").tracks
        notes = [str(m) for track in tracks for m in track if m.type in ("note_on", "note_off")]
        score = ET.parse(tmp_path / key / "happy-piano-1.musicxml").getroot()
        found.append((notes, steps_in(score)))
    (notes, sharp), (same, flat) = found
    assert notes == same and sharp != flat
    sounding = [
        [12 * octave + (0, 2, 4, 5, 7, 9, 11)["CDEFGAB".index(step)] + alter for step, alter, octave in steps]
        for steps in (sharp, flat)
    ]
    assert sounding[0] == sounding[1]


def test_a_key_that_nobody_could_print_is_told_to_be_written_otherwise(capsys, tmp_path):
    words = ("compose", "--emotion", "happy", "--seconds", "10", "--files", "musicxml", "--out", str(tmp_path))
    _, printed, _ = mien(capsys, *words, "--key", "G# major")
    assert ", A♭ major (G♯ major would take 8 sharps)\n" in printed
    assert "<fifths>-4</fifths>" in (tmp_path / "happy-piano-1.musicxml").read_text(encoding="utf-8")


def test_help_is_help(capsys):
    code, printed, error = mien(capsys, "play", "--help")
    assert code == 0 and "Usage:" in printed and not error
    for words in ((), ("data",), ("mapping",)):
        code, printed, error = mien(capsys, *words)
        assert code == EXIT_CODE and "Usage:" in printed + error and "mien: " not in error


@pytest.mark.parametrize(("stop", "code", "said"), [(KeyboardInterrupt, 130, ""), (typer.Abort, 1, "Aborted!")])
def test_who_stops_a_command_sees_no_more_than_that(capsys, monkeypatch, stop, code, said):
    def stopped(*_, **__):
        raise stop

    monkeypatch.setattr(instrument, "compose", stopped)
    assert mien(capsys, "compose", "--emotion", "sad")[::2] == (code, said + "\n" * bool(said))


def test_a_folder_that_cannot_be_written(capsys, tmp_path):
    (tmp_path / "file").write_bytes(b"in the way")
    code, _, error = mien(
        capsys,
        "compose",
        "--emotion",
        "sad",
        "--seconds",
        "10",
        "--files",
        "mid",
        "--out",
        str(tmp_path / "file" / "x"),
    )
    assert code == EXIT_CODE and "cannot write into" in error and error.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    "words",
    [
        ("play", "none.jpg"),
        ("travel", "--from", "none.jpg", "--to", "sad"),
        ("explain", "none.jpg"),
        ("replay", "none.jsonl"),
        ("perform", "none.npz", "--emotion", "anger"),
        ("train", "--data", "none"),
        ("evaluate", "none.tflite", "--data", "none"),
        ("data", "sheets", "none"),
        ("data", "describe", "none"),
        ("data", "try", "none.jpg"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_any_work(capsys, tmp_path, words):
    (tmp_path / "file").write_bytes(b"in the way")
    place = tmp_path / "file" / "x" / ("face.png" if words[0] == "perform" else "y")
    error = refuses(capsys, place, *words)
    assert "cannot write" in error and "choose a" in error


def test_a_full_disk_leaves_nothing(capsys, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(piece._WRITERS, "json", full)
    code, _, error = mien(
        capsys, "compose", "--emotion", "sad", "--seconds", "10", "--files", "mid,json", "--out", str(tmp_path / "o")
    )
    assert code == EXIT_CODE and "No space left on device" in error
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_network_is_named_by_its_checksum(capsys, tmp_path, monkeypatch):
    good = assets.asset_path("mien.face", "mesh.tflite")
    (tmp_path / "mesh.tflite").write_bytes(good.read_bytes()[:-1] + b"!")
    (tmp_path / "mesh.json").write_bytes(good.with_suffix(".json").read_bytes())
    with pytest.raises(BadAsset, match=r"mesh\.tflite: sha256 [0-9a-f]{12}… found, [0-9a-f]{12}… named"):
        nets.Network(tmp_path / "mesh.tflite")


def test_a_sound_font_that_is_none(capsys, tmp_path):
    (tmp_path / "words.sf2").write_bytes(b"no font " * 50)
    words = ("compose", "--emotion", "sad", "--seconds", "10", "--files", "wav", "--soundfont")
    error = refuses(capsys, tmp_path / "out", *words, str(tmp_path / "words.sf2"))
    assert "words.sf2" in error


def test_module_and_debug(tmp_path):
    ran = subprocess.run([sys.executable, "-m", "mien", "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("mien 0.")
    words = [sys.executable, "-m", "mien", "--debug", "read", str(tmp_path / "none.jpg")]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "Traceback" in ran.stderr


def test_why_tells_the_account(capsys, tmp_path):
    mien(capsys, "compose", "--emotion", "sad", "--seconds", "12", "--files", "mid,json", "--out", str(tmp_path))
    code, printed, _ = mien(capsys, "why", str(tmp_path / "sad-piano-1.mid"))
    assert code == 0
    for word in ("Asked for: sadness", "tempo", "Bar by bar", "(T)", "cadence", "a, first heard"):
        assert word in printed
    code, printed, _ = mien(capsys, "why", str(tmp_path / "sad-piano-1.mid"), "--bar", "1")
    assert code == 0
    for word in ("bar 1 of", "beat 1: i, tonic", "a, first heard", "tempo", "Eerola"):
        assert word in printed
    assert "eyes" not in printed, "there was no face"
    code, printed, _ = mien(capsys, "why", str(tmp_path / "sad-piano-1.mid"), "--bar", "2", "--json")
    assert code == 0 and json.loads(printed)["bar"] == 2 and json.loads(printed)["brief"]["tempo_bpm"]["because"]
    code, _, error = mien(capsys, "why", str(tmp_path / "sad-piano-1.mid"), "--bar", "99")
    assert code == EXIT_CODE and "bars 1 to" in error
    code, _, error = mien(capsys, "why", str(tmp_path / "none.json"))
    assert code == EXIT_CODE and "no such file" in error
    for folder in (str(tmp_path), ".", "/"):
        code, _, error = mien(capsys, "why", folder)
        assert code == EXIT_CODE and "is a folder" in error
    (tmp_path / "other.json").write_text("[1]")
    code, _, error = mien(capsys, "why", str(tmp_path / "other.json"))
    assert code == EXIT_CODE and "not the account of a piece" in error


def test_why_knows_a_file_that_was_saved_after_its_account(capsys, tmp_path):
    def compose(seconds, files):
        words = ("--emotion", "sad", "--seconds", seconds, "--files", files, "--out", str(tmp_path))
        assert mien(capsys, "compose", *words)[0] == 0

    compose("12", "mid,json")
    compose("12", "mid,musicxml")
    code, printed, error = mien(capsys, "why", str(tmp_path / "sad-piano-1.mid"))
    assert (code, "Asked for: sadness" in printed, error) == (0, True, ""), "the same piece, saved again"
    code, printed, error = mien(capsys, "why", str(tmp_path / "sad-piano-1.musicxml"))
    assert (code, "Asked for: sadness" in printed) == (0, True)
    assert "sad-piano-1.json was saved without sad-piano-1.musicxml: it may tell of another piece" in error
    compose("24", "mid")
    code, printed, error = mien(capsys, "why", str(tmp_path / "sad-piano-1.mid"))
    assert (code, printed, error.count("\n")) == (EXIT_CODE, "", 1)
    assert "sad-piano-1.mid: has changed since sad-piano-1.json was written" in error and "--files mid,json" in error
    assert mien(capsys, "why", str(tmp_path / "sad-piano-1.json"))[0] == 0
    account = json.loads((tmp_path / "sad-piano-1.json").read_text(encoding="utf-8"))
    del account["sha256"]
    (tmp_path / "sad-piano-1.json").write_text(json.dumps(account))
    assert mien(capsys, "why", str(tmp_path / "sad-piano-1.mid"))[0] == 0, "accounts of mien 0.5 know nothing of it"


def test_measure_sets_files_beside_real_music(capsys, tmp_path):
    names = [f"{emotion}-piano-1.mid" for emotion in ("sad", "happy")]
    for emotion in ("sad", "happy"):
        mien(capsys, "compose", "--emotion", emotion, "--seconds", "20", "--files", "mid", "--out", str(tmp_path))
    files = [str(tmp_path / name) for name in names]
    code, printed, _ = mien(capsys, "measure", *files)
    assert code == 0 and "pitch class entropy" in printed and "real music" in printed and "songs" in printed
    code, printed, _ = mien(capsys, "measure", *files, *files, *files)
    assert code == 0 and "of 6" in printed
    code, printed, _ = mien(capsys, "measure", "--json", *files)
    told = json.loads(printed)
    assert [row["file"] for row in told["files"]] == files
    assert set(told["real_music"]) <= set(told["files"][0]["measures"])
    code, printed, error = mien(capsys, "measure", files[0], str(tmp_path / "none.mid"))
    assert code == EXIT_CODE and not printed and error.count("\n") == 1 and "none.mid" in error


def test_a_mapping_is_shown_copied_edited_and_played(capsys, tmp_path):
    code, printed, _ = mien(capsys, "mapping", "show")
    assert code == 0 and "tempo_bpm" in printed and "corner_lift" in printed
    mine = tmp_path / "mine.toml"
    assert mien(capsys, "mapping", "new", str(mine))[0] == 0
    assert mien(capsys, "mapping", "new", str(mine))[0] == EXIT_CODE  # never overwrites
    assert mien(capsys, "mapping", "check", str(mine))[0] == 0
    text = mine.read_text(encoding="utf-8")
    mine.write_text(text.replace("[tempo_bpm]\norigin = 94", "[tempo_bpm]\norigin = 70"), encoding="utf-8")
    words = ("compose", "--emotion", "neutral", "--seconds", "12", "--files", "json", "--json", "--out", str(tmp_path))
    _, printed, _ = mien(capsys, *words, "--mapping", str(mine))
    assert json.loads(printed)["brief"]["tempo_bpm"]["value"] == 70
    mine.write_text(text.replace('cue = "corner_lift"', 'cue = "ear_wiggle"'), encoding="utf-8")
    code, _, error = mien(capsys, "mapping", "check", str(mine))
    assert code == EXIT_CODE and "cue 'ear_wiggle' given; one of brow_height," in error


def test_a_way_from_sad_to_happy(capsys, tmp_path):
    words = ("travel", "--from", "sad", "--to", "happy", "--over", "40s", "--files", "mid,json", "--json")
    code, printed, _ = mien(capsys, *words, "--out", str(tmp_path))
    account = json.loads(printed)
    assert code == 0 and account["seconds"] == pytest.approx(40, abs=4)
    assert [step["reads_as"] for step in account["path"]][0::2] == ["sadness", "happiness"]
    assert "needs" not in printed and (tmp_path / "sad-to-happy-piano-1.mid").exists()


def test_a_way_from_a_table_and_from_a_face(capsys, tmp_path):
    table = tmp_path / "moods.csv"
    table.write_text("time_s,valence,arousal\n0,-0.5,-0.5\n15,0.5,0.5\n")
    words = ("--files", "mid", "--out", str(tmp_path / "out"))
    assert mien(capsys, "travel", "--path", str(table), "--over", "20", *words)[0] == 0
    assert mien(capsys, "play", str(ASTRONAUT), "--to", "calm", "--seconds", "20", *words)[0] == 0
    assert len(list((tmp_path / "out").iterdir())) == 2
    _, printed, _ = mien(capsys, "travel", "--path", str(table), *words, "--json")
    assert json.loads(printed)["seconds"] == pytest.approx(15, abs=4), "as long as the table"


def test_a_way_from_one_face_to_another(capsys, tmp_path, monkeypatch):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(ASTRONAUT.read_bytes())
    monkeypatch.chdir(tmp_path)
    words = ("--files", "mid,json", "--out", "out")
    _, printed, _ = mien(capsys, "travel", "--from", "a.jpg", "--to", "b.jpg", "--over", "12s", *words)
    assert (
        printed.count("Reads as") == 2 and "Led from  a.jpg" in printed and "Led to  b.jpg, reached at 0:09" in printed
    )
    account = json.loads((tmp_path / "out" / "a-to-b-piano-1.json").read_text(encoding="utf-8"))
    assert account["reading"] == account["arrival"] and account["arrival"]["reads_as"] == "happiness"
    _, printed, _ = mien(capsys, "travel", "--from", "Sad", "--to", "b.jpg", "--over", "12s", *words)
    assert "Asked for  sadness" in printed and printed.count("Reads as") == 1
    code, printed, _ = mien(capsys, "play", "a.jpg", "--to", "b.jpg", "--seconds", "12", *words, "--json")
    assert code == 0 and json.loads(printed)["arrival"]["reads_as"] == "happiness"


def test_an_emotions_name_is_not_taken_for_a_file(tmp_path, monkeypatch):
    (tmp_path / "sad").write_bytes(b"no picture")
    monkeypatch.chdir(tmp_path)
    assert instrument.end_of("sad").affect.emotion == "sadness"
    with pytest.raises(BadInput, match="not a picture"):
        (tmp_path / "sadder").write_bytes(b"no picture")
        instrument.end_of("sadder")


def test_the_picture_that_is_led_to_is_spared(capsys, tmp_path, monkeypatch):
    (tmp_path / "sad-to-me-piano-1-stems").mkdir()
    picture = tmp_path / "sad-to-me-piano-1-stems" / "me.jpg"
    picture.write_bytes(ASTRONAUT.read_bytes())
    monkeypatch.chdir(tmp_path)
    words = ("travel", "--from", "sad", "--to", str(picture), "--over", "10s", "--files", "stems", "--json")
    assert "would take its place" in refuses(capsys, Path(), *words)
    assert picture.read_bytes() == ASTRONAUT.read_bytes()


def test_a_video_is_followed(capsys, tmp_path, astronaut):
    writer = cv2.VideoWriter(str(tmp_path / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 4, (512, 512))
    for place in range(72):
        writer.write(astronaut[:, :, ::-1] if 4 <= place < 16 else np.zeros_like(astronaut))
    writer.release()
    words = ("play", str(tmp_path / "clip.avi"), "--files", "mid", "--out", str(tmp_path))
    code, printed, error = mien(capsys, *words, "--json")
    assert code == 0, error
    account = json.loads(printed)
    assert account["seconds"] == pytest.approx(17.75, abs=4), "as long as the video, not as its faces"
    assert len(account["path"]) == 13 and account["path"][0]["reads_as"] == "happiness"
    _, printed, _ = mien(capsys, *words)
    assert "from 0:01 happiness" in printed and "mouth" in printed and "Asked for" not in printed
    assert mien(capsys, *words, "--files", "json")[0] == 0
    _, told, _ = mien(capsys, "why", str(next(tmp_path.glob("*.json"))))
    assert "The expression reads as happiness" in told and "Asked for" not in told
    assert "leads its own way" in refuses(capsys, tmp_path / "o", "play", str(tmp_path / "clip.avi"), "--to", "sad")


def test_who_stops_the_program_sees_no_traceback(monkeypatch):
    def stopped():
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", stopped)
    with pytest.raises(SystemExit) as left:
        program.main()
    assert left.value.code == program.STOPPED


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("12.5 s", 12.5),
        ("2min", 120),
        ("2m", 120),
        ("1.5 min", 90),
        ("1min30s", 90),
        ("1m 5", 65),
    ],
)
def test_a_time_is_told_in_seconds_or_minutes(text, seconds):
    assert cli._seconds(text) == seconds


NO_TIMES = ("soon", "2h", "1:30", "-5", "nan", "s", " ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--from", "sad"), "give a way"),
        (("--from", "sad", "--to", "hangry"), "tense, or a picture of a face"),
        (("--from", "none.jpg", "--to", "sad"), "none.jpg: no such file"),
        *((("--from", "sad", "--to", "happy", "--over", text), "90, 90s, 2min or 1min30s") for text in NO_TIMES),
        (("--from", "sad", "--to", "happy", "--over", "2s"), "10 to 3600 seconds"),
        (("--from", "sad", "--to", "happy", "--key", "D dorian"), "give the tonic alone"),
        (("--from", "sad", "--to", "happy", "--key", "c"), "give the tonic alone, with a capital"),
        (("--from", "none.jpg", "--to", "sad", "--key", "D dorian"), "give the tonic alone"),  # before any is read
        (("--path", "none.csv", "--weights", "a.tflite"), "leave it out with --path"),
        (("--path", "none.csv"), "cannot be read as a table"),
    ],
)
def test_bad_ways(capsys, tmp_path, words, message):
    assert message in refuses(capsys, tmp_path / "out", "travel", *words)
