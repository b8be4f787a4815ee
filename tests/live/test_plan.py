from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from mien.live.ledger import Ledger
from mien.live.plan import Plan, PlannedNote
from mien.ports.port import Beat, Release, Strike
from mien.values import Part


def note(note_id: int, onset_s: float, end_s: float, pitch: int = 60, channel: int = 0) -> PlannedNote:
    return PlannedNote(note_id, onset_s, end_s, Strike(channel, Part.MELODY, pitch, 80))


class TestLedger:
    def test_a_key_struck_again_is_released_first(self) -> None:
        ledger = Ledger()
        strike = Strike(0, Part.MELODY, 60, 80)
        assert ledger.strike(1, strike) == (strike,)
        assert ledger.strike(2, strike) == (Release(0, Part.MELODY, 60), strike)
        assert ledger.release(1, 0, 60) == ()
        assert ledger.release(2, 0, 60) == (Release(0, Part.MELODY, 60),)
        assert ledger.silence() == ()

    def test_silence_owes_nothing_afterwards(self) -> None:
        ledger = Ledger()
        ledger.strike(1, Strike(0, Part.MELODY, 60, 80))
        ledger.strike(2, Strike(3, Part.RHYTHM, 40, 80))
        assert ledger.silence() == (Release(0, Part.MELODY, 60), Release(3, Part.RHYTHM, 40))
        assert ledger.silence() == ()


class TestPlan:
    def test_what_falls_together_ends_before_it_begins(self) -> None:
        plan = Plan()
        plan.replace(0, [note(1, 0, 1), note(2, 1, 2)], {}, [(1.0, Beat(1, 1, 90))])
        assert [type(e) for e in plan.due(0)] == [Strike]
        assert [type(e) for e in plan.due(1)] == [Release, Beat, Strike]
        assert [type(e) for e in plan.due(2)] == [Release]
        assert plan.next_s is None

    def test_of_late_beats_the_newest_says_where_the_music_is(self) -> None:
        plan = Plan()
        beats = [(number / 2, Beat(1, number + 1, 120)) for number in range(5)]
        plan.replace(0, [note(1, 0, 9)], {}, beats)
        assert plan.due(0.9) == [Beat(1, 2, 120), Strike(0, Part.MELODY, 60, 80)]
        assert plan.due(2.1) == [Beat(1, 5, 120)], "one that is not late makes those before it needless"

    def test_a_new_plan_keeps_what_began_and_ends_it_sooner_if_told(self) -> None:
        plan = Plan()
        plan.replace(0, [note(1, 0, 4), note(2, 1, 4, 62), note(3, 3, 4, 64)], {})
        plan.due(0.5)
        plan.replace(2, [note(4, 2, 3, 65)], {1: 2.0, 2: 2.5})
        assert plan.due(1) == [Strike(0, Part.MELODY, 62, 80)]
        assert plan.due(2) == [Release(0, Part.MELODY, 60), Strike(0, Part.MELODY, 65, 80)]
        assert plan.due(2.5) == [Release(0, Part.MELODY, 62)]
        assert plan.due(9) == [Release(0, Part.MELODY, 65)]
        assert plan.silence() == [], "no key is down"

    def test_a_new_plan_puts_off_the_end_of_what_sounds_or_will(self) -> None:
        plan = Plan()
        plan.replace(0, [note(1, 0, 2), note(2, 1, 2, 62)], {})
        plan.due(0.5)
        plan.replace(1.5, [], {1: 3.0, 2: 2.5})
        assert plan.due(1) == [Strike(0, Part.MELODY, 62, 80)]
        assert plan.due(2) == []
        plan.replace(1.5, [], {1: 2.75})
        assert plan.due(2.5) == [Release(0, Part.MELODY, 62)]
        assert plan.due(2.75) == [Release(0, Part.MELODY, 60)]
        assert plan.due(9) == []

    def test_what_was_missed_stays_silent_and_what_still_sounds_is_struck(self) -> None:
        plan = Plan()
        plan.replace(0, [note(1, 0, 1), note(2, 1, 40, 62), note(3, 2, 3, 64), note(4, 29.9, 29.95, 65)], {})
        assert plan.due(30) == [
            Strike(0, Part.MELODY, 62, 80),
            Strike(0, Part.MELODY, 65, 80),
            Release(0, Part.MELODY, 65),
        ]
        assert plan.silence() == [Release(0, Part.MELODY, 62)]


times = st.floats(0, 5, width=16)
moves = st.one_of(
    st.tuples(st.just("replace"), times, st.lists(st.tuples(times, times, st.integers(60, 62)), max_size=6), times),
    st.tuples(st.just("pass"), st.floats(0, 2, width=16)),
    st.tuples(st.just("silence")),
)


@settings(max_examples=60)
@given(st.lists(moves, max_size=12))
def test_every_strike_gets_its_release(done: list[tuple]) -> None:
    plan, sent, now_s, ids = Plan(), [], 0.0, 0
    for move in done:
        if move[0] == "replace":
            _, from_s, rows, end_s = move
            notes = []
            for onset_s, length_s, pitch in rows:
                ids += 1
                begin_s = max(onset_s, from_s) + now_s
                notes.append(note(ids, begin_s, begin_s + length_s, pitch))
            plan.replace(from_s + now_s, notes, dict.fromkeys(range(1, ids, 2), now_s + end_s))
        elif move[0] == "pass":
            now_s += move[1]
            sent += plan.due(now_s)
        else:
            sent += plan.silence()
    sent += plan.silence()
    down: Counter[tuple[int, int]] = Counter()
    for event in sent:
        key = (event.channel, event.pitch_midi)
        down[key] += 1 if isinstance(event, Strike) else -1
        assert down[key] in (0, 1)
    assert not +down
