"""`mien explain PICTURE`: why a face reads as it does, as `NAME-explain.png` and `NAME-explain.html`.

A thin coat over `mien.lab.pages.explain` and its two drawings; it needs the base install alone.
"""

from pathlib import Path

from rich.console import Console

from mien.app.options import FaceNumber, FacePicture, Out, Weights


def explain(
    picture: FacePicture,
    out: Out = Path("out"),
    face: FaceNumber = 1,
    weights: Weights = None,
) -> None:
    """Show why a face reads as it does: regions, cues and doubt. Also shows what hiding each region changes."""
    from mien.face.pictures import open_picture
    from mien.lab.pages import words
    from mien.lab.pages.explain import explain as account_for
    from mien.lab.pages.explain_page import explain_page
    from mien.lab.pages.tint import png_of, sheet
    from mien.reading import face_at, read, reader_of
    from mien.values import REGIONS
    from mien.writing import readable, write_together

    reading = face_at(read(picture, weights=weights), face)
    rgb, name = open_picture(picture).rgb, picture.stem
    explanation = account_for(reader_of(weights), reading)
    with write_together(out) as aside:
        (aside / f"{name}-explain.png").write_bytes(png_of(sheet(rgb, explanation, readable(name))))
        (aside / f"{name}-explain.html").write_text(explain_page(rgb, explanation, readable(name)), encoding="utf-8")
    console = Console()
    console.print(f"[bold]{words.verdict(explanation)}[/]. {words.carried(explanation)}", highlight=False)
    for region in REGIONS:
        moved = words.hidden(explanation, region)
        told = words.alone(region, explanation.reading.affect.names, explanation.reading.alone[region])
        console.print(f"  {told}; hidden: {moved}", highlight=False, soft_wrap=True)
    if closer := words.closer(explanation):
        console.print(closer, highlight=False, soft_wrap=True)
    console.print(words.doubt(explanation), highlight=False, soft_wrap=True)
    for kind in ("png", "html"):
        console.print(f"  {out / f'{name}-explain.{kind}'}", highlight=False, soft_wrap=True, markup=False)
