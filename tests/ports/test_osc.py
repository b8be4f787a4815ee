"""OSC is held against the specification by a receiver of our own: bytes from a socket, read by hand."""

import math
import socket
import struct
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from mien.cues.names import NAMES
from mien.errors import BadInput
from mien.ports import osc, osc_in
from mien.ports.osc import FACEOSC_GESTURES, LARGEST_BUNDLE, REPEAT_S, OscPort, Receiver, parse_receiver
from mien.ports.osc_in import MAX_BYTES, OscIn, parse_wishes
from mien.ports.port import Beat, Control, Event, Happened, Named, Program, Release, Seen, Strike, Transport, Value
from mien.values import Part

NTP_EPOCH_S = 2208988800


def text(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b"\0", at)
    return data[at:end].decode(), (end // 4 + 1) * 4


def read(data: bytes) -> tuple[float | None, list[tuple[str, list]]]:
    """Time tag (seconds since 1970, None for a plain message) and messages, as OSC 1.0 lays them out."""
    if data.startswith(b"#bundle\0"):
        seconds, fraction = struct.unpack(">II", data[8:16])
        found, at = [], 16
        while at < len(data):
            (size,) = struct.unpack(">i", data[at : at + 4])
            found += read(data[at + 4 : at + 4 + size])[1]
            at += 4 + size
        return seconds - NTP_EPOCH_S + fraction / 2**32, found
    address, at = text(data, 0)
    tags, at = text(data, at)
    given = []
    for tag in tags[1:]:
        if tag == "s":
            word, at = text(data, at)
            given.append(word)
            continue
        given.append(struct.unpack(">f" if tag == "f" else ">i", data[at : at + 4])[0])
        at += 4
    return None, [(address, given)]


@pytest.fixture
def receiver():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.settimeout(10)
        yield one


def opened(receiver: socket.socket, profile: str = "mien") -> OscPort:
    return OscPort("127.0.0.1", receiver.getsockname()[1], profile)


def test_music_arrives_at_the_documented_addresses(receiver: socket.socket) -> None:
    port = opened(receiver)
    port.send(
        [
            Strike(0, Part.MELODY, 64, 90),
            Release(0, Part.MELODY, 64),
            Control(0, Part.MELODY, "brightness", 0.25),
            Beat(2, 3, 96.0),
            Named("chord", ("B♭m7", "♭viiø7")),
            Happened(0, "wink_left"),
        ]
    )
    port.panic()
    heard = [read(receiver.recv(2000))[1][0] for _ in range(9)]
    port.close()
    assert heard == [
        ("/mien/music/melody/note", [64, 90, 0]),
        ("/mien/music/melody/note", [64, 0, 0]),
        ("/mien/control/melody/brightness", [0.25]),
        ("/mien/music/beat", [2.0]),
        ("/mien/music/bar", [3.0]),
        ("/mien/music/tempo", [96.0]),
        ("/mien/music/chord", ["Bbm7", "bvii/o7"]),
        ("/mien/face/0/event/wink_left", [1.0]),
        ("/mien/panic", [1]),
    ]


def test_what_holds_is_told_again_to_whoever_starts_late(
    receiver: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 100.0
    monkeypatch.setattr(osc, "time", SimpleNamespace(monotonic=lambda: now_s, time=time.time))
    port = opened(receiver)

    def sent(*events: Event) -> list[tuple[str, list]]:
        port.send(events)
        port.panic()  # the last to come
        heard: list[tuple[str, list]] = []
        while (rows := read(receiver.recv(2000))[1]) != [("/mien/panic", [1])]:
            heard += rows
        return heard

    pan, quieter = Control(0, Part.MELODY, "pan", 0.25), Control(0, Part.MELODY, "pan", 0.5)
    sent(pan, Named("key", ("D minor",)))
    assert sent(Beat(1, 1, 96.0), quieter)[-1] == ("/mien/control/melody/pan", [0.5])
    now_s += REPEAT_S
    in_force = [("/mien/control/melody/pan", [0.5]), ("/mien/music/key", ["D minor"])]
    assert sent(Strike(0, Part.MELODY, 64, 90))[1:] == in_force
    assert len(sent(Strike(0, Part.MELODY, 65, 90))) == 1
    assert sent(Transport(runs=False)) == [("/mien/music/key", [""])]
    now_s += REPEAT_S
    assert sent(Program(0, 4, {})) == [], "other players have their own controllers"
    port.close()


def test_readings_come_in_bundles_that_bear_the_capture_time(receiver: socket.socket) -> None:
    port = opened(receiver)
    before_s = time.time()
    port.send([Value(f"face/0/cue/{name}", 0.5, age_s=3.0) for name in NAMES[:3]])
    tag_s, messages = read(receiver.recv(2000))
    port.close()
    assert messages == [(f"/mien/face/0/cue/{name}", [0.5]) for name in NAMES[:3]]
    assert before_s - 3.1 < tag_s < time.time() - 2.9  # the tag, not the test, is what is measured


def test_large_readings_are_split_into_packets(receiver: socket.socket) -> None:
    port = opened(receiver)
    values = [Value(f"face/0/cue/number_with_a_long_name_{i}", i) for i in range(100)]
    port.send(values)
    packets, heard = [], []
    while len(heard) < len(values):
        packets.append(receiver.recv(65536))
        heard += read(packets[-1])[1]
    port.close()
    assert [address for address, _ in heard] == [f"/mien/{value.address}" for value in values]
    assert max(map(len, packets)) <= LARGEST_BUNDLE < 1472, "an Ethernet frame's, less 28 bytes of headers"
    assert min(map(len, packets[:-1])) > LARGEST_BUNDLE - 64, "no more packets than are needed"


def test_values_are_rate_limited_and_notes_are_not(receiver: socket.socket) -> None:
    port = opened(receiver)
    for number in range(20):
        port.send([Value("face/0/found", 1.0), Strike(0, Part.MELODY, 60 + number, 80)])
    port.close()
    receiver.settimeout(0.3)
    addresses = []
    try:
        while True:
            addresses += [address for address, _ in read(receiver.recv(2000))[1]]
    except TimeoutError:
        pass
    assert addresses.count("/mien/music/melody/note") == 20
    assert 1 <= addresses.count("/mien/face/0/found") < 20


def test_faceosc_patches_find_their_addresses(receiver: socket.socket) -> None:
    port = opened(receiver, "faceosc")
    cues = {name: 1.0 for _, name, _ in FACEOSC_GESTURES}
    port.send(
        [
            Strike(0, Part.MELODY, 60, 80),
            Value("face/0/found", 1.0),
            Seen(0, cues, (90.0, 0.0, -90.0), (100, 50, 300, 250)),
        ]
    )
    _, messages = read(receiver.recv(4000))
    port.close()
    heard = dict(messages)
    assert heard["/found"] == [1]
    assert heard["/pose/position"] == [200.0, 150.0]
    assert heard["/pose/orientation"] == pytest.approx([math.pi / 2, 0, -math.pi / 2])
    told = {address.removeprefix("/gesture/") for address in heard if address.startswith("/gesture/")}
    assert told == {
        "mouth/width", "mouth/height", "eyebrow/left", "eyebrow/right", "eye/left", "eye/right", "jaw", "nostrils",
    }  # fmt: skip
    assert {name for _, name, _ in FACEOSC_GESTURES} <= set(NAMES)


def test_faceosc_patches_hear_that_nobody_is_there(receiver: socket.socket) -> None:
    port = opened(receiver, "faceosc")
    port.send([Value("face/0/found", 0.0), Seen(1, {}, (0.0, 0.0, 0.0), (0, 0, 9, 9))])
    _, messages = read(receiver.recv(4000))
    port.close()
    assert messages == [("/found", [0])]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("127.0.0.1:9", ("127.0.0.1", 9)), ("studio", ("studio", 7400)), ("57120", ("127.0.0.1", 57120))],
)
def test_receivers_are_written_as_host_and_port(given: str, wanted: tuple[str, int]) -> None:
    assert parse_receiver(given, "mien") == Receiver(*wanted, "mien")


