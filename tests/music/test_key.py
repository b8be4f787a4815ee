"""Keys as people write them."""

import pytest

from mien.errors import BadInput
from mien.music.key import parse_key
from mien.vocabulary import Mode

MINOR, MAJOR = Mode.AEOLIAN, Mode.IONIAN


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C", (0, None)),
        ("Eb", (-3, None)),
        ("c", (0, MINOR)),
        ("bb", (-2, MINOR)),
        ("F# minor", (6, MINOR)),
        ("d dorian", (2, Mode.DORIAN)),
        ("c harmonic_minor", (0, Mode.HARMONIC_MINOR)),
        ("Am", (3, MINOR)),
        ("C#m", (7, MINOR)),
        ("Bbm", (-2, MINOR)),
        ("bm", (5, MINOR)),
        ("A min", (3, MINOR)),
        ("C maj", (0, MAJOR)),
        ("Emin", (4, MINOR)),
        ("A♭Maj", (-4, MAJOR)),
        ("d maj", (2, MAJOR)),
        ("F#", (6, None)),
        ("Gb", (-6, None)),
        ("G♭ minor", (-6, MINOR)),
    ],
)
def test_a_key_is_understood_as_musicians_write_it(text: str, key: tuple[int, Mode | None]) -> None:
    assert parse_key(text) == key


@pytest.mark.parametrize("text", ["", "H", "CM", "Amm", "Adorian", "A mi", "C major minor"])
def test_what_is_no_key_is_refused_with_keys_that_are(text: str) -> None:
    with pytest.raises(BadInput, match="as in C, Eb, Am"):
        parse_key(text)
