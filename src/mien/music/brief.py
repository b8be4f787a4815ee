"""Affect → Brief: psychology in, music theory out, with a reason on every field.

Valence and arousal are −1..1, doubt 0..1; the fields' units are those of `mien.values.Brief`. The weights live in
`mapping.toml`; tonic and metre are the composer's choice, drawn from the seed.

References: Eerola, Friberg & Bresin 2013 (linear, additive cues); Russell 1980 (the plane); Cespedes-Guevara & Eerola
2018 (mix in valence and arousal, keep emotion names as presets).
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from mien.ensembles import ensemble as look_up
from mien.errors import BadInput
from mien.music.mapping import WIDEST_CUE, MappingTable, Row, shipped_mapping
from mien.music.own_words import DOUBT_PULL, Choice, asked_whole, mixed_in
from mien.music.spelling import mode_name, pc_of, why_respelled, written_key
from mien.values import Affect, Brief, Reason
from mien.vocabulary import Mode, meter_name, meter_named

BRIGHTNESS_ORDER = (Mode.PHRYGIAN, Mode.AEOLIAN, Mode.DORIAN, Mode.MIXOLYDIAN, Mode.IONIAN, Mode.LYDIAN)
"""The modes in the order of the mapping's number, dark to bright."""

TENSE_MINOR = 0.6
"""At this tension or above, Aeolian and all but the darkest Phrygian become harmonic minor, whose leading tone
pulls."""

DARKEST = 0.2
"""Below this number Phrygian remains."""

KEY_AND_METER = ("tonic_pc", "meter")
"""The fields of a brief that hold for a whole piece, wherever the mood goes."""

CHOICE, ASKED = "composer's choice", "the choice of whoever plays"
KEY_CENTRE_MIDI = 68
"""The register at which keys around C are chosen."""
TONIC_REACH = 2.4
"""Semitones by which the choice of key moves for every four semitones that the register lies above or below the
middle."""

TRIPLE_SHARE, TRIPLE_AROUSAL = 0.2, -0.12
"""How often 3/4 is drawn if no metre is given, and what arousal adds; 5/4 is only played on request."""

COMPOUND_SHARE, COMPOUND_VALENCE = 0.17, 0.2
"""How often 6/8 is drawn, and what valence adds: its lilt dances (Gabrielsson & Lindström 2010: flowing rhythm,
joy)."""


def brief_from_affect(
    affect: Affect,
    *,
    ensemble: str = "piano",
    seed: int = 0,
    cues: Mapping[str, float] | None = None,
    mapping: MappingTable | None = None,
    tonic_pc: int | None = None,
    tonic_fifths: int | None = None,
    mode: Mode | None = None,
    meter: tuple[int, int] | None = None,
) -> Brief:
    """Mix a brief from a reading.

    Parameters
    ----------
    affect : the reading; its valence, arousal and doubt are mixed, and what its classes themselves ask for.
    ensemble : a name of `mien.ensembles`.
    seed : draws tonic and metre if they are not given.
    cues : facial cues by name, in standard deviations from the person's own rest; unknown names have no weight.
    mapping : the table to mix by; the shipped one by default.
    tonic_pc, mode, meter : given by the user, or None to choose.
    tonic_fifths : the tonic as the user spells it, its place on the line of fifths; None leaves the spelling to the
        composer. It decides over `tonic_pc`.

    Raises
    ------
    BadInput
        If the ensemble is unknown, or tonic or metre are not allowed.
    """
    look_up(ensemble)
    if tonic_fifths is not None:
        tonic_pc = pc_of(tonic_fifths)
    if tonic_pc is not None and tonic_pc not in range(12):
        raise BadInput(f"tonic {tonic_pc}: give a pitch class from 0 (C) to 11 (B)")
    if meter is not None:
        meter = meter_named(meter_name(meter))
    mapping = mapping or shipped_mapping()
    mixed = {row.target: _mix(row, affect, cues or {}, mapping) for row in mapping.rows}
    by_mood = _mode(mixed.pop("mode"), mixed["tension"].value)
    rng = np.random.default_rng([seed, 0xB21EF])
    drawn = {"tonic_pc": _draw_tonic(mixed["register_midi"].value, rng), "meter": _draw_meter(affect, rng)}
    wishes = {"mode": mode, "tonic_pc": tonic_pc, "meter": meter}
    whole = {
        "mode": by_mood,
        **{name: Choice(value, f"drawn by seed {seed}", CHOICE) for name, value in drawn.items()},
        **asked_whole(affect),
        **{name: Choice(wish, "asked for", ASKED) for name, wish in wishes.items() if wish is not None},
    }
    values: dict[str, Any] = {name: choice.value for name, choice in (mixed | whole).items()}
    words = {"mode": mode_name(values["mode"]), "tonic_pc": "", "meter": meter_name(values["meter"])}
    reasons = [Reason(name, choice.because, choice.source) for name, choice in mixed.items()]
    reasons += [Reason(name, f"{word}: {whole[name].because}", whole[name].source) for name, word in words.items()]
    reasons.append(Reason("ensemble", f"{ensemble}: not for the face to say", ASKED))
    brief = Brief(ensemble=ensemble, reasons=tuple(reasons), tonic_fifths=tonic_fifths, **values)
    return with_tonic_named(brief)


