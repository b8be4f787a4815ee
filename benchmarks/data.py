"""The curator's desk at scale: pictures a second and memory of collecting and cleaning, with kills on the way.

`python -m benchmarks.data` makes N pictures (640×480 JPEG: the example portrait, each time blotched, lit, placed and
framed otherwise), collects and cleans them by the command line as a person would, kills it outright now and then
(`--kills`), and prints pictures a second, the peak memory of the largest process and of all together, and whether
anything was lost or came twice.
`--keep FOLDER` keeps the pile for a second run. Nothing here passes or fails.

One portrait is the hardest case for the search of copies: every face is proved against its likes. `--faces
ferplus_dev.npz` shows another face on each picture, as a pile of many people does.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.data.project import Project

PICTURE = Path(__file__).parents[1] / "examples" / "astronaut.jpg"
FOLDERS = ("happy-face", "sad-face", "angry-face", "neutral-face")
SIZE = (640, 480)
POLL_S = 0.1


def make_pile(folder: Path, count: int, faces: NDArray[np.uint8] | None) -> None:
    """Variants of the portrait, so different that none is a copy: blotched, lit, placed, in a room of its own.

    With `faces` uint8 (n, 48, 48), each picture shows one of them instead, in the portrait's place.
    """
    portrait = cv2.imread(str(PICTURE))
    for i in range(count):
        if faces is not None:
            face = cv2.resize(faces[i % len(faces)], (150, 150), interpolation=cv2.INTER_CUBIC)
            portrait[45:195, 149:299] = face[..., None]
        path = folder / FOLDERS[i % len(FOLDERS)] / f"{i:06d}.jpg"
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(i)
        room = cv2.resize(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8), SIZE, interpolation=cv2.INTER_CUBIC)
        scale, angle = rng.uniform(0.9, 1.5), rng.uniform(-15, 15)
        turn = cv2.getRotationMatrix2D((224, 120), angle, scale)
        turn[:, 2] += (rng.uniform(200, 440) - 224, rng.uniform(130, 250) - 120)
        blots = cv2.resize(rng.uniform(0.75, 1.25, (24, 24)), portrait.shape[1::-1], interpolation=cv2.INTER_CUBIC)
        lit = np.clip(portrait * blots[..., None] * rng.uniform(0.7, 1.15), 0, 255).astype(np.uint8)
        if rng.random() < 0.5:
            lit = np.ascontiguousarray(lit[:, ::-1])
        picture = cv2.warpAffine(lit, turn, SIZE, room, borderMode=cv2.BORDER_TRANSPARENT)
        cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, 88])


@dataclass
class Run:
    """Wall seconds of a command with all its restarts, its kills, and peaks in MB: largest process, all together."""

    seconds: float = 0.0
    kills: int = 0
    largest_mb: float = 0.0
    together_mb: float = 0.0


def run(words: Sequence[str], kills: int, every_s: float) -> Run:
    """Run a command to its end, killing it outright `kills` times, each time `every_s` seconds after it began."""
    told = Run()
    begun = time.perf_counter()
    while True:
        running = subprocess.Popen(words, stdout=subprocess.DEVNULL, start_new_session=True)
        started = time.perf_counter()
        while running.poll() is None:
            sizes = [resident_mb(pid) for pid in family(running.pid)]
            told.largest_mb = max(told.largest_mb, *sizes, 0.0)
            told.together_mb = max(told.together_mb, sum(sizes))
            if told.kills < kills and time.perf_counter() - started > every_s:
                os.kill(running.pid, signal.SIGKILL)
                told.kills += 1
            time.sleep(POLL_S)
        if running.returncode == 0:
            break
        if running.returncode != -signal.SIGKILL:
            raise SystemExit(f"{' '.join(words)}: exit status {running.returncode}")
    told.seconds = time.perf_counter() - begun
    return told


def family(pid: int) -> list[int]:
    """A process and its children (Linux; elsewhere the process alone)."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in family(int(child)))]


def resident_mb(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0.0
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.data", description=__doc__.splitlines()[0])
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--kills", type=int, default=2, help="of collecting, and as many of cleaning")
    options.add_argument("--every", type=float, default=15.0, help="seconds from start to kill")
    options.add_argument("--faces", type=Path, help="ferplus_dev.npz: other people's faces, one a picture")
    options.add_argument("--keep", type=Path, help="where the pile is made or found; else it is thrown away")
    options.add_argument("--json", metavar="FILE", help="write the numbers; - for standard output")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        pile, folder = asked.keep or Path(scratch) / "pile", Path(scratch) / "project"
        faces = None
        if asked.faces:
            with np.load(asked.faces, allow_pickle=False) as file:
                faces = file["images"][file["flags"] == 0]
        make_pile(pile, asked.count, faces)
        Project.create(folder).close()
        mien = [sys.executable, "-m", "mien", "data"]
        numbers: dict[str, float] = {"pictures": asked.count}
        for name, words in (
            ("collect", [*mien, "collect", str(folder), str(pile)]),
            ("clean", [*mien, "clean", str(folder), "--workers", str(asked.workers)]),
        ):
            told = run(words, asked.kills, asked.every)
            numbers |= {
                f"{name}_s": told.seconds,
                f"{name}_pictures_a_second": asked.count / told.seconds,
                f"{name}_kills": told.kills,
                f"{name}_largest_process_mb": told.largest_mb,
                f"{name}_all_processes_mb": told.together_mb,
            }
        numbers["both_pictures_a_second"] = asked.count / (numbers["collect_s"] + numbers["clean_s"])
        with Project.open(folder) as project:
            for name, query in (
                ("arrivals", "SELECT count(*) FROM arrivals WHERE problem IS NULL"),
                ("looked_at", "SELECT count(*) FROM pictures WHERE seen_at NOT NULL"),
                ("faces", "SELECT count(*) FROM faces"),
                ("marked_copies", "SELECT count(DISTINCT sha256) FROM marks WHERE kind IN ('copy', 'mirrored copy')"),
            ):
                numbers[name] = project.db.execute(query).fetchone()[0]
            held = {path.name for path in (folder / "pictures").rglob("*") if path.is_file()}
            rows = {row["sha256"] for row in project.db.execute("SELECT sha256 FROM pictures")}
            numbers["files_without_rows"], numbers["rows_without_files"] = len(held - rows), len(rows - held)
    if asked.json != "-":
        for name, value in numbers.items():
            print(f"{name:32s} {value:10.1f}" if isinstance(value, float) else f"{name:32s} {value:10d}")
    if asked.json:
        text = json.dumps(numbers, indent=2)
        print(text) if asked.json == "-" else Path(asked.json).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
