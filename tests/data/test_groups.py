"""What is tied by others is one group, called by its least member."""

from mien.data.groups import Groups


def test_ties_of_ties_are_one_group_called_by_its_least_member() -> None:
    groups = Groups(range(6))
    for one, other in ((4, 5), (3, 4), (5, 1), (3, 5)):
        groups.tie(one, other)
    assert groups.all() == {0: 0, 1: 1, 2: 2, 3: 1, 4: 1, 5: 1}


def test_what_is_tied_becomes_a_member() -> None:
    groups = Groups(["a"])
    groups.tie("c", "b")
    assert groups.all() == {"a": "a", "b": "b", "c": "b"} and groups.of("d") == "d"
