"""What the camera saw in a session → files beside each other, only where whoever runs the station asked for it.

    NAME.mjpeg    the pictures that were read, as they came, one after the other (motion JPEG)
    NAME.csv      of each picture: its place from 0, `seq` as in the readings, session seconds
    NAME.jsonl    the session file, when the session ends

A picture is kept after it was read, so that nothing damaged is, and only while the player records. Pictures that are
no JPEG are left out. Nothing is made before the first picture; a folder that can take no more ends the keeping and is
told, the session goes on.
"""

import secrets
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from mien.errors import BadInput, CannotWrite, cause_of
from mien.live.frames import CameraFrame
from mien.live.notices import Notice
from mien.live.session_file import SessionFile
from mien.writing import write_bytes

JPEG = b"\xff\xd8\xff"
COLUMNS = "picture,seq,time_s\n"


def check_folder(folder: Path) -> None:
    """Make the folder, if it is not there.

    Raises
    ------
    BadInput
        If it cannot be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"--keep-video {folder}: {cause_of(error)}; give a folder that can be written") from None


class Video:
    """The video of one session.

    Parameters
    ----------
    folder : where it is kept; it exists.
    started : ISO date and time of the session's second 0; the files are named after it.
    file : the session's; it learns of the video when the first picture is kept.
    notice : called with a code of `docs/wire.md` and a sentence when nothing more can be kept.
    """

    def __init__(self, folder: Path, started: str, file: SessionFile, notice: Notice) -> None:
        name = f"mien-{started[:19].replace(':', '')}-{secrets.token_hex(3)}"
        self._stem, self._file, self._notice = folder / name, file, notice
        self._open = ExitStack()
        self._files: tuple[BinaryIO, BinaryIO] | None = None
        self._has_failed = False
        self._count = 0

    def keep(self, frame: CameraFrame, time_s: float) -> None:
        """Keep a picture that was read, if the player records."""
        if self._has_failed or not self._file.keeps_readings or not frame.picture.startswith(JPEG):
            return
        try:
            if self._files is None:
                self._files = self._begun(time_s)
            pictures, times = self._files
            pictures.write(frame.picture)
            times.write(f"{self._count},{frame.seq},{time_s:.6f}\n".encode())
            self._count += 1
        except OSError as error:
            self._fail(error)

    def close(self, session: bytes) -> None:
        """End the files; the session file joins them, if there is a video at all."""
        try:
            self._open.close()
            if self._files is not None:
                write_bytes(self._stem.with_suffix(".jsonl"), session)
        except (OSError, CannotWrite) as error:
            self._fail(error)

    def _begun(self, time_s: float) -> tuple[BinaryIO, BinaryIO]:
        pictures, times = (
            self._open.enter_context(self._stem.with_suffix(kind).open("xb")) for kind in (".mjpeg", ".csv")
        )
        times.write(COLUMNS.encode())
        self._file.keep("video", time_s, file=f"{self._stem.name}.mjpeg")
        return pictures, times

    def _fail(self, error: Exception) -> None:
        self._has_failed = True
        self._notice("video-lost", f"no more video can be kept ({cause_of(error)}); the music and the readings go on")
