"""Results of the lab → tables in Markdown, as cards hold them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Results = Mapping[str, Any]
Table = Callable[[Results], str]
"""A function that makes a table from results."""


def table_of(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of text in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
