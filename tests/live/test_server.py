"""The whole server, played by a Python page over real sockets."""

import io
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mido
import numpy as np
import pytest
import symusic
from page import Page, Server, camera_picture, serving
from PIL import Image
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from made_data import OWN, write_own_reader
from mien.face.pictures import decode
from mien.live.frames import HEAD, MAX_BYTES
from mien.music.mapping import shipped_mapping

from conftest import encoded, load_data


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--sessions", "2") as one:
        yield one


@pytest.fixture
def page(server: Server) -> Iterator[Page]:
    one = Page(server, {})
    yield one
    one.leave()


@pytest.fixture(scope="module")
def portrait(astronaut: np.ndarray) -> bytes:
    return camera_picture(astronaut)


class TestPlaying:
    def test_a_face_is_read_and_the_music_lies_ahead(self, page: Page, portrait: bytes, server: Server) -> None:
        reading = page.read(portrait)
        (face,) = reading["faces"]
        assert (face["seat"], len(face["points"]), len(face["irises"])) == (0, 68, 2)
        assert face["affect"]["reads_as"] == "happiness"
        assert sum(face["affect"]["shares"]) == pytest.approx(1, abs=0.01)
        assert {"decode", "face", "cues", "affect", "server"} <= set(reading["ms"])
        assert reading["seq"] == 1
        page.say("start")
        setup = page.wait_for("setup")
        first = page.wait_for("notes")
        assert [row["channel"] for row in setup["channels"]] == [0, 1, 2, 3]
        assert first["until_s"] > first["server_s"] + 5
        assert all(row[2] > 0 and row[1] >= first["from_s"] for row in first["notes"])
        assert first["beats"][0][1:3] == [1, 1]
        assert first["chords"][0][3] == "T"
        page.say("settings", mode="hand")
        page.say("hand", valence=-0.8, arousal=-0.6)
        turned = page.wait_for("notes")
        beat_s = 60 / first["beats"][0][3]
        assert turned["from_s"] - turned["server_s"] > beat_s * 0.95
        page.say("stop")
        page.wait_for("state", closing=True)
        page.say("panic")
        assert page.wait_for("hush")["why"] == "panic"
        page.wait_for("state", playing=False)
        status, headers, content = server.get(f"/sessions/{page.welcome['session']}/export/mid")
        assert (status, headers["content-type"]) == (200, "audio/midi")
        assert symusic.Score.from_midi(content).note_num() > 0

    def test_controllers_come_before_the_reading(self, page: Page, portrait: bytes) -> None:
        page.read(portrait)
        kinds = [m["type"] for m in page.heard if m["type"] in ("controls", "reading")]
        assert kinds[:2] == ["controls", "reading"]
        controls = next(m for m in page.heard if m["type"] == "controls")
        assert {int(number) for row in controls["channels"] for number in row["cc"]} == {1, 2, 10, 11, 74}

    def test_a_smile_turns_the_reading_and_the_music(self, page: Page) -> None:
        arrays = load_data("london_ccby.npz")
        neutral, smiling = (_portrait(arrays, label) for label in ("neutral", "happy"))
        page.watch(
            neutral,
            lambda m: m["type"] == "reading" and m["faces"] and m["faces"][0]["affect"]["reads_as"] == "neutral",
        )
        page.say("start")
        page.watch(neutral, lambda m: m["type"] == "notes")
        page.watch(
            smiling,
            lambda m: m["type"] == "reading" and m["faces"] and m["faces"][0]["affect"]["reads_as"] == "happiness",
        )
        turned = page.watch(smiling, lambda m: m["type"] == "brief" and m["target"]["tempo_bpm"] > 105)
        assert turned["mood"]["source"] == "face"

    def test_a_face_that_takes_up_a_tune_is_learnt_first(self, page: Page, portrait: bytes) -> None:
        page.say("settings", mode="gesture", tune="mouth")
        assert page.wait_for("state")["tune"] == "mouth"
        asked = page.watch(portrait, lambda m: m["type"] == "calibration")  # as soon as somebody is there
        assert (asked["state"], asked["step"]) == ("running", "rest")
        page.watch(portrait, lambda m: m["type"] == "calibration" and m["state"] == "done")
        page.say("start")
        notes = page.watch(portrait, lambda m: m["type"] == "notes")
        assert notes["notes"]
        assert not any(row[3] == 0 for row in notes["notes"]), "the composer leaves the melody to the face"
        told = page.watch(portrait, lambda m: m["type"] == "tune" and m["ready"] and m["name"])
        assert (told["degree"], told["down"]) == (0, False)
        page.say("settings", tune=None)
        page.watch(portrait, lambda m: m["type"] == "notes" and any(row[3] == 0 for row in m["notes"]))

    def test_the_gesture_mode_loads_nothing_of_affect(self, portrait: bytes) -> None:
        probe = (
            "import asyncio, sys\n"
            "from mien.clock import WallClock\n"
            "from mien.live.frames import CameraFrame, frame_bytes\n"
            "from mien.live.session import Session\n"
            "async def main():\n"
            "    heard = []\n"
            "    session = Session('x', WallClock(), 'now')\n"
            "    session.attach(heard.append, {'settings': {'mode': 'gesture'}}, resumed=False)\n"
            "    session.start()\n"
            "    frame = frame_bytes(CameraFrame(1, 0.0, sys.stdin.buffer.read()))\n"
            "    session.hear_frame(frame)\n"
            "    while not any(m['type'] == 'reading' for m in heard): await asyncio.sleep(.05)\n"
            "    (face,) = next(m for m in heard if m['type'] == 'reading')['faces']\n"
            "    notes = next(m for m in heard if m['type'] == 'notes')['notes']\n"
            "    here = [name for name in sys.modules if name.startswith('mien.affect')]\n"
            "    print(face['affect'], here, session._reading.affect_modules, len(notes) > 0)\n"
            "    await session.close()\n"
            "if __name__ == '__main__': asyncio.run(main())\n"
        )
        ran = subprocess.run(
            [sys.executable, "-c", probe], check=False, input=portrait, capture_output=True, timeout=90
        )
        assert ran.stdout.decode().strip() == "None [] () True", ran.stderr.decode()


