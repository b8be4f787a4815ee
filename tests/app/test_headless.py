"""The log of an instrument without a browser: normal states are information, troubles are warnings."""

import logging

import pytest

from mien.app.headless import Status


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ({"type": "notice", "code": "face-back", "text": "a face is seen"}, logging.INFO),
        ({"type": "notice", "code": "video-lost", "text": "no more video"}, logging.WARNING),
        ({"type": "calibration", "state": "done", "progress": 1.0, "text": "this is your resting face"}, logging.INFO),
        ({"type": "notice", "code": "port-back", "text": "osc is there"}, None),  # whoever says so logs it
    ],
)
def test_what_happens_is_logged_by_its_weight(
    message: dict, level: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        Status().hear(message)
    assert [record.levelno for record in caplog.records] == [level] * (level is not None)


def test_nobody_is_missed_in_the_log_while_there_is_no_camera(caplog: pytest.LogCaptureFixture) -> None:
    status = Status()
    alone = {"type": "notice", "code": "no-face", "text": "no face is seen: come closer, into the light"}
    with caplog.at_level(logging.INFO):
        status.films = False
        status.hear(alone)
        assert caplog.messages == []
        assert status.line() == "silent; no camera"
        status.films = True
        status.hear(alone)
    assert caplog.messages == ["no face is seen"], "advice is for who stands there, not for who reads the log"


@pytest.mark.parametrize(("faces", "says"), [(0, "0 faces"), (1, "1 face,"), (2, "2 faces,")])
def test_the_status_line_counts_faces(faces: int, says: str) -> None:
    status = Status()
    status.hear({"type": "reading", "faces": [{}] * faces})
    assert f"silent; {says}" in status.line()
