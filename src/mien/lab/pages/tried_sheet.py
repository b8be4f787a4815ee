"""A tried picture becomes a sheet to hang up and a page to read (Tried → PNG 1600 × 900, HTML without requests)."""

import tempfile
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from mien.ensembles import ensemble
from mien.lab.exams.side_by_side import Verdict
from mien.lab.pages import words
from mien.lab.pages.page import bar, heading, page, paragraph, picture, section, sides, table, text
from mien.lab.pages.tint import FAINT, INK, LINE, PAPER, SHEET_PX, font, plain, png_of, tinted
from mien.lab.pages.tried import Tried
from mien.music.roll import roll_png
from mien.music.spelling import written_key
from mien.values import Brief
from mien.vocabulary import SAME_AS

MOST_FIELDS, FIELD_PX, FOOT_PX = 12, 27, 846
"""The most fields of the brief that the sheet shows, the pixels that one takes, and where the last line stands; the
page has all fields."""
MARK = (181, 71, 27)


def sheet(tried: Tried) -> Image.Image:
    """The face with its regions, the verdicts, and the music in words."""
    paper = Image.new("RGB", SHEET_PX, PAPER)
    paper.paste(tinted(tried.rgb, tried.explanation), (70, 70))
    draw = ImageDraw.Draw(paper)
    x, y = 880, 70
    draw.text((x, y), words.verdict(tried.explanation), font=font(40), fill=INK)
    draw.text((x, y + 54), words.carried(tried.explanation), font=font(20), fill=FAINT)
    y += 108
    for verdict in tried.verdicts:
        chance = verdict.probs[verdict.first]
        draw.text((x, y), verdict.method, font=font(22), fill=INK)
        draw.rounded_rectangle((x + 230, y + 6, x + 400, y + 22), 8, fill=LINE)
        draw.rounded_rectangle((x + 230, y + 6, x + 230 + max(16, 170 * chance), y + 22), 8, fill=MARK)
        draw.text((x + 415, y), f"{verdict.first} {chance:.0%}", font=font(22), fill=INK)
        if verdict.right is not None:
            told = f"right of the test faces: {verdict.told}"
            draw.text((x + 230, y + 28), told, font=font(17), fill=FAINT)
        elif verdict.because:
            draw.text((x + 230, y + 28), plain(f"not tested: {verdict.because}"), font=font(17), fill=FAINT)
        y += 60
    y += 10
    draw.text((x, y), plain(f"so mien plays {title(tried.piece.brief)}"), font=font(22), fill=INK)
    y += 8
    for field, because in told_brief(tried.piece.brief)[: room(y)]:
        y += FIELD_PX
        draw.text((x, y), field, font=font(18), fill=FAINT)
        draw.text(
            (x + 175, y),
            textwrap.shorten(plain(because.split(": from ")[0]), 58, placeholder=" …"),
            font=font(18),
            fill=INK,
        )
    draw.text(
        (70, FOOT_PX), f"{tried.name}: an expression as it reads, not what a person feels", font=font(19), fill=FAINT
    )
    return paper


def room(y: int) -> int:
    """How many fields of the brief fit between the line at `y` and the last line."""
    return max(0, min(MOST_FIELDS, (FOOT_PX - y) // FIELD_PX - 1))


def tried_page(tried: Tried) -> str:
    """The page of a tried picture."""
    rows = [
        (
            text(verdict.method),
            text(verdict.first),
            bar(verdict.probs[verdict.first]),
            f"{verdict.probs[verdict.first]:.0%}",
            text(verdict.told),
        )
        for verdict in tried.verdicts
    ]
    whole = [
        (text(" / ".join(spelled)), *(_chance(verdict.probs, spelled) for verdict in tried.verdicts))
        for spelled in classes_of(tried.verdicts)
    ]
    music = [(text(field), text(because)) for field, because in told_brief(tried.piece.brief)]
    face = picture(
        png_of(tinted(tried.rgb, tried.explanation, 560)),
        f"the face of {tried.name}, its regions tinted by their share of the reading",
        "The stronger the colour, the larger the share; a thin frame is what a region's stream sees.",
    )
    return page(
        f"mien: {tried.name} tried",
        heading(words.verdict(tried.explanation), words.carried(tried.explanation)),
        paragraph(words.doubt(tried.explanation), "note" if tried.explanation.reading.causes else "faint"),
        sides(face, table(("method", "says", "", "", "right of the test side"), rows, len(rows) - 1)),
        *(paragraph(f"Beware: {note}.", "note") for note in tried.notes),
        paragraph(tried.of, "faint"),
        section("All that each says", table(("", *(verdict.method for verdict in tried.verdicts)), whole)),
        section(
            f"The music it would start: {title(tried.piece.brief)}",
            picture(_roll(tried), "a piano roll of the first bars", "The first bars, as a piano roll."),
            table(("field", "because"), music),
        ),
    )


def classes_of(verdicts: Sequence[Verdict]) -> list[tuple[str, ...]]:
    """The classes that any of the methods knows, each with all its spellings: "happy" is "happiness"."""
    spelled: dict[str, dict[str, None]] = {}
    for verdict in verdicts:
        for name in verdict.probs:
            spelled.setdefault(SAME_AS.get(name, name), {})[name] = None
    return [tuple(names) for names in spelled.values()]


def _chance(probs: Mapping[str, float], spelled: Sequence[str]) -> str:
    return next((f"{probs[name]:.0%}" for name in spelled if name in probs), "")


def title(brief: Brief) -> str:
    """Who plays, and in which key."""
    return f"{ensemble(brief.ensemble).title}, {written_key(brief).name}"


def told_brief(brief: Brief) -> Sequence[tuple[str, str]]:
    """Each field with its reason."""
    return [(reason.field.replace("_", " "), reason.because) for reason in brief.reasons]


def _roll(tried: Tried) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roll.png"
        roll_png(tried.piece.performed, path, tempo_bpm=tried.piece.written.tempo[0][1])
        return path.read_bytes()
