"""What the player wishes, and what comes of it: settings, held fields, the hand, a lead, a mapping → the target brief.

Each wish is checked whole before anything changes; what is not allowed is refused with `BadInput`, what makes no
sense at the moment with `NotNow`. `follow` joins wishes and faces into the target that the music shall follow
(`mien.live.mood`).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mien.circumplex import affect_at
from mien.errors import BadInput
from mien.live.commands import NotNow
from mien.live.conductor import Aim
from mien.live.lead import DIRECTIONS, Lead, lead_to
from mien.live.mood import Mood, Settled, Target, settled, target_of
from mien.live.settings import USUAL_SETTINGS, Settings, changed, held, number
from mien.live.watching import Watching
from mien.music.mapping import MappingTable, parse_mapping, shipped_mapping
from mien.vocabulary import EIGHT, Classes

ORIGIN = affect_at(0, 0)


class Wishes:
    """The wishes of one session.

    Parameters
    ----------
    mapping : the table to begin with; None is the shipped one.
    classes : of the reader; a lead may go to one of them.
    settings : those to begin with.
    """

    def __init__(
        self, mapping: MappingTable | None = None, classes: Classes = EIGHT, settings: Settings = USUAL_SETTINGS
    ) -> None:
        self._classes = classes
        self.default_mode = settings.mode
        self.settings = settings
        self.held: dict[str, float | str] = {}
        self.mapping = mapping or shipped_mapping()
        self.lead: Lead | None = None
        self._mood = Mood()
        self._hand = ORIGIN
        self._settled: Settled | None = None

    @property
    def reads_affect(self) -> bool:
        """Whether expressions are read at all."""
        return self.settings.mode != "gesture"

    @property
    def follows_faces(self) -> bool:
        """Whether the music follows faces, so that it matters if none is seen: not where a hand or a lead guides it."""
        return self.settings.mode != "hand" and not (self.settings.mode == "trajectory" and self.lead)

    def set(self, asked: Mapping[str, Any]) -> None:
        """Change settings."""
        self.settings = changed(self.settings, asked)

    def hold(self, fields: Mapping[str, Any]) -> None:
        """Hold fields of the brief, or let them go."""
        self.held = held(self.held, fields)

    def point(self, fields: Mapping[str, Any]) -> None:
        """Move the handle on the plane; a coordinate that is not given stays."""
        before = {"valence": self._hand.valence, "arousal": self._hand.arousal}
        self._hand = affect_at(
            **{name: number(f"hand: {name}", fields.get(name, kept), -1, 1) for name, kept in before.items()}
        )

    def take_lead(self, fields: Mapping[str, Any]) -> None:
        """Start a lead from where the music is, or hold, reverse, go on with or stop the one there is."""
        do = fields["do"]
        if do == "start":
            if "to" not in fields or "minutes" not in fields:
                raise BadInput("lead: 'to' and 'minutes' are wanted with start")
            self.lead = lead_to(self._mood.affect or ORIGIN, fields["to"], fields["minutes"], self._classes)
        elif do not in (*DIRECTIONS, "stop"):
            raise BadInput(f"lead: {do!r}; start, {', '.join(DIRECTIONS)} or stop wanted")
        elif self.lead is None:
            raise NotNow(f"lead: nothing to {do}; start one first")
        else:
            self.lead = None if do == "stop" else replace(self.lead, doing=do)

    def map_by(self, toml: str | None) -> None:
        """Mix by another table; None is the shipped one."""
        self.mapping = parse_mapping(toml, "mapping") if toml is not None else shipped_mapping()

    def pass_time(self, seconds: float) -> None:
        """Let a lead go on."""
        if self.lead and self.settings.mode == "trajectory":
            self.lead = self.lead.after(seconds)

    def begin(self) -> None:
        """Let the next target come as it is: the music begins."""
        self._settled = None

    def follow(self, watching: Watching, now_s: float, aim: Aim | None) -> Target:
        """Follow faces and wishes to where they are now: the target that is wanted from now on; `aim` is where the
        music under way goes to. The mode settles by this, and a lead begins from here."""
        self._mood = self._asked(watching, now_s)
        wanted = target_of(self._mood, self.settings, self.held, self.mapping, aim.brief if aim else None)
        self._settled = settled(self._settled, wanted, now_s, at_once="mode" in self.held)
        return Target(self._settled.brief, self._mood)

    def _asked(self, watching: Watching, now_s: float) -> Mood:
        if self.settings.mode == "hand":
            return Mood("hand", self._hand)
        if self.settings.mode == "trajectory" and self.lead:
            return Mood("lead", self.lead.affect)
        return watching.mood(now_s, self.reads_affect)
