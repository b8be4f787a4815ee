"""The same seed gives the same bytes on another machine: other hashes, one thread, another processor's arithmetic."""

import os
import subprocess
import sys

PROGRAM = """
import hashlib
import numpy as np
from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.midi import midi_bytes
from mien.music.perform import perform
from mien.music.score.musicxml import musicxml
from mien.sound.render import render
found = hashlib.sha256()
for emotion, band in (("happy", "piano"), ("sad", "quartet"), ("angry", "electronic"), ("calm", "ambient")):
    brief = brief_from_affect(affect_of(emotion), ensemble=band, seed=3)
    written = compose(brief, 20, 3)
    played = perform(written, brief)
    found.update(midi_bytes(played) + musicxml(written, briefs=((0, brief),)).encode())
    if band == "quartet":
        found.update(np.round(render(played).mix.samples * 32767).astype("<i2").tobytes())
print(found.hexdigest())
"""

OLD_PROCESSOR = {
    "PYTHONHASHSEED": "4711",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OPENBLAS_CORETYPE": "Prescott",
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX",
}


def digest(environment: dict[str, str]) -> str:
    words = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    ran = subprocess.run(words, capture_output=True, text=True, env={**os.environ, **environment}, check=True)
    return ran.stdout.strip()


def test_neither_hashes_nor_threads_nor_the_processor_change_a_byte() -> None:
    assert digest({"PYTHONHASHSEED": "1"}) == digest(OLD_PROCESSOR)
