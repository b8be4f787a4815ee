"""The values that travel between stages.

The stages are face → cues → affect → brief → phrase → audio; played live, also cues → gesture → sound. Briefs and
gestures take cues as departures from rest, numbers by name (`mien.cues.neutral`). What a stage is set by (mappings,
ensembles) and what joins values (`mien.reading.Reading`) stand beside their makers.
All values are frozen, checked when made and free of I/O. Byte and boolean arrays must arrive as such; other numbers are
held as float32. Units are name suffixes (`_s` seconds, `_px` pixels of the frame, `_hz`, `_bpm`, `_ticks`, `_midi`).
Values that hold arrays compare by identity (`eq=False`) and write-protect the arrays; all others compare by content.

Musical time is integer ticks, `TICKS_PER_QUARTER` to a quarter note: exact equality, stable golden files, MIDI as is.
Left and right are the subject's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mien.checks import protected, spelled, within
from mien.vocabulary import BRIEF_RANGES, EIGHT, METERS, Classes, EmotionClass, Mode, quarters_in_bar, quarters_in_beat

REGIONS = ("eyes", "brows", "nose", "mouth")
"""The four focal regions, in the order of every per-region array."""

CANNOT_TELL = "cannot tell"
"""What a reading says when it is not worth an emotion."""
CANNOT_TELL_DOUBT = 0.95
"""A reading with more doubt than this says `CANNOT_TELL`. In steps of .05, it is the highest value that still refuses
at least 95 % each of the drawn patterns and of the shuffled, fully covered and heavily blurred development faces
(`mien.lab.exams.abstention`). Higher is better for clean faces, each of which is a loss when refused."""

CHIP_PX = 64
"""Side of the aligned grey chip, pixels."""
DETAIL_PX = 112
"""Side of the larger chip that keeps fine detail, pixels."""

MESH_POINTS = 468
EYE_POINTS = 76
"""Per eye: 71 eyelid and brow contour points, then the iris centre and four points on its rim."""

TICKS_PER_QUARTER = 480


class Part(IntEnum):
    """The musical parts; `STEERED_BY` says which focal region steers each."""

    MELODY = 0
    HARMONY = 1
    TEXTURE = 2
    RHYTHM = 3
    """Bass and pulse."""
    KIT = 4
    """Percussion (General MIDI drum keys), in ensembles that have it."""


STEERED_BY: Mapping[Part, str] = MappingProxyType(
    {Part.MELODY: "eyes", Part.HARMONY: "brows", Part.TEXTURE: "nose", Part.RHYTHM: "mouth", Part.KIT: "mouth"}
)
"""The focal region that steers each part; the kit follows the rhythm."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of the world: `time_s` is its capture time on a monotonic clock, `rgb` uint8 (h, w, 3)."""

    time_s: float
    rgb: NDArray[np.uint8]

    def __post_init__(self) -> None:
        object.__setattr__(self, "rgb", protected(self.rgb, np.uint8, (None, None, 3), "Frame.rgb"))


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face found in a frame.

    Attributes
    ----------
    box_px : (x0, y0, x1, y1) in frame pixels.
    score : 0..1, the joint belief of the detector and the mesh that this is a face.
    points_px : float32 (468, 3), the face mesh, with lids and brows as the iris network sees them; z has the scale of x
        and grows away from the camera.
    eyes_px : float32 (2, 76, 2), subject's right eye first: 71 contour points, iris centre, four rim points.
    pose_deg : (pitch, yaw, roll); zero looks into the camera. Pitch grows as the chin goes down, yaw as the face turns
        to the picture's right, roll as the head tips clockwise in the picture.
    chip : uint8 (64, 64), the face in grey, cut out level and at a fixed eye distance.
    chip_scale : frame pixels per chip pixel; above 1 the chip was reduced, below 1 it was enlarged.
    detail : uint8 (112, 112), the same cut-out as the chip, with detail finer than the chip's pixels.
    """

    time_s: float
    box_px: tuple[float, float, float, float]
    score: float
    points_px: NDArray[np.float32]
    eyes_px: NDArray[np.float32]
    pose_deg: tuple[float, float, float]
    chip: NDArray[np.uint8]
    chip_scale: float
    detail: NDArray[np.uint8]

    def __post_init__(self) -> None:
        within("Face.score", self.score, 0, 1)
        object.__setattr__(self, "points_px", protected(self.points_px, np.float32, (MESH_POINTS, 3), "Face.points_px"))
        object.__setattr__(self, "eyes_px", protected(self.eyes_px, np.float32, (2, EYE_POINTS, 2), "Face.eyes_px"))
        object.__setattr__(self, "chip", protected(self.chip, np.uint8, (CHIP_PX, CHIP_PX), "Face.chip"))
        object.__setattr__(self, "detail", protected(self.detail, np.uint8, (DETAIL_PX, DETAIL_PX), "Face.detail"))


@dataclass(frozen=True, slots=True, eq=False)
class Cues:
    """What the points of a face say, as named numbers.

    `values` is float32 (c,) in the order of `mien.cues.names.CUES`, each in the unit stated there; `valid` is bool
    (c,), false where the cue could not be measured (its value is then 0).
    """

    time_s: float
    values: NDArray[np.float32]
    valid: NDArray[np.bool_]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", protected(self.values, np.float32, (None,), "Cues.values"))
        object.__setattr__(self, "valid", protected(self.valid, np.bool_, (len(self.values),), "Cues.valid"))


@dataclass(frozen=True, slots=True)
class Affect:
    """How an expression reads: never what a person feels.

    `probs` follow `classes` and sum to 1. `valence` and `arousal` are −1..1 (circumplex, Russell 1980). `doubt` is 0
    (sure) to 1 (cannot tell). `shares` follow `REGIONS` and sum to 1: how much of the decision each region carried.
    `classes` are the eight of FER+ unless the reader knows others.
    """

    time_s: float
    probs: tuple[float, ...]
    valence: float
    arousal: float
    doubt: float
    shares: tuple[float, ...] = (0.25, 0.25, 0.25, 0.25)
    classes: Classes = EIGHT

    def __post_init__(self) -> None:
        for name, given, order in (("probs", self.probs, self.names), ("shares", self.shares, REGIONS)):
            if len(given) != len(order):
                raise ValueError(f"Affect.{name}: {len(given)} numbers given, {len(order)} wanted ({', '.join(order)})")
            for key, number in zip(order, given, strict=True):
                within(f"Affect.{name} of {key}", number, 0, 1)
            if abs(sum(given) - 1) > 1e-3:
                raise ValueError(f"Affect.{name}: they sum to {sum(given):.4f}, not to 1")
        within("Affect.valence", self.valence, -1, 1)
        within("Affect.arousal", self.arousal, -1, 1)
        within("Affect.doubt", self.doubt, 0, 1)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes, in the order of `probs`."""
        return tuple(one.name for one in self.classes)

    @property
    def first(self) -> EmotionClass:
        """The most probable class."""
        return self.classes[max(range(len(self.probs)), key=lambda i: self.probs[i])]

    @property
    def emotion(self) -> str:
        """The name of the most probable class."""
        return self.first.name

    @property
    def tells(self) -> bool:
        """Whether the reading is worth an emotion at all."""
        return self.doubt <= CANNOT_TELL_DOUBT

    @property
    def reads_as(self) -> str:
        """The name of the most probable class, or `CANNOT_TELL`."""
        return self.emotion if self.tells else CANNOT_TELL


