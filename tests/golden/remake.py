"""Golden phrases as readable text: `python -m tests.golden.remake` writes them anew; read the difference before
keeping it.

One note a line: onset, length (ticks), pitch, velocity, part; before them the key, the tempo, the form and the harmony.
"""

from dataclasses import dataclass
from pathlib import Path

from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.perform import perform
from mien.values import Phrase

FOLDER = Path(__file__).parent
NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


@dataclass(frozen=True)
class Golden:
    """What a golden phrase is made from."""

    emotion: str
    ensemble: str
    seed: int
    seconds: float

    @property
    def stem(self) -> str:
        return f"{self.emotion}_{self.ensemble}"


GOLDEN = (
    Golden("happy", "piano", 1, 16),
    Golden("sad", "quartet", 2, 20),
    Golden("angry", "electronic", 3, 10),
    Golden("neutral", "ambient", 4, 14),
    Golden("calm", "musicbox", 5, 20),
    Golden("surprise", "chamber", 6, 18),
)


def as_text(phrase: Phrase) -> str:
    """A phrase as text, one note a line."""
    lines = [
        f"key {NAMES[phrase.tonic_pc]} {phrase.mode.name.lower()}  metre {phrase.meter[0]}/{phrase.meter[1]}",
        "tempo " + " ".join(f"{tick}:{bpm:g}" for tick, bpm in phrase.tempo),
        *(f"mark {mark.onset_ticks} {mark.kind} {mark.text}" for mark in phrase.marks),
        *(f"chord {chord.onset_ticks} {chord.roman} {chord.function}" for chord in phrase.chords),
        *(
            f"{note.onset_ticks} {note.length_ticks} {NAMES[note.pitch_midi % 12]}{note.pitch_midi // 12 - 1}"
            f" {note.velocity} {note.part.name.lower()}"
            for note in phrase.notes
        ),
    ]
    return "\n".join(lines) + "\n"


def make(golden: Golden) -> dict[str, str]:
    """The written and the played form of a golden phrase, by file name."""
    brief = brief_from_affect(affect_of(golden.emotion), ensemble=golden.ensemble, seed=golden.seed)
    written = compose(brief, golden.seconds, golden.seed)
    return {
        f"{golden.stem}.written.txt": as_text(written),
        f"{golden.stem}.played.txt": as_text(perform(written, brief)),
    }


if __name__ == "__main__":
    for golden in GOLDEN:
        for name, text in make(golden).items():
            (FOLDER / name).write_text(text, encoding="utf-8")
            print(name)
