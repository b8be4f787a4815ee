"""The judge is asked file by file and its answers are told as they are; ranks are ranks."""

import json
import sys
from pathlib import Path

import pytest

from mien.circumplex import affect_of
from mien.errors import BadInput
from mien.lab.scores import judge_music
from mien.lab.scores.judge_music import ask, hear, notes_a_beat, play, report, spearman
from mien.values import Part

JUDGE = """
import json, sys
deaf = "--no-velocity" in sys.argv
files = [a for a in sys.argv[1:] if not a.startswith("--")]
print(json.dumps({f: dict(label="Q4" if deaf else "Q1", arousal=.5, valence=-.5, ood=.25) for f in files}))
"""


@pytest.fixture
def judge(tmp_path: Path) -> Path:
    path = tmp_path / "judge.py"
    path.write_text(JUDGE)
    return path


def test_phrases_are_judged_with_and_without_velocities(judge: Path) -> None:
    phrases = [play(affect_of(mood), 1) for mood in ("happy", "sad")]
    loud, deaf = hear(judge, phrases), hear(judge, phrases, hears_velocity=False)
    assert [verdict.quadrant for verdict in (*loud, *deaf)] == ["Q1", "Q1", "Q4", "Q4"]
    assert (loud[0].arousal, loud[0].valence, loud[0].strange) == (0.5, -0.5, 0.25)


def test_a_judge_that_is_not_there_or_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--judge wants the script"):
        ask(tmp_path / "none.py", [])
    broken = tmp_path / "broken.py"
    broken.write_text(f"print({json.dumps(json.dumps({}))})")
    with pytest.raises(BadInput, match="did not judge every file"):
        ask(broken, [tmp_path / "a.mid"])


def test_ranks_correlate_as_spearman_says() -> None:
    assert spearman([1, 2, 3], [10, 100, 1000]) == pytest.approx(1)
    assert spearman([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    assert spearman([1, 1, 2, 3], [1, 2, 3, 4]) == pytest.approx(0.9486833)


def test_notes_a_beat_count_all_parts() -> None:
    phrase = play(affect_of("sad"), 2)
    beats = phrase.length_ticks / (720 if phrase.meter == (6, 8) else 480)
    assert notes_a_beat(phrase) == pytest.approx(sum(len(phrase.part(part)) for part in Part) / beats)


def test_the_report_tells_every_mood_and_the_grid(judge: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.lab.scores.judge_music.GRID", (-0.5, 0.5))
    monkeypatch.setattr(
        "mien.lab.scores.judge_music.spearman", lambda one, other: 0.5
    )  # this judge always says the same
    text = report(judge, 5, pieces=1, grid=1)
    assert "| happy | Q1 | 1.00 | 0.00 |" in text and "| calm | Q4 | 0.00 | 1.00 |" in text
    assert "--first-seed 5 --pieces 1 --grid 1 --out" in text
    assert "%" not in text.split("| mood |")[0]  # how often a judge is right, no command here tells
    assert "seeds 5 to 5" in text and "median strangeness: 0.25" in text


def test_a_report_takes_the_place_of_another_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, before = tmp_path / "judge.md", tmp_path / "before.md"
    out.write_text("before")
    before.hardlink_to(out)
    monkeypatch.setattr(judge_music, "report", lambda *_: "– after")
    monkeypatch.setattr(sys, "argv", ["lab", "--judge", "judge.py", "--out", str(out)])
    judge_music.main()
    assert (out.read_text("utf-8"), before.read_text()) == ("– after", "before")
