"""A piece becomes the account of itself: plain data, ready for JSON (`piece.json`).

It says what was read and who said it (eyes, brows, nose, mouth), what was asked of the composer and why, and for each
bar which harmony, motif and cadence stand there. Numbers are rounded to what they are worth.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mien.cues.names import NAMES
from mien.values import EMOTIONS, REGIONS, Affect, Brief, Chord, Cues, Face, Mark, Phrase


def account_of_reading(
    face: Face, cues: Cues, affect: Affect, streams: Mapping[str, Sequence[float]]
) -> dict[str, Any]:
    """One face: where it is, how it reads, how much each region said, and what each region says alone."""
    pitch, yaw, roll = face.pose_deg
    return {
        "face": {
            "box_px": [round(v, 1) for v in face.box_px],
            "score": round(face.score, 3),
            "pose_deg": {"pitch": round(pitch, 1), "yaw": round(yaw, 1), "roll": round(roll, 1)},
        },
        **account_of_affect(affect),
        "alone": {region: _by_emotion(probs) for region, probs in streams.items()},
        "cues": {
            name: round(float(value), 4) if seen else None
            for name, value, seen in zip(NAMES, cues.values, cues.valid, strict=True)
        },
    }


def account_of_place(affect: Affect) -> dict[str, Any]:
    """Where a reading stands, in short."""
    return {
        "reads_as": affect.reads_as,
        "valence": round(affect.valence, 3),
        "arousal": round(affect.arousal, 3),
        "doubt": round(affect.doubt, 3),
    }


def account_of_affect(affect: Affect) -> dict[str, Any]:
    """A reading as numbers by name."""
    return account_of_place(affect) | {
        "probabilities": _by_emotion(affect.probs),
        "shares": {region: round(share, 3) for region, share in zip(REGIONS, affect.shares, strict=True)},
    }


def account_of_brief(brief: Brief) -> dict[str, Any]:
    """Each field of a brief with its value, its reason and the reason's source."""
    return {
        reason.field: {
            "value": _plain(getattr(brief, reason.field)),
            "because": reason.because,
            "source": reason.source,
        }
        for reason in brief.reasons
    }


def account_of_bars(written: Phrase) -> list[dict[str, Any]]:
    """Bar by bar: the chords that begin or hold there, and the marks of the form (motif, phrase, cadence, section)."""
    bar = written.bar_ticks
    return [
        {
            "bar": number + 1,
            "chords": [_chord(c) for c in written.chords if _overlaps(c, number * bar, bar)],
            "marks": [_mark(m) for m in written.marks if number * bar <= m.onset_ticks < (number + 1) * bar],
        }
        for number in range(-(-written.length_ticks // bar))
    ]


def _overlaps(chord: Chord, start: int, length: int) -> bool:
    return chord.onset_ticks < start + length and chord.onset_ticks + chord.length_ticks > start


def _chord(chord: Chord) -> dict[str, Any]:
    return {"roman": chord.roman, "function": chord.function}


def _mark(mark: Mark) -> dict[str, Any]:
    return {mark.kind: mark.text}


def _by_emotion(probs: Sequence[float]) -> dict[str, float]:
    return {emotion: round(float(p), 4) for emotion, p in zip(EMOTIONS, probs, strict=True)}


def _plain(value: Any) -> Any:
    if hasattr(value, "name"):
        return value.name.lower()
    if isinstance(value, float):
        return round(value, 3)
    return list(value) if isinstance(value, tuple) else value
