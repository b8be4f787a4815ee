"""Every stage's time on one thread, beside its target; the whole program's time and memory, cold.

`python -m benchmarks` prints a table; `--json FILE` (or `-` for standard output) writes the numbers. Medians over many
runs after a warm-up; absolute times hold for the machine at hand only, so a reference is timed in the same run: a
256×256 matrix product in numpy, whose time is the unit of the column "× ref". Nothing here passes or fails.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from mien.affect.network import Reader
from mien.circumplex import affect_of
from mien.cues.geometry import measure
from mien.face.align import cut_chip, cut_detail, level
from mien.face.find import find_faces
from mien.face.look import look
from mien.face.mesh import first_square, fit_eyes, fit_mesh
from mien.face.pictures import open_picture
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.journey.phrases import next_phrase
from mien.music.journey.state import Journey
from mien.music.midi import midi_bytes
from mien.music.perform import perform
from mien.sound.render import render
from mien.values import Frame

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "examples" / "astronaut.jpg"
EMOTIONS = ("happy", "sad", "angry", "calm")
PIECE_S = 60.0


@dataclass(frozen=True, slots=True)
class Measure:
    """One number: what, how much, in which unit, and the target it is held against."""

    stage: str
    value: float
    unit: str
    target: str = ""


def median_ms(work: Callable[[], object], runs: int = 40) -> float:
    """Median time of `work` in milliseconds, after three runs that do not count."""
    for _ in range(3):
        work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.median(times) * 1e3)


def frame_640() -> Frame:
    """The example portrait as a camera would give it: 640×480."""
    rgb = open_picture(PICTURE).rgb
    canvas = np.full((480, 640, 3), 110, dtype=np.uint8)
    canvas[:, 80:560] = cv2.resize(rgb, (480, 480), interpolation=cv2.INTER_AREA)
    return Frame(0.0, canvas)


def measure_reading() -> list[Measure]:
    """Milliseconds a stage from frame to affect, at 640×480."""
    cv2.setNumThreads(1)
    frame, reader = frame_640(), Reader()
    candidate = find_faces(frame.rgb)[0]
    points, _ = fit_mesh(frame.rgb, first_square(candidate))
    (face,) = look(frame)
    cues = measure(face)

    small = replace(face, chip_scale=1.0)  # as if it had too few pixels for a closer look
    probs = np.array(reader.read(small, cues).probs, dtype=np.float32)

    def whole() -> None:
        for seen in look(frame):
            reader.read(seen, measure(seen))

    return [
        Measure("decode the picture", median_ms(lambda: open_picture(PICTURE)), "ms"),
        Measure("find faces", median_ms(lambda: find_faces(frame.rgb)), "ms"),
        Measure("fit the mesh", median_ms(lambda: fit_mesh(frame.rgb, first_square(candidate))), "ms"),
        Measure("fit both eyes", median_ms(lambda: fit_eyes(frame.rgb, points)), "ms"),
        Measure("cut the chip", median_ms(lambda: cut_chip(frame.rgb, level(points))), "ms"),
        Measure("cut the detail", median_ms(lambda: cut_detail(frame.rgb, level(points))), "ms"),
        Measure("measure cues", median_ms(lambda: measure(face)), "ms"),
        Measure("read the expression, at first sight", median_ms(lambda: reader.read(small, cues)), "ms", "≤ 2"),
        Measure("look closer at a clear face", median_ms(lambda: reader.glance(probs, face)), "ms"),
        Measure("whole reading, frame to affect", median_ms(whole), "ms", "≤ 12"),
    ]


def measure_music() -> list[Measure]:
    """Composing and rendering as multiples of real time, and how long a brief waits for its first phrase."""
    briefs = [brief_from_affect(affect_of(name), seed=1) for name in EMOTIONS]
    quartets = [brief_from_affect(affect_of(name), ensemble="quartet", seed=1) for name in EMOTIONS]
    composed_s = sum(median_ms(lambda b=b: compose(b, PIECE_S, 1), 5) for b in briefs) / 1e3
    of_four_s = sum(median_ms(lambda b=b: compose(b, PIECE_S, 1), 5) for b in quartets) / 1e3
    written = [compose(b, PIECE_S, 1) for b in briefs]
    performed_s = sum(median_ms(lambda w=w, b=b: perform(w, b), 5) for w, b in zip(written, briefs, strict=True)) / 1e3
    performed = [perform(w, b) for w, b in zip(written, briefs, strict=True)]
    length_s = sum(p.length_s for p in performed)
    rendered_s = sum(median_ms(lambda p=p: render(p), 1) for p in performed) / 1e3
    first_ms = max(median_ms(lambda b=b: next_phrase(Journey(1, b), lambda _: b), 10) for b in (*briefs, *quartets))
    return [
        Measure("compose four parts (quartet)", length_s / of_four_s, "× real time", "≥ 300"),
        Measure("compose and perform (piano)", length_s / (composed_s + performed_s), "× real time", "≥ 200"),
        Measure("the first phrase after a brief, the slowest", first_ms, "ms", "≤ 50"),
        Measure("compose 10 s, the shortest piece", median_ms(lambda: compose(briefs[0], 10, 1), 5), "ms"),
        Measure("write MIDI, 60 s", median_ms(lambda: midi_bytes(performed[0]), 5), "ms"),
        Measure("render piano", length_s / rendered_s, "× real time", "≥ 20"),
    ]


def measure_program() -> list[Measure]:
    """A cold `mien play` with all five files, and a bare import: seconds and peak memory of a fresh process."""
    words = [sys.executable, "-m", "mien", "play", str(PICTURE), "--seconds", str(PIECE_S)]
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(3):
            start = time.perf_counter()
            subprocess.run([*words, "--out", folder], check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - start)
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    imported_ms = median_ms(lambda: subprocess.run([sys.executable, "-c", "import mien"], check=True), 5)
    bare_ms = median_ms(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 5)
    return [
        Measure("mien play, 60 s of piano, five files, cold", float(np.median(times)), "s", "≤ 8"),
        Measure("peak memory of it", peak_mb, "MB", "≤ 400"),
        Measure("import mien (beyond Python itself)", imported_ms - bare_ms, "ms", "≤ 300"),
    ]


def main() -> None:
    """Measure, print the table, write the JSON if asked."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    options.add_argument("--json", metavar="FILE", help="write the numbers; - for standard output")
    asked = options.parse_args()
    square = np.random.default_rng(0).standard_normal((256, 256))
    reference = Measure("reference: 256×256 matrix product", median_ms(lambda: square @ square), "ms")
    measures = [reference, *measure_program(), *measure_reading(), *measure_music()]
    if asked.json != "-":
        for m in measures:
            times_ref = f"{m.value / reference.value:9.1f} × ref" if m.unit == "ms" else ""
            print(f"{m.stage:44s} {m.value:9.2f} {m.unit:12s} {m.target:7s} {times_ref}")
    if asked.json:
        machine = {"machine": platform.machine(), "system": platform.system(), "python": platform.python_version()}
        text = json.dumps({**machine, "measures": [asdict(m) for m in measures]}, indent=2, ensure_ascii=False)
        print(text) if asked.json == "-" else Path(asked.json).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
