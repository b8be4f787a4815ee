from dataclasses import replace
from itertools import pairwise

import pytest

from mien.circumplex import affect_of
from mien.live.conductor import (
    DISPLACED_TICKS,
    EARLY_S,
    Aim,
    Conductor,
    Step,
    begin,
    closed,
    cut,
    extended,
    forget,
    redirected,
    stepped,
)
from mien.live.music_messages import rounded_s, signature_rows
from mien.music.brief import brief_from_affect
from mien.music.spelling import written_key
from mien.values import Brief

SAD, HAPPY, ANGRY = (
    brief_from_affect(affect_of(name), seed=1, tonic_pc=2, meter=(4, 4)) for name in ("sad", "happy", "angry")
)
QUARTET = replace(SAD, ensemble="quartet", meter=(3, 4))


def sounding(conductor: Conductor) -> dict[int, tuple[float, float, int, int]]:
    found = {}
    for leg in conductor.legs:
        onsets = leg.times_s([note.onset_ticks for note in leg.played.notes])
        ends = leg.times_s([note.end_ticks for note in leg.played.notes])
        for id_, note, onset, end in zip(leg.ids, leg.played.notes, onsets, ends, strict=True):
            assert id_ not in found
            found[id_] = (onset, end, note.part, note.pitch_midi)
    return found


def playing(target: Brief, seconds: float) -> Conductor:
    conductor = begin(1, target, 0.5)
    while conductor.end_s < seconds:
        conductor = extended(conductor, Aim(target))
    return conductor


def test_legs_follow_each_other_without_a_gap() -> None:
    conductor = playing(HAPPY, 40)
    assert conductor.legs[0].start_s == 0.5
    for one, other in pairwise(conductor.legs):
        assert other.start_s == pytest.approx(one.end_s)


@pytest.mark.parametrize("target", [HAPPY, ANGRY, replace(SAD, tempo_bpm=90.0, loudness=0.9)])
@pytest.mark.parametrize("at_s", [2.0, 6.3, 13.0])
def test_what_was_heard_stays_when_the_mood_moves(target: Brief, at_s: float) -> None:
    before = playing(SAD, 30)
    leg, tick = before.beat_from(at_s)
    (from_s,) = leg.times_s([tick])
    after = redirected(before, leg.number, tick, Aim(target))
    old, new = sounding(before), sounding(after)
    heard = {id_ for id_, note in old.items() if note[0] < from_s - 1e-6}
    assert heard == {id_ for id_, note in new.items() if note[0] < from_s - 1e-6}
    for id_ in heard:
        assert new[id_][0] == pytest.approx(old[id_][0])
        assert new[id_][2:] == old[id_][2:]
    assert not (set(new) - heard) & set(old)
    assert max(note[0] for note in sounding(extended(after, Aim(target))).values()) > from_s


def test_no_key_is_struck_while_it_sounds() -> None:
    conductor = playing(HAPPY, 30)
    for at_s, target in ((3, SAD), (5, ANGRY), (9, HAPPY), (11, SAD)):
        leg, tick = conductor.beat_from(at_s)
        conductor = redirected(conductor, leg.number, tick, Aim(target))
        while conductor.end_s < at_s + 8:
            conductor = extended(conductor, Aim(target))
    by_key: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for onset, end, part, pitch in sounding(conductor).values():
        by_key.setdefault((part, pitch), []).append((onset, end))
    for spans in by_key.values():
        spans.sort()
        assert all(one[1] <= other[0] + 1e-6 for one, other in pairwise(spans))


def test_ensemble_and_metre_change_at_the_next_bar_line() -> None:
    conductor = playing(SAD, 20)
    leg, tick = conductor.beat_from(3)
    conductor = extended(cut(conductor, leg.number, tick), Aim(QUARTET))
    last, new = conductor.legs[-2:]
    assert last.played.length_ticks % last.played.bar_ticks == 0
    assert last.played.length_ticks - tick < last.played.bar_ticks
    assert (new.played.ensemble, new.played.meter) == ("quartet", (3, 4))
    assert new.start_s == pytest.approx(last.end_s)


