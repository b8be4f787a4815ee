"""A face tinted by the regions that carried its reading (Explanation and picture → PNG bytes).

Each region's landmarks are laid over the face as a soft stain in the region's colour, stronger for a larger share; a
thin frame shows the box that the region's stream sees. `tinted` is the face alone, `sheet` the face with its account,
1600 × 900 pixels. Drawn with Pillow and OpenCV; same input, same picture.
"""

import io
import textwrap
from collections.abc import Mapping
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mien.affect.regions import BOXES
from mien.cues.geometry import BROW_LINE
from mien.face.align import CHIP_EYES_PX, CHIP_MIDDLE_PX, level
from mien.face.mesh import CONTOUR_OF_LEFT_EYE, CONTOUR_OF_RIGHT_EYE
from mien.lab.pages import words
from mien.lab.pages.explain import Explanation
from mien.lab.pages.page import REGION_COLOURS
from mien.nets import Floats
from mien.values import CHIP_PX, REGIONS, Face

FACE_PX = 760
SHEET_PX = (1600, 900)
MARGIN = 0.22
"""How much more than the chip is shown on each side, as a share of the chip's side."""
FAINTEST_BAR = 0.015
"""A smaller share has no bar: the smallest that can be drawn would overstate it."""
FAINTEST, STRONGEST = 0.10, 0.72
"""Opacity of a stain for a share of 0, and for the whole."""

_LIDS = 32
_SHAPES: Mapping[str, tuple[tuple[int, ...], ...]] = MappingProxyType(
    {
        "eyes": (CONTOUR_OF_RIGHT_EYE[:_LIDS], CONTOUR_OF_LEFT_EYE[:_LIDS]),
        "brows": (BROW_LINE[0] + (46, 53, 52, 65, 55), BROW_LINE[1] + (276, 283, 282, 295, 285)),
        "nose": ((168, 197, 5, 4, 1, 2, 98, 327, 129, 358, 48, 278, 64, 294),),
        "mouth": ((61, 291, 0, 17, 37, 267, 39, 269, 40, 270, 91, 321, 84, 314, 181, 405),),
    }
)
"""Mesh indices whose hull is a region's shape."""
PAPER, INK, FAINT, LINE = (252, 251, 248), (40, 40, 44), (110, 110, 118), (222, 220, 213)


