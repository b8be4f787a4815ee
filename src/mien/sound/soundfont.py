"""A sound font file becomes its tables (bytes → Font), and back.

The SoundFont 2 hierarchy: a preset (bank, program) has zones that point to instruments, whose zones point to samples;
each zone carries generators (numbers with meanings, §8.1.2 of the specification) for a range of keys and velocities.
SoundFont 3 is the same with samples compressed as Ogg Vorbis: `start` and `end` then count bytes of the sample data and
loops count frames of the decoded sample. The tables are numpy records, in the layout of the file.

Reference: E-mu Systems, "SoundFont Technical Specification 2.04" (2006); MuseScore's SF3 extension.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.errors import BadInput
from mien.sound.riff import chunk

Table = NDArray[np.void]

_NAME = "S20"
LAYOUT: Mapping[str, np.dtype[np.void]] = {
    "phdr": np.dtype(
        [("name", _NAME), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("reserved", "<u4", 3)],
    ),
    "pbag": np.dtype([("gen", "<u2"), ("mod", "<u2")]),
    "pmod": np.dtype([("source", "<u2"), ("target", "<u2"), ("amount", "<i2"), ("scale", "<u2"), ("shape", "<u2")]),
    "pgen": np.dtype([("kind", "<u2"), ("amount", "<i2")]),
    "inst": np.dtype([("name", _NAME), ("bag", "<u2")]),
    "ibag": np.dtype([("gen", "<u2"), ("mod", "<u2")]),
    "imod": np.dtype([("source", "<u2"), ("target", "<u2"), ("amount", "<i2"), ("scale", "<u2"), ("shape", "<u2")]),
    "igen": np.dtype([("kind", "<u2"), ("amount", "<i2")]),
    "shdr": np.dtype(
        [
            ("name", _NAME), ("start", "<u4"), ("end", "<u4"), ("loop_start", "<u4"), ("loop_end", "<u4"),
            ("rate_hz", "<u4"), ("pitch", "u1"), ("correction", "i1"), ("link", "<u2"), ("kind", "<u2"),
        ],
    ),
}  # fmt: skip
"""The nine tables of the `pdta` list, in file order; each ends with a terminal record."""

VORBIS, ROM = 0x10, 0x8000
"""Bits of a sample's kind: its data are Ogg Vorbis, or in the memory of a sound card, and so not here."""

HIGHEST_HZ = 1_000_000
"""No sample was taken faster."""

INSTRUMENT, KEY_RANGE, VELOCITY_RANGE, SAMPLE = 41, 43, 44, 53
"""The generators that build the hierarchy."""


@dataclass(frozen=True, slots=True, eq=False)
class Font:
    """A sound font in memory.

    Attributes
    ----------
    info : the INFO list as it stands in the file (name, authors, copyright), each chunk by its four letters.
    tables : by the names of `LAYOUT`, terminal records included.
    samples : the sample data: 16-bit words (SF2) or Vorbis streams end to end (SF3).
    """

    info: Mapping[str, bytes]
    tables: Mapping[str, Table]
    samples: bytes

    def presets(self) -> dict[tuple[int, int], int]:
        """Row of each preset by (bank, program); the kit is bank 128."""
        return {(int(row["bank"]), int(row["program"])): i for i, row in enumerate(self.tables["phdr"][:-1])}

    def zones(self, level: str, row: int) -> list[slice]:
        """Generators of each zone of a preset (`level` "p") or instrument ("i"), as slices of its generator table."""
        heads = self.tables["phdr" if level == "p" else "inst"]["bag"]
        bags = self.tables[f"{level}bag"]["gen"]
        return [slice(int(bags[b]), int(bags[b + 1])) for b in range(int(heads[row]), int(heads[row + 1]))]


