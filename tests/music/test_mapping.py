"""Mappings: the shipped one is whole, a broken one is told what is wrong with it."""

import re
from dataclasses import replace
from importlib.resources import files

import pytest

from mien.circumplex import PRESETS, affect_at, affect_of, valence_arousal
from mien.errors import BadInput
from mien.music.brief import BRIGHTNESS_ORDER, brief_from_affect
from mien.music.mapping import LIMITS, TARGETS, load_mapping, parse_mapping, shipped_mapping
from mien.vocabulary import EMOTIONS, Mode

SHIPPED = files("mien.music").joinpath("mapping.toml").read_text("utf-8")


def test_the_shipped_mapping_has_every_row_with_a_source() -> None:
    mapping = shipped_mapping()
    assert tuple(row.target for row in mapping.rows) == TARGETS
    assert all(row.source for row in (*mapping.rows, *mapping.cue_rows))
    assert {row.region for row in mapping.cue_rows} == {"eyes", "brows", "nose", "mouth"}


@pytest.mark.parametrize(
    ("find", "put", "told"),
    [
        ("[tempo_bpm]", "[tempo]", "unknown row [tempo]"),
        ("arousal = 50", 'arousal = "fast"', "row [tempo_bpm]: arousal 'fast' given; a number from"),
        ("arousal = 50", "arousal = nan", "row [tempo_bpm]: arousal nan given"),
        ("arousal = 50\n", "", "row [tempo_bpm]: 'arousal' is missing"),
        (
            "range = [50, 156]",
            "range = [156, 50]",
            "row [tempo_bpm]: range [156, 50] given; lowest must be below highest",
        ),
        ("range = [50, 156]", "range = [50]", "two numbers [lowest, highest] wanted"),
        ('region = "eyes"', 'region = "ears"', "region 'ears' given; the region of eye_openness is 'eyes'"),
        ('cue = "eye_openness"', 'cue = "ear_wiggle"', "cue 'ear_wiggle' given; one of brow_height,"),
        ('cue = "eye_openness"', 'cue = "brow_height"', "region 'eyes' given; the region of brow_height is 'brows'"),
        ('target = "tension"', 'target = "volume"', "target 'volume' given"),
        ("[tempo_bpm]", "[tempo_bpm", "not TOML"),
    ],
)
def test_a_broken_mapping_says_what_is_wrong(find: str, put: str, told: str) -> None:
    assert find in SHIPPED
    with pytest.raises(BadInput, match=re.escape(told)):
        parse_mapping(SHIPPED.replace(find, put, 1))


@pytest.mark.parametrize(
    ("target", "shipped", "put", "told"),
    [
        ("mode", "[0, 5]", "[0, 8]", "row [mode]: range [0, 8] given; 0 to 5 allowed"),
        ("mode", "[0, 5]", "[-3, 5]", "row [mode]: range [-3, 5] given; 0 to 5 allowed"),
        ("tempo_bpm", "[50, 156]", "[50, 300]", "row [tempo_bpm]: range [50, 300] given; 40 to 200 allowed"),
        ("loudness", "[0.08, 0.95]", "[-0.5, 0.95]", "row [loudness]: range [-0.5, 0.95] given; 0 to 1 allowed"),
        ("register_midi", "[58, 80]", "[0, 127]", "row [register_midi]: range [0, 127] given; 36 to 96 allowed"),
    ],
)
def test_a_range_that_no_brief_can_have_is_refused(target: str, shipped: str, put: str, told: str) -> None:
    head, row = SHIPPED.split(f"[{target}]", 1)
    with pytest.raises(BadInput, match=re.escape(told)):
        parse_mapping(f"{head}[{target}]{row.replace(f'range = {shipped}', f'range = {put}', 1)}")


def test_the_widest_ranges_allowed_reach_briefs_that_can_be_composed() -> None:
    assert set(LIMITS) >= set(TARGETS) and LIMITS["mode"] == (0, len(BRIGHTNESS_ORDER) - 1)
    mapping = shipped_mapping()
    for sign in (-1, 1):
        rows = tuple(replace(row, valence=1e3, arousal=0, range=LIMITS[row.target]) for row in mapping.rows)
        brief = brief_from_affect(affect_at(sign, 0), mapping=replace(mapping, rows=rows))
        assert brief.mode is (BRIGHTNESS_ORDER[0], BRIGHTNESS_ORDER[-1])[sign > 0]
        assert brief.tempo_bpm == LIMITS["tempo_bpm"][sign > 0]


def test_a_mapping_file_that_is_missing_is_bad_input(tmp_path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.toml: cannot be read"):
        load_mapping(tmp_path / "nowhere.toml")


def test_an_edited_mapping_changes_the_music() -> None:
    faster = parse_mapping(SHIPPED.replace("origin = 94", "origin = 104"))
    neutral = affect_at(0, 0)
    assert brief_from_affect(neutral, mapping=faster).tempo_bpm == brief_from_affect(neutral).tempo_bpm + 10


def test_cues_colour_their_own_field_and_say_so() -> None:
    plain = brief_from_affect(affect_of("neutral"))
    smiling = brief_from_affect(affect_of("neutral"), cues={"corner_lift": 1.5, "unheard_of": 9.0})
    assert smiling.contour > plain.contour
    assert smiling.tempo_bpm == plain.tempo_bpm
    assert any("mouth: corner lift +1.5 SD" in reason.because for reason in smiling.reasons)


@pytest.mark.parametrize(
    ("emotion", "modes", "slowest", "fastest"),
    [
        ("happy", {Mode.IONIAN, Mode.LYDIAN}, 116, 140),
        ("angry", {Mode.PHRYGIAN, Mode.AEOLIAN, Mode.HARMONIC_MINOR}, 120, 152),
        ("sad", {Mode.AEOLIAN, Mode.DORIAN}, 52, 70),
        ("neutral", {Mode.DORIAN, Mode.MIXOLYDIAN}, 84, 96),
        ("calm", {Mode.IONIAN, Mode.MIXOLYDIAN}, 52, 80),
    ],
)
def test_anchor_emotions_have_the_settings_of_the_evidence(emotion, modes, slowest, fastest) -> None:
    brief = brief_from_affect(affect_of(emotion))
    assert brief.mode in modes
    assert slowest <= brief.tempo_bpm <= fastest


@pytest.mark.parametrize("name", PRESETS)
def test_presets_stand_where_they_say(name: str) -> None:
    affect = affect_of(name)
    assert (affect.valence, affect.arousal) == PRESETS[name]


def test_one_hot_probabilities_stand_at_their_emotion() -> None:
    for index, name in enumerate(EMOTIONS):
        probs = tuple(float(i == index) for i in range(len(EMOTIONS)))
        assert valence_arousal(probs) == pytest.approx(PRESETS[name])


@pytest.mark.parametrize("given", [1.2, float("nan"), -3])
def test_places_off_the_plane_are_refused(given: float) -> None:
    with pytest.raises(BadInput, match="give a number from -1 to 1"):
        affect_at(given, 0)


@pytest.mark.parametrize("bad", [{"ensemble": "kazoo"}, {"tonic_pc": 12}, {"meter": (7, 8)}])
def test_what_cannot_be_played_is_refused(bad) -> None:
    with pytest.raises(BadInput):
        brief_from_affect(affect_at(0, 0), **bad)


def test_an_unknown_emotion_lists_the_known_ones() -> None:
    with pytest.raises(BadInput, match="unknown emotion 'hangry': choose one of afraid, anger"):
        affect_of("hangry")
