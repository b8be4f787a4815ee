"""An ensemble's pace → the plan of a section as that ensemble plays it.

Some ensembles take their time at any tempo (`mien.ensembles.Pace`): a phrase closes early and is followed by silence,
cadences lose their drive, the tonic lies under them as a drone. Harmony and motifs know the pace themselves
(`harmony.progression`, `motif.notes_in_bar`).

References: Tamm 1995, *Brian Eno: His Music and the Vertical Color of Sound*.
"""

from dataclasses import replace

from mien.ensembles import Pace
from mien.music.form import CLOSE, PHRASE_BARS, REST, PhraseSpec, SectionSpec


def at_pace(spec: SectionSpec, pace: Pace) -> SectionSpec:
    """The section with its phrases at a pace; the last phrase of a piece ends as planned, and the one that rises to its
    height has no time to breathe."""
    if pace == Pace():
        return spec
    last = len(spec.phrases) - 1
    phrases = tuple(
        phrase
        if spec.is_last and index == last
        else _slowed(
            phrase,
            replace(pace, breath_bars=0) if spec.is_height and index == last else pace,
            is_contrast=spec.is_contrast,
        )
        for index, phrase in enumerate(spec.phrases)
    )
    return replace(spec, phrases=phrases)


def _slowed(phrase: PhraseSpec, pace: Pace, *, is_contrast: bool) -> PhraseSpec:
    """A phrase at a pace. One that turns to another key, or was cut short, keeps its close; a contrast keeps what does
    not close on the tonic, for it would otherwise never leave it."""
    if phrase.goal or phrase.bars < PHRASE_BARS:
        return phrase
    sung = phrase.bars - pace.breath_bars - 1
    rests = (CLOSE,) + (REST,) * pace.breath_bars if pace.breath_bars else ()
    is_kept = is_contrast and phrase.cadence != "authentic"
    cadence = phrase.cadence if is_kept else pace.closes.get(phrase.cadence, phrase.cadence)
    drone = pace.drone and cadence == "plagal"
    return replace(
        phrase,
        cadence=cadence,
        treatment=(*phrase.treatment[:sung], *rests) if rests else phrase.treatment,
        opens_like=min(phrase.opens_like, sung) if rests else phrase.opens_like,
        pedal="tonic" if drone else phrase.pedal,
        pedal_bar=0 if drone else phrase.pedal_bar,
    )
