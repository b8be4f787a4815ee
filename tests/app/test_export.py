"""`mien export`: the same answers in another runtime, and nothing half-written."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from mien.affect.network import Reader
from mien.app import export as command
from mien.app.cli import app
from mien.assets import asset_path
from mien.errors import BadInput
from mien.vocabulary import EMOTIONS

onnxruntime = pytest.importorskip("onnxruntime", reason="needs the extra 'onnx'")
pytest.importorskip("tf2onnx", reason="needs the extra 'onnx'")

run = CliRunner().invoke


@pytest.mark.slow
def test_a_picture_is_read_alike_there(tmp_path: Path) -> None:
    out = tmp_path / "mine.onnx"
    done = run(app, ["export", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.json", "mine.onnx"]
    manifest = json.loads(out.with_suffix(".json").read_text())
    assert manifest["file"] == "mine.onnx" and manifest["labels"] == list(EMOTIONS)
    assert "closer_look" in manifest
    rng = np.random.default_rng(3)
    chips = rng.integers(0, 256, (5, 64, 64), dtype=np.uint8)  # as many as anybody likes: the batch is free
    cues = rng.normal(size=(5, len(manifest["cues"]))).astype(np.float32)
    session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    given = {"chip": chips[..., None].astype(np.float32), "cues": cues, "presence": np.ones((5, 4), np.float32)}
    told = dict(zip(manifest["outputs"], session.run(None, given), strict=True))
    answer = Reader().answer(chips, cues)
    for name, ours in (("logits", answer.logits), ("stream_logits", answer.alone), ("shares", answer.shares)):
        np.testing.assert_allclose(told[name], ours, atol=2e-3)


@pytest.mark.parametrize(("out", "told"), [("mine.tflite", "ends in .onnx"), ("folder.onnx", "it is a folder")])
def test_a_place_that_does_not_fit_is_refused(tmp_path: Path, out: str, told: str) -> None:
    (tmp_path / "folder.onnx").mkdir()
    done = run(app, ["export", "--out", str(tmp_path / out)])
    assert done.exit_code != 0 and told in str(done.exception)


@pytest.mark.parametrize("of", ["reader", "other"])
def test_another_files_manifest_is_spared(tmp_path: Path, of: str) -> None:
    shipped = asset_path("mien.affect", "reader.json").read_text()
    (tmp_path / "reader.tflite").write_bytes(b"never read")
    (tmp_path / "reader.json").write_text(shipped)
    (tmp_path / "other.json").write_text(shipped)
    words = ["export", "--weights", str(tmp_path / "reader.tflite"), "--out", str(tmp_path / f"{of}.onnx")]
    with pytest.raises(BadInput, match=rf"take the place of {of}.json, that of reader.tflite.*{of}-onnx.onnx"):
        run(app, words, catch_exceptions=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.json", "reader.json", "reader.tflite"]
    assert (tmp_path / f"{of}.json").read_text() == shipped


def test_what_is_missing_is_named_with_the_command_that_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "NEEDED", ("keras", "no_such_module"))
    done = run(app, ["export", "--out", str(tmp_path / "mine.onnx")])
    assert "no_such_module" in str(done.exception) and "[onnx]" in str(done.exception)


@pytest.mark.slow
def test_weights_that_are_none_leave_nothing(tmp_path: Path) -> None:
    weights = tmp_path / "made.tflite"
    weights.write_bytes(b"no network")
    weights.with_suffix(".json").write_text(asset_path("mien.affect", "reader.json").read_text())
    done = run(app, ["export", "--weights", str(weights), "--out", str(tmp_path / "out" / "mine.onnx")])
    assert done.exit_code != 0
    assert not (tmp_path / "out").exists()