class TestRecovering:
    def test_the_music_goes_on_while_the_socket_is_away(self, server: Server) -> None:
        page = Page(server, {"settings": {"mode": "hand"}})
        page.say("start")
        first = page.wait_for("notes")
        page.close()
        again = Page(server, {"session": page.welcome["session"]})
        assert again.welcome["resumed"]
        assert again.welcome["state"]["playing"]
        ahead = again.wait_for("notes")
        known = {row[0]: row[1:] for row in first["notes"]}
        same = [row for row in ahead["notes"] if row[0] in known]
        assert same
        assert all(known[row[0]] == row[1:] for row in same)
        again.leave()
        new = Page(server, {"session": page.welcome["session"]})
        assert not new.welcome["resumed"]
        new.leave()

    def test_a_reader_that_dies_is_replaced(self, page: Page, portrait: bytes, server: Server) -> None:
        page.read(portrait)
        children = subprocess.run(
            ["pgrep", "-P", str(server.process.pid), "-f", "spawn_main"], capture_output=True, text=True, check=True
        )
        newest = max(map(int, children.stdout.split()))
        subprocess.run(["kill", "-9", str(newest)], check=True)
        page.watch(portrait, lambda m: m["type"] == "notice" and m["code"] == "reader-lost")
        page.watch(portrait, lambda m: m["type"] == "notice" and m["code"] == "reader-back")
        assert page.read(portrait)["faces"]

    def test_sigterm_ends_it_in_good_order(self, portrait: bytes, tmp_path: Path) -> None:
        take = tmp_path / "take.mid"
        with serving("--midi-out", str(take)) as own:
            page = Page(own, {"settings": {"mode": "hand"}})
            page.say("start")
            row = page.wait_for("notes")
            page.wait(lambda m: m["server_s"] > row["from_s"] + 1.5)
            assert own.end() == 0
            assert page.wait_for("hush")["why"] == "stop"
            assert page.closed_with() == 1001
            notes = symusic.Score(str(take)).tracks
            assert sum(len(track.notes) for track in notes) > 0
        down: dict[tuple[int, int], int] = {}
        for message in mido.MidiFile(take):
            if message.type in ("note_on", "note_off"):
                key = (message.channel, message.note)
                down[key] = down.get(key, 0) + (1 if message.type == "note_on" else -1)
        assert set(down.values()) == {0}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts threads and descriptors as Linux tells them")
def test_pages_that_come_and_go_leave_nothing_behind(server: Server) -> None:
    own = Path(f"/proc/{server.process.pid}")
    counts = []
    for _ in range(5):
        page = Page(server, {"settings": {"mode": "hand"}})
        page.say("start")
        page.wait_for("notes")
        page.leave()
        counts.append((len(list((own / "task").iterdir())), len(list((own / "fd").iterdir()))))
    assert counts[-1] <= counts[1]


