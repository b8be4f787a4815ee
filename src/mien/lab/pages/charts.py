"""Numbers become drawings (plain data → SVG as text), in the colours of the page that holds them.

Places are pixels of the drawing; shares run from 0 to 1. Every drawing describes itself for those who cannot see it.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mien.lab.pages.page import text


def reliability_chart(bins: Sequence[Mapping[str, float]]) -> str:
    """How often a reading of each probability is right: an honest reader follows the diagonal; dots grow with cases."""
    left, top, side = 56, 22, 320
    cases = sum(found["cases"] for found in bins)

    def place(x: float, y: float) -> tuple[float, float]:
        return left + x * side, top + (1 - y) * side

    grid = "".join(
        f'<path d="M{left} {place(0, v)[1]:.0f}H{left + side}" stroke="var(--line)"/>'
        f'<text class="faint" x="{left - 8}" y="{place(0, v)[1] + 4:.0f}" text-anchor="end">{v:g}</text>'
        f'<text class="faint" x="{place(v, 0)[0]:.0f}" y="{top + side + 18}" text-anchor="middle">{v:g}</text>'
        for v in (0, 0.25, 0.5, 0.75, 1)
    )
    dots = ""
    for found in bins:
        x, y = place(found["probability"], found["right"])
        radius = 3 + 14 * (found["cases"] / cases) ** 0.5
        told = f"{found['cases']} faces at {found['probability']:.2f}: {found['right']:.2f} right"
        dots += (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="var(--mark)" fill-opacity=".55" '
            f'stroke="var(--mark)"><title>{told}</title></circle>'
        )
    (x0, y0), (x1, y1) = place(0, 0), place(1, 1)
    diagonal = f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="var(--faint)" stroke-dasharray="4 4"/>'
    names = (
        f'<text class="faint" x="{left + side / 2}" y="{top + side + 38}" text-anchor="middle">probability</text>'
        f'<text class="faint" transform="translate(10 {top + side / 2}) rotate(-90)" text-anchor="middle">right</text>'
    )
    return _svg(left + side + 14, top + side + 46, "reliability", grid + diagonal + dots + names)


def confusion_chart(counts: Sequence[Sequence[int]], classes: Sequence[str]) -> str:
    """Rows the truth, columns the answer; the shade is the share of the row."""
    left, top, cell = 92, 26, 74
    drawn = ""
    for row, (name, line) in enumerate(zip(classes, counts, strict=True)):
        y = top + row * cell * 0.7
        drawn += f'<text x="{left - 8}" y="{y + cell * 0.35 + 4:.0f}" text-anchor="end">{text(name)}</text>'
        for column, count in enumerate(line):
            share = count / max(sum(line), 1)
            x = left + column * cell
            paint = "var(--good)" if row == column else "var(--mark)"
            drawn += (
                f'<rect x="{x}" y="{y:.0f}" width="{cell - 3}" height="{cell * 0.7 - 3:.0f}" rx="4" fill="{paint}" '
                f'fill-opacity="{0.08 + 0.62 * share:.2f}"><title>{text(name)} read {text(classes[column])}: {count}'
                f'</title></rect><text x="{x + cell / 2 - 1:.0f}" y="{y + cell * 0.35 + 4:.0f}" text-anchor="middle">'
                f"{count}</text>"
            )
    drawn += "".join(
        f'<text class="faint" x="{left + column * cell + cell / 2:.0f}" y="14" text-anchor="middle">{text(name)}</text>'
        for column, name in enumerate(classes)
    )
    return _svg(left + len(classes) * cell, top + int(len(classes) * cell * 0.7) + 4, "confusion", drawn)


def interval_chart(rows: Sequence[tuple[str, Mapping[str, Any]]], low: float) -> str:
    """One dot per row with its interval, on an axis from `low` (full tenths) to 1, or from further down if an interval
    begins lower.

    Rows are a name and plain data with `value` (or `share`) and `interval`; where that is None there is only the dot.
    """
    width, left, right, step = 560, 190, 60, 24
    lowest = [math.floor(10 * min(_between(told)[0], _value(told))) / 10 for _, told in rows]
    low = max(0.0, min([low, *lowest]))
    span = width - left - right

    def x(value: float) -> float:
        return left + span * (min(max(value, low), 1) - low) / (1 - low)

    marks = [tenth / 10 for tenth in range(round(low * 10), 11)]
    height = len(rows) * step + 26
    drawn = "".join(
        f'<line x1="{x(v):.1f}" x2="{x(v):.1f}" y1="4" y2="{height - 20}" stroke="var(--line)"/>'
        f'<text class="faint" x="{x(v):.1f}" y="{height - 4}" text-anchor="middle">{v:.2g}</text>'
        for v in marks
    )
    for place, (name, told) in enumerate(rows):
        y = 14 + place * step
        value = _value(told)
        first, last = _between(told)
        drawn += (
            f'<text x="{left - 10}" y="{y + 4}" text-anchor="end">{text(name)}</text>'
            f'<line x1="{x(first):.1f}" x2="{x(last):.1f}" y1="{y}" y2="{y}" stroke="var(--mark)" stroke-width="2"/>'
            f'<circle cx="{x(value):.1f}" cy="{y}" r="4.5" fill="var(--mark)"/>'
            f'<text x="{width - right + 12}" y="{y + 4}">{value:.3f}</text>'
        )
    return _svg(width, height, "values with intervals", drawn)


def _between(told: Mapping[str, Any]) -> tuple[float, float]:
    """The interval; where there is none, from the value to itself."""
    first, last = told["interval"] or (_value(told), _value(told))
    return float(first), float(last)


def _value(told: Mapping[str, Any]) -> float:
    return float(told.get("value", told.get("share", 0.0)))


def _svg(width: int, height: int, name: str, drawn: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{name}">{drawn}</svg>'
    )
