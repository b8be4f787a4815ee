"""A picture file becomes a frame: any common format, upright, eight bits per channel, RGB.

Reads JPEG, PNG, WebP, BMP, TIFF and GIF. EXIF orientation is obeyed, transparency laid on white; CMYK, greyscale,
palettes and 16 bits are converted. Of an animated file the first frame is taken, and the reader is told so. What a file
claims is checked before anything is decoded: its bytes, its format and its pixel count.
"""

import io
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from mien.errors import BadInput
from mien.values import Frame

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
"""Pillow's names of the formats."""
SPOKEN_FORMATS = "JPEG, PNG, WebP, BMP, TIFF or GIF"
SUFFIXES = (".jpg", ".jpeg", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")
"""File name suffixes of pictures."""
FOREIGN_BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC", b"msf1": "HEIC", b"avif": "AVIF", b"avis": "AVIF"}
"""Formats that phones and web pages keep in an ISO container (ISO/IEC 23008-12), by major brand; not read here."""
MAX_BYTES = 64 * 2**20
MAX_PIXELS = 50_000_000
"""More than phones keep unless told to (some sensors have 108 and 200 million). Decoding a picture of this size takes
at its peak 0.1 GB for a JPEG (0.35 GB for a progressive one), 0.3 GB for a PNG, 0.5 GB for one with transparency or for
a TIFF in CMYK, and 0.9 GB for a WebP with transparency."""
BAND_PIXELS = 2**19
"""Transparency and deep grey are processed in bands of about this many pixels."""
MAX_SIDE_PX = 2560
"""Larger pictures are reduced to this side: no stage looks closer."""
MIN_SIDE_PX = 40
_WARNINGS = threading.Lock()
"""Held while the process's warnings are off: two threads that switch them off and on again may leave them off."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded picture: the frame, and what a person should know about how it was read."""

    frame: Frame
    remarks: tuple[str, ...] = ()

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """uint8 (h, w, 3)."""
        return self.frame.rgb


def open_picture(path: Path) -> Picture:
    """Read a picture file.

    Raises
    ------
    BadInput
        If it is missing, a folder, empty, too large, or not a picture of a known format.
    """
    try:
        if path.is_dir():
            raise BadInput(f"{path}: is a folder; give a picture file ({SPOKEN_FORMATS})")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise BadInput(f"{path}: {size / 2**20:.0f} MB; up to {MAX_BYTES / 2**20:.0f} MB are read")
        content = path.read_bytes()
    except FileNotFoundError:
        raise BadInput(f"{path}: no such file; give a picture file ({SPOKEN_FORMATS})") from None
    except OSError as cause:
        raise BadInput(f"{path}: cannot be read ({cause.strerror})") from None
    return decode(content, str(path))


def decode(content: bytes, name: str, max_side_px: int = MAX_SIDE_PX) -> Picture:
    """Decode the bytes of a picture; `name` is what messages call it. A picture larger than `max_side_px` is reduced.

    Raises
    ------
    BadInput
        If the bytes are empty, damaged, hold too many pixels, or are not a picture of a known format.
    """
    if not content:
        raise BadInput(f"{name}: the file is empty; give a picture file ({SPOKEN_FORMATS})")
    try:
        with _WARNINGS, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own bomb warning: our limit is below it
            image = Image.open(io.BytesIO(content), formats=FORMATS)
            _check_size(image, name)
            frames = int(getattr(image, "n_frames", 1)) if image.format in ("GIF", "WEBP", "PNG", "TIFF") else 1
            image.draft("RGB", (max_side_px, max_side_px))  # JPEG only: decode at a reduced size if that is enough
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            rgb = _to_rgb(image, max_side_px)
    except BadInput:
        raise
    except UnidentifiedImageError:
        foreign = FOREIGN_BRANDS.get(content[8:12]) if content[4:8] == b"ftyp" else None
        said = f"{foreign} is not read; save it as JPEG" if foreign else "not a picture, whatever its name says"
        raise BadInput(f"{name}: {said}; give a {SPOKEN_FORMATS} file") from None
    except Image.DecompressionBombError:
        raise BadInput(f"{name}: too many pixels; up to {MAX_PIXELS // 10**6} million are read") from None
    except Exception as cause:  # decoders fail on damaged files in any way they like
        raise BadInput(f"{name}: the picture is damaged or cut off ({_first_line(cause)})") from None
    remarks = (f"animated: the first of {frames} frames is read",) if frames > 1 else ()
    return Picture(Frame(time_s=0.0, rgb=rgb), remarks)


def _check_size(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise BadInput(
            f"{name}: {width}×{height} pixels; up to {MAX_PIXELS // 10**6} million are read: reduce the picture first"
        )
    if min(width, height) < MIN_SIDE_PX:
        raise BadInput(f"{name}: {width}×{height} pixels; a face needs at least {MIN_SIDE_PX} pixels a side")


def _to_rgb(image: Image.Image, max_side_px: int) -> NDArray[np.uint8]:
    if image.mode.startswith("I") or image.mode == "F":  # 16 or 32 bits of grey
        image = _in_bands(image, "L", _shallow(image))
    elif image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = _in_bands(image, "RGB", _on_white)
    elif image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    image.thumbnail((max_side_px, max_side_px), Image.Resampling.BOX)
    return np.asarray(image.convert("RGB"), dtype=np.uint8)


def _in_bands(image: Image.Image, mode: str, made: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """A picture in another mode, made band by band, so that intermediate results only take the memory of a band."""
    whole = Image.new(mode, image.size)
    for top, band in _bands(image):
        whole.paste(made(band), (0, top))
    return whole


def _bands(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    width, height = image.size
    rows = max(1, BAND_PIXELS // width)
    for top in range(0, height, rows):
        yield top, image.crop((0, top, width, min(top + rows, height)))


def _on_white(band: Image.Image) -> Image.Image:
    clear = band.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")


def _shallow(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """The function that makes bands of this deep grey picture eight bits deep; what is no number becomes black."""
    white = _white(image)

    def shallow(band: Image.Image) -> Image.Image:
        deep = np.nan_to_num(np.asarray(band, dtype=np.float64), posinf=white)
        return Image.fromarray((np.clip(deep / white, 0, 1) * 255).round().astype(np.uint8))

    return shallow


def _white(image: Image.Image) -> float:
    """What stands for white: 65,535, or 255 if 8 bits hold all values; of floats 1 or 255, whatever lies beyond."""
    greys = (np.asarray(band) for _, band in _bands(image))
    deepest = max(float(grey.max(where=np.isfinite(grey), initial=0)) for grey in greys)
    if image.mode == "F":
        return 1.0 if deepest < 2 else 255.0  # resampling leaves some values a little above white
    return 65535.0 if deepest > 255 else 255.0


def _first_line(cause: Exception) -> str:
    return (str(cause) or type(cause).__name__).splitlines()[0]
