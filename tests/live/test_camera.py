import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import mido
import numpy as np
import pytest
from pythonosc.udp_client import SimpleUDPClient

from mien.clock import OfflineClock
from mien.errors import BadInput
from mien.live.camera import RATE_HZ, WIDTH_PX, Camera, check_source, open_source
from mien.live.frames import parse_frame

from conftest import ASTRONAUT


class Flicker:
    """A camera that gives two pictures and fails."""

    def __init__(self) -> None:
        self.left = 2

    def grab(self):
        self.left -= 1
        return self.left >= 0

    def retrieve(self):
        return True, np.full((720, 1280, 3), 90, dtype=np.uint8)

    def release(self) -> None:
        self.left = -1


class Empty(Flicker):
    """A camera whose pictures have nothing in them."""

    def grab(self):
        return True

    def retrieve(self):
        return True, np.empty((0, 0, 3), dtype=np.uint8)


class Driver:
    """A camera whose driver holds some pictures and drops new ones while it is full, as V4L2 does; after ten
    seconds it goes away."""

    def __init__(self, clock: OfflineClock, rate_hz: float) -> None:
        self.clock, self.rate_hz = clock, rate_hz
        self.queue: list[float] = []
        self.next_s = 0.0
        self.taken: list[float] = []

    def grab(self):
        self.clock.wait(max(0.0, self.next_s - self.clock.now_s) if not self.queue else 0.0)
        while self.next_s <= self.clock.now_s:
            self.queue = [*self.queue, self.next_s][:4]
            self.next_s += 1 / self.rate_hz
        self.taken.append(self.queue.pop(0))
        return self.clock.now_s < 10

    def retrieve(self):
        return True, np.zeros((48, 64, 3), dtype=np.uint8)

    def release(self) -> None:
        self.queue.clear()


@pytest.mark.parametrize("rate_hz", [15, 30, 60])
def test_what_a_camera_sees_is_read_when_it_is_seen(rate_hz: float) -> None:
    clock, gone, ages = OfflineClock(), threading.Event(), []
    driver = Driver(clock, rate_hz)
    opened = iter([driver])
    camera = Camera(
        "0",
        lambda _: ages.append(clock.now_s - driver.taken[-1]),
        lambda is_there: is_there or gone.set(),
        lambda _: next(opened, None),
        clock=clock,
    )
    assert gone.wait(20)
    camera.close()
    assert max(ages) <= 1 / rate_hz
    assert len(ages) == pytest.approx(10 * RATE_HZ, abs=2)


@pytest.mark.parametrize(("fps", "rate_hz"), [(10, 10), (15, 15), (24, 15), (30, 15), (60, 15)])
def test_a_video_is_played_as_fast_as_life(fps: float, rate_hz: float, tmp_path: Path) -> None:
    clock, times = OfflineClock(), []
    stamps_s = np.round(np.arange(2 * fps) / fps, 3)  # as WebM has them
    _film_through(tmp_path, clock, [stamps_s], lambda _: times.append(clock.now_s))
    assert set(np.round(times, 3)) <= set(stamps_s), "each picture at its own time"
    assert len(times) == pytest.approx(2 * rate_hz, abs=1)
    assert clock.now_s == pytest.approx(2.0, abs=0.002), "the last picture has its time too"


def test_a_video_without_time_stamps_is_played_at_the_pace_of_a_camera(tmp_path: Path) -> None:
    clock, times = OfflineClock(), []
    _film_through(tmp_path, clock, [np.zeros(30)], lambda _: times.append(clock.now_s))
    assert times == pytest.approx(np.arange(30) / RATE_HZ)


def test_a_video_that_is_handed_on_too_slowly_leaves_pictures_out(tmp_path: Path) -> None:
    clock, times = OfflineClock(), []

    def hear(_: bytes) -> None:
        times.append(clock.now_s)
        clock.wait(0.5)

    _film_through(tmp_path, clock, [np.arange(60) / 30], hear)
    assert times == pytest.approx([0.0, 0.5, 1.0, 1.5], abs=0.1)


