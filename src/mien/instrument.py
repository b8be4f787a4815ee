"""The stages joined: a picture becomes readings (`mien.reading`), a reading becomes a piece.

    picture → Frame → Face → Cues → Affect → Brief → Phrase (written) → Phrase (performed) → Audio

Everything here is a straight line through the stages; each can be called alone. Seeds make it repeatable: the same
picture, options, seed and version give the same files.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from mien.circumplex import affect_at, affect_of
from mien.errors import BadInput
from mien.music.brief import brief_from_affect
from mien.music.compose import compose_in_keys
from mien.music.form import FREE
from mien.music.journey.path import MoodPath, check_path, path_between
from mien.music.journey.travel import compose_journey
from mien.music.mapping import MappingTable
from mien.music.perform import perform
from mien.piece import Piece
from mien.reading import Reading, face_at, read, reader_of, watch
from mien.values import Affect
from mien.vocabulary import EIGHT
from mien.wishes import USUAL_S, Wishes, check_wishes, moments_of, number_of, path_of, text_of


class End(NamedTuple):
    """A mood that music begins or ends with; if it was read from a picture, the reading, and the picture's path."""

    name: str
    affect: Affect
    reading: Reading | None = None
    source: Path | None = None


def end_of(said: str | Path, weights: str | Path | None = None, face: int = 1, chosen_by: str = "face") -> End:
    """A mood by the name of an emotion, or else by a picture of a face.

    Parameters
    ----------
    face : which face of the picture, 1 for the largest.
    chosen_by : the option that says which.

    Raises
    ------
    BadInput
        If it is neither, or the picture cannot be used, or has no such face.
    """
    from mien.face.pictures import SUFFIXES

    try:
        affect = affect_of(str(said), reader_of(weights).classes if weights else EIGHT)
    except BadInput as unknown:
        path = path_of("mood", said)
        if path.suffix.lower() not in SUFFIXES and not os.path.isfile(path):  # noqa: PTH113 (False for what is no path)
            raise BadInput(f"{unknown}, or a picture of a face") from None
    else:
        if face != 1:
            raise BadInput(f"{chosen_by} {face!r:.60}: '{said}' is a mood; leave it out, or give a picture of faces")
        return End(str(said), affect)
    reading = _chosen(path, weights, face, chosen_by)
    return End(path.stem, reading.affect, reading, path.absolute())


def _chosen(picture: str | Path, weights: str | Path | None, face: int, chosen_by: str) -> Reading:
    """A face of a picture, read; where there are several, a remark says so."""
    readings = read(picture, weights=weights)
    reading = face_at(readings, face, chosen_by)
    if len(readings) == 1:
        return reading
    others = f"face {face} of {len(readings)} is read; '{chosen_by}' chooses another"
    return replace(reading, remarks=(*reading.remarks, others))


