"""A picture file becomes a frame: any common format, upright, eight bits a channel, RGB.

JPEG, PNG, WebP, BMP, TIFF and GIF; EXIF orientation is obeyed, transparency laid on white, CMYK, greyscale, palettes
and 16 bits converted; of an animated file the first frame is taken, and said so. What a file claims is checked before
anything is decoded: its bytes, its format and its pixel count.
"""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from mien.errors import BadInput
from mien.values import Frame

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
"""Pillow's names."""
SPOKEN_FORMATS = "JPEG, PNG, WebP, BMP, TIFF or GIF"
MAX_BYTES = 64 * 2**20
MAX_PIXELS = 50_000_000
"""Larger than any phone's picture, small enough to decode in 200 MB."""
MAX_SIDE_PX = 2560
"""Larger pictures are reduced to it: no stage looks closer."""
MIN_SIDE_PX = 40


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
        If it is missing, a folder, empty, too large, or no picture of a known format.
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
    """Decode the bytes of a picture; `name` is what messages call it. Larger than `max_side_px` it is reduced.

    Raises
    ------
    BadInput
        If the bytes are empty, damaged, too many pixels, or no picture of a known format.
    """
    if not content:
        raise BadInput(f"{name}: the file is empty; give a picture file ({SPOKEN_FORMATS})")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own bomb warning: our limit is below it
            image = Image.open(io.BytesIO(content), formats=FORMATS)
            _check_size(image, name)
            frames = int(getattr(image, "n_frames", 1)) if image.format in ("GIF", "WEBP", "PNG", "TIFF") else 1
            image.draft("RGB", (max_side_px, max_side_px))  # JPEG only: decode at half size where that is enough
            upright = ImageOps.exif_transpose(image)
            rgb = _to_rgb(upright, max_side_px)
    except BadInput:
        raise
    except UnidentifiedImageError:
        raise BadInput(f"{name}: not a picture, whatever its name says; give a {SPOKEN_FORMATS} file") from None
    except Image.DecompressionBombError:
        raise BadInput(f"{name}: too many pixels; up to {MAX_PIXELS // 10**6} million are read") from None
    except Exception as cause:  # decoders of damaged files fail in any way they like
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
        return _from_deep(image, max_side_px)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        image = Image.alpha_composite(white, clear)
    rgb = image.convert("RGB")
    rgb.thumbnail((max_side_px, max_side_px), Image.Resampling.BOX)
    return np.asarray(rgb, dtype=np.uint8)


def _from_deep(image: Image.Image, max_side_px: int) -> NDArray[np.uint8]:
    deep = np.asarray(image, dtype=np.float64)
    whole = 65535.0 if image.mode.startswith("I") and deep.max() > 255 else 255.0
    grey = Image.fromarray((np.clip(deep / whole, 0, 1) * 255).round().astype(np.uint8))
    return _to_rgb(grey, max_side_px)


def _first_line(cause: Exception) -> str:
    return (str(cause) or type(cause).__name__).splitlines()[0]