def test_key_and_metre_are_told_from_when_on_they_are_in_force() -> None:
    conductor = playing(SAD, 20)
    leg, tick = conductor.beat_from(3)
    conductor = extended(cut(conductor, leg.number, tick), Aim(QUARTET))
    new = conductor.legs[-1]
    before, after = ["D minor", "4/4"], ["D minor", "3/4"]
    assert signature_rows(conductor.legs, 2.0) == [[2.0, *before], [rounded_s(new.start_s), *after]]
    assert signature_rows(conductor.legs, new.start_s) == [[rounded_s(new.start_s), *after]]


def away(target: Brief) -> Conductor:
    """Music whose last leg stands in another key than is asked for."""
    conductor = playing(target, 20)
    while conductor.legs[-1].played.tonic_pc == target.tonic_pc:
        assert conductor.end_s < 120, "no contrast leaves home"
        conductor = extended(conductor, Aim(target))
    return conductor


def test_a_contrast_in_another_key_is_told_as_it_sounds_and_left_for_home() -> None:
    conductor = away(HAPPY)
    leg = conductor.legs[-1]
    rows = signature_rows(conductor.legs, leg.start_s)
    assert rows[0][1] in ("G major", "A major") and rows[0][1] == written_key(leg.stretch.brief_at(0)).name
    after = extended(conductor, Aim(HAPPY))
    assert signature_rows(after.legs, after.legs[-1].start_s)[0][1] == "D major"


@pytest.mark.parametrize("do", ["cut", "redirect"])
@pytest.mark.parametrize("bar", [1, 2])
def test_whoever_stops_or_turns_in_another_key_comes_home(do: str, bar: int) -> None:
    conductor = away(HAPPY)
    leg = conductor.legs[-1]
    tick = bar * leg.played.bar_ticks
    if do == "cut":
        ending = closed(cut(conductor, leg.number, tick), Aim(HAPPY)).legs[-1]
    else:
        conductor = redirected(conductor, leg.number, tick, Aim(SAD))
        for _ in range(3):
            conductor = extended(conductor, Aim(SAD))
        assert {(one.tonic_pc, one.mode) for _, one in conductor.legs[-1].stretch.briefs} == {(2, SAD.mode)}
        ending = closed(conductor, Aim(SAD)).legs[-1]
    assert ending.played.tonic_pc == 2 and ending.played.chords[-1].pcs[0] == 2


def test_of_a_bar_that_is_not_played_nobody_strikes_the_downbeat() -> None:
    conductor = playing(replace(SAD, ensemble="quartet"), 40)
    early = 0
    for leg in conductor.legs:
        for line in range(leg.played.bar_ticks, leg.played.length_ticks, leg.played.bar_ticks):
            (line_s,) = leg.times_s([line])
            early += sum(line_s - EARLY_S < onset < line_s - 1e-6 for onset, *_ in sounding(conductor).values())
            last = cut(conductor, leg.number, line).legs[-1]
            written = last.stretch.written.notes
            for note in last.played.notes:
                assert any(
                    (note.part, note.pitch_midi) == (other.part, other.pitch_midi)
                    and abs(note.onset_ticks - other.onset_ticks) <= DISPLACED_TICKS
                    for other in written
                )
    assert early, "some come before the line"


SLOW = replace(SAD, tempo_bpm=50.0)


def broken_off(tick: int) -> Conductor:
    """Slow music that a jump of the mood stops in the middle of its second bar, and the cadence that fills that bar."""
    conductor = playing(SLOW, 20)
    after = redirected(conductor, 0, tick, Aim(replace(SLOW, mode=HAPPY.mode)))
    return extended(after, Aim(replace(SLOW, mode=HAPPY.mode)))


@pytest.mark.parametrize(("leg", "tick"), [(0, 5 * 480), (0, 3 * 480), (1, 0), (1, 480)])
def test_what_is_cut_after_a_jump_in_mid_bar_still_ends_on_a_bar_line(leg: int, tick: int) -> None:
    conductor = broken_off(5 * 480)
    assert [one.played.length_ticks for one in conductor.legs] == [6 * 480, 2 * 480]
    stopped = cut(conductor, leg, tick)
    assert sum(one.played.length_ticks for one in stopped.legs) == (4 if (leg, tick) == (0, 3 * 480) else 8) * 480
    after = extended(stopped, Aim(QUARTET))
    assert after.legs[-1].played.ensemble == "quartet"
    assert after.legs[-1].start_s == pytest.approx(stopped.end_s)


