"""Pictures become files that others read."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.errors import BadInput
from mien.face.pictures import open_picture
from mien.face.video import frames_of
from mien.lab.performer.film import check_name, write_film, write_still


def pictures(count: int = 6) -> list[NDArray[np.uint8]]:
    """Plain colours, from dark to light, redder than blue."""
    return [np.full((48, 64, 3), (40 + 30 * i, 60, 20), dtype=np.uint8) for i in range(count)]


def test_a_still_is_read_back(tmp_path: Path) -> None:
    for kind, tolerance in ((".png", 0), (".jpg", 3)):
        write_still(tmp_path / f"a{kind}", pictures()[3])
        assert np.abs(open_picture(tmp_path / f"a{kind}").rgb.astype(int) - pictures()[3]).max() <= tolerance


def test_a_film_is_read_back_with_its_times(tmp_path: Path) -> None:
    write_film(tmp_path / "a.mp4", iter(pictures()), 10.0)
    frames = list(frames_of(tmp_path / "a.mp4", rate_hz=10.0))
    assert [frame.time_s for frame in frames] == pytest.approx([i / 10 for i in range(6)], abs=0.02)
    for frame, picture in zip(frames, pictures(), strict=True):
        assert np.abs(frame.rgb.astype(int) - picture).mean() < 8


def test_a_fake_camera_s_files_hold_every_picture(tmp_path: Path) -> None:
    write_film(tmp_path / "a.mjpeg", iter(pictures()), 25.0)
    assert (tmp_path / "a.mjpeg").read_bytes().count(b"\xff\xd8\xff") == 6
    write_film(tmp_path / "a.y4m", iter(pictures()), 25.0)
    content = (tmp_path / "a.y4m").read_bytes()
    head, _, frames = content.partition(b"\n")
    assert head == b"YUV4MPEG2 W64 H48 F25000:1000 Ip A1:1 C420jpeg"
    assert len(frames) == 6 * (len(b"FRAME\n") + 64 * 48 * 3 // 2)
    video = cv2.VideoCapture(str(tmp_path / "a.y4m"))
    ok, first = video.read()
    video.release()
    assert ok and np.abs(first[:, :, ::-1].astype(int) - pictures()[0]).max() < 8


def test_other_names_are_refused() -> None:
    with pytest.raises(BadInput, match=r"\.mp4"):
        check_name(Path("a.gif"))
