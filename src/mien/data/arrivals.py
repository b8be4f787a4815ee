"""What the arrivals of a picture say of it: where it came from first, who agreed to it, what others may read of that.

A picture may arrive several times, from several sources. Each query has one row for each picture (`sha256`).
"""

from pathlib import PurePath

FIRST_ARRIVAL = (
    "SELECT sha256, min(rowid) AS first, source, address, class, album, arrived_at"
    " FROM arrivals WHERE sha256 NOT NULL GROUP BY sha256"
)
"""Where each picture came from first; `first` orders pictures by that. SQLite takes the columns beside a `min` from the
row that has it (https://sqlite.org/lang_select.html#bareagg)."""
WORST_CONSENT = (
    "SELECT sha256, CASE min(CASE consent WHEN 'refused' THEN 0 WHEN 'unknown' THEN 1 WHEN 'public' THEN 2 ELSE 3 END)"
    " WHEN 0 THEN 'refused' WHEN 1 THEN 'unknown' WHEN 2 THEN 'public' ELSE 'given' END AS consent"
    " FROM arrivals JOIN sources ON id = source WHERE sha256 NOT NULL GROUP BY sha256"
)
"""The least that any of a picture's sources says of consent."""
REFUSED = (
    "SELECT DISTINCT sha256 FROM arrivals JOIN sources ON id = source WHERE consent = 'refused' AND sha256 NOT NULL"
)
"""The pictures that any of their sources tells not to use: the people in them did not consent."""


def as_told(kind: str, address: str) -> str:
    """A source's address as others may read it: of what lay on this machine only the name."""
    return address if kind in ("urls", "gallery") else PurePath(address.replace("\\", "/")).name or address
