"""Themes → everything that accompanies them: inner voices, figures, bass, drums, and the chords that all strike.

Works on one section: times are ticks from the start of each phrase, pitches MIDI with the tonic at 60 mod 12.

References: Schoenberg 1967, *Fundamentals of Musical Composition*, ch. 9; Huron 2001 (outer voices).
"""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from mien.ensembles import Ensemble
from mien.music.bass import least_parallel, walk_bass
from mien.music.figures import INNER_VOICES, Texture, energy_of
from mien.music.form import SectionSpec
from mien.music.hands import LEAP_S, REACH_SEMITONES
from mien.music.harmony import Slot
from mien.music.rhythm import beat_ticks
from mien.music.texture import (
    Ground,
    Stroke,
    Voice,
    accompany,
    completed,
    drum,
    restruck,
    second_line,
    settled,
    suspensions,
    tokens,
)
from mien.music.theme import Draft
from mien.music.voicing import Outer, voice
from mien.values import Brief, Part

Joint = tuple[int, int]
"""Melody and bass that sound together, MIDI."""

DRIVEN_ENERGY = 0.75
"""Energy of a brief from which figures drive on through the ends of phrases, up to that of the section."""

LOWEST_INNER_MIDI = 48
"""Chords are not placed lower: close intervals there are mud."""


def arrange(
    brief: Brief,
    spec: SectionSpec,
    drafts: tuple[Draft, ...],
    textures: list[Texture],
    voices: Mapping[Part, Voice],
    before: tuple[int, ...] | None,
    joint: Joint | None,
    rng: np.random.Generator,
    *,
    players: Ensemble,
) -> tuple[list[list[Stroke]], tuple[int, ...], Joint | None]:
    """Accompany the phrases of a section.

    Parameters
    ----------
    textures : one a phrase.
    before, joint : the inner voices, and melody and bass, with which the section before ended.
    players : who plays; what one pair of hands plays stays within its reach.

    Returns
    -------
    The strokes of each phrase, ticks from its start, and the inner voices and the joint that the section ends with.
    """
    strokes: list[list[Stroke]] = []
    inner_parts = [voices[part] for part in (Part.HARMONY, Part.TEXTURE) if part in voices]
    low, high = min(v.low_midi for v in inner_parts), max(v.high_midi for v in inner_parts)
    centre = min(high - 5.0, max(low + 5.0, min(64.0, max(54.0, brief.register_midi - 11))))
    low, high = max(low, LOWEST_INNER_MIDI), min(high, round(centre) + 10)
    above_it = voices.get(Part.TEXTURE)
    low_above = above_it.low_midi if above_it is not None and above_it.monophonic else 0
    reach = REACH_SEMITONES if players.by_hand else None
    leap_ticks = LEAP_S * brief.tempo_bpm / 60 * beat_ticks(brief.meter)
    outer: Outer | None = None
    for index, (draft, texture) in enumerate(zip(drafts, textures, strict=True)):
        ends = spec.is_last and index == len(drafts) - 1
        is_tutti = ends or draft.breaks_off  # everybody strikes the last chord together
        ceilings = [_ceiling(draft, slot) for slot in draft.slots]
        struck = {note.onset_ticks: note.pitch_midi for note in draft.melody}
        sung = [struck.get(slot.onset_ticks) for slot in draft.slots]
        span = (min(low, high - 14), high)
        placed = voice(draft.slots, ceilings, sung, INNER_VOICES, *span, centre, low_above, reach, before, outer)
        before, outer = placed[-1], (draft.slots[-1].bass_midi, sung[-1])
        held = suspensions(draft.slots, placed, draft.melody, brief.meter, 0.25 + 0.6 * brief.tension, rng)
        tops = [min(c, s.bass_midi + (reach or c) + 1) for c, s in zip(ceilings, draft.slots, strict=True)]
        grounds = {part: Ground(placed, tops, held) for part in (Part.HARMONY, Part.TEXTURE) if part in voices}
        if not players.solo and len(grounds) == 2:
            second = second_line(
                draft.slots, draft.melody, placed, ceilings, voices[Part.TEXTURE], voices[Part.HARMONY]
            )
            grounds[Part.TEXTURE] = Ground(second, ceilings, held)
        body = draft.slots[:-1] if is_tutti else draft.slots
        after = draft.slots[-1] if ends else drafts[index + 1].slots[0] if index + 1 < len(drafts) else None
        after = None if draft.breaks_off else after  # no bass leads into what nobody looks for
        above = {note.onset_ticks: note.pitch_midi for note in draft.melody}
        if index + 1 < len(drafts) and drafts[index + 1].melody[0].onset_ticks == 0:
            end = draft.slots[-1].onset_ticks + draft.slots[-1].length_ticks
            above[end] = drafts[index + 1].melody[0].pitch_midi
        rests = not is_tutti and (index == len(drafts) - 1 or energy_of(brief) < DRIVEN_ENERGY)
        played: list[Stroke] = []
        if body:
            for part, ground in grounds.items():
                moving = tokens(texture.of(part), body, brief.meter)
                strokes_of = settled(moving, body, voices[part], brief.meter) if rests else list(moving)
                strokes_of = list(restruck(strokes_of, voices[part], brief.meter))
                played += accompany(strokes_of, voices[part], body, ground, brief.meter)
            under, low_bass = [chord[0] for chord in placed], voices[Part.RHYTHM].low_midi
            lowest = partial(_lowest, played if players.by_hand else (), low_bass, leap_ticks)
            bass = walk_bass(texture.rhythm, voices[Part.RHYTHM], body, after, above, under, lowest, joint, brief.meter)
            together = [(above[s.onset_ticks], s.pitch_midi) for s in bass if s.onset_ticks in above]
            joint = together[-1] if together else joint
            played = completed([*played, *bass], body, draft.melody, voices)
            if texture.kit is not None:
                length = body[-1].onset_ticks + body[-1].length_ticks
                last = index == len(drafts) - 1
                played += drum(texture.kit, length, brief.meter, fills=last, opens=index == 0)
        if is_tutti:
            length = draft.slots[-1].length_ticks if ends else beat_ticks(brief.meter)
            played += _tutti(draft, placed[-1], length, voices, joint)
            joint = None
        strokes.append(played)
    assert before is not None
    return strokes, before, joint


