"""With what each session of a server begins, as its command line says."""

from dataclasses import dataclass
from pathlib import Path

from mien.live.readers import SHIPPED, ReaderChoice
from mien.live.settings import MODES
from mien.music.mapping import MappingTable


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What holds for all sessions.

    Parameters
    ----------
    mapping : the table to begin with; None is the shipped one.
    choice : the network that reads.
    keep_video : folder in which the pictures of sessions that record are kept; None keeps none.
    mode : the mode of sessions that choose none.
    """

    mapping: MappingTable | None = None
    choice: ReaderChoice = SHIPPED
    keep_video: Path | None = None
    mode: str = MODES[0]


USUAL = SessionOptions()
