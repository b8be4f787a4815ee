"""What a project amounts to, counted for its descriptions (tables → numbers and names)."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from mien.data.arrivals import WORST_CONSENT, as_told
from mien.data.labelling.agree import Agreement, agreement
from mien.data.labelling.truth import COUNTING, truths
from mien.data.pictures.marks import MARKS
from mien.data.project import Project
from mien.errors import BadInput
from mien.vocabulary import EmotionClass


@dataclass(frozen=True, slots=True)
class Source:
    """Where pictures came from (see `mien.data.arrivals.as_told`), how many, and on which terms."""

    kind: str
    address: str
    licence: str
    consent: str
    begun_at: str
    pictures: int
    problems: int


@dataclass(frozen=True, slots=True)
class Annotator:
    """How many faces somebody labelled: `labels` with a class. Of a face labelled again only the newest label counts.
    `suggested` counts labels before which a model's guess was shown."""

    name: str
    labels: int
    cannot_tell: int
    skipped: int
    taken_back: int
    suggested: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts of a project.

    `by_class` counts faces by majority, `torn` those without one; `by_people` counts every face that people labelled,
    `unread` those of them that had no answer but "cannot tell"; `votes_each` is the mean number of votes of a face
    that people labelled, "cannot tell" being one; `spoilt` counts, of the pictures with each mark in `marks`, those
    that it leaves out of learning: a label mends some; `sides` counts pictures by side of the split, `consents` by
    what is known of consent; `period` holds the first and the last day on which anything came or was said.
    """

    name: str
    classes: tuple[EmotionClass, ...]
    pictures: int
    faces: int
    without_face: int
    several_faces: int
    persons: int
    without_person: int
    by_class: Mapping[str, int]
    torn: int
    by_people: int
    unread: int
    by_folder: int
    votes_each: float
    sources: tuple[Source, ...]
    consents: Mapping[str, int]
    licences: tuple[str, ...]
    annotators: tuple[Annotator, ...]
    marks: Mapping[str, int]
    spoilt: Mapping[str, int]
    sides: Mapping[str, int]
    agreement: Agreement | None
    period: tuple[str, str] | None


def gather_facts(project: Project, *, with_agreement: bool = True) -> Facts:
    """Count; without the agreement, whose intervals take a bootstrap, if it is not wanted."""
    db = project.db
    known = truths(project)
    names = [one.name for one in project.classes]
    majority = known.majority.tolist()
    said = [(row["face"], row["verdict"]) for row in db.execute(COUNTING)]
    labelled, read = {face for face, _ in said}, {face for face, verdict in said if verdict == "class"}
    agreed = None
    if with_agreement:
        with suppress(BadInput):  # fewer than two annotators
            agreed = agreement(project)
    sources = tuple(
        Source(**dict(row) | {"address": as_told(row["kind"], row["address"])})
        for row in db.execute(
            "SELECT kind, sources.address, licence, consent, begun_at, count(DISTINCT sha256) AS pictures,"
            " count(problem) AS problems FROM sources LEFT JOIN arrivals ON source = id GROUP BY id ORDER BY id"
        )
    )
    period = db.execute(
        "SELECT min(day), max(day) FROM (SELECT arrived_at AS day FROM arrivals UNION ALL SELECT given_at FROM labels)"
    ).fetchone()
    return Facts(
        name=project.folder.resolve().name,
        classes=project.classes,
        pictures=_one(project, "SELECT count(*) FROM pictures"),
        faces=_one(project, "SELECT count(*) FROM faces"),
        without_face=_one(project, "SELECT count(*) FROM pictures WHERE sha256 NOT IN (SELECT sha256 FROM faces)"),
        several_faces=_one(project, "SELECT count(DISTINCT sha256) FROM faces WHERE rank > 0"),
        persons=_one(project, "SELECT count(DISTINCT person) FROM pictures"),
        without_person=_one(project, "SELECT count(*) FROM pictures WHERE person IS NULL"),
        by_class={name: majority.count(place) for place, name in enumerate(names)},
        torn=majority.count(-1),
        by_people=len(labelled),
        unread=len(labelled - read),
        by_folder=len(set(known.faces.tolist()) - labelled),
        votes_each=len(said) / len(labelled) if labelled else 0.0,
        sources=sources,
        consents=_counts(project, f"SELECT consent, count(*) FROM ({WORST_CONSENT}) GROUP BY consent"),
        licences=tuple(sorted({one.licence for one in sources if one.pictures})),
        annotators=tuple(Annotator(**dict(row)) for row in db.execute(_ANNOTATORS)),
        marks={kind: n for kind in MARKS if (n := _one(project, _MARKED, kind))},
        spoilt=_spoilt(project, set(known.sha256)),
        sides=_counts(project, "SELECT side, count(*) FROM sides GROUP BY side"),
        agreement=agreed,
        period=None if period[0] is None else (period[0][:10], period[1][:10]),
    )


def _spoilt(project: Project, learnt: set[str]) -> dict[str, int]:
    """By mark, the pictures that it spoils, without those that a label mended."""
    left_out = {(row["kind"], row["sha256"]) for row in project.db.execute("SELECT kind, sha256 FROM marks")}
    return Counter(kind for kind, sha256 in left_out if MARKS[kind].spoils and sha256 not in learnt)


_MARKED = "SELECT count(DISTINCT sha256) FROM marks WHERE kind = ?"
_ANNOTATORS = f"""
SELECT annotator AS name, sum(stands AND verdict = 'class') AS labels,
  sum(stands AND verdict = 'cannot tell') AS cannot_tell,
  sum(taken_back_at IS NULL AND verdict = 'skip') AS skipped, sum(taken_back_at NOT NULL) AS taken_back,
  sum(stands AND suggested NOT NULL) AS suggested
FROM (SELECT *, id IN (SELECT id FROM ({COUNTING})) AS stands FROM labels) GROUP BY annotator ORDER BY annotator
"""


def _one(project: Project, query: str, *given: str) -> int:
    return int(project.db.execute(query, given).fetchone()[0])


def _counts(project: Project, query: str) -> dict[str, int]:
    return {row[0]: int(row[1]) for row in project.db.execute(query)}
