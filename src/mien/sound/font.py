"""The font that plays: ours, proved by its checksum, or the user's own (path → Font).

The shipped font is a cut of FluidR3Mono GM (MIT); `mien.lab.assets.cut_font` made it, and its manifest says from what.
"""

from functools import cache
from pathlib import Path

from mien.assets import asset_path, read_asset
from mien.errors import BadInput
from mien.sound.soundfont import Font, read_font

SHIPPED = "FluidR3Mono_mien.sf3"


def font_path() -> Path:
    """Path of the shipped font (not yet proved: see `load_font`)."""
    return asset_path("mien.sound", SHIPPED)


@cache
def load_font(path: Path | None = None) -> Font:
    """Load a font, once a process.

    Parameters
    ----------
    path : any .sf2 or .sf3 file; None: the shipped one.

    Raises
    ------
    BadAsset
        If the shipped font is missing or is not the one its manifest names.
    BadInput
        If a font of the user's cannot be read.
    """
    if path is None:
        return read_font(read_asset(font_path()), SHIPPED)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"the sound font {path} cannot be read ({error.strerror}); give an .sf2 or .sf3 file") from None
    return read_font(content, path.name)
