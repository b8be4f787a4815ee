"""Our music before a judge: fresh pieces of each mood, and a grid of moods, read by an external program.

    python -m mien.lab.scores.judge_music --judge PATH [--first-seed 1] [--pieces 25] [--grid 4] [--out docs/judge.md]

The judge is a script that takes MIDI files and, with `--json`, prints for each the probabilities of the four quadrants
(Q1 happy … Q4 calm) and its arousal and valence, −1..1; `--no-velocity` makes it deaf to loudness. It hears solo piano.
Its verdict is a thermometer, never an aim: a piece can please it and be dull, so nothing is fitted to it.

References: Russell 1980 (the plane); Hung et al. 2021, "EMOPIA" (quadrants of piano music); Spearman 1904.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from mien.circumplex import affect_at, affect_of
from mien.errors import BadInput
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.midi import write_midi
from mien.music.perform import perform
from mien.music.rhythm import beat_ticks
from mien.values import Affect, Phrase
from mien.writing import write_bytes

QUADRANTS = {"happy": "Q1", "angry": "Q2", "sad": "Q3", "calm": "Q4"}
"""The quadrant that each mood should be heard in; neutral has none."""

SECONDS = 45.0
GRID = tuple(np.linspace(-0.9, 0.9, 7).round(1).tolist())
"""Valences and arousals of the grid."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge heard in a piece: quadrant, arousal and valence −1..1; `strange` 0..1 says how far the piece lies
    from what the judge knows."""

    quadrant: str
    arousal: float
    valence: float
    strange: float


def ask(judge: Path, files: Sequence[Path], *, hears_velocity: bool = True) -> list[Verdict]:
    """Have MIDI files judged.

    Raises
    ------
    BadInput
        If the judge is missing, or fails on a file.
    """
    if not judge.is_file():
        raise BadInput(f"no such file: {judge}; --judge wants the script that judges MIDI files")
    deaf = [] if hears_velocity else ["--no-velocity"]
    command = [sys.executable, str(judge), "--json", *deaf, *map(str, files)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    answers = json.loads(said.stdout) if said.returncode == 0 else {}
    if set(answers) != set(map(str, files)):
        raise BadInput(f"{judge} did not judge every file: {said.stderr.strip() or said.stdout.strip()}")
    rows = [answers[str(file)] for file in files]
    return [Verdict(row["label"], row["arousal"], row["valence"], row["ood"]) for row in rows]


def play(affect: Affect, seed: int) -> Phrase:
    """A piece of solo piano, played."""
    brief = brief_from_affect(affect, seed=seed)
    return perform(compose(brief, SECONDS, seed), brief)


def hear(judge: Path, phrases: Sequence[Phrase], *, hears_velocity: bool = True) -> list[Verdict]:
    """The judge's verdicts on phrases."""
    with TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.mid" for number in range(len(phrases))]
        for file, phrase in zip(files, phrases, strict=True):
            write_midi(phrase, file)
        return ask(judge, files, hears_velocity=hears_velocity)


def notes_a_beat(phrase: Phrase) -> float:
    """Notes of all parts per beat of the metre."""
    return len(phrase.notes) * beat_ticks(phrase.meter) / phrase.length_ticks


def spearman(one: Sequence[float], other: Sequence[float]) -> float:
    """Rank correlation of two rows of numbers; equal numbers share their rank."""
    return float(np.corrcoef(_ranks(np.array(one)), _ranks(np.array(other)))[0, 1])


