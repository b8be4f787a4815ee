"""A few hundred faces in the origin's folders with planted faults: each fault is found, none lands on two sides."""

from pathlib import Path

import pytest

from data.pile import EACH, PORTRAITS, Plant, apart, missed, plant_pile, sha_of
from mien.data.collecting.collect import Options, collect
from mien.data.pictures.clean import clean, unmark
from mien.data.project import Project
from mien.data.splitting.leaks import check_leaks
from mien.data.splitting.split import split
from mien.errors import BadInput

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Plant]]:
    pile = tmp_path_factory.mktemp("desk") / "pile"
    return pile, plant_pile(pile)


@pytest.fixture(scope="module")
def project(planted: tuple[Path, list], tmp_path_factory: pytest.TempPathFactory) -> Project:
    with Project.create(tmp_path_factory.mktemp("desk") / "p") as opened:
        collect(opened, str(planted[0]), Options(licence="for a test", consent="public"))
        clean(opened)
        yield opened


def test_each_planted_fault_is_found(project: Project, planted: tuple[Path, list[Plant]]) -> None:
    assert missed(project, planted[1]) == []
    exact = next(name for name, mark, _ in planted[1] if name.endswith("exact.png"))
    came = "SELECT count(*) FROM arrivals WHERE sha256 = ?"
    assert project.db.execute(came, (sha_of(project, exact),)).fetchone()[0] == 2


def test_pictures_without_fault_are_left_alone(project: Project, planted: tuple[Path, list]) -> None:
    names = {name for name, *_ in planted[1]} | {of for *_, of in planted[1]}
    rows = project.db.execute(
        "SELECT address, kind FROM arrivals JOIN marks USING (sha256) WHERE kind IN"
        " ('copy', 'mirrored copy', 'two classes', 'drawn', 'text', 'burst')"
    )
    wrong = {row["address"] for row in rows} - names
    assert len(wrong) <= 0.02 * (4 * EACH + PORTRAITS), wrong


def test_no_fault_lands_on_two_sides(project: Project, planted: tuple[Path, list[Plant]]) -> None:
    spoilt = {sha_of(project, name) for name, mark, _ in planted[1] if mark in ("no face", "two classes", "drawn")}
    split(project, seed=1)
    sides = dict(project.db.execute("SELECT sha256, side FROM sides").fetchall())
    assert not spoilt & sides.keys()
    assert set(sides.values()) == {"train", "develop", "test"}
    related = [(name, of) for name, _, of in planted[1] if of]
    for name, _ in related:  # even if a person lets every copy in
        sha256 = sha_of(project, name)
        if project.db.execute("SELECT 1 FROM marks WHERE sha256 = ?", (sha256,)).fetchone():
            unmark(project, sha256)
    for seed in range(3):
        split(project, seed)
        sides = dict(project.db.execute("SELECT sha256, side FROM sides").fetchall())
        assert apart(project, planted[1]) == []
    assert check_leaks(project) == len(sides)
    name, _ = next((n, o) for n, o in related if {sha_of(project, n), sha_of(project, o)} <= sides.keys() and n != o
                    and sha_of(project, n) != sha_of(project, o))  # fmt: skip
    other = {"train": "test", "test": "develop", "develop": "train"}[sides[sha_of(project, name)]]
    with project.change() as db:
        db.execute("UPDATE sides SET side = ? WHERE sha256 = ?", (other, sha_of(project, name)))
    with pytest.raises(BadInput, match=r"leaks .*copies"):
        check_leaks(project)
