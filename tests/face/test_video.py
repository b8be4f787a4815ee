"""A video becomes frames at a steady pace, and anything else an error."""

import cv2
import numpy as np
import pytest

from mien.errors import BadInput
from mien.face.video import frames_of, is_video


@pytest.fixture
def clip(tmp_path):
    """Three seconds at 20 frames a second, ever brighter."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20, (64, 48))
    for i in range(60):
        writer.write(np.full((48, 64, 3), 4 * i, dtype=np.uint8))
    writer.release()
    return path


def test_frames_come_at_the_asked_pace(clip):
    frames = list(frames_of(clip, rate_hz=5))
    times = [f.time_s for f in frames]
    assert len(frames) == 15 and times[0] == 0
    assert np.diff(times) == pytest.approx(0.2, abs=0.06)
    brightness = [int(f.rgb.mean()) for f in frames]
    assert brightness == sorted(brightness) and brightness[-1] > 200


def test_what_is_no_video(tmp_path):
    words = tmp_path / "words.mp4"
    words.write_text("no frames here")
    with pytest.raises(BadInput, match="not a video"):
        next(frames_of(words))
    with pytest.raises(BadInput, match="no such file"):
        next(frames_of(tmp_path / "none.mp4"))
    assert is_video(words) and not is_video(tmp_path / "a.jpg")
