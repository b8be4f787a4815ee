"""The exam of few pictures: tasks and intervals by hand, the whole on small data, the table as it is printed."""

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
pytestmark = pytest.mark.filterwarnings("ignore::Warning:(keras|tensorflow|google|ml_dtypes).*")

pytest.importorskip("keras", reason="needs the extra 'train'")

from made_data import write_ferplus  # noqa: E402
from mien.assets import asset_path  # noqa: E402
from mien.lab.exams import few_shot, metrics  # noqa: E402
from mien.lab.exams.exam import FERPLUS  # noqa: E402
from mien.lab.exams.few_shot import BAR_FOUR, BAR_NEW, TASKS, Exam, against, examine, markdown, ratio  # noqa: E402
from mien.vocabulary import EMOTIONS  # noqa: E402
from mien.writing import sha256_of  # noqa: E402

from conftest import ROOT  # noqa: E402


def test_tasks_take_their_faces() -> None:
    four, new, merge = TASKS
    majority = np.array([EMOTIONS.index(name) for name in EMOTIONS] + [-1])
    assert four.truth(majority).tolist() == [3, 0, -1, 1, 2, -1, -1, -1, -1]
    assert new.truth(majority).tolist() == [3, 0, 4, 1, 2, -1, -1, -1, -1] and new.hidden == ("surprise",)
    assert merge.truth(majority).tolist() == [2, 0, -1, 1, 3, 3, 3, -1, -1]


def test_differences_are_paired_and_know_seeds_and_faces() -> None:
    rng = np.random.default_rng(2)
    theirs = rng.random(400) < 0.8
    same = np.stack([theirs] * 5)
    assert against(same, theirs) == {"value": 0.0, "interval": [0.0, 0.0]}
    assert ratio(same, theirs) == {"value": 1.0, "interval": [1.0, 1.0]}
    worse = same.copy()
    worse[:, :40] = False
    lost = float(theirs[:40].sum() / 400)
    told = against(worse, theirs)
    assert told["value"] == pytest.approx(-lost, abs=1e-4) and told["interval"][0] < -lost < told["interval"][1] < 0
    uneven = same.copy()
    uneven[0] = False  # one seed in five learnt nothing: the interval has to tell
    low, high = against(uneven, theirs)["interval"]
    assert high - low > 0.3


@pytest.mark.slow
def test_the_whole_on_small_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_ferplus(tmp_path / FERPLUS, 160)
    said: list[str] = []
    exam = Exam(tmp_path, tmp_path / "kept", asset_path("mien.affect", "reader.tflite"), say=said.append)
    test, truth = exam.test(TASKS[0])
    assert len(test) == len(truth) == 40 and np.bincount(truth).tolist() == [10] * 4
    few = exam.few(TASKS[0], 1)
    assert metrics.accuracy(truth, few.probs(test)) > metrics.accuracy(truth, exam.before(TASKS[0], test))
    found = examine(exam, TASKS[0], seeds=2)
    assert found["faces"] == dict.fromkeys(("happy", "sad", "angry", "neutral"), 10)
    assert len(found["few"]["accuracy"]["seeds"]) == len(found["few"]["penalties"]) == 2
    assert found["against_shipped"]["value"] > 0
    again: list[str] = []
    Exam(tmp_path, tmp_path / "kept", asset_path("mien.affect", "reader.tflite"), say=again.append)
    assert len(said) == 3 and not again  # what the network sees is kept
    monkeypatch.setattr(few_shot, "TASKS", TASKS[:1])
    words = ("--data", str(tmp_path), "--kept", str(tmp_path / "kept"), "--seeds", "1", "--out", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["lab", *words])
    monkeypatch.setattr(few_shot, "markdown", lambda found: "")
    few_shot.main()
    told = json.loads((tmp_path / "few_shot.json").read_text())
    assert told["made_of"] == {
        file.name: sha256_of(file) for file in (asset_path("mien.affect", "reader.tflite"), tmp_path / FERPLUS)
    }


def test_the_bars_are_met_and_the_docs_say_so() -> None:
    found = json.loads((ROOT / "results" / "few_shot.json").read_text(encoding="utf-8"))
    four, new, merge = found["tasks"]
    assert found["seeds"] >= 5 and found["pictures_a_class"] == 50
    assert four["against_shipped"]["interval"][0] >= BAR_FOUR
    assert min(new["of_full"]["interval"][0], merge["of_full"]["interval"][0]) >= BAR_NEW
    assert markdown(found) in (ROOT / "docs" / "your_own_classes.md").read_text(encoding="utf-8")
