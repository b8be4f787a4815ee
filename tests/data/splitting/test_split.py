"""Bundles stay whole, classes keep their shares, a seed gives one split, and a leak is cried out."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.pretended import pretend_face, pretend_source
from mien.data.project import ORIGIN, Project
from mien.data.splitting.bundles import joined
from mien.data.splitting.leaks import check_leaks
from mien.data.splitting.split import SHARES, deal, split
from mien.errors import BadInput


def pretend_people(project: Project, people: int = 40, each: int = 3) -> None:
    pretend_source(project)
    for i in range(people):
        for j in range(each):
            pretend_face(project, f"{i}_{j}", ("happy", "sad", "angry")[(i + j) % 3])
    with project.change() as db:
        for i in range(people):
            db.execute(
                "UPDATE pictures SET person = ?1 WHERE sha256 IN"
                " (SELECT sha256 FROM arrivals WHERE address LIKE ?1 || '\\_%' ESCAPE '\\')",
                (str(i),),
            )


def sides(project: Project) -> dict[str, str]:
    return dict(project.db.execute("SELECT sha256, side FROM sides").fetchall())


def test_people_stay_together_and_classes_keep_their_shares(tmp_path: Path) -> None:
    with Project.create(tmp_path, ORIGIN[:3]) as project:
        pretend_people(project)
        found = split(project, seed=3)
        assert (found.bundles, found.largest, found.lacking) == (40, 3, ())
        assert found.counts[:, :3].tolist() == [[28, 28, 28], [6, 6, 6], [6, 6, 6]]
        of_people = project.db.execute(
            "SELECT count(DISTINCT side) AS n FROM sides JOIN pictures USING (sha256) GROUP BY person"
        )
        assert {row["n"] for row in of_people} == {1}
        assert check_leaks(project) == 120


def test_a_seed_gives_one_split(tmp_path: Path) -> None:
    with Project.create(tmp_path, ORIGIN[:3]) as project:
        pretend_people(project)
        split(project, seed=3)
        first = sides(project)
        split(project, seed=3)
        assert sides(project) == first
        split(project, seed=4)
        assert sides(project) != first


def test_a_person_on_two_sides_is_a_leak(tmp_path: Path) -> None:
    with Project.create(tmp_path, ORIGIN[:3]) as project:
        pretend_people(project)
        with pytest.raises(BadInput, match="not split yet"):
            check_leaks(project)
        split(project)
        with project.change() as db:
            db.execute(
                "UPDATE sides SET side = CASE side WHEN 'test' THEN 'train' ELSE 'test' END WHERE sha256 ="
                " (SELECT sha256 FROM arrivals WHERE address = '7_1')"
            )
        with pytest.raises(BadInput, match=r"1 leak .*one person, 7"):
            check_leaks(project)


def test_an_album_is_one_bundle_and_what_is_lacking_is_said(tmp_path: Path) -> None:
    with Project.create(tmp_path, ORIGIN[:2]) as project:
        pretend_source(project)
        for i in range(10):
            pretend_face(project, f"h{i}", "happy")
            pretend_face(project, f"s{i}", "sad")
        with project.change() as db:
            db.execute("UPDATE arrivals SET album = 'a film' WHERE class = 'sad'")
        found = split(project)
        assert found.largest == 10
        assert len(found.lacking) == 2 and all("'sad'" in lack for lack in found.lacking)


def test_what_cannot_be_split_is_refused(tmp_path: Path) -> None:
    with Project.create(tmp_path, ORIGIN[:2]) as project:
        with pytest.raises(BadInput, match="no picture with a class"):
            split(project)
        with pytest.raises(BadInput, match="whole number"):
            split(project, seed=-1)
        for shares in ((0.5, 0.2, 0.2), (0.0, 0.5, 0.5), (1.2, -0.1, -0.1), (0.5, float("nan"), 0.5)):
            with pytest.raises(BadInput, match="sum to 1"):
                split(project, shares=shares)


@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=60),
    kinds=st.integers(1, 4),
    seed=st.integers(0, 2**32 - 1),
)
def test_dealing_gives_every_picture_one_side(sizes: list[int], kinds: int, seed: int) -> None:
    together = {f"{b}.{i}": f"{b}" for b, size in enumerate(sizes) for i in range(size)}
    rng = np.random.default_rng(seed)
    shown = {name: int(rng.integers(kinds)) for name in together}
    dealt = deal(together, shown, kinds, seed, SHARES)
    assert dealt.keys() == together.keys()
    assert all(len({dealt[n] for n in together if together[n] == b}) == 1 for b in set(together.values()))
    assert dealt == deal(together, shown, kinds, seed, SHARES)


def test_single_pictures_come_close_to_the_wish() -> None:
    together = {str(i): str(i) for i in range(1000)}
    shown = {name: int(name) % 10 == 0 for name in together}
    count = Counter((dealt, shown[name]) for name, dealt in deal(together, shown, 2, 1, SHARES).items())
    for side, share in enumerate(SHARES):
        assert abs(count[side, True] - 100 * share) <= 1 and abs(count[side, False] - 900 * share) <= 1


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=40))
def test_components_are_those_of_a_plain_search(ties: list[tuple[int, int]]) -> None:
    names = [f"{i:02d}" for i in range(31)]
    found = joined(names, [(names[a], names[b], "") for a, b in ties])
    for start in range(31):
        reached, edge = {start}, [start]
        while edge:
            here = edge.pop()
            for a, b in ties:
                for there in ((b,) if a == here else ()) + ((a,) if b == here else ()):
                    if there not in reached:
                        reached.add(there)
                        edge.append(there)
        assert found[names[start]] == names[min(reached)]
