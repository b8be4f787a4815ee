"""How counts are told in words (number, noun → "1 picture", "2,041 pictures")."""


def counted(count: int, noun: str, plural: str = "") -> str:
    """A number with its noun; the plural ends in "s" if none is given."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
