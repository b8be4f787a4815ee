"""Faults planted into photographs, to measure how often cleaning finds them (picture → picture with a fault).

Pictures are uint8 (h, w, 3), points float32 (68, 2) their 68 points.
"""

import io
from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Rgb = NDArray[np.uint8]
Points = NDArray[np.float32]

SENTENCE = (
    "when you finally see the MONDAY morning light again and LAUGH about it so hard that everyone STOPS to look "
    "stock photo image sample www example com"
)
WORDS = SENTENCE.split()
COVERS = ("low", "top", "half", "all")
DRAWINGS = ("cartoon", "posterised", "inked", "pencil", "stylised")
LETTERINGS = ("meme", "quote", "caption", "watermark", "across")


def as_jpeg(rgb: Rgb, quality: int = 85) -> Rgb:
    held = io.BytesIO()
    Image.fromarray(rgb).save(held, "JPEG", quality=quality)
    return np.asarray(Image.open(held))


def copies(rgb: Rgb, rng: np.random.Generator) -> Iterator[tuple[str, Rgb]]:
    """Copies as they come about: saved again, reduced, cut, lightened, without colour."""
    height, width = rgb.shape[:2]
    yield "quality 50", as_jpeg(rgb, 50)
    for share in (0.9, 0.5):
        if min(height, width) * share >= 40:
            yield f"size {share}", as_jpeg(cv2.resize(rgb, None, fx=share, fy=share, interpolation=cv2.INTER_AREA))
    for share in (0.02, 0.04, 0.06):
        if min(height, width) * (1 - 4 * share) >= 40:
            top, bottom, left, right = rng.random(4) * 2 * share
            rows = slice(int(top * height), height - int(bottom * height))
            columns = slice(int(left * width), width - int(right * width))
            yield f"cut {share}", as_jpeg(rgb[rows, columns])
    yield "lighter", as_jpeg(np.clip(rgb * 1.15 + 8, 0, 255).astype(np.uint8))
    yield "grey", as_jpeg(np.repeat(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2))


def eyes_apart(points: Points) -> float:
    return float(np.linalg.norm(points[42:48].mean(axis=0) - points[36:42].mean(axis=0)))


def blurred(rgb: Rgb, points: Points, share: float) -> Rgb:
    """Out of focus, by a share of the distance of the eyes."""
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), share * eyes_apart(points)))


