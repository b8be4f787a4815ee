"""The words of a lab command that give its result again (parser, parsed arguments → text), for the result to name, and
the checksums of the files that it is of."""

import argparse
from pathlib import Path
from shlex import quote

from mien.writing import sha256_of


def command(parser: argparse.ArgumentParser, given: argparse.Namespace, *places: str) -> str:
    """What to type for the same result.

    Numbers are told whether they were given or usual, files by their name where they are not the usual ones, switches
    where they are on. Where the result goes (`--out`) is left out.

    Parameters
    ----------
    places : arguments that each machine has elsewhere, told as `--data DATA`.
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
    """The sha256 of the files, weights and data, that numbers are of, by name; None is no file."""
    return {file.name: sha256_of(file) for file in files if file is not None}
