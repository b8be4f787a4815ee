"""Engraved pages become a PDF (Verovio's SVG → vector PDF, A4), without a browser or a system library.

Only what Verovio draws is understood: glyphs, lines, curves, boxes, words. Music glyphs are paths. Words are set in
Times, which every PDF reader has; ♩, ♭ and ♯ within them are drawn from the music font. Same pages, same bytes. Places
are in the page's own units, y downwards, until the page is scaled to points.

References: W3C, "Scalable Vector Graphics 1.1" (2011), ch. 8 (path data); ISO 32000-1:2008, "PDF 1.7".
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import verovio
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from mien.music.score.engrave import engrave
from mien.writing import write_bytes

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_SYMBOLS = {"♩": "ECA5", "♭": "E260", "♯": "E262"}
"""Signs within words that Times lacks, and their glyphs in the music font (SMuFL)."""
_SYMBOL_SIZE = {"♩": 1.05, "♭": 1.15, "♯": 1.0}
_SYMBOL_LIFT = {"♩": 0.12, "♭": 0.2, "♯": 0.33}
"""Their size, and how far they stand above the line, against the size of the words."""
_FONTS = {
    (False, False): "Times-Roman", (True, False): "Times-Bold", (False, True): "Times-Italic",
    (True, True): "Times-BoldItalic",
}  # fmt: skip
_BOLD, _ITALIC = {"tempo", "reh", "ending", "fing"}, {"dir", "dynam", "mNum"}
"""Classes whose words Verovio's style sheet sets in bold or in italics."""
_GLYPH_BOX = (-5000, -5000, 5000, 5000)

Segment = tuple[str, tuple[float, ...]]
"""("M", x y), ("L", x y), ("C", three points) or ("Z",), absolute."""


@dataclass(frozen=True, slots=True)
class _Style:
    """How words are set; `x`, `y` is where the line begins, ends or has its middle."""

    x: float = 0.0
    y: float = 0.0
    size: float = 0.0
    anchor: str = "start"
    bold: bool = False
    italic: bool = False


def pdf_bytes(pages: Sequence[str], *, title: str = "", creator: str = "mien") -> bytes:
    """Print pages into a PDF.

    Parameters
    ----------
    pages : as from `mien.music.score.engrave.engrave`.
    title, creator : for the document's properties.

    Raises
    ------
    ValueError
        If a page was made by something else.
    """
    content = BytesIO()
    canvas = Canvas(content, pagesize=A4, pageCompression=1, invariant=1)
    canvas.setTitle(title)
    canvas.setCreator(creator)
    for page in pages:
        root = ET.fromstring(page)
        frame = root.find(f"{_SVG}svg")
        if frame is None or "viewBox" not in frame.attrib:
            raise ValueError("this is no page of Verovio's")
        _Printer(canvas, root).print(frame)
        canvas.showPage()
    canvas.save()
    return content.getvalue()


def write_pdf(score: str, path: Path) -> None:
    """Engrave a MusicXML document into a PDF, whole or not at all.

    Raises
    ------
    CannotWrite
        If the folder cannot be written.
    """
    root = ET.fromstring(score)
    title, creator = root.findtext("work/work-title", ""), root.findtext("identification/encoding/software", "")
    write_bytes(path, pdf_bytes(engrave(score), title=title, creator=creator))


