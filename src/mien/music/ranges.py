"""Brief and ensemble → where its players may go, with the tonic at C: pitches MIDI, melody in steps (0 at MIDI 60).

Music is composed with the tonic on C and then transposed; the ranges are narrowed by as much. A `key` is that of a
section, in semitones above the home tonic: its ranges lie so much lower, and it sounds as high as all the others.
"""

from collections.abc import Mapping
from dataclasses import replace

from mien.ensembles import Ensemble
from mien.music.draft import RESERVED_STEPS, Compass
from mien.music.melody import highest_step, melody_range
from mien.music.rhythm import beat_ticks
from mien.music.texture import Voice
from mien.values import Brief, Part
from mien.vocabulary import BRIEF_NUMBERS

LOWEST_SHIFT, HIGHEST_SHIFT = -5, 6
"""Semitones from C to the lowest and the highest tonic."""

LOWEST_BASS_MIDI, MIDDLE_REGISTER_MIDI = 35, 64
"""Lowest bass note of an ensemble for a melody around the second pitch; it follows the melody a third of the way."""

TWO_HANDS = 4
"""Semitones by which the bass of two hands is raised, because the left hand also plays figures. The tenser the music,
the smaller the raise: a growl lies low."""

LOWEST_REGISTER_MIDI, HIGHEST_REGISTER_MIDI = BRIEF_NUMBERS["register_midi"]


def voices_of(brief: Brief, players: Ensemble, key: int = 0) -> Mapping[Part, Voice]:
    """The players' ranges, narrowed so that any tonic fits, and how long their notes sound at this tempo."""
    second = beat_ticks(brief.meter) * brief.tempo_bpm / 60
    return {
        part: Voice(
            part,
            player.low_midi - LOWEST_SHIFT - key,
            player.high_midi - HIGHEST_SHIFT - key,
            player.monophonic,
            None if player.rings_s is None else round(player.rings_s * second),
        )
        for part, player in players.players.items()
    }


def compass_of(brief: Brief, players: Ensemble, key: int = 0) -> Compass:
    """Where the outer voices may go; a bass stays within an octave and a half, so that its line is heard as one."""
    voices = voices_of(brief, players, key)
    melody, bass = voices[Part.MELODY], voices[Part.RHYTHM]
    middle = min(HIGHEST_REGISTER_MIDI, brief.register_midi + players.lift) - key
    sung = replace(brief, register_midi=min(HIGHEST_REGISTER_MIDI, max(LOWEST_REGISTER_MIDI, middle)))
    summit = highest_step(melody.high_midi)
    span = melody_range(sung, melody.low_midi, summit - RESERVED_STEPS)
    raised = round(TWO_HANDS * (1 - brief.tension)) if players.by_hand else 0
    low = LOWEST_BASS_MIDI + round((brief.register_midi - MIDDLE_REGISTER_MIDI) / 3) + raised - key
    low = max(bass.low_midi, min(low, bass.high_midi - 12))
    return Compass(span, summit, low, min(bass.high_midi, low + 17 - raised))