def play(
    picture: str | Path,
    *,
    to: str | Path | None = None,
    seconds: float | None = None,
    seed: int = 1,
    ensemble: str = "piano",
    key: str | None = None,
    meter: str | tuple[int, int] | None = None,
    face: int = 1,
    to_face: int = 1,
    font: str | Path | None = None,
    mapping: MappingTable | str | Path | None = None,
    form: str = FREE,
    weights: str | Path | None = None,
) -> Piece:
    """Turn the expression of a face into a piece of music.

    Parameters
    ----------
    picture : path of a picture with at least one face, or of a video, whose moods the music then follows.
    to : an emotion's name or another picture, to lead to: the music meets the face where it is, then moves (the iso
        principle).
    seconds : length, 10 to 3600; by default 60, or a video's length.
    seed : the same seed gives the same piece; another seed another piece for the same face.
    ensemble : a name of `mien.ensembles.ensembles()`.
    key : as in "Eb", "Am", "F# minor" or "D dorian"; "c", a small letter alone, is C minor whatever the mood; chosen by
        mood and seed if None.
    meter : "4/4", "3/4", "6/8" or "5/4", or as two numbers; chosen by the seed if None.
    face, to_face : which one plays, and which one of the picture that is led to, 1 for the largest.
    font : another SoundFont (sf2 or sf3) to play with.
    mapping : another table from reading to music, or its file (`mien.music.mapping.load_mapping`).
    form : a name of `mien.music.form.forms()`: how themes are built and how sections follow each other.
    weights : another network to read with, as `mien train` makes it; `to` may then name one of its classes.

    Raises
    ------
    BadInput
        If an option or the picture cannot be used; `NoFace`, one of its kind, if the picture holds no face.
    BadAsset
        If the weights cannot be used.
    """
    from mien.cues.neutral import average_neutral
    from mien.face.video import is_video

    source = path_of("picture", picture).absolute()
    name, follows = source.stem, is_video(source)
    if follows and (to is not None or face != 1):
        raise BadInput("a video leads its own way: 'to' and 'face' are for pictures")
    if to is None and to_face != 1:
        raise BadInput(f"to_face {to_face!r:.60}: give 'to', the picture in which that face is")
    wishes = check_wishes(
        seconds=seconds,
        seed=seed,
        ensemble=ensemble,
        key=key,
        meter=meter,
        font=font,
        mapping=mapping,
        form=form,
        moods_move=follows or to is not None,
    )
    if follows:
        return replace(_journey(name, watch(picture, weights), wishes), sources=(source,))
    end = end_of(to, weights, to_face, "to_face") if to is not None else None
    reading = _chosen(picture, weights, face, "face")
    if end is not None:
        return _led(name, End(name, reading.affect, reading, source), end, wishes)
    piece = _piece(name, reading.affect, wishes, reading, average_neutral().departures(reading.cues))
    return replace(piece, sources=(source,))


def compose(
    emotion: str | None = None,
    *,
    valence: float | None = None,
    arousal: float | None = None,
    seconds: float = USUAL_S,
    seed: int = 1,
    ensemble: str = "piano",
    key: str | None = None,
    meter: str | tuple[int, int] | None = None,
    font: str | Path | None = None,
    mapping: MappingTable | str | Path | None = None,
    form: str = FREE,
) -> Piece:
    """Compose without a face: from the name of an emotion, or from a place on the plane of moods.

    Parameters
    ----------
    emotion : a name of `mien.circumplex.PRESETS`.
    valence, arousal : −1..1 each, instead of an emotion; if one alone is given, the other is 0, the middle.

    The other parameters are those of `play`.

    Raises
    ------
    BadInput
        If neither or both are given, or an option cannot be used.
    """
    wishes = check_wishes(
        seconds=seconds, seed=seed, ensemble=ensemble, key=key, meter=meter, font=font, mapping=mapping, form=form
    )
    if (emotion is None) == (valence is None and arousal is None):
        raise BadInput("give either an emotion, sad for example, or valence and arousal")
    if emotion is not None:
        affect, name = affect_of(text_of("emotion", emotion)), emotion
    else:
        place = (
            number_of(axis, 0.0 if given is None else given)
            for axis, given in (("valence", valence), ("arousal", arousal))
        )
        affect, name = affect_at(*place), "piece"
    return _piece(f"{name}-{wishes.ensemble}-{wishes.seed}", affect, wishes)


