"""What is tied, directly or by others, is one group (members, ties → groups).

A disjoint-set forest (Galler & Fischer 1964) that halves its paths as it walks them.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

Member = TypeVar("Member", int, str)


class Groups(Generic[Member]):
    """Groups of numbers or names, each at first alone. A group is called by its least member."""

    def __init__(self, members: Iterable[Member]) -> None:
        self._above: dict[Member, Member] = {member: member for member in members}

    def of(self, member: Member) -> Member:
        """The group of a member, which is made one if it was none."""
        above = self._above
        above.setdefault(member, member)
        while above[member] != member:
            above[member] = member = above[above[member]]
        return member

    def tie(self, one: Member, other: Member) -> None:
        """Make one group of the groups of two members."""
        low, high = sorted((self.of(one), self.of(other)))
        self._above[high] = low

    def all(self) -> dict[Member, Member]:
        """Every member and its group."""
        return {member: self.of(member) for member in self._above}