@pytest.mark.parametrize("given", ["", ":1", "a:b", "a:", "a:²", "a:99999", "99999", "a:0"])
def test_other_receivers_are_refused(given: str) -> None:
    with pytest.raises(BadInput, match="HOST:PORT"):
        parse_receiver(given, "mien")


def message(address: str, tags: str = "", given: bytes = b"") -> bytes:
    def padded(word: str) -> bytes:
        raw = word.encode() + b"\0"
        return raw + b"\0" * (-len(raw) % 4)

    return padded(address) + padded("," + tags) + given


class TestIn:
    def test_a_wish_is_heard(self) -> None:
        assert parse_wishes(message("/mien/hand/valence", "f", struct.pack(">f", 0.5))) == [("hand/valence", (0.5,))]
        assert parse_wishes(message("/mien/hold/tempo_bpm")) == [("hold/tempo_bpm", ())]
        bundled = message("/mien/panic")
        whole = b"#bundle\0" + struct.pack(">II", 0, 1) + struct.pack(">i", len(bundled)) + bundled
        assert parse_wishes(whole) == [("panic", ())]

    @pytest.mark.parametrize(
        "datagram",
        [b"", b"x", b"\0" * 64, b"/mien", message("/other"), b"#bundle\0", b"#bundle\0" + b"\xff" * 40,
         message("/mien/hand/valence", "b", b"\xff\xff\xff\xff"),
         b"/mien/x" + b"y" * (MAX_BYTES + 1)],
    )  # fmt: skip
    def test_anything_else_is_dropped(self, datagram: bytes) -> None:
        assert parse_wishes(datagram) == []

    @pytest.mark.parametrize(
        "inside",
        [message("/mien/hold/x", "z" * 400), message("/mien/hold/x", "fz"), b"rubbish!", b"/mien/xy\0,f\0,zz\0"],
    )
    def test_python_osc_has_nothing_to_log(self, inside: bytes, caplog: pytest.LogCaptureFixture) -> None:
        bundle = b"#bundle\0" + struct.pack(">IIi", 0, 1, len(inside)) + inside
        assert (parse_wishes(inside), parse_wishes(bundle)) == ([], [])
        assert caplog.messages == []

    def test_a_bundle_gives_its_wishes_and_no_others(self) -> None:
        parts = [message("/mien/panic"), message("/other"), message("/mien/x", "T"), message("/mien/stop")]
        nested = b"#bundle\0" + struct.pack(">IIi", 0, 1, len(parts[0])) + parts[0]
        whole = b"".join(struct.pack(">i", len(part)) + part for part in [*parts, nested])
        assert parse_wishes(b"#bundle\0" + struct.pack(">II", 0, 1) + whole) == [("panic", ()), ("stop", ())]

    def test_what_is_dropped_is_one_line_a_second_and_not_read(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        read: list[bytes] = []

        def parsed(datagram: bytes) -> list:
            read.append(datagram)
            return parse_wishes(datagram)

        monkeypatch.setattr(osc_in, "time", SimpleNamespace(monotonic=lambda: 100.0))
        monkeypatch.setattr(osc_in, "parse_wishes", parsed)
        listener = OscIn("127.0.0.1", 0, lambda _: None)
        limit_s = time.monotonic() + 20
        unreadable = message("/mien/x", "z")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:

            def send(junk: bytes, until: Callable[[], bool]) -> None:
                while not until() and time.monotonic() < limit_s:
                    sender.sendto(junk, ("127.0.0.1", listener.port))
                    time.sleep(0.0001)

            send(b"rubbish", lambda: listener.refused >= 5)
            send(unreadable, lambda: len(read) >= osc_in.MOST_A_S)
            before = listener.refused
            send(unreadable, lambda: listener.refused >= before + 5)
        listener.close()
        assert listener.refused >= before + 5
        assert set(read) == {unreadable}
        assert len(read) == osc_in.MOST_A_S
        assert [record.name for record in caplog.records] == ["mien.ports.osc_in"]

    def test_all_that_is_dropped_in_a_burst_is_named(self, caplog: pytest.LogCaptureFixture) -> None:
        listener = OscIn("127.0.0.1", 0, lambda wish: listener.refuse(f"/mien/{wish[0]}: no wish of that address"))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for junk in (message("/other/x"), message("/mien/blob", "b"), message("/mien/strat"), b"\x1b[2J\n"):
                sender.sendto(junk, ("127.0.0.1", listener.port))
            limit_s = time.monotonic() + 20
            while len(caplog.messages) < 2 and time.monotonic() < limit_s:
                time.sleep(0.05)
        listener.close()
        first, rest = caplog.messages
        assert "/other/x: no address of mien (1 dropped so far)" in first
        assert "/mien/blob: not read" in rest and "/mien/strat: no wish of that address" in rest
        assert "\\x1b[2J\\n: no address of mien (3 times, 4 dropped so far)" in rest, "nothing that a terminal obeys"

    def test_a_flood_is_cut_and_the_listener_lives_on(self) -> None:
        heard: list = []
        listener = OscIn("127.0.0.1", 0, heard.append)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(3000):
                sender.sendto(message("/mien/panic"), ("127.0.0.1", listener.port))
            sender.sendto(b"rubbish", ("127.0.0.1", listener.port))
            limit_s = time.monotonic() + 20
            while not listener.refused and time.monotonic() < limit_s:
                time.sleep(0.01)
            assert listener.refused
            count = len(heard)
            time.sleep(1.1)  # the next second's allowance
            sender.sendto(message("/mien/start"), ("127.0.0.1", listener.port))
            while ("start", ()) not in heard and time.monotonic() < limit_s:
                sender.sendto(message("/mien/start"), ("127.0.0.1", listener.port))
                time.sleep(0.05)
        listener.close()
        assert ("start", ()) in heard[count:]

    def test_a_number_that_no_port_has_is_refused(self) -> None:
        with pytest.raises(BadInput, match="--osc-in 99999: give 1 to 65535, or 0 for a free one"):
            OscIn("127.0.0.1", 99999, lambda _: None)

    def test_a_port_that_is_taken_is_named(self) -> None:
        listener = OscIn("127.0.0.1", 0, lambda _: None)
        with pytest.raises(BadInput, match="--osc-in"):
            OscIn("127.0.0.1", listener.port, lambda _: None)
        listener.close()