def lead(
    start: str | Path,
    end: str | Path,
    *,
    seconds: float | None = None,
    seed: int = 1,
    ensemble: str = "piano",
    key: str | None = None,
    meter: str | tuple[int, int] | None = None,
    font: str | Path | None = None,
    mapping: MappingTable | str | Path | None = None,
    form: str = FREE,
    weights: str | Path | None = None,
    face: int = 1,
    to_face: int = 1,
) -> Piece:
    """Compose a piece that meets one mood and leads to another.

    Parameters
    ----------
    start, end : an emotion's name each, or a picture of a face.
    seconds : length, 10 to 3600; by default 60.

    face, to_face : which face of the picture that it meets, and of the one that it leads to, 1 for the largest.

    The other parameters are those of `play`; of `key` only the tonic, since a journey turns its mode.

    Raises
    ------
    BadInput
        If an option cannot be used, or a mood is neither an emotion nor a picture of a face.
    BadAsset
        If the weights cannot be used.
    """
    wishes = check_wishes(
        seconds=seconds,
        seed=seed,
        ensemble=ensemble,
        key=key,
        meter=meter,
        font=font,
        mapping=mapping,
        form=form,
        moods_move=True,
    )
    first, last = end_of(start, weights, face), end_of(end, weights, to_face, "to_face")
    return _led(f"{first.name}-to-{last.name}-{wishes.ensemble}-{wishes.seed}", first, last, wishes)


def travel(
    path: MoodPath,
    *,
    name: str = "journey",
    seconds: float | None = None,
    seed: int = 1,
    ensemble: str = "piano",
    key: str | None = None,
    meter: str | tuple[int, int] | None = None,
    font: str | Path | None = None,
    mapping: MappingTable | str | Path | None = None,
    form: str = FREE,
) -> Piece:
    """Compose along a path of affects in time: soft transitions, one piece.

    Parameters
    ----------
    path : (seconds, affect), times rising (see `mien.music.journey.path`, which reads one from a table).
    name : of the piece: its title, and that of its files.
    seconds : length, 10 to 3600; by default the path's length, or 60 if the path is a single moment. What lies beyond
        that length is ignored.

    The other parameters are those of `play`; of `key` only the tonic, since a journey turns its mode.

    Raises
    ------
    BadInput
        If an option cannot be used, or the path is empty, none at all, or its times do not rise from 0 on.
    """
    wishes = check_wishes(
        seconds=seconds,
        seed=seed,
        ensemble=ensemble,
        key=key,
        meter=meter,
        font=font,
        mapping=mapping,
        form=form,
        moods_move=True,
    )
    return _journey(text_of("name", name), check_path(moments_of(path)), wishes)


def _led(name: str, start: End, end: End, wishes: Wishes) -> Piece:
    """A piece that meets one mood and leads to another, with what was read at both."""
    seconds = wishes.lasting_s()  # the path is shorter: an arrival needs time to be felt
    piece = _journey(name, path_between(start.affect, end.affect, seconds), replace(wishes, seconds=seconds))
    sources = tuple(one.source for one in (start, end) if one.source)
    return replace(piece, reading=start.reading, arrival=end.reading, sources=sources)


def _piece(
    name: str,
    affect: Affect,
    wishes: Wishes,
    reading: Reading | None = None,
    departures: Mapping[str, float] | None = None,
) -> Piece:
    brief = brief_from_affect(
        affect,
        ensemble=wishes.ensemble,
        seed=wishes.seed,
        cues=departures,
        mapping=wishes.mapping,
        tonic_fifths=wishes.tonic_fifths,
        mode=wishes.mode,
        meter=wishes.meter,
    )
    written, briefs = compose_in_keys(brief, wishes.lasting_s(), wishes.seed, wishes.form)
    performed = perform(written, briefs)
    return Piece(name, ((0.0, affect),), brief, written, performed, reading, wishes.font, briefs)


def _journey(name: str, path: MoodPath, wishes: Wishes) -> Piece:
    stretch = compose_journey(
        path,
        wishes.lasting_s(path[-1][0]),
        wishes.seed,
        ensemble=wishes.ensemble,
        tonic_fifths=wishes.tonic_fifths,
        meter=wishes.meter,
        mapping=wishes.mapping,
        form=wishes.form,
    )
    performed = perform(stretch.written, stretch.briefs)
    brief = stretch.briefs[0][1]
    return Piece(name, path, brief, stretch.written, performed, font=wishes.font, briefs=stretch.briefs)
