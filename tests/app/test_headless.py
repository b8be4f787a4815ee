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


@pytest.mark.parametrize(("faces", "says"), [(0, "0 faces"), (1, "1 face,"), (2, "2 faces,")])
def test_the_status_line_counts_faces(faces: int, says: str) -> None:
    status = Status()
    status.hear({"type": "reading", "faces": [{}] * faces})
    assert f"silent; {says}" in status.line()
