"""A score is engraved (MusicXML → SVG pages), by Verovio.

Pages are A4 in Verovio's units of a tenth of a millimetre. Fonts (Leipzig, SIL OFL) are drawn as paths, so a page looks
the same everywhere.

Reference: Pugin, Zitellini & Roland 2014, "Verovio: a library for engraving MEI music notation into SVG".
"""

import re
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import verovio

from mien.writing import write_bytes

_OPTIONS = {
    "pageWidth": 2100, "pageHeight": 2970, "scale": 40, "pageMarginTop": 130, "pageMarginBottom": 110,
    "pageMarginLeft": 130, "pageMarginRight": 130, "header": "auto", "footer": "none", "breaks": "auto",
    "justifyVertically": True, "spacingSystem": 8, "adjustPageHeight": False, "svgViewBox": True, "xmlIdSeed": 1,
    "svgHtml5": False, "mnumInterval": 0, "staffLineWidth": 0.2, "bottomMarginHeader": 6.0,
}  # fmt: skip

_UNIT, _SMALL_UNIT, _MANY_STAVES = 8.6, 7.4, 4
"""Half a staff space, and that of a score with at least this many staves: staves of 6.9 and 5.9 mm (Gould 2011, ch.
18)."""

_ORPHAN = 1 / 3
"""A last page with less than this share of the mean number of measures looks forgotten."""
_CLOSER = ((1.0, 0.235), (1.0, 0.22), (0.95, 0.22), (0.9, 0.21), (0.85, 0.2))
"""Sizes and values of Verovio's `spacingLinear` (otherwise 0.25) tried to save a page: staves of at least 5.9 and 5.0
mm."""
_WIDER = (0.28, 0.31, 0.35)
"""Values of `spacingLinear` tried to fill a page."""


def engrave(score: str) -> list[str]:
    """Engrave a MusicXML document.

    Returns
    -------
    One SVG document per page.

    Raises
    ------
    ValueError
        If Verovio refuses the document. Its mere warnings go to standard error (it offers Python no log).
    """
    root = ET.fromstring(score)
    staves = sum(int(part.findtext(".//staves", "1")) for part in root.iter("part"))
    _write_plain_tempo(root)
    credits = _take_credits(root)
    toolkit = verovio.toolkit()
    toolkit.setOptions(_OPTIONS | {"unit": _SMALL_UNIT if staves >= _MANY_STAVES else _UNIT})
    if not toolkit.loadData(ET.tostring(root, encoding="unicode")):
        raise ValueError("the score cannot be engraved: Verovio refuses it")
    _avoid_orphans(toolkit, len(root.findall("part[1]/measure")))
    pages = [toolkit.renderToSVG(page) for page in range(1, toolkit.getPageCount() + 1)]
    return [_with_credits(pages[0], credits), *pages[1:]]


def _avoid_orphans(toolkit: verovio.toolkit, measures: int) -> None:
    """Lay a score out anew if its last page holds few measures: closer, to save the page, or else wider, to fill it."""
    pages = toolkit.getPageCount()
    if not _is_orphaned(toolkit, measures):
        return
    given = {key: value for key, value in toolkit.getOptions().items() if key in ("unit", "spacingLinear")}
    for size, spacing in _CLOSER:
        toolkit.setOptions({"unit": given["unit"] * size, "spacingLinear": spacing})
        toolkit.redoLayout({})
        if toolkit.getPageCount() < pages:
            return
    toolkit.setOptions(given)
    for spacing in _WIDER:
        toolkit.setOptions({"spacingLinear": spacing})
        toolkit.redoLayout({})
        if not _is_orphaned(toolkit, measures):
            return
    toolkit.setOptions(given)
    toolkit.redoLayout({})


def _is_orphaned(toolkit: verovio.toolkit, measures: int) -> bool:
    """Whether the last of several pages holds less than `_ORPHAN` of an average page."""
    pages = toolkit.getPageCount()
    return pages > 1 and toolkit.renderToSVG(pages).count('class="measure"') < _ORPHAN * measures / pages


def _write_plain_tempo(root: ET.Element) -> None:
    """Write metronome marks as words: Verovio sets their notes in a font of its own that few viewers find."""
    for direction in root.iter("direction"):
        for kind in direction.findall("direction-type"):
            metronome = kind.find("metronome")
            if metronome is None:
                continue
            dot = "." if metronome.find("beat-unit-dot") is not None else ""
            mark = f"♩{dot} = {metronome.findtext('per-minute')}"
            words = direction.find("direction-type/words")
            if words is None:
                kind.remove(metronome)
                ET.SubElement(kind, "words", {"font-weight": "bold"}).text = mark
            else:
                direction.remove(kind)
                words.text = f"{words.text} ({mark})"


def _take_credits(root: ET.Element) -> dict[str, str]:
    """Take out the lines of the title page, by type: Verovio would set them all in one size."""
    found = {}
    for credit in root.findall("credit"):
        found[credit.findtext("credit-type", "")] = credit.findtext("credit-words", "")
        root.remove(credit)
    return found


def _with_credits(page: str, credits: dict[str, str]) -> str:
    """Set subtitle and composer under the title that Verovio has set."""
    head = re.search(r'class="pgHead[^"]*">.*?x="(\d+)" y="(\d+)".*?</text>', page, re.DOTALL)
    margin = re.search(r'class="page-margin" transform="translate\((\d+),', page)
    frame = re.search(r'class="definition-scale".*? viewBox="0 0 (\d+) ', page)
    if head is None or margin is None or frame is None:
        return page
    middle, below = int(head[1]), int(head[2])
    lines = [
        f'<text x="{x}" y="{below + 480}" text-anchor="{anchor}" {style}>{escape(credits[kind])}</text>'
        for kind, x, anchor, style in (
            ("subtitle", middle, "middle", 'font-size="330px"'),
            ("composer", int(frame[1]) - 2 * int(margin[1]), "end", 'font-size="260px" font-style="italic"'),
        )
        if kind in credits
    ]
    return page[: head.end()] + "".join(lines) + page[head.end() :]


def stack(pages: list[str]) -> str:
    """Stack pages into one SVG document, each as a nested picture below the last.

    Parameters
    ----------
    pages : as from `engrave`; the names defined in their documents are made unique page by page.

    Raises
    ------
    ValueError
        If a page was made by something else.
    """
    width = height = 0
    nested = []
    for number, page in enumerate(pages):
        root = re.search(r'<svg viewBox="0 0 (\d+) (\d+)".*? id="(\w+)">', page)
        if root is None:
            raise ValueError("this is no page of Verovio's")
        # Styles and definitions of a page are named after its root.
        body = page[root.start() :].replace(root[3], f"{root[3]}p{number}")
        nested.append(body.replace("<svg", f'<svg y="{height}" width="{root[1]}" height="{root[2]}"', 1))
        width, height = max(width, int(root[1])), height + int(root[2])
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    return f'{head}\n<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(nested) + "\n</svg>\n"


def write_svg(score: str, path: Path) -> None:
    """Engrave a MusicXML document into one SVG file, its pages stacked (see `engrave`), whole or not at all.

    Raises
    ------
    CannotWrite
        If the folder cannot be written.
    """
    write_bytes(path, stack(engrave(score)).encode())