def test_a_bar_line_is_found_past_a_bar_that_was_broken_off() -> None:
    conductor = extended(broken_off(5 * 480), Aim(SLOW))
    first, cadence, _ = conductor.legs
    within_s = first.times_s([5 * 480])[0]
    assert conductor.bar_line_from(within_s) == pytest.approx(cadence.end_s)
    assert conductor.bar_line_from(cadence.start_s) == pytest.approx(cadence.end_s)
    assert conductor.bar_line_from(first.start_s) == pytest.approx(first.start_s)
    assert conductor.bar_line_from(conductor.end_s + 1) == conductor.end_s


@pytest.mark.parametrize("step", [0.004, 0.007, 0.02])
def test_many_small_turns_of_the_loudness_are_as_one_large_one(step: float) -> None:
    many = playing(SAD, 8)
    for turn in range(1, 11):
        many = redirected(many, 0, 480, Aim(replace(SAD, loudness=SAD.loudness + turn * step)))
    once = redirected(playing(SAD, 8), 0, 480, Aim(replace(SAD, loudness=SAD.loudness + 10 * step)))
    assert [n.velocity for n in many.legs[0].stretch.written.notes] == [
        n.velocity for n in once.legs[0].stretch.written.notes
    ]


def test_an_ending_comes_to_rest_on_the_tonic() -> None:
    conductor = playing(SAD, 20)
    leg, tick = conductor.beat_from(6)
    conductor = closed(cut(conductor, leg.number, tick), Aim(SAD))
    assert conductor.has_closed
    assert conductor.legs[-1].played.chords[-1].roman == "i"


def test_a_leg_not_yet_begun_is_composed_anew() -> None:
    conductor = playing(SAD, 60)
    second = conductor.legs[1]
    after = redirected(conductor, second.number, 0, Aim(HAPPY))
    assert after.legs[0] == conductor.legs[0]
    assert after.legs[1].start_s == second.start_s


def test_the_same_steps_give_the_same_music() -> None:
    steps = [
        Step("next", 0, 0, Aim(SAD)), Step("next", 0, 0, Aim(SAD)), Step("redirect", 0, 480, Aim(HAPPY)),
        Step("next", 0, 0, Aim(HAPPY)),
        Step("cut", 1, 0), Step("next", 0, 0, Aim(QUARTET)), Step("close", 0, 0, Aim(QUARTET)),
    ]  # fmt: skip
    once, again = begin(7, SAD, 0.0), begin(7, SAD, 0.0)
    for step in steps:
        once, again = stepped(once, step), stepped(again, step)
    assert sounding(once) == sounding(again)
    other = begin(8, SAD, 0.0)
    for step in steps:
        other = stepped(other, step)
    assert sounding(other) != sounding(once)


def test_what_is_over_is_forgotten_but_for_the_last() -> None:
    conductor = playing(HAPPY, 40)
    assert forget(conductor, conductor.legs[1].end_s).legs == conductor.legs[2:]
    assert forget(conductor, 1e9).legs == conductor.legs[-1:]


def test_a_step_for_a_leg_that_is_gone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="not among those known"):
        cut(playing(SAD, 5), 99, 0)


@pytest.mark.parametrize("tick", [480, 1200, 2160, 3360])
def test_one_player_of_one_note_sounds_one_note_after_a_turn(tick: int) -> None:
    conductor = playing(QUARTET, 30)
    leg = conductor.legs[1]
    turned = redirected(conductor, leg.number, tick, Aim(replace(HAPPY, ensemble="quartet", meter=(3, 4))))
    by_part: dict[int, list[tuple[float, float]]] = {}
    for onset, end, part, _ in sounding(turned).values():
        by_part.setdefault(part, []).append((onset, end))
    for spans in by_part.values():
        for (_, end), (onset, _) in pairwise(sorted(spans)):
            assert end <= onset + 1e-6
