"""The comparison finds copies, repetitions and notes out of range where they are, and measures the corpora."""

import io
import json
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from mien.circumplex import affect_of
from mien.errors import BadInput
from mien.lab.scores import compare_music, real_music
from mien.lab.scores.compare_music import (
    GRIDS,
    MELODY,
    heard,
    longest_copy,
    out_of_range,
    phrase_of,
    recordings,
    repeated_spans,
    sopranos,
    spread,
    sung,
)
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.values import Mark, Note, Part, Phrase

DATA = Path(__file__).parents[3].parent / "shared" / "data"


def line(*pitches: int) -> Phrase:
    return phrase_of([Note(480 * i, Part.MELODY, pitch, 480, 64) for i, pitch in enumerate(pitches)])


def test_a_copy_is_found_in_any_key() -> None:
    ours, theirs = line(60, 62, 64, 67, 65, 60), line(50, 57, 59, 61, 64, 62, 50)
    assert longest_copy([ours], [theirs]) == 5


def test_scales_may_be_excused() -> None:
    ours, theirs = line(60, 62, 64, 65, 67, 72, 71), line(48, 50, 52, 53, 55, 50, 55, 54)
    assert longest_copy([ours], [theirs]) == 5
    assert longest_copy([ours], [theirs], excused=2) == 3
    assert longest_copy([line(60, 60, 60, 60)], [line(60, 60, 60, 62)]) == 2


def test_a_span_that_comes_again_unmarked_is_counted_and_a_return_is_not() -> None:
    brief = brief_from_affect(affect_of("happy"), seed=1, meter=(4, 4))
    phrase = compose(brief, 45, 1)
    assert repeated_spans(phrase) == out_of_range(phrase) == 0
    twice = replace(
        phrase,
        notes=(
            *phrase.notes,
            *(replace(n, onset_ticks=n.onset_ticks + phrase.length_ticks) for n in phrase.notes),
        ),
        length_ticks=2 * phrase.length_ticks,
        marks=(Mark(0, "section", "A"),),
    )
    assert repeated_spans(twice) > 0
    assert repeated_spans(replace(twice, marks=(Mark(0, "section", "A'"),))) == 0
    assert out_of_range(replace(phrase, notes=(replace(phrase.notes[0], pitch_midi=20), *phrase.notes[1:]))) == 1


def test_what_is_heard_counts_milliseconds() -> None:
    phrase = compose(brief_from_affect(affect_of("sad"), seed=2), 20, 2)
    assert heard(phrase).length_ticks == pytest.approx(phrase.length_s * 1000, abs=2)
    assert all(low <= middle <= high for low, middle, high in spread([sung(phrase)], MELODY).values())


def test_sopranos_are_read_from_the_grid_without_holds_and_rests(tmp_path: Path) -> None:
    grid = [[72, 60], [72, 60], [74, 59], [-1, 59], [76, 60]]
    content = json.dumps({"train": [grid], "test": [[[60, 48]]]}).encode()
    tar = tmp_path / "chorales.tar"
    with tarfile.open(tar, "w") as archive:
        info = tarfile.TarInfo(GRIDS)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    assert [[note.pitch_midi for note in line.notes] for line in sopranos(tar)] == [[72, 74, 76], [60]]


def test_a_missing_corpus_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--data wants the folder"):
        next(sopranos(tmp_path / "none.tar"))


def test_the_report_names_how_many_pieces_it_took(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    songs = [line(60, 62, 64, 67, 65, 60)]
    monkeypatch.setattr(compare_music, "songs_and_voices", lambda _: (songs, songs))
    for name in ("sopranos", "recordings"):
        monkeypatch.setattr(compare_music, name, lambda _: songs)
    for name in ("MELODY", "WHOLE", "PIANO"):
        monkeypatch.setattr(compare_music, name, {})
    told = compare_music.report(tmp_path, pieces=1)
    assert "`python -m mien.lab.scores.compare_music --data FOLDER --pieces 1 --out docs/measures.md`: 1 pieces" in told


@pytest.mark.parametrize(("module", "made"), [(compare_music, "report"), (real_music, "learn")])
def test_a_result_takes_the_place_of_another_as_a_whole(
    module, made: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, before = tmp_path / "out", tmp_path / "before"
    out.write_text("before")
    before.hardlink_to(out)
    monkeypatch.setattr(module, made, lambda *_: "– after")
    monkeypatch.setattr(sys, "argv", ["lab", "--data", str(tmp_path), "--out", str(out)])
    module.main()
    assert "– after" in out.read_text("utf-8") and before.read_text() == "before"


@pytest.mark.data
def test_recordings_are_read() -> None:
    if not (DATA / "emopia_open.npz").is_file():
        pytest.skip("the corpora are not beside the checkout")
    first = next(recordings(DATA / "emopia_open.npz"))
    assert 1 < first.length_ticks / 1000 < 90
