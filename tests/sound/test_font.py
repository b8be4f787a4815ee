"""Fonts are proved before they play; the cut plays as its origin."""

from pathlib import Path

import numpy as np
import pytest

from mien.assets import read_manifest
from mien.ensembles import ensembles
from mien.errors import BadAsset, BadInput
from mien.lab.assets.cut_font import cut, wanted_presets
from mien.sound import font as font_module
from mien.sound.font import font_path, load_font
from mien.sound.sampler import Sampler
from mien.sound.soundfont import VORBIS, Font, font_bytes, read_font


def test_the_shipped_font_has_every_player_and_its_licence() -> None:
    presets = load_font().presets()
    assert wanted_presets() == set(presets)
    players = [player for band in ensembles().values() for player in band.players.values()]
    assert all(((128, 0) if p.program is None else (0, p.program)) in presets for p in players)
    manifest = read_manifest(font_path())
    assert manifest["licence"] == "MIT"
    assert "Frank Wen" in font_path().with_name(manifest["notice"]).read_text(encoding="utf-8")
    assert font_path().stat().st_size < 6_000_000


def test_a_damaged_font_is_named_by_its_checksum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / font_path().name
    content = bytearray(font_path().read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    copy.with_suffix(".json").write_text(font_path().with_suffix(".json").read_text(encoding="utf-8"))
    monkeypatch.setattr(font_module, "font_path", lambda: copy)
    load_font.cache_clear()
    with pytest.raises(BadAsset, match=r"FluidR3Mono_mien.sf3: sha256 [0-9a-f]{12}"):
        load_font()
    load_font.cache_clear()


@pytest.mark.parametrize(
    "content",
    [b"", b"no font at all", b"RIFF\x04\0\0\0sfbk", b"RIFF\xff\xff\0\0sfbkLIST\xff\xff\0\0INFO"],
    ids=["empty", "text", "hollow", "cut short"],
)
def test_what_is_no_font_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.sf2"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"mine.sf2 is not a sound font"):
        load_font(path)


def test_a_missing_font_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        load_font(tmp_path / "none.sf2")


def test_reading_and_writing_are_inverse() -> None:
    font = load_font()
    again = read_font(font_bytes(font), "again")
    assert again.samples == font.samples
    assert all(np.array_equal(again.tables[key], font.tables[key]) for key in font.tables)
    assert dict(again.info) == dict(font.info)


def test_a_cut_sounds_like_its_origin() -> None:
    font = load_font()
    small = cut(font, {(0, 11), (128, 0)})
    assert set(small.presets()) == {(0, 11), (128, 0)}
    assert len(small.samples) < len(font.samples) / 3
    for preset in small.presets():
        for pitch in (36, 49, 60, 72):
            ours, theirs = (Sampler(f, 48_000).play(preset, pitch, 90, 0.3) for f in (small, font))
            assert [v.pan for v in ours] == [v.pan for v in theirs]
            assert all(np.array_equal(a.samples, b.samples) for a, b in zip(ours, theirs, strict=True))


def as_words(font: Font, preset: tuple[int, int]) -> Font:
    """The same font with the samples of one preset as 16-bit words (SF2), and no others."""
    small = cut(font, {preset})
    sampler = Sampler(small, 48_000)
    heads = small.tables["shdr"].copy()
    data = b""
    for row, head in enumerate(heads[:-1]):
        words = np.clip(np.rint(sampler._decode(row) * 32768), -32768, 32767).astype("<i2")
        start = len(data) // 2
        head["kind"] = int(head["kind"]) & ~VORBIS
        head["start"], head["end"] = start, start + len(words)
        head["loop_start"] += start
        head["loop_end"] += start
        data += words.tobytes() + bytes(92)
    return Font(small.info, {**small.tables, "shdr": heads}, data)


def test_sf2_plays_like_sf3_and_can_be_cut() -> None:
    font = load_font()
    words = as_words(font, (0, 71))
    for version in (words, cut(words, {(0, 71)}), read_font(font_bytes(words), "words")):
        for pitch in (55, 67):
            ours, theirs = (Sampler(f, 48_000).play((0, 71), pitch, 90, 1.5)[0].samples for f in (version, font))
            assert len(ours) == len(theirs)
            assert np.abs(ours - theirs).max() < 1e-4