def tinted(rgb: NDArray[np.uint8], explanation: Explanation, side: int = FACE_PX) -> Image.Image:
    """The face upright with its stains, `side` pixels a side."""
    face = explanation.reading.face
    to_view = _view(face, side)
    seen = cv2.warpAffine(rgb, to_view, (side, side), flags=cv2.INTER_CUBIC, borderValue=PAPER).astype(np.float32)
    grey = np.repeat(cv2.cvtColor(seen.astype(np.uint8), cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)
    canvas = 0.55 * seen + 0.45 * (0.85 * grey + 0.15 * 255)
    points = (face.points_px[:, :2] @ to_view[:, :2].T + to_view[:, 2]).astype(np.float32)
    for region, share in zip(REGIONS, explanation.reading.affect.shares, strict=True):
        stain = _stain(region, points, side)[:, :, None] * (FAINTEST + (STRONGEST - FAINTEST) * share)
        canvas = canvas * (1 - stain) + np.array(REGION_COLOURS[region], dtype=np.float32) * stain
    drawn = Image.fromarray(np.clip(canvas, 0, 255).astype(np.uint8))
    _label(drawn, explanation, points)
    return drawn


def sheet(rgb: NDArray[np.uint8], explanation: Explanation, name: str) -> Image.Image:
    """The face and its account on one sheet."""
    paper = Image.new("RGB", SHEET_PX, PAPER)
    paper.paste(tinted(rgb, explanation), (70, 70))
    draw = ImageDraw.Draw(paper)
    x, y, affect = 880, 78, explanation.reading.affect
    draw.text((x, y), words.verdict(explanation), font=font(44), fill=INK)
    draw.text((x, y + 58), words.carried(explanation), font=font(23), fill=FAINT)
    y += 122
    for region, share in zip(REGIONS, affect.shares, strict=True):
        colour = REGION_COLOURS[region]
        draw.text((x, y), region, font=font(25), fill=INK)
        draw.rounded_rectangle((x + 100, y + 7, x + 400, y + 25), 9, fill=LINE)
        if share >= FAINTEST_BAR:
            draw.rounded_rectangle((x + 100, y + 7, x + 100 + max(18, 300 * share), y + 25), 9, fill=colour)
        draw.text((x + 415, y), f"{share:.0%}", font=font(25), fill=INK)
        told = words.leading(affect.names, explanation.reading.alone[region])
        draw.text((x + 100, y + 34), f"alone: {told}", font=font(19), fill=INK)
        moved = words.hidden(explanation, region)
        draw.text((x + 100, y + 58), f"hidden: {moved}", font=font(19), fill=FAINT)
        y += 96
    y += 8
    draw.text((x, y), "away from the average neutral face", font=font(21), fill=FAINT)
    for found in explanation.departures[:4]:
        y += 32
        draw.ellipse((x, y + 5, x + 14, y + 19), fill=REGION_COLOURS[found.region])
        draw.text((x + 26, y), plain(words.departure(found)), font=font(21), fill=INK)
        draw.text((x + 415, y), words.action_units(found), font=font(21), fill=FAINT)
    if not explanation.departures:
        draw.text((x, y + 32), "nothing stands out", font=font(21), fill=INK)
    draw.text((x, 754), words.closer(explanation), font=font(19), fill=FAINT)
    for line, told in enumerate(textwrap.wrap(words.doubt(explanation), 66)):
        draw.text((x, 786 + 28 * line), told, font=font(21), fill=INK)
    draw.text((70, 846), f"{name}: an expression as it reads, not what a person feels", font=font(19), fill=FAINT)
    return paper


def png_of(picture: Image.Image) -> bytes:
    """A picture as PNG."""
    held = io.BytesIO()
    picture.save(held, "PNG", optimize=True)
    return held.getvalue()


def _view(face: Face, side: int) -> NDArray[np.float64]:
    """Affine map (2, 3) from the frame to the view: the chip's framing with a margin, `side` pixels a side."""
    fit = level(face.points_px)
    step = side / CHIP_PX / (1 + 2 * MARGIN)
    to_view = np.zeros((2, 3))
    to_view[:, :2] = step * CHIP_EYES_PX / fit.scale * fit.rotation[:2, :2].T
    to_view[:, 2] = step * (np.array(CHIP_MIDDLE_PX) + MARGIN * CHIP_PX) - to_view[:, :2] @ fit.shift[:2]
    return to_view


def _stain(region: str, points: Floats, side: int) -> NDArray[np.float32]:
    """A region's soft shape, 0..1, float32 (side, side)."""
    mask = np.zeros((side, side), dtype=np.uint8)
    for shape in _SHAPES[region]:
        hull = cv2.convexHull(points[list(shape)].astype(np.float32)).round().astype(np.int32)
        cv2.fillConvexPoly(mask, hull, 255)
        cv2.polylines(mask, [hull], True, 255, max(1, side // 45))
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), side / 90), dtype=np.float32) / np.float32(255)


def _label(drawn: Image.Image, explanation: Explanation, points: Floats) -> None:
    """Frames of the boxes, and at the right edge each region's share with a line to it."""
    side = drawn.width
    draw = ImageDraw.Draw(drawn, "RGBA")
    step, size = side / CHIP_PX / (1 + 2 * MARGIN), side // 30
    lowest = 0.0
    places = {region: float(points[[i for shape in _SHAPES[region] for i in shape], 1].mean()) for region in REGIONS}
    for region in sorted(REGIONS, key=lambda name: places[name]):
        top, left, bottom, right = ((edge + MARGIN * CHIP_PX) * step for edge in BOXES[region])
        colour = REGION_COLOURS[region]
        draw.rounded_rectangle((left, top, right, bottom), side // 60, outline=(*colour, 70), width=max(1, side // 380))
        y = max(places[region], lowest + size * 1.7)
        lowest = y
        share = explanation.reading.affect.shares[REGIONS.index(region)]
        told, letters = f"{region} {share:.0%}", font(size)
        width = draw.textlength(told, font=letters)
        x = side - width - size * 1.3
        draw.line((points[list(_SHAPES[region][-1]), 0].max(), places[region], x - size * 0.4, y), (*colour, 200), 2)
        draw.rounded_rectangle(
            (x - size * 0.5, y - size * 0.75, x + width + size * 0.5, y + size * 0.75), size // 2, fill=(*colour, 235)
        )
        draw.text((x, y), told, font=letters, fill=(255, 255, 255), anchor="lm")


def plain(told: str) -> str:
    """Text in characters of Pillow's own font, which lacks the minus sign and the accidentals."""
    return told.replace("−", "-").replace("♭", " flat").replace("♯", " sharp")


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font."""
    return ImageFont.load_default(size)