def _lowest(inner: Sequence[Stroke], low_midi: int, leap_ticks: float, tick: int) -> int:
    """How low a bass may lie at a tick, or as low as its player goes: within a hand's reach of all that is struck with
    it, and of the lowest tone of what is struck so near that no leap is in time."""
    reached: dict[int, int] = {}
    for stroke in inner:
        if abs(stroke.onset_ticks - tick) < leap_ticks:
            other = reached.get(stroke.onset_ticks, stroke.pitch_midi)
            choose = max if stroke.onset_ticks == tick else min
            reached[stroke.onset_ticks] = choose(stroke.pitch_midi, other)
    return max(low_midi, max(reached.values(), default=0) - REACH_SEMITONES)


def _ceiling(draft: Draft, slot: Slot) -> int:
    end = slot.onset_ticks + slot.length_ticks
    over = [
        n.pitch_midi for n in draft.melody if n.onset_ticks < end and n.onset_ticks + n.length_ticks > slot.onset_ticks
    ]
    return min(over, default=127)


def _tutti(
    draft: Draft, placed: tuple[int, ...], length: int, voices: Mapping[Part, Voice], joint: Joint | None
) -> list[Stroke]:
    """Everybody plays the last chord, the bass on its root, deep if it can without parallels."""
    slot, bass = draft.slots[-1], voices[Part.RHYTHM]
    lows = [pitch for pitch in (slot.bass_midi - 12, slot.bass_midi) if pitch >= bass.low_midi]
    sung = next((n.pitch_midi for n in draft.melody if n.onset_ticks == slot.onset_ticks), None)
    lowest = lows[0] if joint is None or sung is None else least_parallel(lows, joint, sung, None)
    pitches = [lowest] if bass.monophonic else sorted({lowest, slot.bass_midi})
    chord = [Stroke(slot.onset_ticks, length, bass.fold(p), Part.RHYTHM) for p in pitches]
    inner = {Part.HARMONY: (0, 1, 2), Part.TEXTURE: (2,)}
    single = [part for part in inner if part in voices and voices[part].monophonic]
    for part in single:
        inner[part] = inner[part][:1]
    heard = {pitch % 12 for pitch in (*pitches, sung) if pitch is not None}
    heard |= {placed[place] % 12 for part, places in inner.items() if part in voices for place in places}
    third = slot.harmony.pcs[1] % 12
    if single and third not in heard:  # two players of one note each need not leave the chord without its third
        thirds = tuple(place for place, pitch in enumerate(placed) if pitch % 12 == third)
        inner[single[-1]] = thirds[:1] or inner[single[-1]]
    for part, places in inner.items():
        if part in voices:
            chosen = {voices[part].fold(placed[place]) for place in places}
            chord += [Stroke(slot.onset_ticks, length, pitch, part) for pitch in sorted(chosen)]
    if Part.KIT in voices:
        chord.append(Stroke(slot.onset_ticks, length, 49, Part.KIT))
    return chord
