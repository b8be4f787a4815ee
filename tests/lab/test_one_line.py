"""A program of the lab says in one line what it lacks or cannot do; only a programming mistake gets a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mien.errors import EXIT_CODE, BadInput
from mien.lab.one_line import EXTRAS, tell

from conftest import ROOT

LACKING = "raise ModuleNotFoundError(f'No module named {__name__!r}', name=__name__)\n"


def run(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """A program of the lab, that finds first what lies in `folder`."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT / "src")))}
    return subprocess.run([sys.executable, "-m", *words], env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("module", "program", "needed"),
    [
        ("keras", "training.export", "train"),
        ("keras", "coefficients.train", "train"),
        ("scipy", "assets.resting_face", "train"),
        ("torch", "training.teacher", "teacher"),
    ],
)
def test_a_program_names_the_extra_that_it_lacks(tmp_path: Path, module: str, program: str, needed: str) -> None:
    (tmp_path / f"{module}.py").write_text(LACKING)
    ran = run(tmp_path, f"mien.lab.{program}", "--help")
    assert ran.returncode == EXIT_CODE and ran.stderr.count("\n") == 1
    assert ran.stderr.startswith(f"mien: this needs {module}: ") and f"[{needed}]" in ran.stderr


def test_a_program_says_in_one_line_what_was_given_wrongly(tmp_path: Path) -> None:
    ran = run(tmp_path, "mien.lab.exams.abstention", "--data", str(tmp_path))
    assert ran.returncode == EXIT_CODE and ran.stderr.count("\n") == 1
    assert ran.stderr.startswith(f"mien: {tmp_path / 'ferplus_dev.npz'}: no such file")


def test_a_mistake_keeps_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    for mistake in (ValueError("odd"), ModuleNotFoundError("No module named 'odd'", name="odd")):
        tell(type(mistake), mistake, None)
        assert f"{type(mistake).__name__}: " in capsys.readouterr().err
    with pytest.raises(SystemExit) as left:
        tell(BadInput, BadInput("odd"), None)
    assert left.value.code == EXIT_CODE and capsys.readouterr().err == "mien: odd\n"


def test_importing_the_lab_leaves_others_tracebacks_alone() -> None:
    probe = "import sys, mien.lab; print(sys.excepthook is sys.__excepthook__)"
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ran.stdout == "True\n"


def test_every_extra_is_one_of_the_project() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    optional = project.partition("[project.optional-dependencies]")[2].partition("\n[")[0]
    for needed in set(EXTRAS.values()):
        assert f"\n{needed} = [" in optional