class TestRefusing:
    @pytest.mark.parametrize(
        "headers",
        [{"Host": "evil.example"}, {"Host": "127.0.0.1"}, {"Origin": "http://evil.example"}, {"Origin": "null"}],
    )
    def test_other_names_are_turned_away(self, server: Server, headers: dict[str, str]) -> None:
        assert server.get("/health", **headers)[0] == 403
        assert server.get("/health")[0] == 200

    @pytest.mark.parametrize("origin", ["http://evil.example", None, "null", "https://127.0.0.1"])
    def test_pages_of_other_sites_get_no_socket(self, server: Server, origin: str | None) -> None:
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(f"ws://{server.host}/live", origin=origin, subprotocols=["mien.1"]),
        ):
            pass
        assert refused.value.response.status_code == 403

    def test_a_name_that_was_pointed_here_gets_no_socket(self, server: Server) -> None:
        """DNS rebinding: Host and Origin agree, and both are the attacker's."""
        port = int(server.host.split(":")[1])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
            raw.sendall(
                b"GET /live HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                b"Sec-WebSocket-Version: 13\r\n\r\n"
            )
            assert b" 403 " in raw.recv(200)

    @pytest.mark.parametrize(
        ("message", "code"),
        [
            (b"", "bad-frame"),
            (b"\x00" * 500, "bad-frame"),
            (HEAD.pack(1, 1, 0, 1, 0.0) + b"\xff\xd8\xff" + b"\x00" * 900, "bad-frame"),
            ("{", "bad-message"),
            ('{"type": "settings", "mode": "opera"}', "bad-message"),
            ('{"type": "mapping", "toml": "[tempo_bpm]"}', "bad-mapping"),
            ('{"type": "lead", "do": "hold"}', "not-now"),
            ('{"type": "hello", "protocol": 1}', "not-now"),
        ],
    )
    def test_what_is_no_message_is_refused_and_the_session_lives_on(
        self, page: Page, message: str | bytes, code: str
    ) -> None:
        page.send(message)
        assert page.wait_for("error")["code"] == code
        page.say("ping", id=1, sent_s=0.5)
        assert page.wait_for("pong", id=1)["sent_s"] == 0.5

    def test_a_picture_that_claims_too_much_is_not_decoded(self, page: Page) -> None:
        out = io.BytesIO()
        Image.new("L", (6000, 6000)).save(out, "JPEG", quality=1)
        assert len(out.getvalue()) < MAX_BYTES
        page.show(out.getvalue())
        assert "6000×6000" in page.wait_for("error", code="bad-frame")["text"]

    def test_an_oversized_message_ends_the_socket_not_the_session(self, server: Server) -> None:
        page = Page(server, {})
        page.send(b"\x01" * (MAX_BYTES + 1))
        assert page.closed_with() == 1009
        again = Page(server, {"session": page.welcome["session"]})
        assert again.welcome["resumed"]
        again.leave()

    def test_every_attack_leaves_a_line_in_the_log_and_the_session_alive(self, portrait: bytes) -> None:
        with serving("--osc-in", "0") as own, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
            page = Page(own, {"settings": {"mode": "hand"}})
            page.say("start")
            page.wait_for("notes")
            assert own.get("/health", Host="evil.example")[0] == 403
            with pytest.raises(InvalidStatus), connect(f"ws://{own.host}/live", origin="http://evil.example"):
                pass
            page.send(HEAD.pack(1, 1, 0, 1, 0.0) + b"\xff\xd8\xff" + b"\x00" * 900)
            page.wait_for("error", code="bad-frame")
            page.send('{"type": "opera"}')
            page.wait_for("error", code="bad-message")
            port = own.wait_said(r"OSC in on port (\d+)")
            for _ in range(400):
                flood.sendto(b"/mien/panicking\0,\0\0\0", ("127.0.0.1", int(port)))
            own.wait_said(r"OSC in: (.*) dropped so far")
            page.send(b"\x01" * (MAX_BYTES + 1))
            assert page.closed_with() == 1009
            own.wait_said(r"refused: a message above \d+ (bytes)")
            again = Page(own, {"session": page.welcome["session"]})
            assert again.welcome["resumed"]
            assert again.welcome["state"]["playing"]
            assert again.read(portrait)["faces"]
            for words in (r"refused: (host) 'evil", r"refused: (origin) 'http://evil", r"refused \((bad-frame)\)",
                          r"refused \((bad-message)\)"):  # fmt: skip
                own.wait_said(words)
            again.leave()

    def test_a_flood_of_frames_is_thinned_out(self, page: Page, portrait: bytes) -> None:
        page.read(portrait)
        last = [page.show(portrait) for _ in range(120)][-1]
        reading = page.wait(lambda m: m["type"] == "reading" and m["seq"] == last)
        assert reading["faces"]
        dropped = sum(m["dropped"] for m in page.heard if m["type"] == "reading")
        read = sum(m["type"] == "reading" for m in page.heard)
        assert dropped + read == last
        assert dropped > 0

    def test_endless_nonsense_ends_the_socket(self, server: Server) -> None:
        page = Page(server, {})
        for _ in range(45):
            try:
                page.send("nonsense")
            except ConnectionClosed:
                break
        assert page.closed_with() == 4400
        again = Page(server, {"session": page.welcome["session"]})
        again.leave()

    def test_a_full_station_says_so(self, server: Server) -> None:
        pages = [Page(server, {}) for _ in range(2)]
        late = Page(server)
        refused = late.wait_for("error")
        assert refused["code"] == "station-full" and refused["text"].startswith("all 2 places are taken")
        assert late.closed_with() == 4429
        for page in pages:
            page.leave()

    def test_a_second_page_takes_a_session_over(self, server: Server) -> None:
        page = Page(server, {})
        other = Page(server, {"session": page.welcome["session"]})
        assert page.closed_with() == 4409
        other.say("ping", id=2, sent_s=0.0)
        assert other.wait_for("pong")["id"] == 2
        other.leave()

    def test_who_wished_movements_only_gets_no_emotions_for_a_seed_that_is_refused(self, server: Server) -> None:
        page = Page(server, {"settings": {"seed": 2**31, "mode": "gesture"}})
        page.wait_for("state", mode="gesture")
        (refused,) = [message for message in page.heard if message["type"] == "error"]
        assert (refused["about"], "seed" in refused["text"]) == ("hello", True)
        page.leave()

    def test_exports_want_a_session_that_played(self, server: Server, page: Page) -> None:
        own = f"/sessions/{page.welcome['session']}/export"
        assert server.get(f"/sessions/{'0' * 32}/export/mid")[0] == 404
        assert server.get(f"{own}/mid")[0] == 409
        assert server.get(f"{own}/exe")[0] == 400
        assert server.get(f"{own}/session")[0] == 200

    def test_answers_let_the_page_load_nothing_from_elsewhere(self, server: Server) -> None:
        _, headers, _ = server.get("/")
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"

    def test_a_reader_and_a_table_of_ones_own_are_greeted_with(self, portrait: bytes, tmp_path: Path) -> None:
        table = tmp_path / "mine.toml"
        table.write_text("# mine\n" + shipped_mapping().toml, encoding="utf-8")
        with serving("--weights", str(write_own_reader(tmp_path)), "--mapping", str(table)) as own:
            page = Page(own, {})
            assert page.welcome["mapping"]["toml"] == own.get("/mapping")[2].decode() == table.read_text("utf-8")
            assert page.welcome["emotions"] == [one.name for one in OWN]
            assert page.welcome["presets"]["beaming"] == [0.9, 0.4]
            (face,) = page.read(portrait)["faces"]
            assert face["affect"]["reads_as"] == "beaming"
            page.close()

    def test_other_hosts_want_the_token(self) -> None:
        with serving("--host", "0.0.0.0") as own:
            token = own.address.split("#token=")[1]
            assert not own.host.startswith("0.0.0.0")
            assert own.get("/health")[0] == 200
            with pytest.raises(ConnectionClosed) as closing:
                Page(own, {})
            assert closing.value.rcvd.code == 4401
            page = Page(own, {}, subprotocols=["mien.1", f"token.{token}"])
            path = f"/sessions/{page.welcome['session']}/export/session"
            assert own.get(path)[0] == 401
            assert own.get(path, Authorization=f"Bearer {token}")[0] == 200
            page.close()


def _portrait(arrays: dict, label: str) -> bytes:
    """A portrait of the London Set whose smile is no faint one, as a camera would give it."""
    (index,) = np.flatnonzero((arrays["subject"] == "001") & (arrays["label"] == label))
    return camera_picture(decode(encoded(arrays, int(index)), "portrait").rgb)
