"""Any common picture becomes the same frame; anything else a one-line error before it is decoded."""

import io
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mien.errors import BadInput
from mien.face.pictures import BAND_PIXELS, MAX_SIDE_PX, decode, open_picture


def picture() -> Image.Image:
    y, x = np.mgrid[0:60, 0:80]
    return Image.fromarray(np.stack([x * 3, y * 4, 255 - x * 3], axis=2).astype(np.uint8))


def saved(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF"])
def test_formats_agree(kind):
    rgb = decode(saved(picture(), kind, **({"quality": 95} if kind in ("JPEG", "WEBP") else {})), "x").rgb
    assert rgb.shape == (60, 80, 3)
    assert np.abs(rgb.astype(int) - np.asarray(picture())).mean() < 6


def test_exif_orientation_is_obeyed():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90° clockwise to see upright
    rgb = decode(saved(picture(), "PNG", exif=exif), "x").rgb
    assert np.array_equal(rgb, np.rot90(np.asarray(picture()), -1))


def test_transparency_is_laid_on_white():
    clear = picture().convert("RGBA")
    clear.putalpha(0)
    assert (decode(saved(clear, "PNG"), "x").rgb == 255).all()


def test_sixteen_bit_grey():
    deep = (np.asarray(picture().convert("L")).astype(np.uint16) * 257).astype(np.uint16)
    rgb = decode(saved(Image.fromarray(deep), "PNG"), "x").rgb
    assert np.abs(rgb[:, :, 0].astype(int) - np.asarray(picture().convert("L"))).max() <= 1


def test_pictures_decoded_at_once_leave_warnings_as_they_were():
    content, before = saved(picture(), "PNG"), list(warnings.filters)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(decode, [content] * 200, ["x"] * 200))
    assert warnings.filters == before


@pytest.mark.parametrize("white", [1.0, 255.0])
def test_floats_count_from_black_to_one_or_to_255(white):
    grey = np.asarray(picture().convert("L"))
    rgb = decode(saved(Image.fromarray(grey.astype(np.float32) * np.float32(white / 255)), "TIFF"), "x").rgb
    assert np.abs(rgb[:, :, 0].astype(int) - grey).max() <= 1


def test_floats_beyond_white_or_below_black_or_that_are_no_numbers_do_no_harm():
    deep = np.asarray(picture().convert("L")).astype(np.float32) / 255
    deep[0, :5] = np.nan, np.inf, -np.inf, 1.1, -0.1
    rgb = decode(saved(Image.fromarray(deep), "TIFF"), "x").rgb[:, :, 0]
    assert rgb[0, :5].tolist() == [0, 255, 0, 255, 0]
    assert np.abs(rgb[1:] - deep[1:] * 255).max() <= 1


@pytest.mark.parametrize(("mode", "kind"), [("CMYK", "JPEG"), ("L", "JPEG"), ("P", "PNG"), ("1", "PNG"), ("LA", "PNG")])
def test_other_colour_modes(mode, kind):
    rgb = decode(saved(picture().convert(mode), kind), "x").rgb
    assert rgb.shape == (60, 80, 3) and rgb.std() > 10


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_first_frame_of_an_animation(kind):
    frames = [Image.new("RGB", (50, 50), "white"), Image.new("RGB", (50, 50), "black")]
    opened = decode(saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100), "x")
    assert (opened.rgb > 250).all()
    assert opened.remarks == ("animated: the first of 2 frames is read",)


def test_large_pictures_are_reduced():
    rgb = decode(saved(Image.new("RGB", (6000, 3000)), "PNG"), "x").rgb
    assert max(rgb.shape) == MAX_SIDE_PX


def tall(mode: str) -> Image.Image:
    """A picture of several bands, 700 × 2300, in which every band differs."""
    y, x = np.mgrid[0:2300, 0:700]
    planes = [x % 256, y % 256, (x + y) % 256, (x * 2 + y // 9) % 256]
    if mode in ("I;16", "I", "F"):
        kind = {"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]
        return Image.fromarray(np.where(y > 2000, y * 28, x % 256).astype(kind))  # only the last band is deep
    rgba = Image.fromarray(np.stack(planes, axis=2).astype(np.uint8))
    return rgba if mode == "RGBA" else rgba.convert(mode)


def at_once(image: Image.Image) -> Image.Image:
    """What a picture is on white, eight bits a channel, made of the whole."""
    if image.mode in ("I;16", "I", "F"):
        deep = np.asarray(image, dtype=np.float64)
        whole = 255.0 if image.mode == "F" else 65535.0
        return Image.fromarray((np.clip(deep / whole, 0, 1) * 255).round().astype(np.uint8)).convert("RGB")
    clear = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")


@pytest.mark.parametrize("side_px", [2560, 1000])
@pytest.mark.parametrize(
    ("mode", "kind", "options"),
    [
        *(("RGBA", "PNG", {}), ("LA", "PNG", {}), ("P", "PNG", {"transparency": 7}), ("RGB", "PNG", {})),
        *(("I;16", "PNG", {}), ("I", "TIFF", {}), ("F", "TIFF", {}), ("L", "PNG", {}), ("CMYK", "TIFF", {})),
    ],
)
def test_bands_join_without_a_seam(mode, kind, options, side_px):
    content = saved(tall(mode), kind, **options)
    whole = at_once(Image.open(io.BytesIO(content)))
    whole.thumbnail((side_px, side_px), Image.Resampling.BOX)
    assert np.array_equal(decode(content, "x", side_px).rgb, np.asarray(whole))


@pytest.mark.parametrize("mode", ["RGBA", "I;16"])
def test_what_stands_between_is_no_larger_than_a_band(mode, monkeypatch):
    seen = []

    def watched(of):
        def watch(*given, **named):
            made = of(*given, **named)
            seen.append(made.size[0] * made.size[1])
            return made

        return watch

    monkeypatch.setattr(Image, "alpha_composite", watched(Image.alpha_composite))
    monkeypatch.setattr(Image, "fromarray", watched(Image.fromarray))
    content = saved(Image.fromarray(np.asarray(tall(mode))), "PNG")
    seen.clear()
    decode(content, "x")
    assert len(seen) > 2 and max(seen) <= BAND_PIXELS


def bomb() -> bytes:
    """A PNG that claims 30,000 × 30,000 pixels in a few hundred bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"My face, in words.\n" * 50, "not a picture, whatever its name says"),
        (saved(picture(), "JPEG")[:500], "damaged or cut off"),
        (bomb(), "million are read"),
        (saved(Image.new("RGB", (30, 300)), "PNG"), "at least 40 pixels a side"),
        (b"%PDF-1.4 some pages", "not a picture"),
    ],
)
def test_bad_content(content, message):
    with pytest.raises(BadInput, match=message) as error:
        decode(content, "portrait.jpg")
    assert str(error.value).startswith("portrait.jpg: ") and "\n" not in str(error.value)


def test_missing_file_and_folder(tmp_path: Path):
    with pytest.raises(BadInput, match="no such file"):
        open_picture(tmp_path / "none.jpg")
    with pytest.raises(BadInput, match="is a folder"):
        open_picture(tmp_path)


def test_too_many_bytes(tmp_path: Path):
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.truncate(65 * 2**20)
    with pytest.raises(BadInput, match="65 MB; up to 64 MB"):
        open_picture(path)