def covered(rgb: Rgb, points: Points, part: str, rng: np.random.Generator) -> Rgb:
    """Half of the face or all of it behind a plain board, a hand's colour, blots or stripes."""
    low, high, apart = points.min(axis=0), points.max(axis=0), eyes_apart(points)
    middle = points[27:31, 0].mean()
    left = rng.random() < 0.5
    x0, y0, x1, y1 = {
        "low": (low[0], points[29, 1], high[0], high[1]),
        "top": (low[0], low[1] - 0.6 * apart, high[0], points[29, 1]),
        "half": (low[0] if left else middle, low[1] - 0.5 * apart, middle if left else high[0], high[1]),
        "all": (low[0], low[1] - 0.2 * apart, high[0], high[1] - 0.1 * apart),
    }[part]
    height, width = rgb.shape[:2]
    box = [int(np.clip(v, 0, m)) for v, m in ((x0, width), (y0, height), (x1, width), (y1, height))]
    kind, mask = int(rng.integers(4)), np.zeros((height, width), np.uint8)
    if kind == 1:
        centre, half = ((box[0] + box[2]) // 2, (box[1] + box[3]) // 2), (box[2] - box[0], box[3] - box[1])
        cv2.ellipse(mask, centre, (half[0] // 2 + 1, half[1] // 2 + 1), 0, 0, 360, 255, -1)
    else:
        mask[box[1] : box[3], box[0] : box[2]] = 255
    if kind == 0:
        board = np.full(rgb.shape, rng.integers(0, 256, 3), np.uint8)
    elif kind == 1:
        skin = rgb[int(np.clip(points[30, 1], 0, height - 1)), int(np.clip(points[30, 0], 0, width - 1))].astype(float)
        board = np.clip(skin + rng.normal(0, 6, (height, width, 1)), 0, 255).astype(np.uint8)
    elif kind == 2:
        blots = rng.integers(0, 256, (max(2, height // 12), max(2, width // 12), 3), dtype=np.uint8)
        board = np.asarray(cv2.resize(blots, (width, height), interpolation=cv2.INTER_CUBIC))
    else:
        line = np.sin(np.arange(width) / width * rng.uniform(20, 60)) * 90 + 128
        board = np.broadcast_to(line[None, :, None], rgb.shape).astype(np.uint8)
    return np.where(mask[:, :, None] > 0, board, rgb)


def drawn(rgb: Rgb, points: Points, kind: str, rng: np.random.Generator) -> Rgb:
    """A drawing of the same face: from its points, or by a filter."""
    if kind == "cartoon":
        return cartoon(points, (rgb.shape[1], rgb.shape[0]), rng)
    if kind == "pencil":
        grey = cv2.pencilSketch(rgb, sigma_s=60, sigma_r=0.07, shade_factor=0.05)[0]
        return np.repeat(np.asarray(grey)[:, :, None], 3, axis=2)
    if kind == "stylised":
        return np.asarray(cv2.stylization(rgb, sigma_s=60, sigma_r=0.45))
    smooth = cv2.bilateralFilter(rgb, 9, 50, 9)
    if kind == "posterised":
        pixels = np.asarray(smooth).reshape(-1, 3).astype(np.float32)
        until = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 10, 1.0)
        _, _, centres = cv2.kmeans(pixels[::7], 8, None, until, 1, cv2.KMEANS_PP_CENTERS)
        nearest = np.square(pixels[:, None] - centres[None]).sum(axis=2).argmin(axis=1)
        return centres[nearest].reshape(rgb.shape).astype(np.uint8)
    grey = cv2.medianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), 5)
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 9, 4)
    for _ in range(3):
        smooth = cv2.bilateralFilter(smooth, 9, 40, 9)
    return np.where(ink[:, :, None] > 0, np.asarray(smooth) // 32 * 32 + 16, 20).astype(np.uint8)


def cartoon(points: Points, size: tuple[int, int], rng: np.random.Generator) -> Rgb:
    """A face of even colours and black lines with these 68 points; `size` is width and height."""
    p, apart = (points * 2).astype(int), eyes_apart(points) * 2
    picture = np.full((size[1] * 2, size[0] * 2, 3), rng.integers(120, 256, 3), np.uint8)
    skins = ((245, 205, 170), (200, 150, 110), (120, 80, 55), (255, 224, 60), (235, 235, 235))
    hair = tuple(int(v) for v in rng.integers(0, 160, 3))
    middle, line = p.mean(axis=0).astype(int), max(1, int(apart * 0.04))
    head = (int(middle[0]), int(middle[1] - 0.5 * apart))
    cv2.ellipse(picture, head, (int(1.25 * apart), int(1.6 * apart)), 0, 0, 360, hair, -1)
    brow = [p[[i]] - [0, int(share * apart)] for i, share in ((16, 1.1), (24, 0.7), (19, 0.7), (0, 1.1))]
    outline = np.concatenate([p[:17], *brow])
    cv2.fillPoly(picture, [outline], skins[int(rng.integers(len(skins)))])
    cv2.polylines(picture, [outline], True, (20, 20, 20), line, cv2.LINE_AA)
    for eye in (p[36:42], p[42:48]):
        cv2.fillPoly(picture, [eye], (255, 255, 255))
        cv2.polylines(picture, [eye], True, (0, 0, 0), line, cv2.LINE_AA)
        x, y = (int(v) for v in eye.mean(axis=0))
        cv2.circle(picture, (x, y), max(1, int(apart * 0.1)), (40, 30, 20), -1, cv2.LINE_AA)
    for stroke in (p[17:22], p[22:27]):
        cv2.polylines(picture, [stroke], False, hair, 2 * line, cv2.LINE_AA)
    cv2.polylines(picture, [p[27:36]], False, (60, 40, 30), line, cv2.LINE_AA)
    cv2.fillPoly(picture, [p[48:60]], (190, 70, 70))
    cv2.polylines(picture, [p[48:60]], True, (60, 10, 10), line, cv2.LINE_AA)
    cv2.fillPoly(picture, [p[60:68]], (90, 20, 20))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def lettered(rgb: Rgb, points: Points, kind: str, rng: np.random.Generator) -> Rgb:
    """Writing over, under or around the face."""
    height, width = rgb.shape[:2]
    size = max(8, int(width * rng.uniform(0.06, 0.12)))
    font = ImageFont.load_default(size)
    picture = Image.fromarray(rgb)

    def words(count: int) -> str:
        told = " ".join(rng.choice(WORDS, count))
        while ImageDraw.Draw(picture).textlength(told, font=font) > 0.96 * width and " " in told:
            told = told.rpartition(" ")[0]
        return told

    def line(y: float, told: str, edge: int, fill: object = "white") -> None:
        draw = ImageDraw.Draw(picture)
        x = (width - draw.textlength(told, font=font)) / 2
        draw.text((x, y), told, font=font, fill=fill, stroke_fill="black", stroke_width=edge)

    if kind == "meme":
        line(0.02 * height, words(4), max(1, size // 12))
        line(0.98 * height - 1.2 * size, words(4), max(1, size // 12))
    elif kind == "quote":
        for i in range(5):
            line(0.45 * height + 1.3 * i * size, words(5), 1)
    elif kind == "across":
        line(
            float(points[[27, 57][int(rng.integers(2))], 1]) - size / 2,
            words(4),
            0,
            tuple(rng.integers(0, 256, 3).tolist()),
        )
    elif kind == "watermark":
        veil = Image.new("RGBA", picture.size, (0, 0, 0, 0))
        for y in range(0, height, 3 * size):
            start = (int(rng.integers(width // 3)), y)
            ImageDraw.Draw(veil).text(start, words(4), font=font, fill=(255, 255, 255, 110))
        picture = Image.alpha_composite(picture.convert("RGBA"), veil).convert("RGB")
    else:
        band = Image.new("RGB", (width, height + int(1.6 * size)), "white")
        band.paste(picture, (0, int(1.6 * size)))
        ImageDraw.Draw(band).text((0.03 * width, 0.2 * size), words(4), font=font, fill="black")
        picture = band
    return np.asarray(picture)


Plant = Callable[[Rgb, Points, np.random.Generator], Rgb]


def faults() -> Iterator[tuple[str, str, Plant]]:
    """Every fault that one picture can have: the mark that should come, its kind, and how it is planted."""
    for share in (0.06, 0.09, 0.12):
        yield "blurred", f"by {share} of the eyes", lambda rgb, p, _, s=share: blurred(rgb, p, s)
    for part in COVERS:
        yield "covered", part, lambda rgb, p, rng, k=part: covered(rgb, p, k, rng)
    for kind in DRAWINGS:
        yield "drawn", kind, lambda rgb, p, rng, k=kind: as_jpeg(drawn(rgb, p, k, rng), 92)
    for kind in LETTERINGS:
        yield "text", kind, lambda rgb, p, rng, k=kind: as_jpeg(lettered(rgb, p, k, rng))
