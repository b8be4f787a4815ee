"""A project told in numbers, and what to do next (project → `Status`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from shlex import quote

from mien.data.arrivals import FIRST_ARRIVAL
from mien.data.describing.facts import Facts, gather_facts
from mien.data.labelling.truth import truths
from mien.data.project import Project
from mien.data.words import counted

FEW = 50
"""Faces of a class that are useful (see docs/your_own_classes.md)."""


@dataclass(frozen=True, slots=True)
class Status:
    """Numbers of a project.

    `classes` name → (pictures that came under it, faces whose truth it is); `marks`, `sides`, `consents`, `licences`
    name → pictures, each picture counted once: under the least that its sources say of consent, and under the licence
    of the source that it came from first; `problems` arrivals that gave nothing; `labels` annotator → faces that they
    judged, skips left out; `steps` commands that would help now, each with why.
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
    steps: tuple[tuple[str, str], ...]


def status(project: Project) -> Status:
    """Count."""

    def many(query: str) -> dict[str, int]:
        return {str(name): int(count) for name, count in project.db.execute(query).fetchall()}

    facts = gather_facts(project, with_agreement=False)
    came = many(
        "SELECT class, count(DISTINCT sha256) FROM arrivals WHERE class NOT NULL AND sha256 NOT NULL GROUP BY class"
    )
    classes = {name: (came.get(name, 0), known) for name, known in facts.by_class.items()}
    (looked_at,) = project.db.execute("SELECT count(*) FROM pictures WHERE seen_at NOT NULL").fetchone()
    open_sources = tuple(
        row["address"] for row in project.db.execute("SELECT address FROM sources WHERE ended_at IS NULL ORDER BY id")
    )
    return Status(
        pictures=facts.pictures,
        looked_at=looked_at,
        faces=facts.faces,
        problems=sum(one.problems for one in facts.sources),
        classes=classes,
        marks=dict(sorted(facts.marks.items(), key=lambda one: -one[1])),
        sides=facts.sides,
        consents=facts.consents,
        licences=many(
            f"SELECT licence, count(*) FROM ({FIRST_ARRIVAL}) JOIN sources ON id = source GROUP BY licence"
            " ORDER BY licence"
        ),
        labels={one.name: one.labels + one.cannot_tell for one in facts.annotators},
        steps=tuple(_steps(project, facts, looked_at, classes, open_sources)),
    )


def _steps(
    project: Project,
    facts: Facts,
    looked_at: int,
    classes: Mapping[str, tuple[int, int]],
    open_sources: tuple[str, ...],
) -> list[tuple[str, str]]:
    pictures, consents, sided = facts.pictures, facts.consents, sum(facts.sides.values())
    refused = project.db.execute(
        "SELECT sources.address, count(DISTINCT sha256) AS n FROM sources JOIN arrivals ON source = id"
        " WHERE consent = 'refused' AND sha256 NOT NULL GROUP BY id ORDER BY id"
    )
    told = len(set(truths(project).sha256))
    folder = project.typed
    steps = [(f"mien data collect {folder} {quote(address)}", "it was interrupted") for address in open_sources]
    steps += [
        (
            f"mien data forget {folder} {quote(source['address'])}",
            f"consent was refused: {counted(source['n'], 'picture')} of it left out of everything",
        )
        for source in refused
    ]
    if not pictures:
        return [*steps, (f"mien data collect {folder} FOLDER", "there is no picture yet")]
    if looked_at < pictures:
        steps.append((f"mien data clean {folder}", f"not looked at yet: {counted(pictures - looked_at, 'picture')}"))
    elif not told:
        steps.append((f"mien data label {folder}", "no face has a class yet"))
    elif sided != told:
        steps.append((f"mien data split {folder}", f"with a class: {counted(told, 'picture')}; with a side: {sided}"))
    else:
        steps.append((f"mien train --data {folder} --out run", "all is ready"))
    if thin := [f"{name} {count}" for name, (_, count) in classes.items() if looked_at and count < FEW]:
        steps.append((f"mien data label {folder}", f"few faces of a class: {', '.join(thin)}; {FEW} are useful"))
    if consents.get("unknown"):
        steps.append(
            (
                f"mien data collect {folder} SOURCE --consent given --licence …",
                f"consent is unknown for {counted(consents['unknown'], 'picture')}",
            )
        )
    return steps
