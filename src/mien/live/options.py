"""With what each session of a server begins, as its command line says."""

from dataclasses import dataclass
from pathlib import Path

from mien.live.readers import SHIPPED, ReaderChoice
from mien.live.settings import USUAL_SETTINGS, Settings
from mien.music.mapping import MappingTable


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What holds for all sessions.

    Parameters
    ----------
    mapping : the table to begin with; None is the shipped one.
    choice : the network that reads.
    keep_video : folder in which the pictures of sessions that record are kept; None keeps none.
    settings : those of a session that chooses none.
    draws_seed : whether each session begins with a seed of its own, instead of that of `settings`, and begins with
        another one after a rest.
    rest_after_s : how long nobody may be seen until the music rests; None: however long.
    """

    mapping: MappingTable | None = None
    choice: ReaderChoice = SHIPPED
    keep_video: Path | None = None
    settings: Settings = USUAL_SETTINGS
    draws_seed: bool = False
    rest_after_s: float | None = None


USUAL = SessionOptions()