def _ranks(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    below = (numbers[None, :] < numbers[:, None]).sum(axis=1)
    return np.asarray(below + (numbers[None, :] == numbers[:, None]).sum(axis=1) / 2)


def moods_table(judge: Path, seeds: Sequence[int]) -> list[str]:
    """Rows of Markdown: each mood, how often it is heard in its quadrant, and where on the plane."""
    rows = [
        "| mood | quadrant | heard there | deaf to loudness | arousal | valence | strangeness | tempo | notes a beat |",
        "|---" * 9 + "|",
    ]
    for mood in (*QUADRANTS, "neutral"):
        phrases = [play(affect_of(mood), seed) for seed in seeds]
        loud, deaf = (hear(judge, phrases, hears_velocity=hears) for hears in (True, False))
        aim = QUADRANTS.get(mood)
        shares = [f"{np.mean([v.quadrant == aim for v in row]):.2f}" if aim else "–" for row in (loud, deaf)]
        arousal, valence, strange = (
            float(np.median([getattr(v, name) for v in loud])) for name in ("arousal", "valence", "strange")
        )
        tempi = [brief_from_affect(affect_of(mood), seed=seed).tempo_bpm for seed in seeds]
        densities = [notes_a_beat(phrase) for phrase in phrases]
        rows.append(
            f"| {mood} | {aim or '–'} | {shares[0]} | {shares[1]} | {arousal:+.2f} | {valence:+.2f} | {strange:.2f} | "
            f"{min(tempi):.0f} to {max(tempi):.0f} | {min(densities):.1f} to {max(densities):.1f} |"
        )
    return rows


def grid_lines(judge: Path, seeds: Sequence[int]) -> list[str]:
    """The result for the moods of a grid, as a list in Markdown."""
    asked = [(valence, arousal, seed) for valence in GRID for arousal in GRID for seed in seeds]
    phrases = [play(affect_at(valence, arousal), seed) for valence, arousal, seed in asked]
    verdicts = hear(judge, phrases)
    tempi = [brief_from_affect(affect_at(valence, arousal), seed=seed).tempo_bpm for valence, arousal, seed in asked]
    densities = [notes_a_beat(phrase) for phrase in phrases]
    arousals = spearman([arousal for _, arousal, _ in asked], [verdict.arousal for verdict in verdicts])
    valences = spearman([valence for valence, _, _ in asked], [verdict.valence for verdict in verdicts])
    return [
        f"- Spearman of arousal asked and heard: {arousals:.3f}",
        f"- Spearman of valence asked and heard: {valences:.3f}",
        f"- median strangeness: {np.median([v.strange for v in verdicts]):.2f}",
        f"- tempi {min(tempi):.0f} to {max(tempi):.0f} beats a minute, {min(densities):.1f} to {max(densities):.1f} "
        "notes a beat",
    ]


def report(judge: Path, first_seed: int, pieces: int, grid: int) -> str:
    """Compose, ask and report, as Markdown."""
    seeds, grid_seeds = range(first_seed, first_seed + pieces), range(first_seed, first_seed + grid)
    return "\n".join(
        [
            "# The judge",
            "",
            "Written by `python -m mien.lab.scores.judge_music --judge PATH "
            f"--first-seed {first_seed} --pieces {pieces} --grid {grid} --out docs/judge.md`: "
            f"{pieces} pieces a mood, solo piano, {SECONDS:g} s, seeds {first_seed} to {seeds[-1]}, which nothing was "
            "chosen on. The judge is a classifier of other people's piano music, not part of this project and not "
            "always right. Arousal, valence and strangeness (the share of its training clips that lie nearer to what "
            "it knows) are medians.",
            "",
            *moods_table(judge, seeds),
            "",
            f"A grid of {len(GRID)} valences and {len(GRID)} arousals from {GRID[0]:g} to {GRID[-1]:g}, {grid} pieces "
            "each:",
            "",
            *grid_lines(judge, grid_seeds),
            "",
        ]
    )


def main() -> None:
    """Print the report, or write it."""
    parser = argparse.ArgumentParser(description="Have our music judged.")
    parser.add_argument("--judge", type=Path, required=True, help="script that judges MIDI files")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--pieces", type=int, default=25, help="pieces a mood")
    parser.add_argument("--grid", type=int, default=4, help="pieces a place of the grid")
    parser.add_argument("--out", type=Path, help="write the report here instead of printing it")
    options = parser.parse_args()
    text = report(options.judge, options.first_seed, options.pieces, options.grid)
    if options.out:
        write_bytes(options.out, text.encode())
    else:
        print(text)


if __name__ == "__main__":
    main()
