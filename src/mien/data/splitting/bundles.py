"""Which pictures belong together and must stand on one side of a split (project → bundles).

A bundle is a connected component: pictures of one person, of one album (a film, a board), copies and mirrored copies of
each other, and frames of one moment are joined. It does not matter whether a mark of being a copy was taken away: what
looks the same stays together.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from mien.data.groups import Groups
from mien.data.pictures.copies import moments, pairs
from mien.data.project import Project

Tie = tuple[str, str, str]
"""Two pictures (sha256) and why they belong together."""


def ties_told(project: Project) -> Iterator[Tie]:
    """What was told at collecting: one person, one album."""
    for what, query in (
        ("person", "SELECT person AS name, sha256 FROM pictures WHERE person NOT NULL ORDER BY person, sha256"),
        (
            "album",
            "SELECT DISTINCT album AS name, sha256 FROM arrivals WHERE album NOT NULL AND sha256 NOT NULL"
            " ORDER BY album, sha256",
        ),
    ):
        for one, other in pairwise(project.db.execute(query)):
            if one["name"] == other["name"]:
                yield one["sha256"], other["sha256"], f"one {what}, {one['name']}"


def ties_seen(project: Project) -> Iterator[Tie]:
    """What cleaning saw: copies, mirrored copies, moments."""
    for pair in pairs(project):
        yield pair.one, pair.other, "mirrored copies" if pair.mirrored else "copies"
    for group in moments(project):
        for one, other in pairwise(group):
            yield one, other, "one moment"


def bundles(project: Project) -> dict[str, str]:
    """The bundle of every picture, named by the first sha256 in it."""
    names = [row["sha256"] for row in project.db.execute("SELECT sha256 FROM pictures ORDER BY sha256")]
    return joined(names, [*ties_told(project), *ties_seen(project)])


def joined(names: Iterable[str], ties: Iterable[Tie]) -> dict[str, str]:
    """Connected components of `names` and whatever is tied, each named by its least member."""
    groups = Groups(names)
    for one, other, _ in ties:
        groups.tie(one, other)
    return groups.all()
