"""Results become the tables of the cards (plain data of `results/*.json` → Markdown).

Each maker takes the results of one file. `TABLES` binds it to the name of that file: such a table takes all results by
name and, if its file is missing, says which command would make it. Tables of data (counts of a corpus) stand complete
in `results/data.json`, with head and rows, and are only laid out here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mien.lab.coefficients.evaluate import TABLES as COEFFICIENT_TABLES
from mien.lab.exams.evaluate import portraits_told
from mien.lab.pages.markdown import Results, Table, table_of


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
    return table_of(("measure", "value", "95 % interval"), ((name, *_measured(told)) for name, told in rows))


def classes(results: Results) -> str:
    """Precision and recall by class, and the confusion."""
    four = results["four"]
    head = ("truth", "precision", "recall", *(f"read {name}" for name in four["classes"]))
    rows = (
        (name, _if_any(four["precision"][name]), _if_any(four["recall"][name]), *map(str, counts))
        for name, counts in zip(four["classes"], four["confusion"], strict=True)
    )
    return table_of(head, rows)


def _if_any(share: float | None) -> str:
    """A share; a dash if there is nobody to take it of."""
    return "–" if share is None else f"{share:.3f}"


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
    return table_of(head, rows)


def shares(results: Results) -> str:
    """Mean share of each region, and whether shares follow occlusion."""
    told = results["shares"]
    rows = [(f"mean share of {region}", f"{share:.2f}") for region, share in told["mean"].items()]
    _, follows, between = _portion(told["follow_occlusion"])
    rows.append(("covering the largest share moves more than the smallest", f"{follows} of faces ({between})"))
    return table_of(("what", "value"), rows)


def london(results: Results) -> str:
    """The London Set by declared group; if weights learnt from some of its people, by people they did not learn
    from."""
    rows = []
    for label in ("happy", "neutral"):
        told = portraits_told(results)[label]
        rows.append((label, "all", *_portion(told)))
        for trait in ("gender", "ethnicity"):
            rows += [(label, f"{trait}: {group}", *_portion(part)) for group, part in told[trait].items()]
    return table_of(("portraits", "group", "n", "read as shown", "95 % interval"), rows)


def costs(results: Results) -> str:
    """Size, speed and training."""
    weights = results["weights"]
    training = weights["training"]
    rows = [
        ("parameters", f"{weights['parameters']:,}"),
        ("file", f"{weights['bytes'] / 1e6:.1f} MB"),
        ("network, one face, one thread", f"{results['ms']['network']} ms"),
        ("closer look at a clear face, one thread", f"{results['ms']['closer']} ms more"),
        ("seeing and reading a close-up, one thread", f"{results['ms']['reading']} ms"),
        ("temperature", f"{weights['temperature']:.3f}"),
        (
            "faces to learn from, to choose on, to report on; rendered ones",
            " / ".join(f"{faces:,}" for faces in training["faces"].values()),
        ),
        ("training", f"`{training['command']}`"),
    ]
    if closer := weights.get("closer_look"):
        rows.append(("closer look", f"`{closer['learnt']['command']}`"))
    while training := training.get("after"):
        rows.append(("which went on from", f"`{training['command']}`"))
    rows.append(("sha256", f"`{weights['sha256']}`"))
    return table_of(("what", "value"), rows)


def abstention(results: Results) -> str:
    """How many unreadable pictures are refused."""
    rows = [(kind, *_portion(told)) for kind, told in results["abstention"].items()]
    for kind, told in results.get("london", {}).get("refused", {}).items():
        rows.append((f"London: {kind}", *_portion(told)))
    return table_of(("shown", "n", "refused", "95 % interval"), rows)


def comparison(results: Results) -> str:
    """Six ways to read a face."""
    classes_of = list(results["methods"][0]["recall"])
    head = ("", "method", "accuracy", "95 % interval", "macro-F1", *(f"recall {name}" for name in classes_of),
            "sad and angry", "ours is better by", "parameters", "ms", "taught on")  # fmt: skip
    rows = []
    for told in results["methods"]:
        behind = told.get("behind_ours", {}).get("accuracy")
        rows.append(
            (
                told["letter"],
                told["name"],
                *_measured(told["accuracy"]),
                f"{told['macro_f1']['value']:.3f}",
                *(f"{told['recall'][name]:.2f}" for name in classes_of),
                f"{told['sad_and_angry']['value']:.3f}",
                "{:.3f} ({:.3f} to {:.3f})".format(behind["value"], *behind["interval"]) if behind else "",
                f"{told['parameters']:,}" if told["parameters"] else "",
                f"{told['ms_a_picture']:.1f}",
                told["taught_on"],
            )
        )
    return table_of(head, rows)


def invariance(results: Results) -> str:
    """Flips of each method under each change."""
    methods = list(results["average"]["all"])
    rows = []
    for kind, told in (("close-ups", results["close_ups"]), ("portraits", results["portraits"])):
        for change in told[methods[0]]:
            rows.append((kind, change, *(f"{told[name][change]['share']:.1%}" for name in methods)))
    for kind, averages in results["average"].items():
        rows.append((kind, "average", *(f"**{averages[name]:.1%}**" for name in methods)))
    return table_of(("pictures", "change", *methods), rows)


def ocular(results: Results) -> str:
    """Regions withheld: networks trained for each condition beside our streams switched off."""
    names = list(results["trained"]["all"]["recall"])
    head = ("condition", "trained for it", "95 % interval", *names, "ours, streams off", "95 % interval", *names)
    rows = []
    for condition, told in results["trained"].items():
        off = results["streams_off"][condition]
        rows.append(
            (
                condition,
                *_measured(told["accuracy"]),
                *(f"{told['recall'][name]:.2f}" for name in names),
                *_measured(off["accuracy"]),
                *(f"{off['recall'][name]:.2f}" for name in names),
            )
        )
    return table_of(head, rows)


def covered(results: Results) -> str:
    """Share of covered faces that are said to be, by kind and place of the cover, and what their readings are worth."""
    kinds = results["covers"]
    places = list(next(iter(kinds.values())))
    cells = {
        kind: (f"{one['said']['share']:.2f} ({one['worth']:.2f})" for one in told.values())
        for kind, told in kinds.items()
    }
    return table_of(("cover", *places), ((kind, *row) for kind, row in cells.items()))


def bare(results: Results) -> str:
    """Share of bare faces that are said to be covered."""
    rows = ((name, *_portion(told)) for name, told in results["bare"].items())
    return table_of(("bare faces", "n", "said to be covered", "95 % interval"), rows)


def laid_out(name: str) -> Table:
    """A table that stands complete in `results/data.json`."""
    return lambda results: table_of(results[name]["head"], results[name]["rows"])


def measured(name: str, make: Table, command: str) -> Table:
    """A table that takes all results by name; `make` makes it from those called `name`, which the `command`
    measures."""

    def table(results: Results) -> str:
        if name not in results:
            return f"Not measured yet: `{command}`, then `make cards`."
        return make(results[name])

    return table


EVALUATE = "mien evaluate WEIGHTS --data DATA"
COEFFICIENTS = "python -m mien.lab.coefficients.evaluate --performed PERFORMED --taught TAUGHT"
COVERED = "python -m mien.lab.exams.covered_faces --data DATA"
DESCRIBE = "python -m mien.lab.pages.describe_data --data DATA"

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        **{
            make.__name__: measured("reader", make, EVALUATE)
            for make in (scores, classes, regions, shares, london, costs, abstention)
        },
        **{
            make.__name__: measured(make.__name__, make, f"python -m mien.lab.exams.{module} --data DATA --kept KEPT")
            for make, module in ((comparison, "compare_readers"), (invariance, "invariance"), (ocular, "ablate"))
        },
        **{make.__name__: measured("covered", make, COVERED) for make in (covered, bare)},
        **{name: measured("coefficients", make, COEFFICIENTS) for name, make in COEFFICIENT_TABLES.items()},
        **{
            name: measured("data", laid_out(name), DESCRIBE)
            for name in (
                "ferplus_counts", "ferplus_votes", "london_people", "landmarks_faces", "head_parts", "teacher_parts",
                "lieder_scores", "chorales_splits", "pop909_pieces", "emopia_clips", "files",
            )
        },
    }
)  # fmt: skip
"""The tables that a card may ask for, by name."""


def _measured(told: Mapping[str, Any]) -> tuple[str, str]:
    low, high = told["interval"]
    return f"{told['value']:.3f}", f"{low:.3f} to {high:.3f}"


def _portion(told: Mapping[str, Any]) -> tuple[str, str, str]:
    low, high = told["interval"]
    return str(told["n"]), f"{told['share']:.1%}", f"{low:.1%} to {high:.1%}"
