"""An explanation in sentences (Explanation → text): the same words on the picture and on the page.

Numbers are whole percent; nothing here says what a person feels.
"""

from collections.abc import Sequence

from mien.lab.pages.explain import Departure, Explanation, Withheld
from mien.values import CANNOT_TELL, REGIONS

PLURAL = ("eyes", "brows")
CLOSE_SHARE = 0.5
"""A second emotion is named if it has at least this share of the first one's probability."""


def verdict(explanation: Explanation) -> str:
    """What the face reads as."""
    if not explanation.reading.affect.tells:
        return "I cannot tell"
    return f"Reads as {explanation.decided}, {explanation.certainty:.0%}"


def carried(explanation: Explanation) -> str:
    """Who carried the reading, and how sure it is."""
    affect = explanation.reading.affect
    region = explanation.carried_most
    share = affect.shares[REGIONS.index(region)]
    if affect.reads_as == CANNOT_TELL:
        return f"If it has to be guessed: {explanation.decided}, {explanation.certainty:.0%}. Doubt {affect.doubt:.0%}."
    verb = "carry" if region in PLURAL else "carries"
    return f"The {region} {verb} {share:.0%} of it. Doubt {affect.doubt:.0%}."


def alone(region: str, names: Sequence[str], probs: Sequence[float]) -> str:
    """What a region says alone: "the eyes alone say neutral (54 %), then happiness (30 %)"."""
    say = "say" if region in PLURAL else "says"
    return f"the {region} alone {say} {leading(names, probs)}"


def leading(names: Sequence[str], probs: Sequence[float]) -> str:
    """The first class with its probability, and the second if it is close."""
    order = sorted(range(len(names)), key=lambda i: -probs[i])
    first, second = order[:2]
    told = f"{names[first]} ({probs[first]:.0%})"
    if probs[second] >= CLOSE_SHARE * probs[first]:
        told += f", then {names[second]} ({probs[second]:.0%})"
    return told


def hidden(explanation: Explanation, region: str) -> str:
    """How the decision moves when the network does not see a region."""
    return withheld(explanation.decided, explanation.at_first_sight, explanation.hidden[region])


def closer(explanation: Explanation) -> str:
    """How a closer look changed the decision; empty if there was none."""
    if explanation.closer is None:
        return ""
    before, after = f"{explanation.at_first_sight:.0%}", f"{explanation.certainty:.0%}"
    did = f"stays at {after}" if before == after else f"goes from {before} to {after}"
    return f"A closer look at what moves in this clear face: {explanation.decided} {did}."


def withheld(decided: str, certainty: float, without: Withheld) -> str:
    """How the decision moves, and which class is then the most probable, if it changes: "happiness 61%, was 97%"."""
    before, after = f"{certainty:.0%}", f"{certainty + without.move:.0%}"
    told = f"{decided} {after}, was {before}" if before != after else f"{decided} stays at {after}{_odds(without.odds)}"
    return told if without.emotion == decided else f"{told}; reads as {without.emotion}"


def signed(value: float) -> str:
    """A number with its sign and one decimal: "−0.4"."""
    return f"{value:+.1f}".replace("-", "−")


def percent(move: float) -> str:
    """A change of a probability, with its sign: "+3.1%"; "0.0%" if there is none."""
    told = f"{move:+.1%}".replace("-", "−")
    return "0.0%" if told[1:] == "0.0%" else told


def _odds(times: float) -> str:
    """What a probability that hardly moves does not show: ", its odds 9 times smaller"; empty below a quarter more."""
    if 0.8 <= times <= 1.25:
        return ""
    many, way = (times, "larger") if times > 1 else (1 / times, "smaller")
    return f", its odds {many:.2g} times {way}" if many < 100 else f", its odds over 100 times {way}"


def departure(found: Departure) -> str:
    """A cue in words: "mouth width +2.1 SD"."""
    return f"{found.name.replace('_', ' ')} {signed(found.departs)} SD"


def action_units(found: Departure) -> str:
    """The action units that move a cue in the direction it departs: "AU 12 20"; all of the cue's if directions are
    unknown."""
    way = "up" if found.departs > 0 else "down"
    parts = [part.strip() for part in found.facs.split(";")]
    fitting = [part.removesuffix(way).strip() for part in parts if part.endswith(way)]
    told = fitting or [part for part in parts if not part.endswith(("up", "down"))]
    units = [word for part in told for word in part.split() if word.isdigit()]
    return f"AU {' '.join(units)}" if units else ""


def doubt(explanation: Explanation) -> str:
    """Why the reading is doubted."""
    affect = explanation.reading.affect
    if not explanation.reading.causes:
        return f"Doubt {affect.doubt:.0%}: the face is well seen and the reading decided."
    return f"Doubt {affect.doubt:.0%}: {'; '.join(cause.told for cause in explanation.reading.causes)}."
