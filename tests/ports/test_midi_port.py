from pathlib import Path

import mido
import pytest
import symusic

from mien.errors import BadInput
from mien.ports import midi
from mien.ports.midi import TICKS_A_SECOND, FileTwin, FileTwins, MidiPort, messages, open_midi
from mien.ports.port import Beat, Control, PortLost, Program, Pulse, Release, Strike, Transport, Value
from mien.values import Part


def test_a_file_twin_holds_what_was_sent_when_it_was(tmp_path: Path) -> None:
    now = [10.0]
    port = MidiPort("take", FileTwin(tmp_path / "take.mid", lambda: now[0]))
    port.send([Program(2, 40, {7: 100}), Strike(2, Part.HARMONY, 64, 90)])
    now[0] = 11.5
    port.send([Release(2, Part.HARMONY, 64), Value("face/0/found", 1.0), Beat(1, 1, 90)])
    port.panic()
    port.close()
    score = symusic.Score(str(tmp_path / "take.mid")).to("second")  # an independent reader
    (track,) = score.tracks
    (note,) = track.notes
    assert (track.program, note.pitch, note.velocity) == (40, 64, 90)
    assert (note.time, note.duration) == pytest.approx((0.0, 1.5))


def test_of_a_night_memory_holds_a_minute(tmp_path: Path) -> None:
    now = [0.0]
    twin = FileTwin(tmp_path / "take.mid", lambda: now[0])
    port = MidiPort("take", twin, keeps_time=True)
    port.send([Transport(True)])
    for step in range(8 * 60):  # minutes
        now[0] = 60.0 * step
        port.send(
            [Strike(0, Part.MELODY, 60, 80), Release(0, Part.MELODY, 60), *(Pulse(number) for number in range(40))]
        )
        assert len(twin._new) < 50
    port.close()
    (track,) = mido.MidiFile(tmp_path / "take.mid").tracks
    onsets = [at for at, message in _timed(track) if message.type == "note_on"]
    assert onsets == [60 * TICKS_A_SECOND * step for step in range(8 * 60)]


def test_a_file_is_whole_while_it_is_played_into(tmp_path: Path) -> None:
    now = [0.0]
    port = MidiPort("take", FileTwin(tmp_path / "take.mid", lambda: now[0]))
    for count in range(1, 4):
        port.send([Strike(0, Part.MELODY, 59 + count, 80), Release(0, Part.MELODY, 59 + count)])
        assert (tmp_path / "take.mid").exists() == (count > 1)
        now[0] += 70.0
        port.send([Control(0, Part.MELODY, "expression", 0.5)])
        (track,) = symusic.Score(str(tmp_path / "take.mid")).tracks  # an independent reader
        assert [note.pitch for note in track.notes] == list(range(60, 60 + count)), "if it were killed now"
        assert mido.MidiFile(tmp_path / "take.mid").tracks[0][-1].type == "end_of_track"
    port.close()


@pytest.mark.parametrize("refused", [1, 2, 3])
def test_a_full_disk_costs_a_file_only_its_end(refused: int, tmp_path: Path) -> None:
    now = [0.0]
    twin = FileTwin(tmp_path / "take.mid", lambda: now[0])
    port = MidiPort("take", twin)
    port.send([Strike(0, Part.MELODY, 60, 80)])
    now[0] = 70.0
    port.send([Release(0, Part.MELODY, 60)])
    twin._file = Full(twin._file, refused)
    now[0] = 140.0
    with pytest.raises(PortLost, match="midi take: No space left on device"):
        port.send([Strike(0, Part.MELODY, 62, 80)])
    twin._file.close()
    notes = [m.note for m in mido.MidiFile(tmp_path / "take.mid") if m.type == "note_on"]
    assert notes[0] == 60
    assert len(notes) <= 2


class Full:
    """A file on a disk that is full from the n-th write on."""

    def __init__(self, file, refused: int) -> None:
        self.file, self.left = file, refused
        self.seek, self.flush, self.close = file.seek, file.flush, file.close

    def write(self, content: bytes) -> None:
        self.left -= 1
        if not self.left:
            raise OSError(28, "No space left on device")
        self.file.write(content)


def _timed(track) -> list:
    """Messages with their ticks from the beginning."""
    at, found = 0, []
    for message in track:
        at += message.time
        found.append((at, message))
    return found


def test_who_only_moved_leaves_no_file(tmp_path: Path) -> None:
    now = [0.0]
    port = MidiPort("take", FileTwin(tmp_path / "take.mid", lambda: now[0]))
    for _ in range(3):
        port.send([Control(0, Part.MELODY, "expression", 0.5)])
        now[0] += 100.0
    assert (tmp_path / "take.mid").exists(), "or all that moves would stay in memory"
    port.close()
    assert list(tmp_path.iterdir()) == []


def test_a_file_has_markers_for_a_clock(tmp_path: Path) -> None:
    port = FileTwins(tmp_path / "take.mid", keeps_time=True)()
    port.send([Transport(True), Pulse(0), Pulse(1), Strike(0, Part.MELODY, 64, 90), Release(0, Part.MELODY, 64)])
    port.close()
    (track,) = mido.MidiFile(tmp_path / "take.mid").tracks
    assert [m.text if m.type == "marker" else m.type for m in track][:4] == ["start", "note_on", "note_off", "stop"]


def test_each_session_has_a_file_of_its_own_in_a_folder_that_is_there(tmp_path: Path) -> None:
    def play(port: MidiPort) -> str:
        port.send([Strike(0, Part.MELODY, 64, 90)])
        port.close()
        return port.name

    opens = FileTwins(tmp_path / "take.mid")
    idle = opens()
    idle.send([Program(0, 40, {7: 100})])
    idle.close()
    assert list(tmp_path.iterdir()) == [], "nobody played"
    names = [play(opens()) for _ in range(2)]
    assert [name.rpartition("/")[2] for name in names] == ["take.mid", "take-2.mid"], "the name that is written"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["take-2.mid", "take.mid"]
    before = (tmp_path / "take.mid").read_bytes()
    play(FileTwins(tmp_path / "take.mid")())
    assert (tmp_path / "take-3.mid").is_file() and (tmp_path / "take.mid").read_bytes() == before, "of another evening"
    with pytest.raises(BadInput, match="make it first"):
        FileTwins(tmp_path / "none" / "take.mid")


def test_controls_are_the_documented_controllers() -> None:
    wanted = {"expression": 11, "brightness": 74, "pan": 10, "vibrato": 1, "breath": 2}
    for control, number in wanted.items():
        (message,) = messages(Control(3, Part.TEXTURE, control, 0.5))
        assert (message.channel, message.control, message.value) == (3, number, 64)


def test_panic_silences_every_channel() -> None:
    class Device:
        sent: list = []  # noqa: RUF012

        def send(self, message):
            self.sent.append(message)

        def close(self):
            return

    MidiPort("x", Device()).panic()
    assert {(m.channel, m.control) for m in Device.sent} == {(c, n) for c in range(16) for n in (64, 120, 123)}


def test_a_device_that_fails_is_a_lost_port() -> None:
    class Device:
        def send(self, message):
            raise RuntimeError("unplugged")

        def close(self):
            return

    with pytest.raises(PortLost, match="unplugged"):
        MidiPort("x", Device()).send([Strike(0, Part.MELODY, 60, 80)])


def test_without_a_backend_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(midi.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r"\.\[midi\]"):
        open_midi("Synth")
