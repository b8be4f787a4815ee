"""`mien evaluate` on small data: numbers, a page that asks nobody for anything, the manifest, and its refusals."""

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from made_data import write_ferplus, write_london
from mien.affect.network import Reader
from mien.app.cli import app
from mien.assets import asset_path
from mien.errors import BadInput
from mien.lab.exams.evaluate import CONDITIONS
from mien.lab.exams.exam import FERPLUS, LONDON
from mien.lab.pages.report import report

SHIPPED = asset_path("mien.affect", "reader.tflite")


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, a copy of the weights, and what the command wrote."""
    folder = tmp_path_factory.mktemp("evaluate")
    write_ferplus(folder / FERPLUS, 32)
    write_london(folder / LONDON)
    for kind in (".tflite", ".json"):
        shutil.copy(SHIPPED.with_suffix(kind), folder / f"mine{kind}")
    words = ["evaluate", str(folder / "mine.tflite"), "--data", str(folder), "--out", str(folder / "out")]
    ran = CliRunner().invoke(app, [*words, "--into-manifest"], catch_exceptions=False)
    assert ran.exit_code == 0
    assert re.search(r"accuracy +0\.\d{4}", ran.output)
    return folder


def test_every_part_of_the_result_is_there(evaluated: Path) -> None:
    found = json.loads((evaluated / "out" / "mine.json").read_text())
    assert found["on"] == {"data": "FER+ (ferplus_dev.npz)", "side": "validate", "faces": 8}
    assert sum(map(sum, found["four"]["confusion"])) == 8
    low, high = found["four"]["accuracy"]["interval"]
    assert low <= found["four"]["accuracy"]["value"] <= high
    assert sum(part["cases"] for part in found["four"]["reliability"]) == 8
    assert list(found["streams_off"]) == list(CONDITIONS)
    assert found["shares"]["sum_departs"] < 1e-5
    assert found["abstention"]["drawn patterns"]["share"] == 1
    assert found["london"]["happy"]["share"] == 1  # the portrait smiles, so called neutral it is wrong
    assert found["london"]["neutral"]["share"] == 0
    assert found["london"]["refused"]["fully covered"]["share"] == 1
    assert found["weights"]["sha256"] == json.loads(SHIPPED.with_suffix(".json").read_text())["sha256"]


def test_the_page_shows_it_and_asks_nobody(evaluated: Path) -> None:
    page = (evaluated / "out" / "mine.html").read_text()
    found = json.loads((evaluated / "out" / "mine.json").read_text())
    assert page == report("mine", found)
    assert f"{found['four']['accuracy']['value']:.1%} right" in page
    for word in ("reliability", "confusion", "I cannot tell", "eyes only", "Portraits", "prefers-color-scheme: dark"):
        assert word in page
    assert not re.search(r'(src|href)="(?!data:)', page) and "@import" not in page and "url(" not in page


def test_the_manifest_gets_the_scores_and_still_proves_its_network(evaluated: Path) -> None:
    manifest = json.loads((evaluated / "mine.json").read_text())
    found = json.loads((evaluated / "out" / "mine.json").read_text())
    assert manifest["scores"]["accuracy"] == found["four"]["accuracy"]
    unseen = manifest["training"]["portraits_unseen"]  # it learnt from portraits: these scores are of people left out
    assert manifest["scores"]["london_happy"] == unseen["happy"]["share"] < 1
    assert "as measured by folds of people when the closer look was learnt" in manifest["scores"]["on"]
    Reader(evaluated / "mine.tflite")


def test_portraits_that_the_manifest_tells_are_not_shown_as_measured_now(evaluated: Path) -> None:
    page = (evaluated / "out" / "mine.html").read_text()
    copied, measured = page.index("Not measured by this evaluation"), page.index("Measured by this evaluation, on")
    assert "95.1%" in page[copied:measured] and "100.0%" in page[measured:] and "learnt from these very" in page
    found = json.loads((evaluated / "out" / "mine.json").read_text())
    del found["weights"]["training"]["portraits_unseen"]
    assert "by this evaluation" not in report("mine", found)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--side", "test"], "unknown side"),
        (["--limit", "0"], "--limit 0"),
        (["--limit", "8", "--into-manifest"], "the whole side validate"),
        (["--side", "develop", "--into-manifest"], "the whole side validate"),
        ([], "no such file"),
    ],
)
def test_refusals_leave_nothing(evaluated: Path, tmp_path: Path, words: list[str], told: str) -> None:
    data = evaluated if words else tmp_path
    out = tmp_path / "out"
    asked = ["evaluate", str(SHIPPED), "--data", str(data), "--out", str(out), *words]
    with pytest.raises(BadInput, match=told):
        CliRunner().invoke(app, asked, catch_exceptions=False)
    assert not out.exists()


@pytest.mark.parametrize("name", ["mine", "other"])
def test_a_networks_manifest_is_spared(tmp_path: Path, name: str) -> None:
    run = tmp_path / "run"
    run.mkdir()
    weights = run / "mine.tflite"
    weights.write_bytes(b"never read")
    for place in (run, tmp_path):
        (place / f"{name}.json").write_bytes(SHIPPED.with_suffix(".json").read_bytes())
    if name == "other":  # the manifest of another network, in another folder
        weights, run = weights.rename(run / "other.tflite"), tmp_path
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    with pytest.raises(BadInput, match=rf"take the place of {name}.json there.*report"):
        CliRunner().invoke(
            app, ["evaluate", str(weights), "--data", str(tmp_path), "--out", str(run)], catch_exceptions=False
        )
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before