@dataclass(slots=True)
class _Printer:
    """Draws one page; glyphs are stored once in the document and reused."""

    canvas: Canvas
    root: ET.Element
    glyphs: dict[str, ET.Element] = field(init=False)
    pen: tuple[str, ...] = ()
    """Width, ends, joints and dashes of the last line, which still apply."""

    def __post_init__(self) -> None:
        defs = self.root.find(f"{_SVG}defs")
        self.glyphs = {} if defs is None else {glyph.get("id", ""): glyph for glyph in defs}

    def print(self, frame: ET.Element) -> None:
        """Draw the page, scaled to A4."""
        _, _, width, height = (float(v) for v in frame.get("viewBox", "").split())
        self.canvas.saveState()
        self.canvas.translate(0, A4[1])
        self.canvas.scale(A4[0] / width, -A4[1] / height)
        for child in frame:
            self.draw(child, _Style())
        self.canvas.restoreState()

    def draw(self, element: ET.Element, style: _Style) -> None:
        """Draw an element with everything in it."""
        tag, classes = element.tag.removeprefix(_SVG), set(element.get("class", "").split())
        if tag in ("title", "desc", "style", "defs") or "placeholder" in classes:
            return
        if tag == "g":
            style = replace(
                style, bold=style.bold or bool(classes & _BOLD), italic=style.italic or bool(classes & _ITALIC)
            )
            if shift := element.get("transform"):
                self.canvas.saveState()
                self.canvas.translate(*_numbers(shift))
            for child in element:
                self.draw(child, style)
            if shift:
                self.canvas.restoreState()
                self.pen = ()
        elif tag == "use":
            self._stamp(element)
        elif tag == "text":
            self._write(element, style)
        else:
            self._trace(tag, element)

    def _stamp(self, use: ET.Element) -> None:
        x, y, across, down = _numbers(use.get("transform", ""))
        name = use.get(_HREF, "").removeprefix("#")
        path = self.glyphs[name].find(f"{_SVG}path")
        if path is not None:
            self._show(name.partition("-")[0], path.get("d", ""), x, y, across, down)

    def _show(self, name: str, outline: str, x: float, y: float, across: float, down: float) -> None:
        if not self.canvas.hasForm(name):
            self.canvas.beginForm(name, *_GLYPH_BOX)
            self._outline(outline, fills=True, strokes=False)
            self.canvas.endForm()
        self.canvas.saveState()
        self.canvas.translate(x, y)
        self.canvas.scale(across, -down)
        self.canvas.doForm(name)
        self.canvas.restoreState()

    def _trace(self, tag: str, element: ET.Element) -> None:
        """Draw a line, curve or box."""
        width = float(element.get("stroke-width", "0"))
        canvas = self.canvas
        pen = tuple(element.get(f"stroke-{key}", "") for key in ("width", "linecap", "linejoin", "dasharray"))
        if pen != self.pen:
            self.pen = pen
            canvas.setLineWidth(width)
            canvas.setLineCap({"round": 1, "square": 2}.get(pen[1], 0))
            canvas.setLineJoin(1 if pen[2] == "round" else 0)
            canvas.setDash([round(v) for v in _numbers(pen[3])])
        if tag == "path":
            outline = element.get("d", "")
            self._outline(outline, fills=bool(re.search("[CcSsZz]", outline)), strokes=width > 0)
        elif tag in ("polygon", "polyline"):
            points = _numbers(element.get("points", ""))
            outline = "M" + "L".join(f"{x} {y} " for x, y in zip(points[::2], points[1::2], strict=True))
            self._outline(outline + "Z" * (tag == "polygon"), fills=tag == "polygon", strokes=width > 0)
        elif tag == "rect":
            x, y, across, down = (float(element.get(key, "0")) for key in ("x", "y", "width", "height"))
            canvas.rect(x, y, across, down, stroke=int(width > 0), fill=int(element.get("fill-opacity") != "0"))
        elif tag == "ellipse":
            x, y, across, down = (float(element.get(key, "0")) for key in ("cx", "cy", "rx", "ry"))
            canvas.ellipse(x - across, y - down, x + across, y + down, stroke=0, fill=1)

    def _outline(self, data: str, *, fills: bool, strokes: bool) -> None:
        path = self.canvas.beginPath()
        draw = {"M": path.moveTo, "L": path.lineTo, "C": path.curveTo, "Z": path.close}
        for kind, points in segments(data):
            draw[kind](*points)
        self.canvas.drawPath(path, stroke=int(strokes), fill=int(fills), fillMode=1)

    def _write(self, element: ET.Element, style: _Style) -> None:
        """Set the words of a text, whose pieces may have positions of their own."""
        lines: list[tuple[_Style, list[tuple[_Style, str]]]] = []
        for placed, inner, words in _pieces(element, style):
            if not lines or lines[-1][0] != placed:
                lines.append((placed, []))
            lines[-1][1].append((inner, words))
        for placed, pieces in lines:
            length = sum(_width(words, inner) for inner, words in pieces)
            x = placed.x - {"middle": length / 2, "end": length}.get(placed.anchor, 0.0)
            for inner, words in pieces:
                for run in _runs(words):
                    self._set(run, x, placed.y, inner)
                    x += _width(run, inner)

    def _set(self, run: str, x: float, y: float, style: _Style) -> None:
        if run in _SYMBOLS:
            scale = style.size * _SYMBOL_SIZE[run] / 1000
            self._show(
                f"words{_SYMBOLS[run]}", _glyph(_SYMBOLS[run])[0], x, y - _SYMBOL_LIFT[run] * style.size, scale, scale
            )
            return
        self.canvas.saveState()
        self.canvas.translate(x, y)
        self.canvas.scale(1, -1)
        self.canvas.setFont(_FONTS[style.bold, style.italic], style.size)
        self.canvas.drawString(0, 0, _in_times(run))
        self.canvas.restoreState()