def test_a_video_begins_again_and_nobody_is_told(tmp_path: Path) -> None:
    pictures, stamps_s = [], np.arange(30) / RATE_HZ
    assert _film_through(tmp_path, OfflineClock(), [stamps_s, stamps_s], pictures.append) == [True, False]
    assert [parse_frame(picture).seq for picture in pictures] == list(range(1, 61))


class Film:
    """A video of pictures with these time stamps, seconds."""

    def __init__(self, stamps_s: Sequence[float]) -> None:
        self.left = list(stamps_s)
        self.at_s = 0.0

    def grab(self):
        if not self.left:
            return False
        self.at_s = self.left.pop(0)
        return True

    def retrieve(self):
        return True, np.zeros((48, 64, 3), dtype=np.uint8)

    def get(self, what: int) -> float:
        assert what == cv2.CAP_PROP_POS_MSEC
        return 1000 * self.at_s

    def release(self) -> None:
        self.left.clear()


def _film_through(
    folder: Path, clock: OfflineClock, films: Sequence[Sequence[float]], heard: Callable[[bytes], None]
) -> list[bool]:
    """Film with a video that opens once for each of these rows of time stamps; what is told of its coming and going."""
    film, told, gone = folder / "film.avi", [], threading.Event()
    film.touch()

    def tell(is_there: bool) -> None:
        told.append(is_there)
        is_there or gone.set()

    opened = iter([Film(stamps_s) for stamps_s in films])
    camera = Camera(str(film), heard, tell, lambda _: next(opened, None), clock=clock)
    assert gone.wait(20)
    camera.close()
    return told


def test_a_camera_that_gives_nonsense_is_let_go_and_opened_again() -> None:
    changes, heard = [], threading.Event()
    broken = Empty()
    opened = iter([broken, *(Flicker() for _ in range(1000))])
    camera = Camera("0", lambda _: heard.set(), changes.append, lambda name: next(opened), retry_s=0.001)
    assert heard.wait(20)
    camera.close()
    assert changes[:3] == [True, False, True]
    assert broken.left == -1, "it was released"


