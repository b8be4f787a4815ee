"""The numbers of an evaluation become a page to look at (the plain data of `mien.lab.exams.evaluate` → HTML).

Same numbers, same page. Parts missing from the data are left out.
"""

from collections.abc import Mapping
from typing import Any

from mien.lab.exams.evaluate import portraits_told
from mien.lab.pages import charts
from mien.lab.pages.page import bar, drawing, heading, page, paragraph, section, sides, table, text

Results = Mapping[str, Any]


def report(name: str, found: Results) -> str:
    """The page of one evaluation; `name` is that of the weights."""
    on = found["on"]
    accuracy = found["four"]["accuracy"]
    under = f"{on['faces']:,} faces of {on['data']}, side “{on['side']}”: {accuracy['value']:.1%} right of four classes"
    blocks = [heading(f"How well {name} reads", under), _headline(found), classes(found["four"]), _regions(found)]
    blocks.append(_abstention(found))
    if "london" in found:
        blocks.append(_portraits(found))
    if "weights" in found:
        blocks.append(_weights(found))
    return page(f"mien: evaluation of {name}", *blocks)


def _headline(found: Results) -> str:
    four = found["four"]
    rows = [
        ("accuracy, four classes", four["accuracy"]),
        ("balanced accuracy", four["balanced_accuracy"]),
        ("macro-F1", four["macro_f1"]),
        ("accuracy, first of eight", found["eight_accuracy"]),
        *((f"recall of {name}", told) for name, told in four["found"].items()),
    ]
    ece, eight = four["ece"], found["eight_ece"]
    told = (
        f"Expected calibration error over four classes {ece['value']:.3f} ({ece['interval'][0]:.3f} to "
        f"{ece['interval'][1]:.3f}), over eight {eight['value']:.3f}. Lines are 95 % intervals."
    )
    return section("Headline", drawing(charts.interval_chart(rows, low=0.5)), paragraph(told, "faint"))


def classes(four: Results, truth: str = "Rows: the majority of ten raters.") -> str:
    """Precision and recall of each class, which classes are confused, and whether probabilities keep their word."""
    rows = (
        (text(name), _number(four["precision"][name]), _number(four["recall"][name]), str(sum(counts)))
        for name, counts in zip(four["classes"], four["confusion"], strict=True)
    )
    return section(
        "Class by class",
        table(("class", "precision", "recall", "faces"), rows),
        sides(
            drawing(charts.confusion_chart(four["confusion"], four["classes"]), truth),
            drawing(
                charts.reliability_chart(four["reliability"]),
                "How often a reading of a given probability is right: on the dashed line, as often as it says.",
            ),
        ),
    )


def _regions(found: Results) -> str:
    rows = [(name, told["accuracy"]) for name, told in found["streams_off"].items()]
    rows += [(f"{region} painted grey", told["accuracy"]) for region, told in found["covered"].items()]
    shares, follow = found["shares"], found["shares"]["follow_occlusion"]
    told = (
        f"Hiding the region with the largest share moves the decision more than hiding the smallest in "
        f"{follow['share']:.1%} of faces ({follow['interval'][0]:.1%} to {follow['interval'][1]:.1%}). Mean shares: "
        + ", ".join(f"{region} {share:.0%}" for region, share in shares["mean"].items())
        + "."
    )
    return section(
        "Without some regions: accuracy", drawing(charts.interval_chart(rows, low=0.3)), paragraph(told, "faint")
    )


def _abstention(found: Results) -> str:
    rows = [(text(kind), *_portion(told)) for kind, told in found["abstention"].items()]
    rows += [
        (text(f"London: {kind}"), *_portion(told)) for kind, told in found.get("london", {}).get("refused", {}).items()
    ]
    return section("“I cannot tell”", table(("shown", "", "refused", "95 % interval", "n"), rows))


def _portraits(found: Results) -> str:
    told = "Face Research Lab London Set, by what the people declared. Smiling must read happiness first of eight."
    unseen, london = portraits_told(found), found["london"]
    if unseen is london:
        return section("Portraits", _portraits_table(london), paragraph(told, "faint"))
    kept = (
        "Not measured by this evaluation: the network's manifest tells it, as it was measured when its closer look was "
        f"learnt from the set. Each of {unseen['folds']} parts of the people was read by one that learnt from the rest."
    )
    now = (
        f"Measured by this evaluation, on {london['portraits']} portraits: the network that is evaluated learnt from "
        "these very people, so it says nothing of how others read."
    )
    return section(
        "Portraits",
        paragraph(told, "faint"),
        paragraph(kept, "note"),
        _portraits_table(unseen),
        paragraph(now, "note"),
        _portraits_table(london),
    )


def _portraits_table(london: Results) -> str:
    rows = []
    for label in ("happy", "neutral"):
        if label not in london:
            continue
        rows.append((f"{label}: all", *_portion(london[label])))
        for trait in ("gender", "ethnicity"):
            rows += [(text(f"{label}: {group}"), *_portion(told)) for group, told in london[label][trait].items()]
    return table(("portraits", "", "read as shown", "95 % interval", "n"), rows)


def _weights(found: Results) -> str:
    weights = found["weights"]
    rows = [("file", f"{weights['bytes'] / 1e6:.2f} MB")]
    if "parameters" in weights:
        rows.append(("parameters", f"{weights['parameters']:,}"))
    rows += [
        ("network, one face, one thread", f"{found['ms']['network']} ms"),
        ("seeing and reading a close-up", f"{found['ms']['reading']} ms"),
        ("sha256", f"<code>{text(weights['sha256'])}</code>"),
    ]
    return section("Cost", table(("what", "value"), rows))


def _portion(told: Results) -> tuple[str, str, str, str]:
    low, high = told["interval"]
    return bar(told["share"]), f"{told['share']:.1%}", f"{low:.1%} to {high:.1%}", str(told["n"])


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