def with_reasons_of(first: Brief, brief: Brief, fields: Collection[str] = KEY_AND_METER) -> Brief:
    """A brief that keeps some fields of an earlier one, with the reasons that these have there."""
    kept = {reason.field: reason for reason in first.reasons if reason.field in fields}
    return with_tonic_named(replace(brief, reasons=tuple(kept.get(reason.field, reason) for reason in brief.reasons)))


def with_tonic_named(brief: Brief) -> Brief:
    """A brief whose reason for the tonic names it as its mode lets it be written: G♭ major, but F♯ minor."""
    respelled = why_respelled(brief)

    def told(reason: Reason) -> Reason:
        _, colon, because = reason.because.partition(": ")
        if reason.field != "tonic_pc" or not colon:  # "B stands in D major …" names its keys itself
            return reason
        because = because.partition("; ")[0]
        words = f"{written_key(brief).tonic_name}: {because}" + (f"; {respelled}" if respelled else "")
        return replace(reason, because=words)

    return replace(brief, reasons=tuple(map(told, brief.reasons)))


def _mode(place: Choice, tension: float) -> Choice:
    """The mode at a place of `BRIGHTNESS_ORDER`, or where that is dark and the music tense, harmonic minor."""
    mode = BRIGHTNESS_ORDER[round(place.value)]
    if mode not in BRIGHTNESS_ORDER[:2] or place.value <= DARKEST or tension < TENSE_MINOR:
        return place._replace(value=mode)
    because = f"{place.because}; tension {tension:.2f} asks for the leading tone of harmonic minor"
    return Choice(Mode.HARMONIC_MINOR, because, place.source)


def _draw_tonic(register_midi: float, rng: np.random.Generator) -> int:
    """A tonic among seven neighbours: low music goes to keys with a tonic below middle C, high music to keys above it.

    The composer moves finished music to its key by −5..+6 semitones, so the key must not undo the register.
    """
    centre = min(TONIC_REACH, max(-TONIC_REACH, (register_midi - KEY_CENTRE_MIDI) * TONIC_REACH / 4))
    return int(round(centre) + rng.integers(-3, 4)) % 12


def _draw_meter(affect: Affect, rng: np.random.Generator) -> tuple[int, int]:
    """A metre: mostly 4/4; the lilting 6/8 more often the higher the valence."""
    compound = max(0.04, COMPOUND_SHARE + COMPOUND_VALENCE * affect.valence)
    triple = TRIPLE_SHARE + TRIPLE_AROUSAL * affect.arousal
    drawn = rng.random()
    return (6, 8) if drawn < compound else (3, 4) if drawn < compound + triple else (4, 4)


def _mix(row: Row, affect: Affect, cues: Mapping[str, float], mapping: MappingTable) -> Choice:
    """The value of one field, within its range, the sum in plain words, and the sources of row and wishes."""
    sure = 1 - DOUBT_PULL * affect.doubt
    terms = [
        (f"valence {affect.valence:+.2f}", row.valence * affect.valence * sure),
        (f"arousal {affect.arousal:+.2f}", row.arousal * affect.arousal * sure),
        (f"doubt {affect.doubt:.2f}", row.doubt * affect.doubt),
    ]
    for cue in mapping.cue_rows:
        if cue.target == row.target and cue.cue in cues:
            deviation = min(WIDEST_CUE, max(-WIDEST_CUE, cues[cue.cue]))
            terms.append((f"{cue.region}: {cue.cue.replace('_', ' ')} {deviation:+.1f} SD", cue.weight * deviation))
    wanted = row.origin + sum(amount for _, amount in terms)
    lowest, highest = row.range
    kept_value = min(highest, max(lowest, wanted))
    value, told, sources = mixed_in(affect, row.target, kept_value)
    place = (value - lowest) / (highest - lowest)
    word = row.low if place < 0.4 else row.high if place > 0.6 else f"between {row.low} and {row.high}"
    moved = [f"{name} adds {amount:+.3g}" for name, amount in terms if abs(amount) >= 0.005 * (highest - lowest)]
    kept = "" if kept_value == wanted else f", kept within {lowest:g} to {highest:g}"
    summed = "".join(f", {text}" for text in moved) + kept + told
    source = "; ".join((row.source, *(other for other in sources if other not in row.source)))
    return Choice(value, f"{word}, {round(value, 3):.3g}: from {row.origin:g}{summed}", source)
