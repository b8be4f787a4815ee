"""Results → the tables of the model card: `results/reader.json` → `cards/models/reader.md`.

    python -m mien.lab.cards [--check]

The card is prose with places for tables, `<!-- table NAME -->` to `<!-- end -->`; what stands between is written anew,
the prose is left alone. `--check` writes nothing and fails if a table is stale.
"""

import argparse
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mien.errors import BadInput

Results = Mapping[str, Any]

PLACE = re.compile(r"(<!-- table (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def fill(card: str, results: Results) -> str:
    """Write every table of a card anew.

    Raises
    ------
    BadInput
        If the card asks for a table that there is not.
    """

    def table(found: re.Match[str]) -> str:
        name = found[2]
        if name not in TABLES:
            raise BadInput(f"cards: unknown table '{name}'; there are {', '.join(TABLES)}")
        return f"{found[1]}{TABLES[name](results)}\n{found[3]}"

    return PLACE.sub(table, card)


def scores(results: Results) -> str:
    """Headline measures with intervals."""
    four = results["four"]
    rows = [
        ("accuracy, four classes", four["accuracy"]),
        ("balanced accuracy", four["balanced_accuracy"]),
        ("macro-F1", four["macro_f1"]),
        ("expected calibration error", four["ece"]),
        ("accuracy, first of eight", results["eight_accuracy"]),
        ("expected calibration error, eight", results["eight_ece"]),
    ]
    return _table(("measure", "value", "95 % interval"), ((name, *_measured(told)) for name, told in rows))


def classes(results: Results) -> str:
    """Precision and recall by class, and the confusion."""
    four = results["four"]
    head = ("truth", "precision", "recall", *(f"read {name}" for name in four["classes"]))
    rows = (
        (name, f"{four['precision'][name]:.3f}", f"{four['recall'][name]:.3f}", *map(str, counts))
        for name, counts in zip(four["classes"], four["confusion"], strict=True)
    )
    return _table(head, rows)


def regions(results: Results) -> str:
    """The ocular question: streams off, and regions covered."""
    whole = results["streams_off"]["all"]["accuracy"]["value"]
    names = list(results["four"]["classes"])
    head = ("condition", "accuracy", "95 % interval", "kept", "macro-F1", *(f"recall {name}" for name in names))
    conditions = [*results["streams_off"].items()]
    conditions += [(f"{region} painted grey", told) for region, told in results["covered"].items()]
    rows = (
        (
            name,
            *_measured(told["accuracy"]),
            f"{told['accuracy']['value'] / whole:.0%}",
            f"{told['macro_f1']['value']:.3f}",
            *(f"{told['recall'][name]:.2f}" for name in names),
        )
        for name, told in conditions
    )
    return _table(head, rows)


def shares(results: Results) -> str:
    """Mean share of each region, and whether shares follow occlusion."""
    told = results["shares"]
    rows = [(f"mean share of {region}", f"{share:.2f}") for region, share in told["mean"].items()]
    rows.append(("covering the largest share moves more than the smallest", f"{told['follow_occlusion']:.1%} of faces"))
    return _table(("what", "value"), rows)


def london(results: Results) -> str:
    """The London Set by declared group."""
    rows = []
    for label in ("happy", "neutral"):
        told = results["london"][label]
        rows.append((label, "all", *_portion(told)))
        for trait in ("gender", "ethnicity"):
            rows += [(label, f"{trait}: {group}", *_portion(part)) for group, part in told[trait].items()]
    return _table(("portraits", "group", "n", "read as shown", "95 % interval"), rows)


def costs(results: Results) -> str:
    """Size, speed and training."""
    weights = results["weights"]
    training = weights["training"]
    rows = [
        ("parameters", f"{weights['parameters']:,}"),
        ("file", f"{weights['bytes'] / 1e6:.1f} MB"),
        ("one face, one thread", f"{results['ms_a_face']} ms"),
        ("temperature", f"{weights['temperature']:.3f}"),
        ("faces to learn from, to choose on, to report on", " / ".join(f"{n:,}" for n in training["faces"].values())),
        ("training", f"`{training['command']}`"),
    ]
    if "after" in training:
        rows.append(("which went on from", f"`{training['after']['command']}`"))
    rows.append(("sha256", f"`{weights['sha256']}`"))
    return _table(("what", "value"), rows)


TABLES: Mapping[str, Callable[[Results], str]] = {
    "scores": scores,
    "classes": classes,
    "regions": regions,
    "shares": shares,
    "london": london,
    "costs": costs,
}
"""The tables that a card may ask for."""


def _measured(told: Mapping[str, Any]) -> tuple[str, str]:
    low, high = told["interval"]
    return f"{told['value']:.3f}", f"{low:.3f} to {high:.3f}"


def _portion(told: Mapping[str, Any]) -> tuple[str, str, str]:
    low, high = told["interval"]
    return str(told["n"]), f"{told['share']:.1%}", f"{low:.1%} to {high:.1%}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    """Fill the card, or check it."""
    parser = argparse.ArgumentParser(prog="python -m mien.lab.cards", description="Write the card's tables.")
    parser.add_argument("--results", type=Path, default=Path("results/reader.json"))
    parser.add_argument("--card", type=Path, default=Path("cards/models/reader.md"))
    parser.add_argument("--check", action="store_true", help="fail if a table is stale, write nothing")
    given = parser.parse_args()
    written = given.card.read_text(encoding="utf-8")
    filled = fill(written, json.loads(given.results.read_text(encoding="utf-8")))
    if given.check and filled != written:
        raise SystemExit(f"{given.card}: a table is stale; run python -m mien.lab.cards")
    if not given.check:
        given.card.write_text(filled, encoding="utf-8")


if __name__ == "__main__":
    main()
