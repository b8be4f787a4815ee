"""`mien perform`: a rendered face with a chosen expression becomes a picture or a video, its truth beside it.

The head is a file of one's own (a morphable head in `ict_face.npz`'s layout), given as argument or in `MIEN_HEAD`; none
is shipped. Beside `clip.mp4` stands `clip.csv`: for every picture its time, the 52 coefficients and the pose that were
asked for.
"""

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from mien.errors import BadInput
from mien.writing import check_file, write_aside

POSE = ("pitch", "yaw", "roll")
ONSET_S, HOLD_S = 1.0, 1.0
"""A video without a path: from rest to the expression, there for a while, and back."""


NO_HEAD = (
    "no head given; a head is a 3D face that can be moved, a .npz of your own (none ships; cards/data/ict_head.md says "
    "what is in it and where it comes from): mien perform HEAD.npz --emotion happiness --out face.png, or set "
    "MIEN_HEAD=HEAD.npz"
)


def perform(
    head: Annotated[
        Path | None,
        typer.Argument(
            envvar="MIEN_HEAD",
            help="Morphable head: ict_face.npz or a file with its layout; not included (see cards/data/ict_head.md).",
        ),
    ] = None,
    expression: Annotated[
        str,
        typer.Option(
            "--expression",
            help="Movements from 0 to 1, as in browDown=.8,mouthSmileLeft=.4; a name without a side moves both.",
        ),
    ] = "",
    emotion: Annotated[str | None, typer.Option("--emotion", help="Emotion, as in happiness or happiness:.7.")] = None,
    path: Annotated[
        str | None,
        typer.Option("--path", help="Keyframes of a video, at seconds: neutral@0,happiness:.7@2,jawOpen=.5@3."),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", help="File to write: png or jpg for a picture; mp4, mjpeg or y4m for a video.")
    ] = Path("face.png"),
    seed: Annotated[
        int,
        typer.Option("--seed", help="Seed of the person: another number gives another person; 0 is the average one."),
    ] = 0,
    pose: Annotated[str, typer.Option("--pose", help="Pitch, yaw and roll in degrees, as in 0,15,0.")] = "0,0,0",
    gaze: Annotated[
        str, typer.Option("--gaze", help="Gaze to the picture's right and up in degrees, as in 10,-5.")
    ] = "0,0",
    size: Annotated[
        str, typer.Option("--size", help="Size of the picture in pixels, even numbers, as in 512 or 640x480.")
    ] = "512",
    fps: Annotated[float, typer.Option("--fps", help="Frames per second of a video, 1 to 120.")] = 30.0,
) -> None:
    """Render a face with a chosen expression, as picture or video. The exact ground truth goes beside it, as CSV."""
    from mien.cues.coefficients import COEFFICIENTS
    from mien.lab.performer import film, script
    from mien.lab.performer.head import load_head
    from mien.lab.performer.perform import perform as render

    if head is None:
        raise BadInput(NO_HEAD)
    film.check_name(out)
    check_file(out)
    looking = script.gaze(*_numbers("--gaze", gaze, 2))
    moved = script.parse_expression(expression) | (script.parse_emotion(emotion) if emotion else {})
    stage = _stage(seed, pose, size)
    still = out.suffix.lower() in film.STILLS
    if still and path:
        raise BadInput(f"--path is for videos: give --out {out.stem}.mp4, or --expression for a picture")
    if path and (expression or emotion):
        raise BadInput("--path says by itself how the face moves: leave out --expression and --emotion")
    if not 1 <= fps <= 120:
        raise BadInput(f"--fps {fps:g}: 1 to 120")
    end_s = ONSET_S + HOLD_S
    there_and_back: tuple[script.Keyframe, ...] = ((0.0, {}), (ONSET_S, moved), (end_s, moved), (end_s + ONSET_S, {}))
    keyframes = script.parse_path(path) if path else there_and_back
    times_s = [0.0] if still else [i / fps for i in range(round(keyframes[-1][0] * fps) + 1)]
    person = load_head(head)
    rows: list[list[str]] = []

    def pictures() -> Iterator[Any]:
        for time_s in track(times_s, "rendering", console=Console(stderr=True), transient=True, disable=still):
            face = moved if still else script.expression_at(keyframes, time_s)
            shot = render(person, stage(looking | face))
            numbers = (*shot.coefficients.tolist(), *shot.pose_deg)
            rows.append([f"{time_s:.4f}", *(f"{number:.4f}" for number in numbers)])
            yield shot.rgb

    beside = out.with_suffix(".csv")
    with write_aside(out) as aside, write_aside(beside) as table:
        if still:
            film.write_still(aside, next(pictures()))
        else:
            film.write_film(aside, pictures(), fps)
        with table.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["time_s", *COEFFICIENTS, *POSE], *rows])
    Console().print(escape(f"{out} and its truth, {beside}"), highlight=False)


def _stage(seed: int, pose: str, size: str) -> Any:
    """A function from coefficients to a stage."""
    import numpy as np

    from mien.lab.performer.draw import somebody
    from mien.lab.performer.stage import Person, Stage

    if seed < 0:
        raise BadInput(f"--seed {seed}: 0 or above")
    person = somebody(np.random.default_rng(seed)) if seed else Person()
    pitch, yaw, roll = _numbers("--pose", pose, 3)
    sides = [int(side) for side in _numbers("--size", size.replace("x", ","), 2 if "x" in size else 1)]
    if any(side % 2 for side in sides):
        raise BadInput(f"--size {size}: sides are even numbers of pixels")
    width, height = sides if len(sides) == 2 else sides * 2
    face_px = 0.45 * min(width, height)

    def stage(coefficients: dict[str, float]) -> Stage:
        return Stage(person, coefficients, (pitch, yaw, roll), size_px=(width, height), face_px=face_px)

    stage({})  # refused before anything is read
    return stage


def _numbers(option: str, text: str, count: int) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise BadInput(f"{option} {text}: give {count} number{'s' if count > 1 else ''}, with commas between")
    return numbers