def test_a_camera_that_fails_is_opened_again() -> None:
    heard, changes, enough = [], [], threading.Event()
    opened = iter([None, *(Flicker() for _ in range(1000))])

    def hear(message: bytes) -> None:
        heard.append(parse_frame(message))
        if len(heard) >= 5:
            enough.set()

    camera = Camera("0", hear, changes.append, lambda name: next(opened), retry_s=0.001)
    assert enough.wait(20)
    camera.close()
    assert [frame.seq for frame in heard[:5]] == [1, 2, 3, 4, 5]
    assert changes[:5] == [False, True, False, True, False]
    picture = cv2.imdecode(np.frombuffer(heard[0].picture, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (360, WIDTH_PX, 3)


def test_a_camera_that_is_not_there_is_none() -> None:
    assert open_source("/nowhere.avi") is None


@pytest.mark.parametrize(
    ("name", "says"),
    [("nope.mp4", "no such file"), ("folder", "is a folder"), ("notes.mp4", "cannot be read as a video")],
)
def test_a_video_that_cannot_be_opened_is_refused(name: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.mp4").write_text("no video")
    with pytest.raises(BadInput, match=f"--camera .*{name}: {says}; give the number of a camera"):
        check_source(str(tmp_path / name))


def test_a_picture_is_no_video() -> None:
    with pytest.raises(BadInput, match="a single picture, no video; mien play"):
        check_source(str(ASTRONAUT))


def test_of_a_video_that_is_none_nobody_else_complains(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("no video")
    words = [sys.executable, "-m", "mien", "live", "--camera", str(tmp_path / "notes.mp4"), "--osc", "9"]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr.count("\n"), "cannot be read as a video" in ran.stderr) == (2, 1, True)


def test_a_video_is_let_in_and_so_is_a_camera_that_may_come_later(astronaut: np.ndarray, tmp_path: Path) -> None:
    for name in (str(film_of(astronaut, tmp_path / "face.avi", 2)), "97", "/dev/nothing", "rtsp://nowhere.invalid/1"):
        check_source(name)


CARD = """
import sys, threading, time
import numpy as np

class OutputStream:
    def __init__(self, *, callback, samplerate, **_):
        self.callback, self.rate, self.active, self.loudest = callback, samplerate, False, 0.0
        self.thread = threading.Thread(target=self.run, daemon=True)

    def start(self):
        self.active = True
        self.thread.start()

    def run(self):
        out = np.zeros((480, 2), np.float32)
        blocks = 0
        while self.active:
            self.callback(out, 480, None, None)
            self.loudest = max(self.loudest, float(np.abs(out).max()))
            time.sleep(480 / self.rate)
            blocks += 1
            if blocks == 300:
                print("300 blocks were heard", file=sys.stderr, flush=True)

    def close(self):
        self.active = False
        self.thread.join()
        print("loudest", self.loudest, flush=True)
"""
"""A sound card that listens to itself."""


def log_of(words: list[str], is_enough: Callable[[str], bool], **env: str) -> tuple[str, str]:
    """Run `mien live` until its log is enough, end it in good order; all that it logged, and what it printed."""
    playing = subprocess.Popen(
        [sys.executable, "-m", "mien", "live", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | env,
    )
    assert playing.stderr is not None
    try:
        heard = ""
        while not is_enough(heard):
            heard += (line := playing.stderr.readline())
            assert line, heard
        playing.send_signal(signal.SIGTERM)
        out, rest = playing.communicate(timeout=30)
    finally:
        playing.kill()
        playing.stderr.close()
    assert playing.returncode == 0
    return heard + rest, out


def film_of(rgb: np.ndarray, path: Path, frames: int) -> Path:
    """A video of one picture, 15 frames a second."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15, (320, 320))
    for _ in range(frames):
        writer.write(cv2.resize(rgb[:, :, ::-1], (320, 320)))
    writer.release()
    return path


def test_it_sounds_without_a_browser(astronaut: np.ndarray, tmp_path: Path) -> None:
    video = film_of(astronaut, tmp_path / "face.avi", 15)  # a second; 300 blocks are three or more
    card = tmp_path / "card"
    card.mkdir()
    (card / "sounddevice.py").write_text(CARD)
    path = os.pathsep.join([str(card), *filter(None, [os.environ.get("PYTHONPATH")])])
    words = ["--camera", str(video), "--audio", "--mode", "gesture"]
    heard, out = log_of(words, lambda heard: "blocks were heard" in heard, PYTHONPATH=path)
    assert "gone" not in heard, "the video has begun again"
    assert float(out.split("loudest")[1]) > 0.01


def test_without_a_camera_it_says_so_and_can_be_steered_by_osc(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def is_answered(heard: str) -> bool:
        """Ask wrongly once it listens: only what is heard is refused."""
        if "OSC in on port" in heard:
            with SimpleUDPClient("127.0.0.1", port) as sender:
                sender.send_message("/mien/hold/nothing", 1.0)
        return "OSC in: " in heard and "not there" in heard

    words = ["--camera", "97", "--midi-out", str(tmp_path / "take.mid"), "--mode", "hand"]
    heard, _ = log_of([*words, "--osc-in", str(port)], is_answered)
    assert "camera 97 is not there; it is tried again" in heard
    assert heard.count("is not there") == 1
    assert "WARN:0" not in heard  # OpenCV's own


def test_it_plays_without_a_browser_until_it_is_told_to_end(astronaut: np.ndarray, tmp_path: Path) -> None:
    video, take, kept = film_of(astronaut, tmp_path / "face.avi", 30), tmp_path / "take.mid", tmp_path / "kept"
    words = [
        "--headless",
        "--camera",
        str(video),
        "--midi-out",
        str(take),
        "--mode",
        "gesture",
        "--keep-video",
        str(kept),
    ]
    heard, _ = log_of(words, lambda heard: "frames a second" in heard and any(kept.glob("*.mjpeg")))
    assert f"camera {video} is there" in heard
    assert "pictures are KEPT" in heard
    files = sorted(kept.iterdir())
    assert [path.suffix for path in files] == [".csv", ".jsonl", ".mjpeg"]
    assert all(path.stat().st_size for path in files)
    down: dict[tuple[int, int], int] = {}
    for message in mido.MidiFile(take):
        if message.type in ("note_on", "note_off"):
            key = (message.channel, message.note)
            down[key] = down.get(key, 0) + (1 if message.type == "note_on" else -1)
    assert down
    assert set(down.values()) == {0}
