"""A class's own brief: mixed in by its probability, told with a reason, and never against the player's wish."""

import pytest

from mien.circumplex import affect_of, valence_arousal
from mien.music.brief import brief_from_affect
from mien.music.journey.path import affect_along, path_between
from mien.music.own_words import DOUBT_PULL, SOURCE
from mien.values import Affect
from mien.vocabulary import EMOTIONS, EmotionClass, Mode

DREAMY = EmotionClass("dreamy", 0.3, -0.5, {"mode": "lydian", "tempo_bpm": 50, "meter": "3/4", "tonic_pc": 2})
DEFIANT = EmotionClass("defiant", -0.2, 0.6)
BOTH = (DREAMY, DEFIANT)
PLACED = (EmotionClass("dreamy", 0.3, -0.5), DEFIANT)


def affect(dreamy: float, doubt: float = 0.0, classes: tuple[EmotionClass, ...] = BOTH) -> Affect:
    probs = (dreamy, 1 - dreamy)
    return Affect(0.0, probs, *valence_arousal(probs, classes), doubt, classes=classes)


def test_numbers_are_mixed_in_by_probability() -> None:
    for dreamy, doubt in ((1.0, 0.0), (0.8, 0.0), (0.3, 0.0), (0.8, 0.5), (0.0, 0.0)):
        own, placed = brief_from_affect(affect(dreamy, doubt)), brief_from_affect(affect(dreamy, doubt, PLACED))
        weight = dreamy * (1 - DOUBT_PULL * doubt)
        assert own.tempo_bpm == pytest.approx(weight * 50 + (1 - weight) * placed.tempo_bpm)
        assert own.loudness == placed.loudness
    because = {reason.field: reason.because for reason in brief_from_affect(affect(0.8)).reasons}
    assert "'dreamy' (80%) asks for 50" in because["tempo_bpm"] and "dreamy" not in because["loudness"]


def test_a_reason_names_whose_finding_a_wish_rests_on() -> None:
    """An own class rests on nobody's, the eight on those who found it, each once."""
    tempo, loudness = (
        next(r for r in brief_from_affect(affect(0.8)).reasons if r.field == f) for f in ("tempo_bpm", "loudness")
    )
    assert tempo.source.startswith("Eerola, Friberg & Bresin 2013; ") and tempo.source.endswith(f"; {SOURCE}")
    assert SOURCE not in loudness.source and SOURCE not in brief_from_affect(affect(0.0)).reasons[0].source
    surprised = {r.field: r.source for r in brief_from_affect(affect_of("surprise")).reasons}
    assert surprised["legato"] == "Bresin & Friberg 2011; Oliveira & Cardoso 2010; Scherer & Oshinsky 1977"
    assert surprised["interruption"].count("Huron 2006") == 1
    probs = tuple(0.5 * (name in ("anger", "fear")) for name in EMOTIONS)
    torn = brief_from_affect(Affect(0.0, probs, *valence_arousal(probs), 0.0))
    (legato,) = (r.source for r in torn.reasons if r.field == "legato")
    assert legato.count("Juslin & Laukka 2003, table 11") == 1
    sourced = EmotionClass("dreamy", 0.3, -0.5, {"mode": "lydian"}, {"mode": "Hevner 1936"})
    assert (
        brief_from_affect(Affect(0.0, (1.0,), 0.3, -0.5, 0.0, classes=(sourced,))).reasons[-4].source == "Hevner 1936"
    )


def test_mode_metre_and_tonic_are_those_of_who_reads_first() -> None:
    brief = brief_from_affect(affect(0.8))
    assert (brief.mode, brief.meter, brief.tonic_pc) == (Mode.LYDIAN, (3, 4), 2)
    told = {reason.field: reason for reason in brief.reasons}
    assert told["mode"].because == "lydian: 'dreamy' asks for it" and told["meter"].source == SOURCE
    assert len(told) == len(brief.reasons) == 16
    for other in (affect(0.3), affect(0.8, doubt=0.99)):  # another reads first; nobody can tell
        placed = Affect(0.0, other.probs, other.valence, other.arousal, other.doubt, classes=PLACED)
        for name in ("mode", "meter", "tonic_pc"):
            assert getattr(brief_from_affect(other), name) == getattr(brief_from_affect(placed), name)


def test_the_player_has_the_last_word() -> None:
    brief = brief_from_affect(affect(1.0), mode=Mode.DORIAN, tonic_pc=7, meter=(4, 4))
    assert (brief.mode, brief.meter, brief.tonic_pc) == (Mode.DORIAN, (4, 4), 7)
    asked = {r.field: r.because for r in brief.reasons}
    assert all(asked[field].endswith(": asked for") for field in ("tonic_pc", "meter"))


def test_a_way_leads_from_own_words_to_other_ones() -> None:
    own, happy = affect(1.0), affect_of("happy")
    half = affect_along(path_between(own, happy, 10.0), 5.0)
    assert half.names[:2] == ("dreamy", "defiant") and len(half.probs) == 10
    assert half.probs[0] == pytest.approx(0.5) and half.valence == pytest.approx((0.3 + happy.valence) / 2)
    assert affect_along(((0.0, own), (1.0, affect(0.0))), 0.5).probs == pytest.approx((0.5, 0.5))
    assert affect_of("dreamy", BOTH).probs == (1.0, 0.0)
    assert affect_of("happy", BOTH).names == happy.names