def _pieces(element: ET.Element, style: _Style) -> Iterator[tuple[_Style, _Style, str]]:
    """(style of the line, own style, words) of each piece of a text, from the outside in."""
    given = element.attrib
    own = replace(
        style,
        x=float(given.get("x", style.x)),
        y=float(given.get("y", style.y)),
        size=float(given["font-size"].removesuffix("px")) if "font-size" in given else style.size,
        anchor=given.get("text-anchor", style.anchor),
        bold=given["font-weight"] == "bold" if "font-weight" in given else style.bold,
        italic=given["font-style"] == "italic" if "font-style" in given else style.italic,
    )
    line = replace(own, size=0.0, bold=False, italic=False)
    if element.text and element.text.strip():
        yield line, own, element.text
    for child in element:
        if child.tag == f"{_SVG}tspan":
            yield from _pieces(child, own)


def segments(data: str) -> Iterator[Segment]:
    """Path data as absolute moves, lines and cubic curves."""
    x = y = start_x = start_y = 0.0
    last_x = last_y = 0.0  # second control point of the previous curve, which a smooth one mirrors
    for command, rest in re.findall(r"([MmLlHhVvCcSsZz])([^MmLlHhVvCcSsZz]*)", data):
        values = _numbers(rest)
        kind, x0, y0 = command.upper(), x * command.islower(), y * command.islower()
        if kind == "Z":
            x, y = start_x, start_y
            yield "Z", ()
            continue
        count = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4}[kind]
        for place in range(0, len(values), count):
            given = values[place : place + count]
            if command.islower():
                x0, y0 = x, y
            if kind in "CS":
                points = [v + (y0 if i % 2 else x0) for i, v in enumerate(given)]
                first = points[:2] if kind == "C" else [2 * x - last_x, 2 * y - last_y]
                last_x, last_y, x, y = points[-4:]
                yield "C", (*first, last_x, last_y, x, y)
                continue
            x = x if kind == "V" else given[0] + x0
            y = y if kind == "H" else given[-1] + y0
            if kind == "M" and place == 0:
                start_x, start_y = x, y
                yield "M", (x, y)
            else:
                yield "L", (x, y)
            last_x, last_y = x, y
        if kind not in "CS":
            last_x, last_y = x, y


def _numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", text)]


def _runs(words: str) -> Iterator[str]:
    """Words and symbols in turn."""
    return (run for run in re.split(f"([{''.join(_SYMBOLS)}])", words) if run)


def _width(words: str, style: _Style) -> float:
    font = _FONTS[style.bold, style.italic]
    return sum(
        _glyph(_SYMBOLS[run])[1] * style.size * _SYMBOL_SIZE[run] / 1000
        if run in _SYMBOLS
        else float(stringWidth(_in_times(run), font, style.size))
        for run in _runs(words)
    )


def _in_times(words: str) -> str:
    """The words in characters of the standard fonts (Windows-1252); other letters lose their accents or become a
    dot."""
    plain = "".join(c if _holds(c) else unicodedata.normalize("NFKD", c)[0] for c in words)
    return "".join(c if _holds(c) else "·" for c in plain)


def _holds(character: str) -> bool:
    try:
        return bool(character.encode("cp1252"))
    except UnicodeEncodeError:
        return False


@cache
def _glyph(code: str) -> tuple[str, float]:
    """Outline and advance width of a glyph of the music font, y upwards, 1000 units to an em."""
    folder = Path(verovio.toolkit().getResourcePath())
    outline = ET.parse(folder / "Leipzig" / f"{code}.xml").getroot().find(".//{*}path")
    row = next(g for g in ET.parse(folder / "Leipzig.xml").getroot().iter("g") if g.get("c") == code)
    return "" if outline is None else outline.get("d", ""), float(row.get("h-a-x", "0"))
