"""Sources become pictures of a project: folders, archives, videos, lists of addresses, galleries (word → rows, files).

What kind of source a word names is seen from the word: an address begins with http, a folder is one, the rest by
suffix. Each is a row of `sources`; interrupted, it is taken up where it stopped, and asked again later it gives what is
new. Addresses that had a problem are tried again.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from mien.data.collecting.archives import SUFFIXES as ARCHIVES
from mien.data.collecting.archives import is_archive, read_archive
from mien.data.collecting.films import frames_as_finds
from mien.data.collecting.finds import Find, Known, class_on_the_way, is_picture, spoken
from mien.data.collecting.folders import check_folder, read_file, read_folder
from mien.data.collecting.galleries import clear, is_gallery, read_gallery
from mien.data.collecting.intake import (
    Person,
    Taken,
    begin_source,
    check_consent,
    end_source,
    sweep,
    take,
    tell_persons,
)
from mien.data.collecting.web import is_address, read_list
from mien.data.lock import alone
from mien.data.project import Project
from mien.errors import BadInput
from mien.face.pictures import SUFFIXES
from mien.face.video import SUFFIXES as VIDEOS
from mien.face.video import is_video

LISTS = (".txt", ".csv", ".tsv")


@dataclass(frozen=True, slots=True)
class Options:
    """How to collect.

    `shown` overrules the class that folders and lists tell, and what came earlier without a class gets it too;
    `licence` and `consent` None leave what the source has, or "unknown"; `person` is a regular expression whose first
    group, sought in each address, is a person's pseudonym; `every_s` the seconds between two frames of a film;
    `pause_s` those between two requests; a `loose` source is no album: the pictures of a board may then stand on two
    sides of a split (those of a film never).
    """

    shown: str | None = None
    licence: str | None = None
    consent: str | None = None
    person: str | None = None
    every_s: float = 1.0
    pause_s: float = 1.0
    loose: bool = False

    def __post_init__(self) -> None:
        check_consent(self.consent)
        if not 0.05 <= self.every_s <= 3600:
            raise BadInput(f"a frame every {self.every_s:g} seconds: give 0.05 to 3600")
        if not 0 <= self.pause_s <= 3600:
            raise BadInput(f"a pause of {self.pause_s:g} seconds: give 0 to 3600")
        sought(self.person)  # refused before the work


def collect(
    project: Project, word: str, options: Options | None = None, on_step: Callable[[], None] = lambda: None
) -> Taken:
    """Collect one source.

    Parameters
    ----------
    word : folder, archive, video, picture, list of addresses, or the address of a board or gallery
    on_step : called after each find

    Raises
    ------
    BadInput
        If there is no such source, or it broke off; all that came before is kept, and the next call goes on there.
    """
    options = options or Options()
    names = [one.name for one in project.classes]
    if options.shown is not None and options.shown not in names:
        raise BadInput(f"class '{options.shown}': not in this project; its classes are {', '.join(names)}")
    kind, address = kind_of(word)
    with alone(project):
        sweep(project)
        source = begin_source(project, kind, spoken(address), options.licence, options.consent)
        if options.loose and kind == "gallery":
            with project.change() as db:
                db.execute("UPDATE arrivals SET album = NULL WHERE source = ?", (source,))
        known, met = _known(project, source), [0]

        def is_known(at: str) -> bool:
            met[0] += spoken(at) in known
            return spoken(at) in known

        finds = _finds(kind, address, is_known, options, project, names)
        try:
            taken = take(project, source, finds, on_step)
        finally:
            named = tell_persons(project, source, sought(options.person))
            if kind == "gallery":
                clear(project.folder, address, _known(project, source).__contains__)
        end_source(project, source)
        classed = 0 if options.shown is None else _give_class(project, source, options.shown)
    unsorted = _unsorted(project, source) if kind in ("folder", "archive") else ()
    return taken + named + Taken(known=met[0], classed=classed, unsorted=unsorted)


def _give_class(project: Project, source: int, shown: str) -> int:
    """Let the pictures of a source that came without a class have come under this one; gives how many."""
    with project.change() as db:
        return db.execute(
            "UPDATE arrivals SET class = ? WHERE source = ? AND class IS NULL AND sha256 NOT NULL", (shown, source)
        ).rowcount


def kind_of(word: str) -> tuple[str, str]:
    """The kind of source that a word names, and its address (for files: absolute)."""
    if is_address(word):
        try:
            path_there = urlsplit(word).path
        except ValueError as error:
            raise BadInput(f"{word}: no address ({error})") from None
        return ("urls", word) if is_picture(path_there) else ("gallery", word)
    if is_gallery(word):
        return "gallery", word
    path = Path(word).absolute()
    if path.is_dir():
        check_folder(path)
        return "folder", str(path)
    if not path.exists():
        raise BadInput(f"{word}: no such file or folder, and no address that begins with http:// or https://")
    if is_archive(path):
        return "archive", str(path)
    if is_video(path):
        return "video", str(path)
    if path.suffix.lower() in LISTS:
        return "urls", str(path)
    if is_picture(path.name):
        return "folder", str(path)
    raise BadInput(
        f"{word}: give a folder, an archive ({', '.join(ARCHIVES)}), a video ({', '.join(VIDEOS)}), a picture "
        f"({', '.join(SUFFIXES)}) or a list of addresses ({', '.join(LISTS)})"
    )


def _finds(
    kind: str, address: str, known: Known, options: Options, project: Project, names: Sequence[str]
) -> Iterator[Find]:
    """Finds of a source, each told its class and album as far as they are known."""
    path = Path(address)
    above: tuple[str, ...] = ()
    if kind == "folder" and path.is_dir():
        found, above = read_folder(path, known, options.every_s), (path.name,)
    elif kind == "folder":
        found, above = iter([] if known(path.name) else [read_file(path, path.name)]), (path.parent.name,)
    elif kind == "archive":
        stem = path.name[: -len(next(s for s in ARCHIVES if path.name.lower().endswith(s)))]
        found, above = read_archive(path, known), (stem,)
    elif kind == "video":
        found, above = frames_as_finds(path, path.name, known, options.every_s), (path.parent.name,)
    elif kind == "urls":
        found = read_list(address, known, options.pause_s)
    else:
        found = read_gallery(address, known, project.folder, options.pause_s)
    for find in found:
        told = (find.shown,) if find.shown else (*above, *PurePosixPath(find.address.partition("@")[0]).parts[:-1])
        shown = options.shown or class_on_the_way(told if kind != "gallery" else (), names)
        yield replace(
            find,
            address=spoken(find.address),
            shown=shown,
            album=None if options.loose and kind == "gallery" else find.album,
        )


def sought(pattern: str | None) -> Person:
    """The person that the first group of a pattern finds in an address; nobody without a pattern.

    Raises
    ------
    BadInput
        If it is no pattern of one group.
    """
    try:
        compiled = re.compile("()" if pattern is None else pattern)
    except re.error as cause:
        raise BadInput(f"person '{pattern}': not a regular expression ({cause})") from None
    if compiled.groups != 1:
        raise BadInput(f"person '{pattern}': give one group, as in  '^([0-9]+)_'")
    return lambda _, address: (match[1] or None) if (match := compiled.search(address)) else None


def _unsorted(project: Project, source: int) -> tuple[str, ...]:
    """Folders of a source with pictures that came without a class: none of the folders on the way names one."""
    query = "SELECT address FROM arrivals WHERE source = ? AND sha256 NOT NULL AND class IS NULL"
    rows = project.db.execute(query, (source,))
    return tuple(sorted({PurePosixPath(row["address"].partition("@")[0]).parent.as_posix() for row in rows} - {"."}))


def _known(project: Project, source: int) -> frozenset[str]:
    rows = project.db.execute("SELECT address FROM arrivals WHERE source = ? AND sha256 NOT NULL", (source,))
    return frozenset(row["address"] for row in rows)
