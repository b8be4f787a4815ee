"""A song is read whole: voice as melody, piano under it, ties joined, bars kept in step."""

from xml.etree import ElementTree

from mien.lab.scores.whole_songs import whole_song
from mien.values import Part

HEAD = "<attributes><divisions>1</divisions><time><beats>3</beats><beat-type>4</beat-type></time></attributes>"


def note(step: str, duration: int, *inside: str, octave: int = 4) -> str:
    pitch = f"<pitch><step>{step}</step><octave>{octave}</octave></pitch>" if step else "<rest/>"
    return f"<note>{pitch}<duration>{duration}</duration><voice>1</voice>{''.join(inside)}</note>"


def song(bars: int, lyric: str = "<lyric><text>la</text></lyric>") -> ElementTree.Element:
    sung = [note("C", 1, lyric) + note("D", 2) for _ in range(bars)]
    held = [note("C", 3, '<tie type="start"/>', octave=3), note("C", 3, '<tie type="stop"/>', octave=3)]
    under = [held[i % 2] + "<backup><duration>3</duration></backup>" + note("E", 1) * 3 for i in range(bars)]
    chords = note("G", 1, octave=3).replace("<note>", "<note><chord/>")
    parts = (
        "".join(
            f"<measure>{HEAD if i == 0 else ''}{bar}{chords if number else ''}</measure>" for i, bar in enumerate(part)
        )
        for number, part in enumerate((sung, under))
    )
    return ElementTree.fromstring(
        f"<score-partwise>{''.join(f'<part>{part}</part>' for part in parts)}</score-partwise>"
    )


def test_voice_and_piano_stand_together() -> None:
    phrase = whole_song(song(8))
    assert phrase is not None
    assert (phrase.meter, phrase.length_ticks) == ((3, 4), 8 * 1440)
    assert [n.onset_ticks for n in phrase.part(Part.MELODY)[:3]] == [0, 480, 1440]
    bass = [n for n in phrase.part(Part.HARMONY) if n.pitch_midi == 48]
    assert [(n.onset_ticks, n.length_ticks) for n in bass] == [(2880 * i, 2880) for i in range(4)]


def test_music_without_words_is_no_song() -> None:
    assert whole_song(song(8, "")) is None
    assert whole_song(song(2)) is None
