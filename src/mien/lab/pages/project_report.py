"""The numbers of a project's exam become a page (the plain data of `mien.lab.exams.project_exam` → HTML)."""

from collections.abc import Mapping
from typing import Any

from mien.data.words import counted
from mien.lab.exams.metrics import NO_INTERVAL
from mien.lab.exams.project_exam import lacking, truth_of, warning
from mien.lab.pages import charts
from mien.lab.pages.page import drawing, heading, page, paragraph, section
from mien.lab.pages.report import classes


def over(on: Mapping[str, Any]) -> str:
    """What intervals were drawn over, if not single faces."""
    return f" over {counted(on['bundles'], 'group')} that belong together" if on["bundles"] < on["faces"] else ""


def project_report(name: str, found: Mapping[str, Any]) -> str:
    """The page of one exam; `name` is that of the weights."""
    on, own = found["on"], found["own"]
    under = f"{counted(on['faces'], 'face')} of {on['data']}, side “{on['side']}”: {own['accuracy']['value']:.1%} right"
    rows = [
        ("accuracy", own["accuracy"]),
        ("balanced accuracy", own["balanced_accuracy"]),
        ("macro-F1", own["macro_f1"]),
        *((f"recall of {kind}", told) for kind, told in own["found"].items()),
    ]
    ece = own["ece"]
    told = (
        f"Expected calibration error {ece['value']:.3f} ({ece['interval'][0]:.3f} to {ece['interval'][1]:.3f}). Lines "
        f"are 95 % intervals{over(on)}."
        + ("" if own["macro_f1"]["interval"] else f" Of balanced accuracy and macro-F1 {NO_INTERVAL}.")
        + "".join(f" Beware: {beware}." for beware in (warning(on), lacking(own)) if beware)
    )
    return page(
        f"mien: evaluation of {name}",
        heading(f"How well {name} reads", under),
        section("Headline", drawing(charts.interval_chart(rows, low=0.0)), paragraph(told, "faint")),
        classes(own, f"Rows: {truth_of(on)}."),
    )
