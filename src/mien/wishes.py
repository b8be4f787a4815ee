"""What a person asks of a piece besides its mood, checked at birth (options → value)."""

import math
from dataclasses import dataclass, field
from pathlib import Path

from mien.ensembles import ensemble as look_up
from mien.errors import BadInput
from mien.music.form import find_form
from mien.music.key import parse_key
from mien.music.mapping import MappingTable, load_mapping
from mien.values import Mode
from mien.vocabulary import meter_named

SECONDS = (10.0, 3600.0)
"""Shortest and longest piece."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person asks of a piece besides its mood; refused at birth if it cannot be had."""

    seconds: float
    seed: int
    ensemble: str
    key: str | None
    asked_meter: str | tuple[int, int] | None
    font: str | Path | None
    asked_mapping: MappingTable | str | Path | None
    form: str
    meter: tuple[int, int] | None = field(init=False)
    mapping: MappingTable | None = field(init=False)

    def __post_init__(self) -> None:
        low, high = SECONDS
        if not (math.isfinite(self.seconds) and low <= self.seconds <= high):
            raise BadInput(f"{self.seconds:g} seconds: a piece lasts {low:g} to {high:g} seconds")
        if self.seed < 0:
            raise BadInput(f"seed {self.seed}: give a whole number from 0")
        look_up(self.ensemble)
        find_form(self.form)
        meter, mapping = self.asked_meter, self.asked_mapping
        object.__setattr__(self, "meter", meter_named(meter) if isinstance(meter, str) else meter)
        object.__setattr__(self, "mapping", load_mapping(Path(mapping)) if isinstance(mapping, str | Path) else mapping)
        self.tonic_and_mode()
        if self.font is not None:
            from mien.sound.font import load_font

            load_font(Path(self.font))

    def tonic_and_mode(self) -> tuple[int | None, Mode | None]:
        """The key asked for, None where it is left to mood and seed."""
        return parse_key(self.key) if self.key is not None else (None, None)

    def font_path(self) -> Path | None:
        """The font asked for, None for the shipped one."""
        return Path(self.font) if self.font is not None else None
