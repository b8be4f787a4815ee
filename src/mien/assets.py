"""A file that ships with its manifest becomes bytes that are proved (networks, the font, tables).

An asset lies in the `assets` folder of a package, beside a manifest of the same name, `NAME.json`, which states its
origin, licence and sha256. Nothing is unpickled, nothing is fetched. Networks that people train look the same.
"""

import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from mien.errors import BadAsset, cause_of


def asset_path(package: str, filename: str) -> Path:
    """Path of a file in the `assets` folder of one of our packages ("mien.face", "mesh.tflite")."""
    return Path(str(files(package).joinpath("assets", filename)))


def read_manifest(path: Path) -> dict[str, Any]:
    """Read the JSON manifest that stands beside an asset.

    Raises
    ------
    BadAsset
        If the asset or its manifest is missing, or the manifest is not one.
    """
    if not path.is_file():
        raise BadAsset(
            f"{path}: there is no such file; give a .tflite file with its manifest beside it{_or_reinstall(path)}"
        )
    try:
        manifest: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if not isinstance(manifest, dict) or "sha256" not in manifest:
            raise ValueError("an object with a sha256 is wanted")
    except (OSError, ValueError) as cause:
        raise BadAsset(
            f"{path.with_suffix('.json').name}: the manifest cannot be read ({cause_of(cause)}); it stands beside its "
            f"network: give a .tflite file that has one{_or_reinstall(path)}"
        ) from None
    return manifest


def _or_reinstall(path: Path) -> str:
    """What else helps if a file of mien's own is missing; of a network of one's own it would not."""
    return ", or reinstall mien" if path.resolve().is_relative_to(Path(__file__).resolve().parent) else ""


def read_asset(path: Path, manifest: Mapping[str, Any] | None = None) -> bytes:
    """Read an asset and verify it against the sha256 in its manifest, which is read too if it is not given.

    Raises
    ------
    BadAsset
        If the file is missing or its checksum differs; the message names both checksums.
    """
    wanted = (read_manifest(path) if manifest is None else manifest)["sha256"]
    try:
        content = path.read_bytes()
    except OSError as cause:
        raise BadAsset(f"{path.name}: cannot be read ({cause.strerror}); reinstall mien") from None
    found = hashlib.sha256(content).hexdigest()
    if found != wanted:
        raise BadAsset(
            f"{path.name}: sha256 {found[:12]}… found, {wanted[:12]}… named by its manifest; "
            "the file was changed or damaged: reinstall mien, then run 'mien doctor'"
        )
    return content


def manifest_at(path: Path, weights: Path) -> str | None:
    """The name of the file that the manifest at `path` belongs to, or None if no manifest stands there. A file in the
    place of the manifest of `weights` belongs to `weights`, whatever it holds."""
    if path.resolve() == weights.with_suffix(".json").resolve():
        return weights.name
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(told.get("file", "another file")) if isinstance(told, dict) and "sha256" in told else None
