"""The label server, asked over real sockets: who may come in, what is told, what is refused."""

import http.client
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from data.pretended import pretend_face, pretend_label, pretend_portraits, pretend_source
from mien.data.labelling.label import order_of
from mien.data.project import ORIGIN, Project


class Client:
    """A page's requests, each header as it likes."""

    def __init__(self, folder: Path, *options: str) -> None:
        words = [sys.executable, "-m", "mien", "data", "label", str(folder), "--port", "0", "--no-open", *options]
        self.process = subprocess.Popen(
            words, stdout=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
        )
        assert self.process.stdout is not None
        self.address = next(word for word in self.process.stdout.readline().split() if word.startswith("http"))
        self.host = self.address.split("/")[2]

    def ask(self, path: str, body: Any = None, **headers: str | None) -> tuple[int, Any, bytes]:
        """Status, headers and body; a header that is None is left out."""
        usual = {"Host": self.host}
        if body is not None:
            usual |= {"Origin": f"http://{self.host}", "Content-Type": "application/json"}
        sent = {name: value for name, value in (usual | headers).items() if value is not None}
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.putrequest(
                "POST" if body is not None else "GET", path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in sent.items():
                connection.putheader(name, value)
            if content is not None:
                connection.putheader("Content-Length", str(len(content)))
            connection.endheaders(content)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def json(self, path: str, body: Any = None) -> Any:
        status, _, content = self.ask(path, body)
        assert status == 200, content
        return json.loads(content)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def folder(tmp_path: Path, astronaut: np.ndarray) -> Path:
    with Project.create(tmp_path / "p", ORIGIN[:3]) as project:
        pretend_source(project)
        pretend_portraits(project, astronaut, (176, 70, 275, 200), 5)
        pretend_label(project, pretend_face(project, "gone", "happy"), "bob", "sad")
    return tmp_path / "p"


@pytest.fixture
def client(folder: Path) -> Iterator[Client]:
    one = Client(folder)
    yield one
    one.close()


def label_of(face: Any, **others: Any) -> dict[str, Any]:
    return {"annotator": "ann", "face": face, "verdict": "class", "shown": "sad"} | others


def kept(folder: Path) -> int:
    with Project.open(folder) as project:
        return int(project.db.execute("SELECT count(*) FROM labels WHERE annotator = 'ann'").fetchone()[0])


def test_what_is_told_is_blind_to_others(client: Client, folder: Path) -> None:
    about = client.json("/desk")
    assert (about["annotator"], about["annotators"], about["suggests"]) == (None, ["bob"], False)
    assert [one["name"] for one in about["classes"]] == ["happy", "sad", "angry"]
    told = client.json("/desk/next?annotator=ann")
    with Project.open(folder) as project:
        assert [face["face"] for face in told["faces"]] == list(order_of(project, "ann")[:4])
    assert set(told["faces"][0]) == {"face", "aspect", "place", "is_chip", "suggested"}
    assert {face["suggested"] for face in told["faces"]} == {None}
    assert told["progress"]["open"] == 6 and told["last"] is None


def test_a_label_is_kept_and_taken_back(client: Client, folder: Path) -> None:
    first = client.json("/desk/next?annotator=ann")["faces"][0]["face"]
    told = client.json("/desk/labels", label_of(first, valence=0.5, arousal=-1))
    assert told["last"]["face"] == first != told["faces"][0]["face"]
    assert kept(folder) == 1
    back = client.json("/desk/undo", {"annotator": "ann", "label": told["last"]["label"]})
    assert back["faces"][0]["face"] == first and back["last"] is None
    assert client.json("/desk/summary?annotator=ann")["taken_back"] == 1


def test_another_process_may_change_the_project_meanwhile(client: Client, folder: Path) -> None:
    before = client.json("/desk/next?annotator=ann")
    with Project.open(folder) as project:
        pretend_face(project, "one more")
        pretend_label(project, before["faces"][0]["face"], "ann", "happy")
    told = client.json("/desk/next?annotator=ann")
    assert told["progress"]["faces"] == 7 and told["progress"]["told"] == 1
    assert before["faces"][0]["face"] not in [face["face"] for face in told["faces"]]


def test_pictures_are_cut_and_never_cached(client: Client) -> None:
    faces = client.json("/desk/next?annotator=ann")["faces"]
    for face in faces:
        status, headers, content = client.ask(f"/desk/faces/{face['face']}")
        assert (status, headers["Content-Type"], headers["Cache-Control"]) == (200, "image/jpeg", "no-store")
        with Image.open(io.BytesIO(content)) as image:
            assert image.size == (64, 64) if face["is_chip"] else image.width > 150
            assert image.width / image.height == pytest.approx(face["aspect"], rel=0.02)
            left, top, right, bottom = face["place"]
            assert 0 <= left < right <= 1 and 0 <= top < bottom <= 1
    assert client.ask("/desk/faces/999")[0] == 400


def test_of_a_damaged_picture_the_chip_is_shown(client: Client, folder: Path) -> None:
    face = next(one["face"] for one in client.json("/desk/next?annotator=ann")["faces"] if not one["is_chip"])
    with Project.open(folder) as project:
        digest = project.db.execute("SELECT sha256 FROM faces WHERE id = ?", (face,)).fetchone()[0]
        project.path_of(digest).write_bytes(project.path_of(digest).read_bytes()[:200])
    status, headers, content = client.ask(f"/desk/faces/{face}")
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (64, 64)


@pytest.mark.parametrize(
    ("headers", "status", "told"),
    [
        ({"Host": "evil.example"}, 403, "not this server's name"),
        ({"Origin": "http://evil.example"}, 403, "another site's"),
        ({"Origin": "null"}, 403, "another site's"),
        ({"Origin": None}, 400, "from the label page itself"),
        ({"Content-Type": "text/plain"}, 400, "from the label page itself"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, "another site"),
    ],
)
def test_only_our_own_page_may_label(client: Client, folder: Path, headers: Any, status: int, told: str) -> None:
    face = client.json("/desk/next?annotator=ann")["faces"][0]["face"]
    found, _, content = client.ask("/desk/labels", label_of(face), **headers)
    assert (found, told in content.decode()) == (status, True)
    assert kept(folder) == 0


def test_the_page_may_load_nothing_from_elsewhere(client: Client) -> None:
    _, headers, _ = client.ask("/")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "'unsafe-inline'" not in policy
    assert client.ask("/desk/labels")[0] == 404  # nothing to read there
    assert client.ask("/..%2f..%2f..%2fetc/passwd")[0] == 404


def test_what_makes_no_sense_is_refused(client: Client, folder: Path) -> None:
    face = client.json("/desk/next?annotator=ann")["faces"][0]["face"]
    for body, told in (
        (b"{", "no JSON object"),
        (b"[1]", "no JSON object"),
        (b" " * 5000, "4096 bytes"),
        ({}, "'annotator' of a label is missing"),
        (label_of("1"), "int wanted"),
        (label_of(True), "int wanted"),
        (label_of(face, valence="much", arousal=0), "float wanted"),
        (label_of(face, valence=0.5), "both"),
        (label_of(face, shown="dreamy"), "this project has"),
        (label_of(face, suggested="dreamy"), "this project has"),
        (label_of(face, annotator="<b>"), "pseudonym"),
        (label_of(10**6), "not in this project"),
    ):
        status, _, content = client.ask("/desk/labels", body)
        assert status == 400 and told in json.loads(content)["error"], (body, content)
    assert kept(folder) == 0
    assert client.ask("/desk/next")[0] == 400


def test_a_model_speaks_only_when_asked_to(folder: Path) -> None:
    client = Client(folder, "--suggest", "--annotator", "ann")
    try:
        assert client.address.endswith("#annotator=ann")
        about = client.json("/desk")
        assert (about["annotator"], about["suggests"]) == ("ann", True)
        shown = {face["suggested"] for face in client.json("/desk/next?annotator=ann")["faces"]}
        assert shown <= {"happy", "sad", "angry", None}
    finally:
        client.close()
