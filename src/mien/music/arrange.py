"""Themes → everything that accompanies them: inner voices, figures, bass, drums, and the chords that all strike.

Works on one section: times are ticks from the start of each phrase, pitches MIDI with the tonic at 60 mod 12.

References: Schoenberg 1967, *Fundamentals of Musical Composition*, ch. 9; Huron 2001 (outer voices).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from mien.ensembles import Ensemble, Pace
from mien.music.bass import least_parallel, walk_bass
from mien.music.draft import Draft, sung_at
from mien.music.drums import CRASH, Beat, draw_beats, draw_kit, drum
from mien.music.figures import INNER_VOICES, Figure, Kit, Texture, energy_of
from mien.music.form import SectionSpec
from mien.music.handover import answered
from mien.music.hands import LEAP_S, REACH_SEMITONES
from mien.music.harmony import Outer, Slot
from mien.music.inner_line import GAPS, TUNE, answering, line, shadowing
from mien.music.part_writing import led_apart
from mien.music.rhythm import beat_ticks
from mien.music.texture import (
    INNER_PARTS,
    Ground,
    Stroke,
    Voice,
    accompany,
    completed,
    restruck,
    second_line,
    settled,
    sounds,
    suspensions,
    tokens,
    with_passing_tones,
)
from mien.music.voicing import Room, voice
from mien.values import Brief, Part

DRIVEN_ENERGY = 0.75
"""Energy of a brief from which figures keep moving through the ends of phrases, except the last of the section."""

FLOW_ODDS = 0.5
"""How often the figures of calmer music move on too, under the breath of a melody that goes on afterwards."""

BELOW_TUNE, BELOW_LINE = {Part.TEXTURE: 7, Part.HARMONY: 12}, 6
"""How far a line lies under the tune, by part, or under the line above it, in semitones."""

ABOVE_TUNE = 7
"""How far the answers of a first player lie above a tune that another holds."""

LOWEST_INNER_MIDI = 48
"""Chords are not placed lower: close intervals there sound muddy."""


def arrange(
    brief: Brief,
    spec: SectionSpec,
    drafts: tuple[Draft, ...],
    textures: list[Texture],
    voices: Mapping[Part, Voice],
    before: tuple[int, ...] | None,
    joint: Outer | None,
    rng: np.random.Generator,
    *,
    players: Ensemble,
) -> tuple[list[list[Stroke]], tuple[int, ...], Outer | None]:
    """Accompany the phrases of a section.

    Parameters
    ----------
    textures : one per phrase.
    before, joint : the inner voices with which the previous section ended, and the outer ones when they last began a
        note together.
    players : who plays; what one pair of hands plays stays within its reach.

    Returns
    -------
    The strokes of each phrase, in ticks from its start; the inner voices and the joint with which the section ends.
    """
    arranger = _Arranger(brief, voices, players, rng, before, joint, spec.key, answered(spec.lead))
    kit, beats = None, [Beat()] * len(drafts)
    if Part.KIT in voices:
        kit, beats = draw_kit(energy_of(brief), spec, rng), draw_beats(spec, rng)
    strokes = []
    for index, (draft, texture) in enumerate(zip(drafts, textures, strict=True)):
        following = drafts[index + 1] if index + 1 < len(drafts) else None
        played = arranger.phrase(draft, texture, following, ends=spec.is_last)
        if kit is not None:
            played += arranger.drums(draft, kit, beats[index], following, is_first=index == 0, ends=spec.is_last)
        strokes.append(played)
    assert arranger.inner is not None
    return strokes, arranger.inner, arranger.joint


@dataclass(slots=True)
class _Arranger:
    """Accompanies one phrase after another and remembers how the last one ended: its inner voices, the outer ones when
    they last began a note together (`joint`), and those at the start of its last chord (`outer`); where its inner lines
    were `left`, and the last note of each part (`past`, in ticks from the start of the next phrase). `key` is that of
    the section (`mien.music.ranges`); who has the role of `lead`, unless it is the melody, answers the tune from above
    (`mien.music.handover`)."""

    brief: Brief
    voices: Mapping[Part, Voice]
    players: Ensemble
    rng: np.random.Generator
    inner: tuple[int, ...] | None
    joint: Outer | None
    key: int = 0
    lead: Part = Part.MELODY
    outer: Outer | None = None
    left: dict[Part, int] = field(default_factory=dict)
    past: dict[Part, Stroke] = field(default_factory=dict)

    def phrase(self, draft: Draft, texture: Texture, following: Draft | None, *, ends: bool) -> list[Stroke]:
        """The strokes that accompany a phrase; `ends` says that the section is the last of the piece."""
        ends = ends and following is None
        body = _before_tutti(draft, ends=ends)
        is_tutti = len(body) < len(draft.slots)
        placed, grounds = self._inner_voices(draft)
        played: list[Stroke] = []
        if body:
            flows = self.rng.random() < FLOW_ODDS or energy_of(self.brief) >= DRIVEN_ENERGY
            rests = not is_tutti and (following is None or not flows)
            for part, ground in grounds.items():
                if not texture.of(part).sings:
                    played += self._figure(texture.of(part), body, part, ground, rests=rests)
            after = draft.slots[-1] if ends else following.slots[0] if following else None
            after = None if draft.breaks_off else after  # the bass does not lead into a chord that is meant to surprise
            bass = self._bass(texture, draft, body, after, following, placed, played)
            lines = list[Stroke]()
            for part in reversed(grounds):  # the upper of two lines first, and the lower under it
                if texture.of(part).sings:
                    over = lines if self.lead is Part.MELODY else ()
                    lines += self._line(texture.of(part), draft, body, part, over, bass, rests=rests)
            beneath = {part: voice for part, voice in self.voices.items() if part is not self.lead}
            played = completed([*played, *bass, *lines], body, draft.melody, beneath)
            if not self.players.solo:
                played = led_apart(played, body, draft.melody, beneath, self.past, self.brief.meter)
        if not self.players.solo:
            self.past = _last_notes(draft, played)
        if is_tutti:
            length = draft.slots[-1].length_ticks if ends else beat_ticks(self.brief.meter)
            played += _tutti(draft, placed[-1], length, self.voices, self.joint)
            self.joint, self.past = None, {}
        return played

    def drums(
        self, draft: Draft, kit: Kit, beat: Beat, following: Draft | None, *, is_first: bool, ends: bool
    ) -> list[Stroke]:
        """The strokes of the drums in a phrase, up to a last chord that everybody strikes together."""
        body = _before_tutti(draft, ends=ends and following is None)
        if not body:
            return []
        return drum(kit, body[-1].end_ticks, self.brief.meter, self.rng, beat, fills=following is None, opens=is_first)

    def _inner_voices(self, draft: Draft) -> tuple[list[tuple[int, ...]], dict[Part, Ground]]:
        """The inner voices of every chord, and the ground that each inner part moves over."""
        ceilings = [_ceiling(draft, slot) for slot in draft.slots]
        struck = {note.onset_ticks: note.pitch_midi for note in draft.melody}
        sung = [struck.get(slot.onset_ticks) for slot in draft.slots]
        room = self._room()
        placed = voice(draft.slots, ceilings, sung, INNER_VOICES, room, self.inner, self.outer)
        self.inner, self.outer = placed[-1], Outer(sung[-1], draft.slots[-1].bass_midi)
        odds = 0.25 + 0.6 * self.brief.tension
        held = suspensions(draft.slots, placed, draft.melody, self.brief.meter, odds, self.rng)
        tops = [min(c, s.bass_midi + (room.reach or c) + 1) for c, s in zip(ceilings, draft.slots, strict=True)]
        grounds = {part: Ground(placed, tops, held) for part in INNER_PARTS if part in self.voices}
        if not self.players.solo and len(grounds) == len(INNER_PARTS) and self.lead is Part.MELODY:
            harmony, texture = (self.voices[part] for part in INNER_PARTS)
            second = second_line(draft.slots, draft.melody, placed, ceilings, texture, harmony)
            grounds[Part.TEXTURE] = Ground(second, ceilings, held)
        return placed, grounds

    def _room(self) -> Room:
        """Where the inner voices may go."""
        parts = [self.voices[part] for part in INNER_PARTS if part in self.voices and part is not self.lead]
        low, high = min(v.low_midi for v in parts), max(v.high_midi for v in parts)
        wanted = min(64.0, max(54.0, self.brief.register_midi - 11)) - self.key
        centre = min(high - 5.0, max(low + 5.0, wanted))
        low, high = max(low, LOWEST_INNER_MIDI - self.key), min(high, round(centre) + 10)
        above = self.voices.get(Part.TEXTURE) if self.lead is Part.MELODY else None
        return Room(
            low_midi=min(low, high - 14),
            high_midi=high,
            centre_midi=centre,
            low_above_midi=above.low_midi if above is not None and above.monophonic else 0,
            reach=REACH_SEMITONES if self.players.by_hand else None,
        )

    def _figure(
        self, figure: Figure, body: tuple[Slot, ...], part: Part, ground: Ground, *, rests: bool
    ) -> list[Stroke]:
        """One inner part, playing its figure."""
        player, meter = self.voices[part], self.brief.meter
        moving = tokens(figure, body, meter)
        settles = rests and self.players.pace == Pace()  # what is slow anyway need not come to rest
        settling = settled(moving, body, player, meter) if settles else list(moving)
        strokes = accompany(list(restruck(settling, player, meter)), player, body, ground, meter)
        sings = player.monophonic and part is Part.TEXTURE
        return with_passing_tones(strokes, body, meter) if sings else strokes

    def _line(
        self,
        figure: Figure,
        draft: Draft,
        body: tuple[Slot, ...],
        part: Part,
        over: Sequence[Stroke],
        bass: Sequence[Stroke],
        *,
        rests: bool,
    ) -> list[Stroke]:
        """One inner part, singing a line of its own."""
        player, meter = self.voices[part], self.brief.meter
        answers = part is self.lead
        strokes, moves = [] if answers else list(tokens(figure, body, meter)), dict[int, int]()
        if figure.follows == TUNE:
            strokes = shadowing(strokes, body, draft.melody)
        elif figure.follows == GAPS:
            strokes, moves = answering(strokes, body, draft.melody, meter)
        if rests and figure.follows != TUNE and not answers:
            strokes = settled(iter(strokes), body, player, meter)
        below = -ABOVE_TUNE if answers else BELOW_LINE if over else BELOW_TUNE[part]
        sung = line(
            strokes,
            player,
            body,
            draft.melody,
            over,
            bass,
            below,
            meter,
            pairs=figure.follows == TUNE,
            moves=moves,
            before_midi=self.left.get(part),
        )
        if sung:
            self.left[part] = sung[-1].pitch_midi
        return sung

    def _bass(
        self,
        texture: Texture,
        draft: Draft,
        body: tuple[Slot, ...],
        after: Slot | None,
        following: Draft | None,
        placed: Sequence[tuple[int, ...]],
        played: Sequence[Stroke],
    ) -> list[Stroke]:
        """The bass under the strokes `played`, on its way to the chord `after`."""
        above = {note.onset_ticks: note.pitch_midi for note in draft.melody}
        if following is not None and following.melody[0].onset_ticks == 0:
            above[draft.slots[-1].end_ticks] = following.melody[0].pitch_midi
        player, under = self.voices[Part.RHYTHM], [chord[0] for chord in placed]
        leap_ticks = LEAP_S * self.brief.tempo_bpm / 60 * beat_ticks(self.brief.meter)
        lowest = partial(_lowest, played if self.players.by_hand else (), player.low_midi, leap_ticks)
        bass = walk_bass(texture.rhythm, player, body, after, above, under, lowest, self.joint, self.brief.meter)
        together = [Outer(above[one.onset_ticks], one.pitch_midi) for one in bass if one.onset_ticks in above]
        self.joint = together[-1] if together else self.joint
        return bass


def _last_notes(draft: Draft, played: Sequence[Stroke]) -> dict[Part, Stroke]:
    """The last note of every part of a phrase, in ticks from the start of the next."""
    end, last = draft.slots[-1].end_ticks, dict[Part, Stroke]()
    sung = (Stroke(note.onset_ticks, note.length_ticks, note.pitch_midi, Part.MELODY) for note in draft.melody)
    for stroke in (*sung, *played):
        if stroke.part not in last or stroke.onset_ticks > last[stroke.part].onset_ticks:
            last[stroke.part] = stroke
    return {part: replace(stroke, onset_ticks=stroke.onset_ticks - end) for part, stroke in last.items()}


def _before_tutti(draft: Draft, *, ends: bool) -> tuple[Slot, ...]:
    """The chords of a phrase before the one that everybody strikes together, if it breaks off or `ends` the piece."""
    return draft.slots[:-1] if ends or draft.breaks_off else draft.slots


def _lowest(inner: Sequence[Stroke], low_midi: int, leap_ticks: float, tick: int) -> int:
    """How low a bass may lie at a tick: within a hand's reach of everything struck with it, and of the lowest tone of
    any stroke too close in time for a leap; never below its player's range."""
    reached: dict[int, int] = {}
    for stroke in inner:
        if abs(stroke.onset_ticks - tick) < leap_ticks:
            other = reached.get(stroke.onset_ticks, stroke.pitch_midi)
            choose = max if stroke.onset_ticks == tick else min
            reached[stroke.onset_ticks] = choose(stroke.pitch_midi, other)
    return max(low_midi, max(reached.values(), default=0) - REACH_SEMITONES)


