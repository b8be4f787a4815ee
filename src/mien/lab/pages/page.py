"""Blocks become one self-contained page of HTML: no request leaves it; it is light or dark as the reader's system is.

A block is a string of HTML that its maker has escaped; `text` escapes what comes from outside. The one house style is
defined here, for the explanation of a reading and the reports of the lab.
"""

import base64
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from mien.music.roll import COLOURS
from mien.values import STEERED_BY, Part

REGION_COLOURS: Mapping[str, tuple[int, int, int]] = MappingProxyType(
    {STEERED_BY[part]: colour for part, colour in COLOURS.items() if part is not Part.KIT}
)
"""A region's colour is that of the musical part it steers."""

MOST_COLUMNS = 10
"""A table with more columns is set smaller and may be wider than the text."""
NUMBER = re.compile(r"[+−-]?\d[\d.,]*%?( (to|of|/) [+−-]?\d[\d.,]*%?| ms| MB| \([^a-z]*( to [^a-z]*)?\))*")
"""What is right-aligned in a table: "0.95", "1,024", "0.86 to 0.89", "12 of 20", "9.2 ms", "0.026 (0.013 to 0.037)"."""

_STYLE = """
:root { color-scheme: light dark; --paper: #fcfbf8; --ink: #28282c; --faint: #6b6b72; --line: #dedcd5; --wash: #f2f0ea;
  --mark: #b5471b; --good: #0f7a58; font: 16px/1.5 Georgia, 'Times New Roman', serif; }
@media (prefers-color-scheme: dark) { :root { --paper: #17171a; --ink: #e9e7e1; --faint: #a09ea6; --line: #38383e;
  --wash: #222227; --mark: #ff9a66; --good: #5fd0a8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 2.2rem 1.2rem 3rem; background: var(--paper); color: var(--ink); }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; font-weight: 600; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .5rem; font-weight: 600; }
p { max-width: 44rem; margin: .4rem 0; } .lead { font-size: 1.15rem; } .faint { color: var(--faint); }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1.6rem; align-items: start; }
.strip { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1rem; margin: .8rem 0; }
figure { margin: 0; } figcaption { font-size: .88rem; color: var(--faint); margin-top: .35rem; }
img { max-width: 100%; border-radius: .5rem; display: block; } svg { max-width: 100%; height: auto; display: block; }
svg text { fill: var(--ink); font: 13px system-ui, sans-serif; } svg .faint { fill: var(--faint); }
.scroll { overflow-x: auto; }
.wide { width: min(100vw - 2.4rem, 88rem); margin-left: calc(50% - min(50vw - 1.2rem, 44rem)); }
.wide table { font-size: .8rem; } .wide th, .wide td { padding-right: .5rem; }
table { border-collapse: collapse; margin: .6rem 0; font: .92rem/1.4 system-ui, sans-serif; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
th { color: var(--faint); font-weight: 500; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.best td { font-weight: 600; } tr:target, tr.chosen td { background: var(--wash); }
.bar { display: inline-block; width: 9rem; height: .72rem; border-radius: .36rem; background: var(--line);
  overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--faint); } .strong { font-weight: 650; }
.dot { display: inline-block; width: .72em; height: .72em; border-radius: 50%; margin-right: .45em; }
.note { border-left: 3px solid var(--mark); padding: .2rem 0 .2rem .9rem; margin: 1rem 0; }
footer { margin-top: 3rem; color: var(--faint); font-size: .85rem; border-top: 1px solid var(--line);
  padding-top: .8rem; }
"""


def text(told: object) -> str:
    """Anything as escaped text of a page."""
    return html.escape(str(told))


def page(title: str, *blocks: str) -> str:
    """A whole document: blocks under a title."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">"
        f"<title>{text(title)}</title><style>{_STYLE}</style></head><body>"
        f"{''.join(blocks)}<footer>mien reads an expression; it does not know what a person feels.</footer>"
        "</body></html>\n"
    )


def heading(title: str, under: str = "") -> str:
    """The title of a page, with a line of plain text under it."""
    return f"<h1>{text(title)}</h1>" + (f'<p class="lead">{text(under)}</p>' if under else "")


def section(title: str, *blocks: str) -> str:
    """Blocks under a smaller title."""
    return f"<section><h2>{text(title)}</h2>{''.join(blocks)}</section>"


def paragraph(told: str, kind: str = "") -> str:
    """Plain text; `kind` is "lead", "faint" or "note"."""
    return f'<p class="{kind}">{text(told)}</p>' if kind else f"<p>{text(told)}</p>"


def sides(*blocks: str) -> str:
    """Blocks side by side if there is room."""
    return f'<div class="sides">{"".join(f"<div>{block}</div>" for block in blocks)}</div>'


def strip(*blocks: str) -> str:
    """Small blocks in a row."""
    return f'<div class="strip">{"".join(f"<div>{block}</div>" for block in blocks)}</div>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], chosen: int | None = None) -> str:
    """A table of blocks; numbers are right-aligned. Row `chosen` is set off; a table of many columns may be wider than
    text."""
    top = "".join(f"<th>{text(name)}</th>" for name in head)
    body = "".join(
        f"<tr{' class=chosen' if place == chosen else ''}>{''.join(_cell(cell) for cell in row)}</tr>"
        for place, row in enumerate(rows)
    )
    kind = "scroll wide" if len(head) > MOST_COLUMNS else "scroll"
    return f'<div class="{kind}"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(block: str) -> str:
    return f"<td class=number>{block}</td>" if NUMBER.fullmatch(block) else f"<td>{block}</td>"


def bar(share: float, colour: tuple[int, int, int] | None = None) -> str:
    """A bar, `share` 0..1 of its full width."""
    paint = f";background:rgb{colour}" if colour else ""
    return f'<span class="bar"><i style="width:{min(max(share, 0), 1):.1%}{paint}"></i></span>'


def dot(region: str) -> str:
    """A region's name with its colour."""
    return f'<span class="dot" style="background:rgb{REGION_COLOURS[region]}"></span>{text(region)}'


def picture(png: bytes, told: str, caption: str = "") -> str:
    """A PNG inside the page; `told` says what it shows, for those who do not see it."""
    under = f"<figcaption>{text(caption)}</figcaption>" if caption else ""
    return (
        f'<figure><img alt="{text(told)}" src="data:image/png;base64,{base64.b64encode(png).decode("ascii")}">'
        f"{under}</figure>"
    )


def drawing(svg: str, caption: str = "") -> str:
    """An SVG inside the page."""
    return f"<figure>{svg}" + (f"<figcaption>{text(caption)}</figcaption>" if caption else "") + "</figure>"
