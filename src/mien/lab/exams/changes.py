"""Changes of a picture that leave the expression as it is: light, skin, mirror, tilt, blur, JPEG, size.

Pictures are uint8, grey (h, w) or RGB (h, w, 3), sRGB; lengths are in eye distances (`eyes_px`), so that a close-up of
48 pixels and a portrait of 512 are changed alike. A stop doubles or halves the light itself, so it is applied to linear
values (IEC 61966-2-1); values that become too bright are clipped, as a sensor would.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.values import Face

Picture = NDArray[np.uint8]
Change = Callable[[Picture, float], Picture]
"""A picture and its eye distance in pixels → the changed picture."""

TILT_DEG = 15.0
ENLARGED = 1.4
"""Enlargement of the mesh's oval, which ends below the hair, so that it holds the forehead and the ears."""
BLUR = 1 / 18
"""Standard deviation in eye distances: one pixel of a FER2013 picture."""
JPEG_QUALITY = 30

SKINS: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {
        "skin very light": (75.0, 8.0, 14.0),
        "skin light": (69.0, 10.0, 17.0),
        "skin intermediate": (63.0, 11.5, 18.5),
        "skin tan": (57.0, 12.0, 19.5),
        "skin brown": (46.0, 12.0, 18.0),
        "skin dark": (36.0, 9.0, 13.0),
    }
)
"""CIELAB of six skins, one in each class of the individual typology angle atan((L − 50) / b): above 55°, 41°, 28°,
10°, −30°, and below (Chardon, Cretois & Hourseau 1991; the sixth class Del Bino & Bernerd 2013)."""

_OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152),
    *(148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
"""Mesh indices of the outline of the face."""


def gamma(exponent: float) -> Change:
    """Brightness to a power: below 1 lighter, above 1 darker."""
    table = (255 * (np.arange(256) / 255) ** exponent).round().astype(np.uint8)
    return lambda picture, _: table[picture]


def stops(number: float) -> Change:
    """This many stops more light; below 0 less."""
    encoded = np.arange(256) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    lit = np.clip(linear * 2.0**number, 0, 1)
    back = np.where(lit <= 0.0031308, lit * 12.92, 1.055 * lit ** (1 / 2.4) - 0.055)
    table = (255 * back).round().astype(np.uint8)
    return lambda picture, _: table[picture]


def mirror(picture: Picture, eyes_px: float) -> Picture:  # noqa: ARG001 (every change is called alike)
    """Left and right exchanged."""
    return np.ascontiguousarray(picture[:, ::-1])


def tilt(degrees: float) -> Change:
    """Turned around its middle, clockwise; the edge is extended."""

    def change(picture: Picture, eyes_px: float) -> Picture:  # noqa: ARG001
        height, width = picture.shape[:2]
        turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0)
        turned = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(turned, dtype=np.uint8)

    return change


def blur(picture: Picture, eyes_px: float) -> Picture:
    """A little out of focus."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), BLUR * eyes_px), dtype=np.uint8)


def jpeg(picture: Picture, eyes_px: float) -> Picture:  # noqa: ARG001
    """Through a JPEG of low quality."""
    ordered = picture[:, :, ::-1] if picture.ndim == 3 else picture  # OpenCV takes blue first
    _, held = cv2.imencode(".jpg", ordered, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
    told = np.asarray(cv2.imdecode(held, cv2.IMREAD_UNCHANGED))
    return np.ascontiguousarray(told[:, :, ::-1] if picture.ndim == 3 else told, dtype=np.uint8)


def half_size(picture: Picture, eyes_px: float) -> Picture:  # noqa: ARG001
    """Half as many pixels a side, by area averaging."""
    return np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)


CHANGES: Mapping[str, Change] = MappingProxyType(
    {
        **{f"gamma {exponent:g}": gamma(exponent) for exponent in (0.5, 0.7, 1.4, 2.0)},
        "one stop darker": stops(-1),
        "one stop brighter": stops(1),
        "mirror": mirror,
        f"tilt +{TILT_DEG:g}°": tilt(TILT_DEG),
        f"tilt −{TILT_DEG:g}°": tilt(-TILT_DEG),
        "blur": blur,
        f"JPEG {JPEG_QUALITY}": jpeg,
        "half size": half_size,
    }
)
"""The changes that need no colour."""


def retint(rgb: Picture, face: Face, skin: str) -> Picture:
    """Give a face another of the `SKINS`.

    Skin is whatever lies in the (enlarged) oval of the face and has colours like most of it. A power is applied to its
    lightness, so that relief stays and nothing is clipped; its colour is shifted.
    """
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    oval = face.points_px[list(_OVAL), :2]
    inside = lab[_filled(rgb, oval)]
    mean, spread = np.median(inside, axis=0), inside.std(axis=0)
    unlike = np.sqrt((((lab - mean) / np.maximum(spread, 2.0)) ** 2).sum(axis=2))
    around = _filled(rgb, (oval - oval.mean(axis=0)) * ENLARGED + oval.mean(axis=0))
    weight = (around * np.clip(2.5 - unlike / 2, 0, 1)).astype(np.float32)
    soft = cv2.GaussianBlur(weight, (0, 0), face.chip_scale)[:, :, None]
    lightness, a, b = SKINS[skin]
    power = np.log(lightness / 100) / np.log(np.clip(mean[0], 2, 98) / 100)
    tinted = lab + np.array([0, a - mean[1], b - mean[2]])
    tinted[:, :, 0] = 100 * np.clip(lab[:, :, 0] / 100, 1e-3, 1) ** power
    back = cv2.cvtColor((soft * tinted + (1 - soft) * lab).astype(np.float32), cv2.COLOR_LAB2RGB)
    return np.where(soft > 0, (np.clip(back, 0, 1) * 255).round(), rgb).astype(np.uint8)


def _filled(rgb: Picture, outline: NDArray[np.floating]) -> NDArray[np.bool_]:
    mask = np.zeros(rgb.shape[:2], dtype=np.uint8)
    cv2.fillPoly(mask, [outline.round().astype(np.int32)], 255)
    return mask > 0
