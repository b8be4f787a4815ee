"""Where PyTorch is not installed, the teacher's program says what to install."""

import subprocess
import sys

LACKING = "import sys, runpy; sys.modules['torch'] = None; runpy.run_module(sys.argv[1], run_name='__main__')"


def test_the_teacher_names_its_extra_instead_of_a_traceback() -> None:
    words = [sys.executable, "-c", LACKING, "mien.lab.training.teacher", "--help"]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ran.returncode == 1 and "[teacher]" in ran.stderr and "Traceback" not in ran.stderr
