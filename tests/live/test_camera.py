import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import cv2
import mido
import numpy as np
from pythonosc.udp_client import SimpleUDPClient

from mien.live.camera import WIDTH_PX, Camera, open_source
from mien.live.frames import parse_frame


class Flicker:
    """A camera that gives two pictures and fails."""

    def __init__(self) -> None:
        self.left = 2

    def read(self):
        self.left -= 1
        return self.left >= 0, np.full((720, 1280, 3), 90, dtype=np.uint8)

    def release(self) -> None:
        self.left = -1


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


CARD = """
import threading, time
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
        while self.active:
            self.callback(out, 480, None, None)
            self.loudest = max(self.loudest, float(np.abs(out).max()))
            time.sleep(480 / self.rate)

    def close(self):
        self.active = False
        self.thread.join()
        print("loudest", self.loudest, flush=True)
"""
"""A sound card that listens to itself."""


def test_it_sounds_without_a_browser(astronaut: np.ndarray, tmp_path: Path) -> None:
    video = tmp_path / "face.avi"
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 15, (320, 320))
    for _ in range(60):
        writer.write(cv2.resize(astronaut[:, :, ::-1], (320, 320)))
    writer.release()
    card = tmp_path / "card"
    card.mkdir()
    (card / "sounddevice.py").write_text(CARD)
    path = os.pathsep.join([str(card), *filter(None, [os.environ.get("PYTHONPATH")])])
    playing = subprocess.Popen(
        [sys.executable, "-m", "mien", "live", "--camera", str(video), "--audio", "--mode", "gesture"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": path},
    )
    assert playing.stderr is not None
    try:
        heard = ""
        while heard.count("gone") < 2:  # the video came to its end twice: some eight seconds
            heard += (line := playing.stderr.readline())
            assert line, heard
        playing.send_signal(signal.SIGTERM)
        out, _ = playing.communicate(timeout=30)
        assert playing.returncode == 0
    finally:
        playing.kill()
        playing.stderr.close()
    assert float(out.split("loudest")[1]) > 0.01


def test_without_a_camera_it_says_so_and_can_be_steered_by_osc(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["live", "--camera", "nowhere.avi", "--midi-out", str(tmp_path / "take.mid"), "--mode", "hand"]
    playing = subprocess.Popen(
        [sys.executable, "-m", "mien", *words, "--osc-in", str(port)], stderr=subprocess.PIPE, text=True
    )
    assert playing.stderr is not None
    try:
        heard = ""
        while "not there" not in heard or "OSC in" not in heard:
            heard += (line := playing.stderr.readline())
            assert line, heard
        with SimpleUDPClient("127.0.0.1", port) as sender:
            sender.send_message("/mien/hold/nothing", 1.0)
        while "OSC in: " not in heard:  # what is asked wrongly is answered, so it is heard
            heard += (line := playing.stderr.readline())
            assert line, heard
        playing.send_signal(signal.SIGTERM)
        heard += playing.stderr.read()
        assert playing.wait(30) == 0
    finally:
        playing.kill()
        playing.stderr.close()
    assert "camera nowhere.avi is not there; it is tried again" in heard
    assert heard.count("is not there") == 1
    assert "WARN:0" not in heard  # OpenCV's own


def test_it_plays_without_a_browser_until_it_is_told_to_end(astronaut: np.ndarray, tmp_path: Path) -> None:
    video, take = tmp_path / "face.avi", tmp_path / "take.mid"
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 15, (320, 320))
    for _ in range(30):
        writer.write(cv2.resize(astronaut[:, :, ::-1], (320, 320)))
    writer.release()
    words = ["live", "--headless", "--camera", str(video), "--midi-out", str(take), "--mode", "gesture"]
    words += ["--keep-video", str(tmp_path / "kept")]
    playing = subprocess.Popen(
        [sys.executable, "-m", "mien", *words],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert playing.stderr is not None
    try:
        heard = ""
        while "gone" not in heard or not any((tmp_path / "kept").glob("*.mjpeg")):  # it came to its end, and was read
            heard += (line := playing.stderr.readline())
            assert line
        playing.send_signal(signal.SIGTERM)
        heard += playing.stderr.read()
        assert playing.wait(30) == 0
    finally:
        playing.kill()
        playing.stderr.close()
    assert f"camera {video} is there" in heard
    assert "pictures are KEPT" in heard
    kept = sorted((tmp_path / "kept").iterdir())
    assert [path.suffix for path in kept] == [".csv", ".jsonl", ".mjpeg"]
    assert all(path.stat().st_size for path in kept)
    down: dict[tuple[int, int], int] = {}
    for message in mido.MidiFile(take):
        if message.type in ("note_on", "note_off"):
            key = (message.channel, message.note)
            down[key] = down.get(key, 0) + (1 if message.type == "note_on" else -1)
    assert down
    assert set(down.values()) == {0}
