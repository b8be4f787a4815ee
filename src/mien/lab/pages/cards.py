"""Results → the tables of the cards: `results/*.json` → `cards/**/*.md`.

    python -m mien.lab.pages.cards [--check]

A card is prose with places for tables, `<!-- table NAME -->` to `<!-- end -->`. What stands between these is rewritten,
the prose is left alone. The tables are those of `mien.lab.pages.tables`. `--check` writes nothing and fails if a table
is stale.
"""

import argparse
import json
import re
from collections.abc import Mapping
from pathlib import Path

from mien.errors import BadInput
from mien.lab.pages.markdown import Results, Table
from mien.lab.pages.tables import TABLES
from mien.writing import write_bytes

PLACE = re.compile(r"(<!-- table (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def fill(card: str, results: Results, tables: Mapping[str, Table]) -> str:
    """Rewrite every table of a card.

    Raises
    ------
    BadInput
        If the card asks for a table that does not exist.
    """

    def place(found: re.Match[str]) -> str:
        name = found[2]
        if name not in tables:
            raise BadInput(f"cards: unknown table '{name}'; there are {', '.join(tables)}")
        return f"{found[1]}{tables[name](results)}\n{found[3]}"

    return PLACE.sub(place, card)


def read_results(folder: Path) -> dict[str, Results]:
    """All results of a folder, by file name without suffix."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def main() -> None:
    """Fill the cards, or check them."""
    parser = argparse.ArgumentParser(prog="python -m mien.lab.pages.cards", description="Write the cards' tables.")
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--cards", type=Path, default=Path("cards"))
    parser.add_argument("--check", action="store_true", help="fail if a table is stale, write nothing")
    given = parser.parse_args()
    results = read_results(given.results)
    stale = []
    for path in sorted(given.cards.rglob("*.md")):
        written = path.read_text(encoding="utf-8")
        filled = fill(written, results, TABLES)
        if filled != written:
            stale.append(str(path))
            if not given.check:
                write_bytes(path, filled.encode())
    if given.check and stale:
        raise SystemExit(f"{', '.join(stale)}: a table is stale; run python -m mien.lab.pages.cards")


if __name__ == "__main__":
    main()
