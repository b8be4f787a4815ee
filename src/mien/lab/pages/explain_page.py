"""An explanation becomes a page of its own (Explanation and picture → HTML without outside requests)."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.affect.regions import hide
from mien.cues.names import CUES
from mien.lab.pages import words
from mien.lab.pages.explain import Explanation
from mien.lab.pages.page import (
    REGION_COLOURS,
    bar,
    dot,
    heading,
    page,
    paragraph,
    picture,
    section,
    sides,
    strip,
    table,
    text,
)
from mien.lab.pages.tint import png_of, tinted
from mien.values import REGIONS

FACE_PX, CHIP_SHOWN_PX = 560, 160


def explain_page(rgb: NDArray[np.uint8], explanation: Explanation, name: str) -> str:
    """The page of one face; `name` is the picture's name."""
    told = f"the face of {name}, its regions tinted by their share of the reading"
    face = picture(
        png_of(tinted(rgb, explanation, FACE_PX)),
        told,
        "The stronger the colour, the larger the share; a thin frame is what a region's stream sees.",
    )
    return page(
        f"mien: why {name} reads so",
        heading(words.verdict(explanation), words.carried(explanation)),
        paragraph(words.doubt(explanation), "note" if explanation.reading.causes else "faint"),
        sides(face, _probabilities(explanation)),
        _regions(explanation),
        _occlusion(explanation),
        _closer(explanation),
        _departures(explanation),
        _doubts(explanation),
    )


def _probabilities(explanation: Explanation) -> str:
    affect = explanation.reading.affect
    rows = [(text(name), bar(p), f"{p:.1%}") for name, p in zip(affect.names, affect.probs, strict=True)]
    place = f"Valence {affect.valence:+.2f}, arousal {affect.arousal:+.2f}.".replace("-", "−")
    return table(("reads as", "", ""), rows, affect.names.index(explanation.decided)) + paragraph(place, "faint")


def _regions(explanation: Explanation) -> str:
    shares, names = explanation.reading.affect.shares, explanation.reading.affect.names
    rows = (
        (
            dot(region),
            bar(share, REGION_COLOURS[region]),
            f"{share:.0%}",
            text(words.alone(region, names, explanation.reading.alone[region])),
        )
        for region, share in zip(REGIONS, shares, strict=True)
    )
    return section("Who said it", table(("region", "share", "", "its own verdict"), rows))


def _occlusion(explanation: Explanation) -> str:
    chip = explanation.reading.face.chip[None]
    shown = []
    for region in REGIONS:
        hidden = Image.fromarray(hide(chip, region)[0]).resize((CHIP_SHOWN_PX, CHIP_SHOWN_PX), Image.Resampling.BICUBIC)
        moved = words.hidden(explanation, region)
        shown.append(picture(png_of(hidden), f"the chip without the {region}", f"without the {region}: {moved}"))
    largest = max(REGIONS, key=lambda region: abs(explanation.hidden[region].move))
    agrees = (
        "which is also the largest share"
        if largest == explanation.carried_most
        else (f"while the largest share is that of the {explanation.carried_most}")
    )
    told = (
        "The same network, asked again with a region painted grey on the picture, where the other streams see it too "
        f"(a share greys it for its own stream alone). Hiding the {largest} moves it most, {agrees}."
    )
    return section("Hide a region, see the decision move", paragraph(told, "faint"), strip(*shown))


def _closer(explanation: Explanation) -> str:
    if explanation.closer is None:
        return ""
    below, above = explanation.closer.between
    rows = [
        (text(found.name), bar(found.value), f"{found.value:.0%}", words.signed(found.push))
        for found in explanation.closer.pushes
    ]
    rows.append(("what the network said, weighed anew", "", "", words.signed(explanation.closer.own)))
    told = (
        "The network learnt from pictures of 48 pixels. A face with more of them is looked at again: its movements, 0 "
        f"at rest to 100% at their full, divide {below} and {above} anew. The last column is what each adds to the log "
        "of their odds."
    )
    head = ("movement", "", "", f"towards {above}")
    return section("A closer look", paragraph(words.closer(explanation)), table(head, rows), paragraph(told, "faint"))


def _departures(explanation: Explanation) -> str:
    if not explanation.departures:
        return section("Cues", paragraph("No cue stands a standard deviation or more from the average neutral face."))
    sources = {cue.name.removesuffix("_right"): cue.source for cue in CUES}
    rows = (
        (
            dot(found.region),
            text(words.departure(found)),
            text(words.action_units(found)),
            words.percent(found.move),
            text(sources[found.name]),
        )
        for found in explanation.departures
    )
    told = (
        "Distance from the neutral faces of 102 people, in standard deviations (SD) among them, with the action units "
        "(FACS) that move the cue that way; and how far the decision moves without the cue. The person's own resting "
        "face is not known, so a brow that always sits low counts as lowered."
    )
    head = ("region", "cue", "FACS", f"{explanation.decided} without it", "source")
    return section("Cues away from rest", table(head, rows), paragraph(told, "faint"))


def _doubts(explanation: Explanation) -> str:
    if not explanation.reading.causes:
        return ""
    rows = [(text(cause.told), bar(cause.leaves), f"{cause.leaves:.0%}") for cause in explanation.reading.causes]
    return section("Why it is doubted", table(("cause", "leaves of the reading's worth", ""), rows))
