from collections import Counter
from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.errors import BadInput
from mien.music.brief import brief_from_affect
from mien.music.harmony import vocabulary
from mien.music.journey.growth import fitted, thinned
from mien.music.journey.path import path_between
from mien.music.journey.phrases import CODA_BARS, close, next_phrase
from mien.music.journey.pivot import find_pivot, is_shared
from mien.music.journey.redirect import redirect
from mien.music.journey.state import Journey
from mien.music.journey.steer import MOOD_S, steer
from mien.music.journey.stretch import Stretch, join
from mien.music.journey.travel import FAR_BARS, _bars_left, compose_journey
from mien.music.motif import Motif
from mien.music.perform import perform, ritardando_beats
from mien.music.rhythm import beats_in_bar, onsets
from mien.values import Brief, Part, Phrase
from mien.vocabulary import Mode

SAD, HAPPY, ANGRY = (
    brief_from_affect(affect_of(name), seed=1, tonic_pc=2, meter=(4, 4)) for name in ("sad", "happy", "angry")
)


def stays(brief: Brief):
    return lambda time_s: brief


def stream(brief: Brief, seconds: float, seed: int = 1) -> tuple[Journey, list[Stretch]]:
    journey, stretches = Journey(seed, brief), []
    while journey.time_s < seconds:
        journey, stretch = next_phrase(journey, stays(brief))
        stretches.append(stretch)
    return journey, stretches