CONTROLS = ("expression", "brightness", "pan", "vibrato", "breath")
"""What a gesture moves at once, in the order of every per-control array; each 0..1, pan .5 in the middle."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """What a face does with the sound at this moment.

    `controls` holds five numbers 0..1 for each part, in the order of `CONTROLS`; `events` are "blink", "wink_left" and
    "wink_right" (the subject's own).
    """

    time_s: float
    controls: tuple[tuple[Part, tuple[float, ...]], ...]
    events: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for part, numbers in self.controls:
            if len(numbers) != len(CONTROLS):
                raise ValueError(f"Gesture.controls: {len(numbers)} given for {part.name}, {len(CONTROLS)} wanted")
            for name, number in zip(CONTROLS, numbers, strict=True):
                within(f"Gesture.{name} of {part.name}", number, 0, 1)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a field of a brief has its value, and whose finding that rests on."""

    field: str
    because: str
    source: str


@dataclass(frozen=True, slots=True)
class Brief:
    """What to compose: psychology on its left, music theory on its right.

    Attributes
    ----------
    tempo_bpm : quarter notes (dotted quarters in compound metres) per minute, 40..200.
    tonic_pc : pitch class of the tonic, 0 (C) .. 11 (B).
    meter : (beats, unit), for example (3, 4).
    density : onsets per beat over all parts, 0.5..8.
    register_midi : centre of the melody, MIDI number.
    spread_semitones : standard deviation of the melody's pitch, 1..9.
    contour : −1 (lines fall) .. 1 (lines rise).
    loudness : 0..1.
    legato : ratio of sounding to written length, 0.3 (staccato) .. 1.1 (overlapping).
    tension : 0 (diatonic, consonant) .. 1 (borrowed, diminished, rough).
    brightness : 0 (dark) .. 1 (bright), of the sound, not of the scale.
    syncopation : 0 (even) .. 1.
    rubato : 0 (strict) .. 1 (free).
    interruption : 0 (every phrase comes to its close) .. 1 (some break off before it).
    reasons : one per field.
    tonic_fifths : the tonic's place on the line of fifths (F♯ 6, G♭ −6) where its spelling is settled, or None.
    """

    tempo_bpm: float
    tonic_pc: int
    mode: Mode
    meter: tuple[int, int] = (4, 4)
    density: float = 3.0
    register_midi: float = 67.0
    spread_semitones: float = 4.0
    contour: float = 0.0
    loudness: float = 0.5
    legato: float = 0.85
    tension: float = 0.3
    brightness: float = 0.5
    syncopation: float = 0.2
    rubato: float = 0.3
    interruption: float = 0.0
    ensemble: str = "piano"
    reasons: tuple[Reason, ...] = ()
    tonic_fifths: int | None = None

    def __post_init__(self) -> None:
        spelled("Brief.tonic_fifths", self.tonic_fifths, self.tonic_pc)
        for name, (low, high) in BRIEF_RANGES.items():
            within(f"Brief.{name}", getattr(self, name), low, high)
        if self.meter not in METERS:
            raise ValueError(f"Brief.meter: {self.meter} given, one of {METERS} allowed")


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note: onset and length in ticks, the onset from the phrase's start; MIDI pitch; velocity 1..127."""

    onset_ticks: int
    part: Part
    pitch_midi: int
    length_ticks: int
    velocity: int

    def __post_init__(self) -> None:
        within("Note.onset_ticks", self.onset_ticks, 0, 2**31)
        within("Note.length_ticks", self.length_ticks, 1, 2**31)
        within("Note.pitch_midi", self.pitch_midi, 0, 127)
        within("Note.velocity", self.velocity, 1, 127)

    @property
    def end_ticks(self) -> int:
        """The first tick after the note."""
        return self.onset_ticks + self.length_ticks


@dataclass(frozen=True, slots=True, order=True)
class Chord:
    """A harmony that holds from `onset_ticks` for `length_ticks`.

    `pcs` are its pitch classes, root first; `bass_pc` is the lowest; `roman` names it in the key ("V7", "iv6");
    `function` is "T", "S" or "D" (tonic, subdominant, dominant).
    """

    onset_ticks: int
    length_ticks: int
    pcs: tuple[int, ...]
    bass_pc: int
    roman: str
    function: str


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in the form: `kind` is "form", "section", "phrase", "motif", "cadence" or "interruption"; `text` says
    which one."""

    onset_ticks: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stretch of music, short or a whole piece.

    Attributes
    ----------
    notes : sorted by onset, part, pitch.
    length_ticks : of the whole; a whole number of bars in a written phrase.
    tempo : (tick, bpm) steps, the first at tick 0; the beat is a quarter (a dotted quarter in 6/8).
    tonic_fifths : as in a `Brief`.
    """

    notes: tuple[Note, ...]
    length_ticks: int
    meter: tuple[int, int]
    tempo: tuple[tuple[int, float], ...]
    tonic_pc: int
    mode: Mode
    ensemble: str
    seed: int
    chords: tuple[Chord, ...] = ()
    marks: tuple[Mark, ...] = ()
    tonic_fifths: int | None = None

    def __post_init__(self) -> None:
        spelled("Phrase.tonic_fifths", self.tonic_fifths, self.tonic_pc)
        if list(self.notes) != sorted(self.notes):
            raise ValueError("Phrase.notes: not sorted by onset, part, pitch")
        if not self.tempo or self.tempo[0][0] != 0:
            raise ValueError("Phrase.tempo: the first step must stand at tick 0")
        if self.notes and max(n.onset_ticks for n in self.notes) >= self.length_ticks:
            raise ValueError("Phrase.notes: a note begins after the end")

    @property
    def bar_ticks(self) -> int:
        """Length of a bar in ticks."""
        return int(quarters_in_bar(self.meter) * TICKS_PER_QUARTER)

    def part(self, part: Part) -> tuple[Note, ...]:
        """The notes of one part, in order."""
        return tuple(n for n in self.notes if n.part is part)

    def seconds_at(self, ticks: NDArray[np.int64]) -> NDArray[np.float64]:
        """Seconds from the start at each of `ticks`, through the tempo steps."""
        quarter = quarters_in_beat(self.meter)
        starts = np.array([t for t, _ in self.tempo], dtype=np.float64)
        per_tick = np.array([60.0 / (bpm * quarter * TICKS_PER_QUARTER) for _, bpm in self.tempo])
        seconds = np.concatenate([[0.0], np.cumsum(np.diff(starts) * per_tick[:-1])])
        step = np.searchsorted(starts, ticks, side="right") - 1
        return np.asarray(seconds[step] + (ticks - starts[step]) * per_tick[step])

    @property
    def length_s(self) -> float:
        """Seconds from the start to the end."""
        return float(self.seconds_at(np.array([self.length_ticks]))[0])


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """Sound: `samples` is float32 (n, 2) at `rate_hz`. Full scale is −1..1; anything beyond is clipped when written."""

    samples: NDArray[np.float32]
    rate_hz: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "samples", protected(self.samples, np.float32, (None, 2), "Audio.samples"))

    @property
    def length_s(self) -> float:
        """Seconds of sound."""
        return len(self.samples) / self.rate_hz
