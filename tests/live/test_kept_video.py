"""Pictures are kept where the station was told to, while the player records; with them the times and the session."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from page import Page, camera_picture, serving

from mien.errors import BadInput
from mien.live.frames import CameraFrame
from mien.live.session_file import SessionFile, read_session
from mien.live.video import Video, check_folder


def test_what_was_read_while_recording_is_kept(tmp_path: Path, astronaut: np.ndarray) -> None:
    picture = camera_picture(astronaut)
    folder = tmp_path / "new" / "kept"
    with serving("--keep-video", str(folder)) as server:
        assert b"data-keeps-video" in server.get("/")[2], "the notice says so before a camera is asked for"
        page = Page(server, {})
        assert page.welcome["keeps_video"] is True
        page.say("start")
        page.read(picture)
        assert not list(folder.iterdir()), "nobody records yet"
        page.say("record", on=True)
        page.wait_for("state", recording=True)
        read = [page.read(picture)["seq"] for _ in range(3)]
        page.show(picture[:2000])
        page.wait_for("error", code="bad-frame")
        page.say("record", on=False)
        page.wait_for("state", recording=False)
        page.read(picture)
        page.close()
        assert server.end() == 0
    (video,), (times,), (session,) = (list(folder.glob(f"*.{kind}")) for kind in ("mjpeg", "csv", "jsonl"))
    assert video.read_bytes() == picture * 3, "as they came, without what could not be read"
    with times.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["seq"]) for row in rows] == read
    lines = read_session(session)
    readings = {line["seq"]: line["time_s"] for line in lines if line["kind"] == "reading"}
    assert [readings[int(row["seq"])] for row in rows] == [float(row["time_s"]) for row in rows]
    assert [line["file"] for line in lines if line["kind"] == "video"] == [video.name]
    film = cv2.VideoCapture(str(video))
    frames = 0
    while film.read()[0]:
        frames += 1
    assert frames == 3


def test_a_station_that_was_not_told_keeps_nothing(tmp_path: Path, astronaut: np.ndarray) -> None:
    with serving() as server:
        assert b"data-keeps-video" not in server.get("/")[2]
        assert Page(server, {}).welcome["keeps_video"] is False


def recorded() -> SessionFile:
    file = SessionFile("2026-11-25T12:00:00+00:00")
    file.keeps_readings = True
    return file


FRAME = CameraFrame(7, 0.0, b"\xff\xd8\xff picture")


def test_a_folder_that_takes_no_more_is_told_once(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    folder = tmp_path / "gone"
    video = Video(folder, "2026-11-25T12:00:00+00:00", recorded(), lambda code, text: told.append((code, text)))
    video.keep(FRAME, 1.0)
    video.keep(FRAME, 2.0)
    video.close(b"")
    assert [code for code, _ in told] == ["video-lost"]
    assert "No such file" in told[0][1]


def test_without_a_picture_no_file_is_made(tmp_path: Path) -> None:
    file = recorded()
    video = Video(tmp_path, "2026-11-25T12:00:00+00:00", file, lambda *_: None)
    video.keep(CameraFrame(7, 0.0, b"RIFF1234WEBP"), 1.0)
    file.keeps_readings = False
    video.keep(FRAME, 2.0)
    video.close(b"session")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match=r"--keep-video .*give a folder"):
        check_folder(tmp_path / "file")
