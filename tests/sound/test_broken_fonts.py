"""Fonts of the user's own, broken or strange: refused in one line that names them, or played, never a traceback."""

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.errors import BadInput
from mien.instrument import compose
from mien.sound.font import load_font
from mien.sound.sampler import Sampler, resample
from mien.sound.soundfont import HIGHEST_HZ, LAYOUT, ROM, SAMPLE, Font, font_bytes
from mien.sound.zones import Gen

RATE_HZ = 48_000
SAMPLED = (np.sin(np.arange(4800) * 2 * np.pi * 440 / RATE_HZ) * 20_000).astype("<i2").tobytes()
LOOPS = (Gen.SAMPLE_MODE, 1)


def font_of(
    gens: Sequence[tuple[int, int]] = (LOOPS,), instrument: int = 0, sample: int = 0, data: bytes = SAMPLED, **head: Any
) -> Font:
    """A font of one preset, one instrument and one sample."""
    row = {
        "name": b"tone", "start": 0, "end": 4800, "loop_start": 100, "loop_end": 4700, "rate_hz": RATE_HZ, "pitch": 69,
        "correction": 0, "link": 0, "kind": 1, **head,
    }  # fmt: skip
    rows: dict[str, list[tuple[Any, ...]]] = {
        "phdr": [(b"one", 0, 0, 0, (0, 0, 0)), (b"EOP", 0, 0, 1, (0, 0, 0))],
        "pbag": [(0, 0), (1, 0)],
        "pmod": [(0, 0, 0, 0, 0)],
        "pgen": [(41, instrument), (0, 0)],
        "inst": [(b"one", 0), (b"EOI", 1)],
        "ibag": [(0, 0), (len(gens) + 1, 0)],
        "imod": [(0, 0, 0, 0, 0)],
        "igen": [*gens, (SAMPLE, sample), (0, 0)],
        "shdr": [tuple(row.values()), (b"EOS", *[0] * 9)],
    }
    tables = {key: np.array(rows[key], layout) for key, layout in LAYOUT.items()}
    return Font({"ifil": struct.pack("<HH", 2, 1), "INAM": b"x\0"}, tables, data)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    load_font.cache_clear()
    return tmp_path / "mine.sf2"


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"sample": 7}, "row 7 of 'shdr', which has 1"),
        ({"instrument": 9}, "row 9 of 'inst', which has 1"),
        ({"instrument": -1}, "row 65535 of 'inst'"),
        ({"rate_hz": 0}, "'tone' has 0 frames a second"),
        ({"rate_hz": HIGHEST_HZ + 1}, "'tone' has 1000001 frames a second"),
        ({"start": 100_000, "end": 200_000}, "'tone' lies beyond"),
        ({"start": 200, "end": 100}, "'tone' lies beyond"),
        ({"data": SAMPLED[:-1]}, "'tone' lies beyond"),
    ],
)
def test_a_font_that_names_what_it_does_not_hold_is_refused(mine: Path, broken: dict[str, Any], says: str) -> None:
    mine.write_bytes(font_bytes(font_of(**broken)))
    with pytest.raises(BadInput, match=f"^the sound font mine.sf2 is broken: .*{says}.*; give another font$"):
        load_font(mine)


@pytest.mark.parametrize("table", ["phdr", "inst", "pbag", "ibag"])
def test_a_table_that_names_more_than_there_is_is_refused(mine: Path, table: str) -> None:
    font = font_of()
    font.tables[table]["bag" if table in ("phdr", "inst") else "gen"][-1] = 99
    mine.write_bytes(font_bytes(font))
    with pytest.raises(BadInput, match=f"mine.sf2 is broken: its table '{table}' names more than there is"):
        load_font(mine)


def test_lists_in_lists_without_end_are_no_font(mine: Path) -> None:
    nested = b""
    for _ in range(3000):
        nested = b"LIST" + struct.pack("<I", len(nested) + 4) + b"INFO" + nested
    mine.write_bytes(b"RIFF" + struct.pack("<I", len(nested) + 4) + b"sfbk" + nested)
    with pytest.raises(BadInput, match=r"mine.sf2 is not a sound font"):
        load_font(mine)


@pytest.mark.parametrize(
    "gens",
    [
        [(Gen.FILTER_CENTS, 0), (Gen.RESONANCE_CB, 32_000)],
        [(Gen.FILTER_CENTS, -20_000), (Gen.RESONANCE_CB, -3000)],
        [(Gen.RELEASE, 32_767), (Gen.DELAY, 32_767)],
        [(Gen.DECAY, 32_767), (Gen.KEY_TO_DECAY, 32_767), (Gen.HOLD, 32_767), (Gen.KEY_TO_HOLD, -32_768)],
        [(Gen.COARSE_TUNE, 127), (Gen.FINE_TUNE, 32_000), (Gen.SCALE_TUNING, 32_767)],
        [(Gen.COARSE_TUNE, -128), (Gen.SCALE_TUNING, 1200)],
        [(Gen.TREMOLO_CB, 32_000), (Gen.TREMOLO_RATE, 32_000)],
        [(Gen.ATTENUATION_CB, -32_000), (Gen.PAN, 32_000), (Gen.SUSTAIN_CB, -2000)],
        [(Gen.LOOP_START, 4650), (Gen.LOOP_END, -40)],
    ],
)
@pytest.mark.parametrize("loops", [(), (LOOPS,)], ids=["once", "loops"])
def test_numbers_of_any_size_are_played(gens: list[tuple[int, int]], loops: Sequence[tuple[int, int]]) -> None:
    sampler = Sampler(font_of([*gens, *loops]), RATE_HZ)
    for pitch in (21, 69, 108):
        (voice,) = sampler.play((0, 0), pitch, 90, 0.5)
        assert np.isfinite(voice.samples).all()


@pytest.mark.parametrize("head", [{"end": 0}, {"kind": ROM | 1, "start": 10**6, "end": 2 * 10**6, "rate_hz": 0}])
def test_a_sample_without_sound_is_silent_and_a_piece_without_any_says_so(mine: Path, head: dict[str, int]) -> None:
    font = font_of(**head)
    (voice,) = Sampler(font, RATE_HZ).play((0, 0), 69, 90, 0.5)
    assert len(voice.samples) == 0
    mine.write_bytes(font_bytes(font))
    piece = compose("happy", seconds=10, seed=2, ensemble="piano", font=mine)
    with pytest.raises(
        BadInput, match=r"^the sound font mine.sf2 sounds none of the notes of this piece; give another"
    ):
        _ = piece.rendering


def test_a_loop_goes_round_as_if_it_were_written_out() -> None:
    source = np.random.default_rng(1).standard_normal(300).astype(np.float32)
    for start, end, step in ((100, 300, 0.7), (10, 12, 3.1), (298, 300, 1.0), (0, 290, 40.0)):
        written_out = np.concatenate([source[:end], np.tile(source[start:end], 40_000 // (end - start))])
        assert np.array_equal(resample(source, step, 900, (start, end)), resample(written_out, step, 900))
