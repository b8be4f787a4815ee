"""Cards: tables come from results, prose stays, and what stands in the repository is fresh."""

import json
from pathlib import Path

import pytest

from mien.errors import BadInput
from mien.lab.cards import TABLES, fill

ROOT = Path(__file__).parents[2]
RESULTS = json.loads((ROOT / "results" / "reader.json").read_text(encoding="utf-8"))
CARD = ROOT / "cards" / "models" / "reader.md"


def test_the_card_is_fresh() -> None:
    card = CARD.read_text(encoding="utf-8")
    assert fill(card, RESULTS) == card, "run python -m mien.lab.cards"
    assert all(f"<!-- table {name} -->" in card for name in TABLES)


def test_the_results_are_of_the_weights_that_ship() -> None:
    manifest = json.loads((ROOT / "src/mien/affect/assets/reader.json").read_text(encoding="utf-8"))
    assert RESULTS["weights"]["sha256"] == manifest["sha256"]
    assert manifest["scores"]["accuracy"] == RESULTS["four"]["accuracy"]


def test_prose_is_left_alone_and_a_stale_table_replaced() -> None:
    card = "before\n<!-- table shares -->\nold\n<!-- end -->\nafter\n"
    filled = fill(card, {"shares": {"mean": {"eyes": 0.25}, "follow_occlusion": 0.9}})
    assert filled.startswith("before\n<!-- table shares -->\n| what | value |")
    assert filled.endswith("| 90.0% of faces |\n<!-- end -->\nafter\n")
    assert "old" not in filled


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(BadInput, match="unknown table 'luck'"):
        fill("<!-- table luck -->\n<!-- end -->", {})
