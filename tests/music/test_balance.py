"""A line that moves as songs do has no faults; one that only steps, leaps, hammers or turns on four tones has."""

import pytest

from mien.music.balance import imbalance

SONG = (60, 62, 64, 64, 69, 67, 65, 64, 67, 72, 71, 69, 67, 65, 62, 64, 60)


def test_a_song_is_in_balance() -> None:
    assert imbalance(SONG) < 0.5


@pytest.mark.parametrize(
    "line",
    [
        (60, 62, 64, 65, 67, 65, 64, 62, 60, 62, 64, 62),
        (60, 67, 60, 67, 62, 69, 62, 69, 60, 67, 60, 67),
        (60, 60, 60, 60, 60, 62, 60, 60, 60, 60, 60, 60),
    ],
)
def test_a_line_out_of_balance_is_told(line: tuple[int, ...]) -> None:
    assert imbalance(line) > 1.5


def test_a_few_notes_have_no_shares() -> None:
    assert imbalance((60, 72)) == 0


def test_it_is_the_same_in_every_key() -> None:
    assert imbalance([pitch + 5 for pitch in SONG[:9]]) == imbalance(SONG[:9])
