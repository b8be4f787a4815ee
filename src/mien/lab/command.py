"""What a result says of its origin: the lab command that produces it again (parser, parsed arguments → text), and the
checksums of the files it is based on."""

import argparse
from pathlib import Path
from shlex import quote

from mien.writing import sha256_of


def command(parser: argparse.ArgumentParser, given: argparse.Namespace, *places: str) -> str:
    """The command to type for the same result.

    Numbers are always given; files by name if they are not the default ones; switches if they are on. The destination
    of the result (`--out`) is left out.

    Parameters
    ----------
    places : arguments that differ between machines, given as `--data DATA`.
    """
    words = [parser.prog, *(f"--{name} {name.upper()}" for name in places)]
    for name, value in vars(given).items():
        option = f"--{name.replace('_', '-')}"
        if name in (*places, "out") or value is None or value is False:
            continue
        if isinstance(value, Path):
            words += [] if value == parser.get_default(name) else [f"{option} {quote(value.name)}"]
        else:
            words.append(option if value is True else f"{option} {quote(str(value))}")
    return " ".join(words)


def made_of(*files: Path | None) -> dict[str, str]:
    """The sha256, by name, of the files (weights and data) that numbers are based on; None is no file."""
    return {file.name: sha256_of(file) for file in files if file is not None}
