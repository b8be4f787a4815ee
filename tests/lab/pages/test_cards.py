"""Cards: tables come from results, prose stays, and what stands in the repository is fresh."""

import json
import re
from pathlib import Path

import pytest

from mien.errors import BadInput
from mien.lab.pages.cards import PLACE, fill, read_results
from mien.lab.pages.describe_data import FILES, describe_data
from mien.lab.pages.markdown import table_of
from mien.lab.pages.report import report
from mien.lab.pages.tables import TABLES

from conftest import DATA, ROOT

RESULTS = read_results(ROOT / "results")
CARDS = sorted((ROOT / "cards").rglob("*.md"))


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_the_card_is_fresh(path: Path) -> None:
    card = path.read_text(encoding="utf-8")
    assert fill(card, RESULTS, TABLES) == card, "run python -m mien.lab.pages.cards"


def test_every_table_stands_in_a_card() -> None:
    asked = {name for path in CARDS for _, name, _ in PLACE.findall(path.read_text(encoding="utf-8"))}
    assert set(TABLES) <= asked


def test_every_kind_of_data_has_a_card_that_names_terms() -> None:
    cards = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "cards" / "data").glob("*.md")}
    listed = cards.pop("README")
    assert len(cards) == len(FILES)
    for name, card in cards.items():
        assert f"]({name}.md)" in listed
        assert re.search(r"^## Terms", card, re.MULTILINE) and "## What is in it" in card, name


def test_the_results_are_of_the_weights_that_ship() -> None:
    manifest = json.loads((ROOT / "src/mien/affect/assets/reader.json").read_text(encoding="utf-8"))
    assert RESULTS["reader"]["weights"]["sha256"] == manifest["sha256"]
    assert manifest["scores"]["accuracy"] == RESULTS["reader"]["four"]["accuracy"]


def test_the_report_beside_the_results_is_of_these() -> None:
    page = (ROOT / "results" / "reader.html").read_text(encoding="utf-8")
    assert page == report("reader", RESULTS["reader"]), "run mien evaluate anew"


def test_prose_is_left_alone_and_a_stale_table_replaced() -> None:
    card = "before\n<!-- table counts -->\nold\n<!-- end -->\nafter\n"
    filled = fill(card, {"n": 3}, {"counts": lambda results: table_of(("what", "n"), [("faces", str(results["n"]))])})
    assert filled == (
        "before\n<!-- table counts -->\n| what | n |\n| --- | --- |\n| faces | 3 |\n<!-- end -->\nafter\n"
    )


def test_what_was_not_measured_names_its_command() -> None:
    filled = fill("<!-- table ocular -->\n<!-- end -->", {}, TABLES)
    assert "Not measured yet: `python -m mien.lab.exams.ablate --data DATA --kept KEPT`" in filled


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(BadInput, match="unknown table 'luck'"):
        fill("<!-- table luck -->\n<!-- end -->", {}, TABLES)


@pytest.mark.data
def test_the_counts_are_those_of_the_data() -> None:
    if not all((DATA / name).exists() for name in FILES.values()):
        pytest.skip("needs the files of shared/data beside the checkout")
    assert describe_data(DATA) == RESULTS["data"], "run python -m mien.lab.pages.describe_data"