def bars_of(phrase: Phrase) -> list[tuple[tuple[int, ...], ...]]:
    bars: list[list[tuple[int, ...]]] = [[] for _ in range(phrase.length_ticks // phrase.bar_ticks)]
    for note in phrase.notes:
        bar, onset = divmod(note.onset_ticks, phrase.bar_ticks)
        bars[bar].append((onset, note.part, note.pitch_midi, note.length_ticks))
    return [tuple(bar) for bar in bars]


class TestFree:
    def test_ten_minutes_repeat_no_eight_bars(self) -> None:
        _, stretches = stream(HAPPY, 600)
        bars = [bar for stretch in stretches for bar in bars_of(stretch.written)]
        assert len(bars) > 250
        spans = Counter(tuple(bars[i : i + 8]) for i in range(len(bars) - 7))
        assert max(spans.values()) == 1

    def test_memory_holds_one_chapter_and_the_first(self) -> None:
        journey, stretches = stream(HAPPY, 600)
        assert journey.chapters > 3
        assert set(journey.memory.motifs) <= {"A", *(s.theme for s in journey.ahead)} | set(journey.memory.themes)
        assert len(journey.memory.motifs) <= 5
        assert len(stretches) == journey.stretches

    def test_the_clock_is_that_of_the_music(self) -> None:
        journey, stretches = stream(SAD, 120)
        assert journey.time_s == pytest.approx(sum(stretch.written.length_s for stretch in stretches))

    @pytest.mark.parametrize("bars", range(CODA_BARS[0], CODA_BARS[1] + 1))
    def test_it_ends_well_when_told_to(self, bars: int) -> None:
        journey, _ = stream(SAD, 60)
        written = close(journey, stays(SAD), bars).written
        assert written.length_ticks == bars * written.bar_ticks
        last = [note for note in written.notes if note.end_ticks == written.length_ticks]
        assert min(last, key=lambda note: note.pitch_midi).pitch_midi % 12 == SAD.tonic_pc
        assert {note.part for note in last} >= {Part.MELODY, Part.RHYTHM}
        assert written.chords[-1].roman == "i"

    def test_it_can_end_before_it_began(self) -> None:
        assert close(Journey(1, SAD), stays(SAD)).written.chords[-1].roman == "i"

    def test_metre_and_ensemble_change_between_sections(self) -> None:
        journey, _ = stream(HAPPY, 5)
        waltz = replace(HAPPY, meter=(3, 4), ensemble="quartet")
        while journey.now.meter == (4, 4):
            assert journey.now.ensemble == "piano"
            journey, stretch = next_phrase(journey, stays(waltz))
        assert (stretch.written.meter, stretch.written.ensemble) == ((3, 4), "quartet")
        assert any(mark.kind == "section" for mark in stretch.written.marks)


class TestRedirected:
    def test_a_jump_stops_the_music_at_a_bar_line_and_makes_a_cadence(self) -> None:
        journey, stretch = next_phrase(Journey(1, SAD), stays(SAD))
        beat_ticks = 480
        journey, kept = redirect(journey, stretch, 3 * beat_ticks, stays(HAPPY))
        assert kept.written.length_ticks == kept.written.bar_ticks
        assert all(note.end_ticks <= kept.written.length_ticks for note in kept.written.notes)
        journey, turn = next_phrase(journey, stays(HAPPY))
        assert turn.written.length_ticks == turn.written.bar_ticks
        assert [chord.roman for chord in turn.written.chords] == ["V"]
        assert turn.written.mode is Mode.AEOLIAN
        assert [mark.text for mark in turn.written.marks if mark.kind in ("phrase", "cadence")] == ["half", "turn"]
        journey, light = next_phrase(journey, stays(HAPPY))
        assert light.written.mode is Mode.IONIAN
        assert light.written.chords[0].roman == "I"
        assert any(mark.text == "in D major" for mark in light.written.marks)
        waited_s = kept.written.length_s + turn.written.length_s
        assert waited_s <= MOOD_S

    def test_a_mood_that_crosses_modes_turns_once_and_the_theme_goes_on(self) -> None:
        passing = replace(HAPPY, mode=Mode.MIXOLYDIAN)
        journey, stretch = next_phrase(Journey(1, SAD), stays(SAD))
        journey, _ = redirect(journey, stretch, 3 * 480, stays(passing))
        journey, turn = next_phrase(journey, stays(passing))
        journey, second = next_phrase(journey, stays(passing))
        journey, kept = redirect(journey, second, 3 * 480, stays(HAPPY))
        _, third = next_phrase(journey, stays(HAPPY))
        assert [mark.text for mark in turn.written.marks if mark.kind == "phrase"] == ["turn"]
        assert (second.written.mode, third.written.mode) == (Mode.MIXOLYDIAN, Mode.IONIAN)
        sung = [
            [mark.text.split()[0] for mark in part.written.marks if mark.kind == "motif"]
            for part in (stretch, kept, third)
        ]
        assert sung[1][0] == sung[0][1], "after the turn comes the second bar of the theme"
        assert sung[2][0] == sung[0][2], "and then the third, without another turn"
        assert third.written.length_ticks >= 2 * third.written.bar_ticks

    def test_slow_music_stops_in_the_middle_of_a_bar_and_fills_it_with_the_cadence(self) -> None:
        slow, other = replace(SAD, tempo_bpm=50.0), replace(SAD, tempo_bpm=50.0, mode=Mode.IONIAN)
        journey, stretch = next_phrase(Journey(1, slow), stays(slow))
        journey, kept = redirect(journey, stretch, 5 * 480, stays(other))
        assert kept.written.length_ticks == 6 * 480
        journey, turn = next_phrase(journey, stays(other))
        assert (turn.written.length_ticks, turn.written.chords[0].roman) == (2 * 480, "V")
        assert journey.time_s == pytest.approx(kept.written.length_s + turn.written.length_s)
        _, light = next_phrase(journey, stays(other))
        assert light.written.mode is Mode.IONIAN

    def test_what_was_played_stays_as_it_was(self) -> None:
        journey, stretch = next_phrase(Journey(1, SAD), stays(SAD))
        _, kept = redirect(journey, stretch, 5 * 480, stays(HAPPY))
        before = [note for note in stretch.written.notes if note.onset_ticks < 5 * 480]
        same = [note for note in kept.written.notes if note.onset_ticks < 5 * 480]
        assert [replace(n, length_ticks=1) for n in same] == [replace(n, length_ticks=1) for n in before]
        assert kept.briefs[:5] == stretch.briefs[:5]
        assert kept.briefs[5][1].tempo_bpm > SAD.tempo_bpm

    def test_a_small_change_bends_the_phrase_without_stopping_it(self) -> None:
        louder = replace(SAD, loudness=SAD.loudness + 0.2)
        journey, stretch = next_phrase(Journey(1, SAD), stays(SAD))
        after, bent = redirect(journey, stretch, 480, stays(louder))
        assert bent.written.length_ticks == stretch.written.length_ticks
        assert after.now.loudness == louder.loudness
        rise = [b.velocity - a.velocity for a, b in zip(stretch.written.notes, bent.written.notes, strict=True)]
        assert rise[0] == 0 and rise[-1] == round(0.2 * 72)

    @pytest.mark.parametrize("density", [1.5, 6.0])
    def test_a_density_is_heard_from_the_next_beat_on_under_the_same_tune(self, density: float) -> None:
        still = replace(HAPPY, density=4.0)
        other = replace(still, density=density)
        journey, stretch = next_phrase(Journey(1, still), stays(still))
        tick = 9 * 480
        after, changed = redirect(journey, stretch, tick, stays(other))
        assert changed.written.part(Part.MELODY) == stretch.written.part(Part.MELODY)
        assert changed.written.chords == stretch.written.chords
        before = [(n.onset_ticks, n.part, n.pitch_midi) for n in stretch.written.notes if n.onset_ticks < tick]
        assert before == [(n.onset_ticks, n.part, n.pitch_midi) for n in changed.written.notes if n.onset_ticks < tick]
        old, new = (sum(n.onset_ticks >= tick for n in s.written.notes) for s in (stretch, changed))
        assert (new > 1.15 * old) if density > 4 else (new < 0.85 * old)
        assert after.time_s == pytest.approx(journey.time_s)
        again, same = redirect(after, changed, tick + 480, stays(other))
        assert (again.last, same.written.notes) == (after.last, changed.written.notes)

    def test_a_jump_in_the_last_bar_waits_for_the_phrase(self) -> None:
        journey, stretch = next_phrase(Journey(1, SAD), stays(SAD))
        last_beat = stretch.written.length_ticks - 480
        after, kept = redirect(journey, stretch, last_beat, stays(HAPPY))
        assert kept.written.length_ticks == stretch.written.length_ticks
        assert not after.is_broken_off
        assert after.time_s == pytest.approx(kept.written.length_s)


LEAD = path_between(affect_of("sad"), affect_of("happy"), 90)


@pytest.fixture(scope="module")
def piece() -> Stretch:
    return compose_journey(LEAD, 90, 3)


class TestTravelled:
    def test_it_lasts_as_long_as_asked(self, piece: Stretch) -> None:
        assert perform(piece.written, piece.briefs).length_s == pytest.approx(90, abs=4)

    def test_it_begins_in_the_first_mood_and_ends_in_the_last(self, piece: Stretch) -> None:
        first, last = piece.briefs[0][1], piece.briefs[-1][1]
        assert (first.mode, last.mode) == (Mode.AEOLIAN, Mode.IONIAN)
        assert last.tempo_bpm > 1.8 * first.tempo_bpm
        assert piece.written.chords[-1].roman == "I"
        assert piece.written.mode is Mode.AEOLIAN

    def test_tempo_follows_the_brief_beat_by_beat(self, piece: Stretch) -> None:
        tempo = dict(piece.written.tempo)
        assert len(tempo) > 30
        assert all(tempo[tick] == piece.brief_at(tick).tempo_bpm for tick in tempo)

    def test_each_turn_is_marked_and_prepared_by_a_chord_of_both_keys(self, piece: Stretch) -> None:
        turns = [(tick, a.mode, b.mode) for (_, a), (tick, b) in pairwise(piece.briefs) if a.mode is not b.mode]
        assert len(turns) >= 2
        for tick, old, new in turns:
            before = next(c for c in reversed(piece.written.chords) if c.onset_ticks < tick)
            shared = {tuple((pc + piece.written.tonic_pc) % 12 for pc in c.pcs[:3]) for c in vocabulary(new).chords}
            assert before.pcs[:3] in shared, (tick, old, new, before.roman)
            assert any(
                m.onset_ticks == tick and m.kind == "section" and " in " in f" {m.text}" for m in piece.written.marks
            )

    def test_the_theme_goes_along(self, piece: Stretch) -> None:
        middle = piece.written.length_ticks // 2
        stated = [mark.onset_ticks for mark in piece.written.marks if (mark.kind, mark.text) == ("motif", "a")]
        assert any(tick < middle for tick in stated) and any(tick > middle for tick in stated)

    def test_the_same_seed_gives_the_same_piece(self, piece: Stretch) -> None:
        assert compose_journey(LEAD, 90, 3) == piece
        assert compose_journey(LEAD, 90, 4).written.notes != piece.written.notes

    def test_another_tonic_transposes_every_note(self) -> None:
        low, high = (compose_journey(LEAD, 40, 5, tonic_fifths=place).written for place in (0, -3))
        assert [n.pitch_midi + 3 for n in low.notes] == [n.pitch_midi for n in high.notes]

    @pytest.mark.parametrize("seconds", [10.0, 25.0])
    def test_short_pieces_end_too(self, seconds: float) -> None:
        piece = compose_journey(
            path_between(affect_of("calm"), affect_of("angry"), seconds), seconds, 2, ensemble="quartet"
        )
        assert piece.written.chords[-1].function == "T"
        assert perform(piece.written, piece.briefs).length_s == pytest.approx(seconds, abs=4)

    def test_bad_options_are_refused(self) -> None:
        with pytest.raises(ValueError, match="positive number"):
            compose_journey(LEAD, 0, 1)
        with pytest.raises(BadInput, match="unknown ensemble"):
            compose_journey(LEAD, 20, 1, ensemble="kazoo")


def test_a_pivot_belongs_to_both_keys_wherever_there_is_one() -> None:
    for old in Mode:
        for new in Mode:
            pivot = find_pivot((0, old), (0, new))
            assert is_shared(vocabulary(old).find(pivot.roman), (0, old), (0, new)), (old, new)


def test_modes_of_one_tonic_turn_on_their_common_dominant() -> None:
    for old, new in permutations(Mode, 2):
        pivot = find_pivot((0, old), (0, new))
        assert (pivot.roman.rstrip("7"), pivot.cadence) == ("V", "half")
    assert find_pivot((0, Mode.AEOLIAN), (3, Mode.IONIAN)).roman == "VII"


def test_keys_with_nothing_in_common_turn_from_the_tonic() -> None:
    pivot = find_pivot((0, Mode.DORIAN), (6, Mode.IONIAN))
    assert pivot.roman == "i" and not is_shared(vocabulary(Mode.DORIAN).find("i"), (0, Mode.DORIAN), (6, Mode.IONIAN))


def test_a_motif_is_quickened_and_thinned_within_its_bar() -> None:
    motif = Motif("a", (960, 480, 480), (2, -1))
    quick = fitted(motif, 6, np.random.default_rng(1))
    assert (quick.name, sum(quick.lengths), len(onsets(quick.lengths))) == ("a", 1920, 6)
    assert len(quick.steps) == 5
    assert fitted(motif, 3, np.random.default_rng(1)) == motif
    calm = fitted(quick, 1, np.random.default_rng(1))
    assert len(onsets(calm.lengths)) == 2 and sum(calm.lengths) == 1920


def test_thinning_goes_around_rests() -> None:
    assert thinned(Motif("a", (480, -240, 240, 960), (1, 2))) == Motif("a", (480, -480, 960), (3,))
    assert thinned(Motif("a", (1920,), ())) == Motif("a", (1920,), ())


def test_joined_stretches_keep_every_note() -> None:
    _, stretches = stream(SAD, 40)
    whole = join(stretches, 1)
    assert len(whole.written.notes) == sum(len(stretch.written.notes) for stretch in stretches)
    assert whole.written.length_s == pytest.approx(sum(stretch.written.length_s for stretch in stretches))


class TestTheEndAhead:
    def counted(self, journey: Journey, course, seconds: float) -> int:
        """Bars that are left, every beat walked."""
        bar, now, time_s = beats_in_bar(journey.now.meter), journey.now, journey.time_s
        for beats in range(FAR_BARS * bar):
            now = steer(now, course(time_s))
            left = (seconds - time_s) * now.tempo_bpm / 60 - ritardando_beats(now)
            if left < 1:
                return round((beats + left) / bar)
            time_s += 60 / now.tempo_bpm
        return FAR_BARS

    @pytest.mark.parametrize("meter", [(4, 4), (6, 8), (5, 4)])
    @pytest.mark.parametrize("tempo_bpm", [40.0, 90.0, 200.0])
    def test_what_is_not_walked_would_not_matter(self, meter, tempo_bpm: float) -> None:
        slow, wanted = replace(SAD, meter=meter, tempo_bpm=40.0, rubato=1.0), replace(SAD, meter=meter, rubato=1.0)
        journey = Journey(1, replace(slow, tempo_bpm=tempo_bpm))
        for course in (stays(slow), stays(replace(wanted, tempo_bpm=200.0)), stays(replace(wanted, tempo_bpm=90.0))):
            for seconds in range(1, 240, 3):
                assert _bars_left(journey, course, seconds) == self.counted(journey, course, seconds)

    def test_a_far_end_is_not_walked_to(self) -> None:
        asked = []

        def course(time_s: float) -> Brief:
            asked.append(time_s)
            return HAPPY

        assert _bars_left(Journey(1, HAPPY), course, 600) == FAR_BARS and asked == []
        assert _bars_left(Journey(1, HAPPY), course, 120) == FAR_BARS and len(asked) < FAR_BARS * 2
