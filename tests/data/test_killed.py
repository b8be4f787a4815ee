"""Killed at any moment, called again: nothing lost, nothing twice, files and rows in step."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mien.data.collecting.collect import collect
from mien.data.pictures.clean import clean
from mien.data.project import FILE, PICTURES, Project

COUNT = 40

DIES = """
import os, signal, sys
from pathlib import Path
import mien.data.{module} as module
from mien.data.{module} import {command}
from mien.data.project import Project

folder, pile, calls = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
{batches}
left = [calls]

def dying(function):
    def call(*words, **more):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*words, **more)
    return call

{dying}
with Project.open(folder) as project:
    {run}
"""
"""A program that kills itself outright at the n-th call of something on the way."""

COLLECT = {
    "module": "collecting.collect",
    "command": "collect",
    "batches": "import mien.data.collecting.intake as intake; intake.BATCH = 7",
    "run": "collect(project, pile)",
}
CLEAN = {
    "module": "pictures.clean",
    "command": "clean",
    "batches": "module.BATCH = 7",
    "run": "clean(project, workers=1)",
}


def run_and_die(program: dict[str, str], dying: str, project: Path, pile: Path, calls: int) -> int:
    words = [sys.executable, "-c", DIES.format(**program, dying=dying), str(project), str(pile), str(calls)]
    ran = subprocess.run(words, check=False, capture_output=True, text=True)
    assert ran.returncode in (0, -signal.SIGKILL), ran.stderr
    return ran.returncode


@pytest.fixture
def pile(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    (tmp_path / "pile" / "happy").mkdir(parents=True)
    for i in range(COUNT):
        noise = rng.integers(0, 256, (48, 48), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / "pile" / "happy" / f"{i:02d}.png")
    (tmp_path / "pile" / "again.png").write_bytes((tmp_path / "pile" / "happy" / "00.png").read_bytes())
    (tmp_path / "pile" / "broken.png").write_bytes(b"no picture")
    return tmp_path / "pile"


def check_whole(folder: Path) -> None:
    """The file is sound, and every row has its copy."""
    db = sqlite3.connect(folder / FILE)
    try:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        names = {name for (name,) in db.execute("SELECT sha256 FROM pictures")}
    finally:
        db.close()
    held = {path.name for path in (folder / PICTURES).rglob("*") if path.is_file()}
    assert names <= held


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize(
    ("dying", "points"),
    [
        ("intake._lay_down = dying(intake._lay_down)", (0, 1, 6, 7, 20)),
        ("intake.os.fsync = dying(intake.os.fsync)", (0, 5, 13)),
        ("intake._commit = dying(intake._commit)", (0, 1, 3, 5)),
        ("intake.now = dying(intake.now)", (3, 9, 24)),
    ],
)
def test_collecting_goes_on_where_it_was_killed(tmp_path: Path, pile: Path, dying: str, points: tuple) -> None:
    folder = tmp_path / "p"
    Project.create(folder).close()
    died = 0
    for calls in points:
        died += run_and_die(COLLECT, dying, folder, pile, calls) != 0
        check_whole(folder)
    assert died
    with Project.open(folder) as project:
        collect(project, str(pile))
        rows = project.db.execute("SELECT address, sha256, class FROM arrivals").fetchall()
        assert sorted(row["address"] for row in rows) == sorted(
            path.relative_to(pile).as_posix() for path in pile.rglob("*.png")
        )
        assert project.db.execute("SELECT count(*) FROM pictures").fetchone()[0] == COUNT
        names = {row["sha256"] for row in project.db.execute("SELECT sha256 FROM pictures")}
        assert {path.name for path in (folder / PICTURES).rglob("*") if path.is_file()} == names
        assert project.db.execute("SELECT count(*) FROM sources WHERE ended_at NOT NULL").fetchone()[0] == 1


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize(
    ("dying", "points"),
    [
        ("module.now = dying(module.now)", (0, 3, 9, 20)),
        ("module._keep = dying(module._keep)", (0, 1, 2)),
        ("module.mark_all = dying(module.mark_all)", (0,)),
        ("module.judge = dying(module.judge)", (5,)),
    ],
)
def test_cleaning_goes_on_where_it_was_killed(tmp_path: Path, pile: Path, dying: str, points: tuple) -> None:
    folder = tmp_path / "p"
    with Project.create(folder) as project:
        collect(project, str(pile))
    died = 0
    for calls in points:
        died += run_and_die(CLEAN, dying, folder, pile, calls) != 0
        check_whole(folder)
    assert died
    with Project.open(folder) as project:
        before = project.db.execute("SELECT count(*) FROM pictures WHERE seen_at NOT NULL").fetchone()[0]
        assert clean(project, workers=1).looked == COUNT - before
        assert project.db.execute("SELECT count(*) FROM pictures WHERE hash IS NULL").fetchone()[0] == 0
        marked = project.db.execute("SELECT count(*) FROM marks WHERE kind = 'no face'").fetchone()[0]
        without = project.db.execute("SELECT count(*) FROM pictures WHERE sha256 NOT IN (SELECT sha256 FROM faces)")
        assert marked == without.fetchone()[0]
        assert (
            project.db.execute("SELECT count(*) FROM faces GROUP BY sha256, rank HAVING count(*) > 1").fetchall() == []
        )


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_the_command_killed_from_outside_at_random_moments(tmp_path: Path, pile: Path) -> None:
    folder, rng = tmp_path / "p", np.random.default_rng(7)
    Project.create(folder).close()
    for command in (["collect", str(folder), str(pile)], ["clean", str(folder), "--workers", "2"]):
        for _ in range(4):
            running = subprocess.Popen(
                [sys.executable, "-m", "mien", "data", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                running.wait(timeout=float(rng.uniform(0.4, 2.5)))
            except subprocess.TimeoutExpired:
                os.kill(running.pid, signal.SIGKILL)
                running.wait()
            check_whole(folder)
    with Project.open(folder) as project:
        collect(project, str(pile))
        clean(project)
        assert project.db.execute("SELECT count(*) FROM arrivals").fetchone()[0] == COUNT + 2
        assert project.db.execute("SELECT count(*) FROM pictures WHERE seen_at NOT NULL").fetchone()[0] == COUNT
