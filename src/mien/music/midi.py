"""A phrase becomes a Standard MIDI File (Phrase → bytes).

Type 1, 480 ticks a quarter. Track 0 holds tempo, time and key signatures, markers and the provenance text; then comes
one named track a player, each with a channel of its own (the kit on channel 10), in the order of the parts. A channel
holds one note of a pitch at a time: readers disagree about overlaps, so there are none. The pedal is in the note
lengths, not in a controller. Same phrase, same bytes.

References: MIDI Association, "Standard MIDI Files 1.0" (RP-001); "General MIDI System Level 1" and its developer
guidelines (volume controller: 40 log10(cc / 127) dB).
"""

from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import mido

from mien.ensembles import EXPRESSION, KIT_CHANNEL, PAN, REVERB, VOLUME, Ensemble, Player, ensemble
from mien.music.in_force import Briefs
from mien.music.spelling import is_minor, letter, written_key
from mien.strokes import strike_once
from mien.values import TICKS_PER_QUARTER, Note, Part, Phrase
from mien.vocabulary import quarters_in_beat
from mien.writing import provenance, write_bytes

_VOLUME_AT_0_DB = 100
"""The volume controller of a player with no gain: the General MIDI default."""

_CLOCKS_IN_QUARTER = 24
"""MIDI clocks to a quarter."""

_Timed = tuple[int, int, mido.Message | mido.MetaMessage]
"""(tick, rank within the tick, message)."""


def channels(players: Iterable[Part]) -> dict[Part, int]:
    """Give each part its MIDI channel, 0-based."""
    free = (channel for channel in range(16) if channel != KIT_CHANNEL)
    return {part: KIT_CHANNEL if part is Part.KIT else next(free) for part in sorted(players)}


def midi_bytes(phrase: Phrase, *, title: str | None = None, briefs: Briefs = ()) -> bytes:
    """Turn a phrase into the bytes of a MIDI file.

    Parameters
    ----------
    phrase : written or performed.
    title : name of the first track; the ensemble's title without one.
    briefs : those in force, each from its tick on, of music that leaves its key; without them it stays in the phrase's.

    Raises
    ------
    ValueError
        If a note's part has no player in the phrase's ensemble.
    """
    band = ensemble(phrase.ensemble)
    if strangers := {note.part.name for note in phrase.notes} - {part.name for part in band.players}:
        raise ValueError(f"Phrase.notes: {', '.join(sorted(strangers))} has no player in the ensemble {band.name}")
    notes = strike_once(phrase.notes)
    end_ticks = max([phrase.length_ticks, *(note.end_ticks for note in notes)])
    channel_of = channels(band.players)
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, charset="utf-8")
    file.tracks.append(_track(_conductor(phrase, title or band.title, briefs), end_ticks))
    for part, channel in channel_of.items():
        own = [note for note in notes if note.part is part]
        file.tracks.append(_track([*_setup(band, band.players[part], channel), *_strokes(own, channel)], end_ticks))
    content = BytesIO()
    file.save(file=content)
    return content.getvalue()


def write_midi(phrase: Phrase, path: Path, *, title: str | None = None, briefs: Briefs = ()) -> None:
    """Write a phrase as a MIDI file (see `midi_bytes`), whole or not at all.

    Raises
    ------
    CannotWrite
        If the folder cannot be written.
    """
    write_bytes(path, midi_bytes(phrase, title=title, briefs=briefs))


def _track(events: Iterable[_Timed], end_ticks: int) -> mido.MidiTrack:
    track = mido.MidiTrack()
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=end_ticks - now))
    return track


def _conductor(phrase: Phrase, title: str, briefs: Briefs) -> list[_Timed]:
    """Messages of track 0."""
    beats, unit = phrase.meter
    clocks = round(_CLOCKS_IN_QUARTER * quarters_in_beat(phrase.meter))
    head = [
        mido.MetaMessage("track_name", name=title),
        mido.MetaMessage("text", text=provenance(phrase.seed)),
        mido.MetaMessage("text", text=written_key(phrase).name),
        mido.MetaMessage("time_signature", numerator=beats, denominator=unit, clocks_per_click=clocks),
    ]
    tempo = [
        (tick, 1, mido.MetaMessage("set_tempo", tempo=round(60e6 / (bpm * quarters_in_beat(phrase.meter)))))
        for tick, bpm in phrase.tempo
    ]
    marks = [
        (mark.onset_ticks, 2, mido.MetaMessage("marker", text=f"{mark.kind} {mark.text}".strip()))
        for mark in phrase.marks
    ]
    keys = [
        (tick, 0, mido.MetaMessage("key_signature", key=_signature_name(fifths, minor)))
        for tick, fifths, minor in _signatures(phrase, briefs)
    ]
    return [*((0, 0, message) for message in head), *keys, *tempo, *marks]


def _signatures(phrase: Phrase, briefs: Briefs) -> Iterator[tuple[int, int, bool]]:
    """Where the signature changes: its tick, its sharps (negative: flats), and whether the third is minor."""
    last = (written_key(phrase).signature, is_minor(phrase.mode))
    yield 0, *last
    for tick, brief in briefs:
        here = (written_key(brief).signature, is_minor(brief.mode))
        if here != last:
            yield tick, *here
        last = here


def _signature_name(fifths: int, minor: bool) -> str:
    """Name of the major or minor key with that signature, as mido spells it ("Ebm")."""
    place = fifths + 3 if minor else fifths
    return letter(place) + ("#" if place > 5 else "b" if place < -1 else "") + ("m" if minor else "")


def desk_controls(band: Ensemble, player: Player) -> dict[int, int]:
    """A player's place on the desk as MIDI controllers: volume, pan, expression, reverb, 0..127 each."""
    controls = {
        VOLUME: round(_VOLUME_AT_0_DB * 10 ** (player.gain_db / 40)),
        PAN: round(64 + 63 * player.pan),
        EXPRESSION: 127,
        REVERB: round(127 * band.reverb),
    }
    return {control: min(max(value, 0), 127) for control, value in controls.items()}


def _setup(band: Ensemble, player: Player, channel: int) -> list[_Timed]:
    """Name, instrument and place on the desk, at tick 0."""
    messages = [
        mido.MetaMessage("track_name", name=band.label(player.part)),
        mido.Message("program_change", channel=channel, program=player.program or 0),
        *(
            mido.Message("control_change", channel=channel, control=control, value=value)
            for control, value in desk_controls(band, player).items()
        ),
    ]
    return [(0, 0, message) for message in messages]


def _strokes(notes: Iterable[Note], channel: int) -> Iterable[_Timed]:
    """Note-offs come before the note-ons of their tick."""
    for note in notes:
        stroke = {"channel": channel, "note": note.pitch_midi}
        yield note.onset_ticks, 2, mido.Message("note_on", velocity=note.velocity, **stroke)
        yield note.end_ticks, 1, mido.Message("note_off", velocity=64, **stroke)
