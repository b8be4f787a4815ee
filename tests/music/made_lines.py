"""Lines of notes as hypothesis draws them for the tests of notation and score."""

from hypothesis import strategies as st

from mien.values import Note, Part
from mien.vocabulary import METERS

BAR = {meter: meter[0] * 1920 // meter[1] for meter in METERS}


@st.composite
def lines(draw: st.DrawFn, part: Part, meter: tuple[int, int], low: int, high: int) -> list[Note]:
    """Notes of one part that follow each other, with rests, chords and triplets, over two bars."""
    triplets = st.sampled_from([(160, 160, 160), (320, 160), (160, 320)])
    plain = st.sampled_from([(480,), (240, 240), (360, 120), (120, 240, 120), (960,), (720, 240), (60, 420), (1440,)])
    notes: list[Note] = []
    now, end = 0, 2 * BAR[meter]
    while now < end:
        may_divide = now % 480 == 0 and now + 480 <= end and draw(st.integers(0, 4)) == 0
        for wish in draw(triplets if may_divide else plain):
            length = min(wish, end - now)
            if length and draw(st.integers(0, 5)):
                pitches = draw(st.lists(st.integers(low, high), min_size=1, max_size=3, unique=True))
                notes += [Note(now, part, pitch, length, 70) for pitch in pitches]
            now += length
    return notes
