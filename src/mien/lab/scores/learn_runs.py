"""Songs and chorales → the filter by which the composer knows that a melody is already somebody's.

    python -m mien.lab.scores.learn_runs --data FOLDER [--out FOLDER]

`FOLDER` holds `openscore_lieder.tar` (CC0) and `jsb_chorales.tar.xz` (Bach, in the public domain). Each run of twelve
notes, of every voice of the songs and every soprano of the chorales, sets some bits of a Bloom filter
(`mien.music.originality`): it can be asked whether it was shown a run, but no melody can be read from it.

References: Bloom 1970; Gotham & Jonas 2022, "The OpenScore Lieder Corpus".
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.assets import asset_path
from mien.lab.scores.compare_music import CHORALES, LIEDER, sopranos, voices
from mien.music.originality import places, runs_of
from mien.writing import write_bytes

BITS_A_RUN = 16
"""With eight hashes, one new run in 1700 is taken for a known one."""


def filter_of(runs: NDArray[np.int64]) -> bytes:
    """The filter that knows these runs, (n, 11) intervals, as bytes."""
    bits = np.zeros(-(-len(runs) * BITS_A_RUN // 8) * 8, dtype=np.bool_)
    bits[places(runs, len(bits)).ravel()] = True
    return np.packbits(bits).tobytes()


def main() -> None:
    """Learn and write the filter with its manifest."""
    parser = argparse.ArgumentParser(description="Learn which runs of twelve notes songs have.")
    parser.add_argument("--data", type=Path, required=True, help="folder with the two corpora")
    parser.add_argument("--out", type=Path, help="folder to write to instead of the package")
    options = parser.parse_args()
    songs = [[note.pitch_midi for note in song.notes] for song in voices(options.data / LIEDER)]
    chorales = [[note.pitch_midi for note in line.notes] for line in sopranos(options.data / CHORALES)]
    runs = np.unique(np.concatenate([runs_of(melody) for melody in (*songs, *chorales)]), axis=0)
    content = filter_of(runs)
    target = asset_path("mien.music", "known_runs.bin")
    target = options.out / target.name if options.out else target
    target.parent.mkdir(parents=True, exist_ok=True)
    manifest = {
        "name": "Runs of twelve notes that songs have",
        "file": target.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "licence": "CC0-1.0",
        "origin": {
            "songs": f"OpenScore Lieder Corpus, {len(songs)} voices (CC0 1.0)",
            "chorales": f"J. S. Bach, {len(chorales)} sopranos (public domain)",
        },
        "runs": len(runs),
        "command": "python -m mien.lab.scores.learn_runs --data FOLDER",
    }
    write_bytes(target, content)
    write_bytes(target.with_suffix(".json"), (json.dumps(manifest, indent=2) + "\n").encode())
    print(f"{target.name}: {len(runs):,} runs, {len(content):,} bytes")


if __name__ == "__main__":
    main()