def read_font(content: bytes, name: str) -> Font:
    """Read a sound font.

    Parameters
    ----------
    content : the whole file.
    name : what to call it in an error.

    Raises
    ------
    BadInput
        If it is no SoundFont 2 or 3 file, is cut short, or names what it does not hold.
    """
    try:
        if content[:4] != b"RIFF" or content[8:12] != b"sfbk":
            raise ValueError("it does not begin as a RIFF sfbk file")
        chunks = dict(_chunks(content, 12, len(content)))
        tables = {key: np.frombuffer(chunks[key], layout) for key, layout in LAYOUT.items()}
        info = {key: told for key, told in chunks.items() if key not in LAYOUT and key != "smpl"}
        font = Font(info, tables, chunks["smpl"])
        if min(map(len, tables.values())) < 1 or not font.presets():
            raise ValueError("it holds no preset")
    except KeyError as error:
        raise BadInput(f"{name} is not a sound font: its part {error} is missing; give an .sf2 or .sf3 file") from None
    except (ValueError, struct.error, RecursionError) as error:
        raise BadInput(f"{name} is not a sound font: {error}; give an .sf2 or .sf3 file") from None
    if flaw := _flaw(font):
        raise BadInput(f"the sound font {name} is broken: {flaw}; give another font")
    return font


def _flaw(font: Font) -> str | None:
    """What keeps a font from being played: rows that are named and not there, sound likewise. None if nothing does."""
    for head, bag, gen, kind, named in (
        ("phdr", "pbag", "pgen", INSTRUMENT, "inst"),
        ("inst", "ibag", "igen", SAMPLE, "shdr"),
    ):
        for table, column, there in ((head, "bag", len(font.tables[bag]) - 1), (bag, "gen", len(font.tables[gen]))):
            if font.tables[table][column].max() > there:
                return f"its table '{table}' names more than there is"
        rows = _named(font, gen, kind)
        if len(rows) and rows[-1] >= len(font.tables[named]) - 1:
            return f"its table '{gen}' names row {rows[-1]} of '{named}', which has {len(font.tables[named]) - 1}"
    flaws = (_sample_flaw(font, font.tables["shdr"][row]) for row in _named(font, "igen", SAMPLE))
    return next((flaw for flaw in flaws if flaw), None)


def _named(font: Font, gen: str, kind: int) -> NDArray[np.integer]:
    """The rows that generators of a kind name, in order."""
    table = font.tables[gen]
    return np.unique(table["amount"][table["kind"] == kind].astype("<u2"))


def _sample_flaw(font: Font, head: np.void) -> str | None:
    start, end, rate_hz, kind = (int(head[name]) for name in ("start", "end", "rate_hz", "kind"))
    name = head["name"].decode("ascii", "replace")
    if kind & ROM:
        return None
    if not start <= end <= len(font.samples) // (1 if kind & VORBIS else 2):
        return f"its sample '{name}' lies beyond the sound that it holds"
    if start < end and not 0 < rate_hz <= HIGHEST_HZ:
        return f"its sample '{name}' has {rate_hz} frames a second"
    return None


def font_bytes(font: Font) -> bytes:
    """Write a sound font (see `read_font`)."""
    info = b"".join(chunk(key, told) for key, told in font.info.items())
    tables = b"".join(chunk(key, font.tables[key].tobytes()) for key in LAYOUT)
    lists = (
        chunk("LIST", b"INFO" + info),
        chunk("LIST", b"sdta" + chunk("smpl", font.samples)),
        chunk("LIST", b"pdta" + tables),
    )
    return chunk("RIFF", b"sfbk" + b"".join(lists))


def _chunks(content: bytes, start: int, end: int) -> list[tuple[str, bytes]]:
    """Every chunk between two bytes; lists are opened."""
    found: list[tuple[str, bytes]] = []
    while start + 8 <= end:
        key = content[start : start + 4].decode("ascii", "replace")
        (size,) = struct.unpack_from("<I", content, start + 4)
        body = start + 8
        if body + size > end:
            raise ValueError(f"it is cut short in '{key}'")
        if key == "LIST":
            found += _chunks(content, body + 4, body + size)
        else:
            found.append((key, content[body : body + size]))
        start = body + size + size % 2
    return found
