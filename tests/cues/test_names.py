"""The table of the cues, and its copy for those who receive them."""

import re

from mien.cues.names import CUES, REGION_OF

from conftest import ROOT


def test_the_page_of_osc_lists_every_cue_as_it_is_measured() -> None:
    section = (ROOT / "docs" / "osc.md").read_text(encoding="utf-8").split("## The cues")[1].split("\n## ")[0]
    told = {}
    for row in section.splitlines():
        if found := re.match(r"\| `(\w+)`(, `…_left`)? \| (.+) \| (.+) to (.+) \| (\w+) \|", row):
            name, pair, unit, low, high, region = found.groups()
            for one in (name, name.replace("_right", "_left")) if pair else (name,):
                told[one] = (unit, float(low), float(high), region)
    assert told == {cue.name: (cue.unit, cue.low, cue.high, cue.region) for cue in CUES}


def test_a_pair_lies_where_its_sides_do() -> None:
    assert REGION_OF["brow_height"] == REGION_OF["brow_height_left"] == "brows" and "brow" not in REGION_OF