def _ceiling(draft: Draft, slot: Slot) -> int:
    """The lowest melody pitch over a chord, 127 if the melody rests."""
    return min((note.pitch_midi for note in draft.melody if sounds(note, slot)), default=127)


def _tutti(
    draft: Draft, placed: tuple[int, ...], length: int, voices: Mapping[Part, Voice], joint: Outer | None
) -> list[Stroke]:
    """Everybody plays the last chord; the bass takes its root, an octave lower if that makes no parallels."""
    slot, bass = draft.slots[-1], voices[Part.RHYTHM]
    lows = [pitch for pitch in (slot.bass_midi - 12, slot.bass_midi) if pitch >= bass.low_midi]
    sung = sung_at(draft.melody, slot)
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
    if single and third not in heard:  # two players of one note each can still give the chord its third
        thirds = tuple(place for place, pitch in enumerate(placed) if pitch % 12 == third)
        inner[single[-1]] = thirds[:1] or inner[single[-1]]
    for part, places in inner.items():
        if part in voices:
            chosen = {voices[part].fold(placed[place]) for place in places}
            chord += [Stroke(slot.onset_ticks, length, pitch, part) for pitch in sorted(chosen)]
    if Part.KIT in voices:
        chord.append(Stroke(slot.onset_ticks, length, CRASH, Part.KIT))
    return chord
