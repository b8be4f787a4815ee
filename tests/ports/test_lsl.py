import math
import subprocess
import sys

import pytest

from mien.cues.names import NAMES
from mien.errors import BadInput
from mien.ports import lsl
from mien.ports.lsl import LslPort, Stream, channels, open_lsl
from mien.ports.port import Beat, Happened, PortLost, Release, Seen, Strike, Transport, Value
from mien.values import Part


class StandIn:
    """What `pylsl` would do: an outlet for each stream, a clock that stands still."""

    def __init__(self) -> None:
        self.streams: dict[str, Stream] = {}
        self.pushed: list[tuple[str, list, float]] = []
        self.breaks = False

    def open(self, stream: Stream) -> "StandIn.Outlet":
        self.streams[stream.name] = stream
        return StandIn.Outlet(self, stream.name)

    class Outlet:
        def __init__(self, lib: "StandIn", name: str) -> None:
            self.lib, self.name = lib, name

        def push_sample(self, sample: list, time_s: float) -> None:
            if self.lib.breaks:
                raise RuntimeError("an internal error has occurred")
            self.lib.pushed.append((self.name, list(sample), time_s))


@pytest.fixture
def library() -> StandIn:
    return StandIn()


@pytest.fixture
def port(library: StandIn) -> LslPort:
    return LslPort(library.open, lambda: 100.0)


def test_the_streams_say_what_they_hold(library: StandIn, port: LslPort) -> None:
    assert library.streams["mien music"].kind == "Markers"
    face = library.streams["mien face 0"]
    assert face.kind == "Expression"
    labels = [channel.label for channel in face.channels]
    assert len(set(labels)) == len(labels)
    assert {f"cue/{name}" for name in NAMES} | {"found", "valence", "state/happiness", "share/eyes"} <= set(labels)
    assert all(channel.unit and channel.kind for channel in face.channels)


def test_coefficients_are_channels_where_they_are_asked_for(library: StandIn) -> None:
    assert not [channel for channel in channels() if channel.kind == "Blendshape"]
    LslPort(library.open, lambda: 100.0, coefficients=True).send([Value("face/0/coefficient/jawOpen", 0.5, 0.0)])
    place = [channel.label for channel in channels(coefficients=True)].index("coefficient/jawOpen")
    assert library.pushed[-1][1][place] == 0.5


def test_a_frame_is_one_sample_at_the_time_it_was_true(library: StandIn, port: LslPort) -> None:
    port.send(
        [
            Value("face/0/found", 1.0, 0.05),
            Value("face/0/cue/gaze_x", 0.25, 0.05),
            Value("face/0/from_rest/eye_openness", 1.0, 0.05),  # of a pair: not a channel of its own
            Value("face/1/found", 1.0, 0.05),
            Value("face/1/valence", -0.5, 0.05),
            Seen(0, {}, (0.0, 0.0, 0.0), (0.0, 0.0, 1.0, 1.0)),
        ]
    )
    (first, own, at_s), (second, other, _) = library.pushed
    assert (first, second, at_s) == ("mien face 0", "mien face 1", 99.95)
    place = {channel.label: number for number, channel in enumerate(channels())}
    assert (own[place["found"]], own[place["cue/gaze_x"]]) == (1.0, 0.25)
    assert math.isnan(own[place["valence"]])
    assert (other[place["found"]], other[place["valence"]]) == (1.0, -0.5)


def test_music_becomes_markers(library: StandIn, port: LslPort) -> None:
    port.send([Transport(True), Beat(1, 3, 96.0), Strike(0, Part.MELODY, 64, 80), Happened(0, "blink", 0.1)])
    port.send([Release(0, Part.MELODY, 64), Transport(False)])
    port.panic()
    assert [words for _, [words], _ in library.pushed] == [
        "start",
        "bar 3 beat 1 tempo 96.00",
        "note melody 64 80",
        "face 0 blink",
        "note melody 64 0",
        "stop",
        "panic",
    ]
    assert library.pushed[3][2] == 99.9


def test_a_library_that_fails_is_a_lost_port(library: StandIn, port: LslPort) -> None:
    library.breaks = True
    with pytest.raises(PortLost, match="internal error"):
        port.send([Value("face/0/found", 1.0)])


def test_what_is_missing_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="machine, link, site"):
        open_lsl("world")
    monkeypatch.setattr(lsl.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r"\.\[lsl\]"):
        open_lsl("machine")


ROUND_TRIP = """
import math, time
from mien.ports.lsl import channels, open_lsl
from mien.ports.port import Beat, Value
port = open_lsl("machine")
import pylsl
found = {s.name(): s for s in pylsl.resolve_streams(wait_time=2.0) if s.name().startswith("mien")}
inlets = {name: pylsl.StreamInlet(found[name]) for name in ("mien face 0", "mien music")}
for inlet in inlets.values():
    inlet.open_stream(timeout=10)
before_s = pylsl.local_clock()
port.send([Value("face/0/found", 1.0, 0.5), Value("face/0/cue/gaze_x", 0.25, 0.5), Beat(1, 7, 120.0)])
after_s = pylsl.local_clock()
sample, at_s = inlets["mien face 0"].pull_sample(timeout=10)
words, _ = inlets["mien music"].pull_sample(timeout=10)
info = inlets["mien face 0"].info()
labels = info.get_channel_labels()
assert labels == [channel.label for channel in channels()], labels
assert info.get_channel_units() == [channel.unit for channel in channels()]
assert (info.type(), found["mien music"].type(), info.nominal_srate()) == ("Expression", "Markers", 0.0)
assert sample[labels.index("found")] == 1.0 and sample[labels.index("cue/gaze_x")] == 0.25
assert math.isnan(sample[labels.index("valence")])
assert before_s - 0.5 <= at_s + 1e-3 and at_s <= after_s - 0.5 + 1e-3, "the time of the picture, not of the sending"
assert words == ["bar 7 beat 1 tempo 120.00"], words
port.close()
print("came round")
"""


def test_samples_go_round_through_the_real_library() -> None:
    """In a process of its own: the library takes its configuration once, and ends its threads with the process."""
    pytest.importorskip("pylsl", reason="needs pylsl (extra lsl)")
    ran = subprocess.run([sys.executable, "-c", ROUND_TRIP], capture_output=True, text=True, timeout=120, check=False)
    assert ran.stdout.strip().endswith("came round"), ran.stderr
