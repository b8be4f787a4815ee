"""What a person may ask of a piece: refused at once where it cannot be had, and in words, whatever was given."""

from collections.abc import Callable

import numpy as np
import pytest

import mien
from mien import instrument
from mien.circumplex import affect_of
from mien.errors import BadInput

SAD, HAPPY = affect_of("sad"), affect_of("happy")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (lambda: mien.play(3), "picture: 3 given; the path of a file wanted"),
        (lambda: mien.play("a.jpg", seconds="60"), "seconds: '60' given; a number wanted"),
        (lambda: mien.play("a.jpg", seed="x"), "seed 'x': give a whole number from 0"),
        (lambda: mien.play("a.jpg", seed=1.5), "seed 1.5: give a whole number from 0"),
        (lambda: mien.play("a.jpg", to=3), "mood: 3 given"),
        (lambda: mien.play("a.jpg", key=3), "key: 3 given; a text wanted"),
        (lambda: mien.play("a.jpg", ensemble=["piano"]), "ensemble: ['piano'] given; a text wanted"),
        (lambda: mien.play("a.jpg", form=3), "form: 3 given"),
        (lambda: mien.play("a.jpg", meter=7), "meter: 7 given"),
        (lambda: mien.play("a.jpg", font=3), "font: 3 given"),
        (lambda: mien.play("a.jpg", mapping=3), "mapping: 3 given"),
        (lambda: mien.read(3), "picture: 3 given"),
        (lambda: mien.read("a.jpg", weights=3), "picture"),
        (lambda: mien.compose(3), "emotion: 3 given"),
        (lambda: mien.compose(valence="0.3"), "valence: '0.3' given; a number wanted"),
        (lambda: mien.lead(3, "sad"), "mood: 3 given"),
        (lambda: mien.lead("sad", "sadder"), "unknown emotion 'sadder'"),
        (lambda: mien.travel("way.csv"), "path: 'way.csv' given; moments (seconds, affect) in a row wanted"),
        (lambda: mien.travel([(0.0, "sad")]), "path: [(0.0, 'sad')] given"),
        (lambda: mien.travel([(0.0, SAD)], name=3), "name: 3 given"),
    ],
)
def test_what_is_no_such_thing_is_refused_in_words(asked: Callable[[], object], told: str) -> None:
    with pytest.raises(BadInput) as refusal:
        asked()
    assert told in str(refusal.value)


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"key": "D dorian"}, "a journey turns its mode"),
        ({"key": "c"}, "with a capital"),
        ({"meter": (7, 8)}, "unknown metre '7/8'"),
        ({"seconds": 5}, "5 seconds"),
    ],
)
@pytest.mark.parametrize(("source", "to"), [("a.avi", None), ("a.jpg", "sad"), ("a.jpg", "b.jpg")])
def test_a_wish_that_cannot_be_had_is_refused_before_anything_is_read(monkeypatch, source, to, wish, told) -> None:
    for reads in ("read", "watch", "end_of"):
        monkeypatch.setattr(instrument, reads, lambda *_, **__: pytest.fail("read first"))
    with pytest.raises(BadInput, match=told):
        mien.play(source, to=to, **wish)
    if to:
        with pytest.raises(BadInput, match=told):
            mien.lead(source, to, **wish)


def test_a_journey_lasts_as_long_as_its_path_unless_told() -> None:
    assert mien.travel([(0.0, SAD), (75.0, HAPPY)]).performed.length_s == pytest.approx(75, abs=4)
    assert mien.travel([(0.0, SAD), (75.0, HAPPY)], seconds=12).performed.length_s == pytest.approx(12, abs=4)
    assert mien.travel([(0.0, SAD), (2.0, HAPPY)]).performed.length_s == pytest.approx(10, abs=4)
    assert mien.travel([(0.0, SAD)]).performed.length_s == pytest.approx(60, abs=4)
    with pytest.raises(BadInput, match="7200 seconds: a piece lasts 10 to 3600"):
        mien.travel([(0.0, SAD), (7200.0, HAPPY)])


def test_what_leads_from_mood_to_mood_lasts_a_minute_unless_told() -> None:
    led = mien.lead("sad", "happy")
    assert led.performed.length_s == pytest.approx(60, abs=4)
    assert led.name == "sad-to-happy-piano-1"
    assert [led.path[place][1].emotion for place in (0, -1)] == ["sadness", "happiness"]


def test_half_a_place_is_on_the_middle_line() -> None:
    pleasant, quiet = mien.compose(valence=0.5, seconds=10), mien.compose(arousal=-0.5, seconds=10)
    assert (pleasant.affect.valence, pleasant.affect.arousal) == (0.5, 0.0)
    assert (quiet.affect.valence, quiet.affect.arousal) == (0.0, -0.5)


def test_numbers_of_arrays_are_numbers() -> None:
    piece = mien.compose("sad", seconds=np.float32(10), seed=np.int64(3), meter=[3, 4])
    assert piece.written == mien.compose("sad", seconds=10, seed=3, meter="3/4").written
    assert type(piece.account()["seed"]) is int
