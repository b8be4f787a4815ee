"""How phrases close: many rhythms, full bars, a breath that is not always on the last beat."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect
from mien.music.closing import closing_place, closing_rhythm
from mien.music.compose import compose
from mien.music.rhythm import Rhythm, bar_ticks, onsets
from mien.values import Brief, Note, Part
from mien.vocabulary import METERS, Mode

BRIEF = Brief(96, 0, Mode.IONIAN)


UPBEATS = ((), (240,), (240, 240, 240))


def drawn(meter: tuple[int, int], upbeat: Rhythm = (), legato: float = 0.9) -> list[Rhythm]:
    rng = np.random.default_rng(1)
    brief = replace(BRIEF, meter=meter, legato=legato)
    return [closing_rhythm(brief, "half", upbeat=upbeat, rng=rng) for _ in range(300)]


@pytest.mark.parametrize("upbeat", UPBEATS)
@pytest.mark.parametrize("meter", METERS)
def test_a_closing_bar_is_full_and_closes_on_a_long_note(meter: tuple[int, int], upbeat: Rhythm) -> None:
    for rhythm in drawn(meter, upbeat):
        assert sum(map(abs, rhythm)) == bar_ticks(meter)
        assert rhythm[0] > 0 and all(rhythm)
        lengths = [length for _, length in onsets(rhythm)]
        assert lengths[closing_place(rhythm)] == max(lengths)
        assert rhythm[len(rhythm) - len(upbeat) :] == upbeat
        assert closing_place(rhythm) == len(lengths) - 1 - len(upbeat), "what leads on comes after the close"


def test_closes_are_of_many_kinds_and_some_phrases_do_not_breathe() -> None:
    uses = Counter([*drawn((4, 4), (240,))[:150], *drawn((4, 4))[:150]])
    assert sum(count for _, count in uses.most_common(3)) < 200
    assert 25 < sum(count for rhythm, count in uses.items() if min(rhythm) > 0) < 200
    assert (
        len({sum(map(abs, rhythm[:place])) for rhythm in uses for place, length in enumerate(rhythm) if length < 0}) > 2
    )


def test_detached_music_breaks_off_sooner() -> None:
    silence = [
        sum(-length for rhythm in drawn((4, 4), legato=legato) for length in rhythm if length < 0)
        for legato in (0.6, 1.0)
    ]
    assert silence[0] > 1.1 * silence[1]


def test_a_phrase_after_one_that_sang_through_takes_a_real_breath() -> None:
    rng = np.random.default_rng(2)
    for meter in METERS:
        brief = replace(BRIEF, meter=meter)
        for upbeat in UPBEATS:
            for _ in range(100):
                rhythm = closing_rhythm(brief, "half", upbeat=upbeat, rng=rng, breathes=True)
                assert min(rhythm) <= -bar_ticks(meter) / 6


def test_nobody_sings_through_three_phrases() -> None:
    for seed in range(1, 6):
        phrase = compose(brief_from_affect(affect_of("sad"), seed=seed), 90, seed)
        starts = [mark.onset_ticks for mark in phrase.marks if mark.kind == "phrase"]
        melody = phrase.part(Part.MELODY)

        def sings_through(end: int, melody: tuple[Note, ...] = melody, bar: int = phrase.bar_ticks) -> bool:
            inside = [(max(n.onset_ticks, end - bar), min(n.end_ticks, end)) for n in melody]
            return sum(stop - start for start, stop in inside if stop > start) >= bar

        through = [sings_through(end) for end in starts[1:]]
        assert not any(a and b and c for a, b, c in zip(through, through[1:], through[2:], strict=False))
