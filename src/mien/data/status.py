"""A project told in numbers, and what to do next (project → `Status`)."""

from collections.abc import Mapping
from dataclasses import dataclass

from mien.data.project import Project
from mien.data.truth import truths

FEW = 50
"""Faces of a class that are useful (see docs/your_own_classes.md)."""


@dataclass(frozen=True, slots=True)
class Status:
    """Numbers of a project.

    `classes` name → (pictures that came under it, faces whose truth it is); `marks`, `sides`, `consents`, `licences`
    name → pictures; `problems` arrivals that gave nothing; `labels` annotator → faces; `open_sources` those that were
    interrupted; `steps` commands that would help now, each with why.
    """

    pictures: int
    looked_at: int
    faces: int
    problems: int
    classes: Mapping[str, tuple[int, int]]
    marks: Mapping[str, int]
    sides: Mapping[str, int]
    consents: Mapping[str, int]
    licences: Mapping[str, int]
    labels: Mapping[str, int]
    open_sources: tuple[str, ...]
    steps: tuple[tuple[str, str], ...]


def status(project: Project) -> Status:
    """Count."""

    def one(query: str) -> int:
        return int(project.db.execute(query).fetchone()[0])

    def many(query: str) -> dict[str, int]:
        return {str(name): int(count) for name, count in project.db.execute(query).fetchall()}

    came = many(
        "SELECT class, count(DISTINCT sha256) FROM arrivals WHERE class NOT NULL AND sha256 NOT NULL GROUP BY class"
    )
    found = truths(project)
    majority = found.majority
    classes = {
        name.name: (came.get(name.name, 0), int((majority == place).sum()))
        for place, name in enumerate(project.classes)
    }
    by_source = (
        "SELECT {0}, count(DISTINCT sha256) FROM arrivals JOIN sources ON sources.id = source"
        " WHERE sha256 NOT NULL GROUP BY {0} ORDER BY {0}"
    )
    pictures = one("SELECT count(*) FROM pictures")
    looked_at = one("SELECT count(*) FROM pictures WHERE seen_at NOT NULL")
    sides = many("SELECT side, count(*) FROM sides GROUP BY side")
    consents = many(by_source.format("consent"))
    open_sources = tuple(
        row["address"] for row in project.db.execute("SELECT address FROM sources WHERE ended_at IS NULL ORDER BY id")
    )
    return Status(
        pictures=pictures,
        looked_at=looked_at,
        faces=one("SELECT count(*) FROM faces"),
        problems=one("SELECT count(*) FROM arrivals WHERE problem NOT NULL"),
        classes=classes,
        marks=many("SELECT kind, count(DISTINCT sha256) FROM marks GROUP BY kind ORDER BY 2 DESC, kind"),
        sides=sides,
        consents=consents,
        licences=many(by_source.format("licence")),
        labels=many(
            "SELECT annotator, count(DISTINCT face) FROM labels WHERE taken_back_at IS NULL GROUP BY annotator"
        ),
        open_sources=open_sources,
        steps=tuple(
            _steps(project, pictures, looked_at, len(set(found.sha256)), classes, sides, consents, open_sources)
        ),
    )


def _steps(
    project: Project,
    pictures: int,
    looked_at: int,
    told: int,
    classes: Mapping[str, tuple[int, int]],
    sides: Mapping[str, int],
    consents: Mapping[str, int],
    open_sources: tuple[str, ...],
) -> list[tuple[str, str]]:
    folder = project.folder
    steps = [(f"mien data collect {folder} '{address}'", "it was interrupted") for address in open_sources]
    if consents.get("refused"):
        steps.append((f"mien data forget {folder} SOURCE", f"{consents['refused']} pictures came without consent"))
    if not pictures:
        return [*steps, (f"mien data collect {folder} FOLDER", "there is no picture yet")]
    if looked_at < pictures:
        steps.append((f"mien data clean {folder}", f"{pictures - looked_at} pictures were not looked at"))
    elif not told:
        steps.append((f"mien data label {folder}", "nobody said yet what the faces show"))
    elif sum(sides.values()) != told:
        steps.append(
            (f"mien data split {folder}", f"{told} pictures have a class, {sum(sides.values())} pictures have a side")
        )
    else:
        steps.append((f"mien train --data {folder} --out run", "all is ready"))
    if thin := [f"{name} {count}" for name, (_, count) in classes.items() if looked_at and count < FEW]:
        steps.append((f"mien data label {folder}", f"few faces of a class: {', '.join(thin)}; {FEW} are useful"))
    if consents.get("unknown"):
        steps.append(
            (
                f"mien data collect {folder} SOURCE --consent given --licence …",
                f"of {consents['unknown']} pictures nobody said whether those shown agree",
            )
        )
    return steps
