"""A piece becomes files of its name, or says which name would do."""

import json
import os
import re
import sys
from dataclasses import replace
from hashlib import sha256

import pytest
import typer

from mien.app.cli import app
from mien.ensembles import ensembles
from mien.errors import BadInput
from mien.instrument import compose
from mien.music.form import forms
from mien.piece import _WRITERS, FILES, MORE_FILES, Piece


@pytest.fixture(scope="module")
def piece() -> Piece:
    return compose("happy", seconds=10)


@pytest.mark.parametrize("name", ["AC/DC", "../up", "", ".", "a/", "a\0b"])
def test_a_name_that_is_none_for_a_file_is_refused(piece: Piece, name: str, tmp_path) -> None:
    with pytest.raises(BadInput, match="no name for a file"):
        replace(piece, name=name).save(tmp_path / "out", ["mid"])
    assert list(tmp_path.iterdir()) == []


def test_what_is_promised_stands_there(piece: Piece, tmp_path) -> None:
    files = piece.save(tmp_path, ["mid", "json"])
    assert set(files) == {"mid", "json"} and all(path.is_file() for path in files.values())


def test_the_account_knows_the_files_that_were_saved_with_it(piece: Piece, tmp_path) -> None:
    piece.save(tmp_path, ["stems", "png", "json"])
    files = piece.save(tmp_path, ["json", "mid", "musicxml"])
    account = json.loads(files.pop("json").read_text(encoding="utf-8"))
    assert account["sha256"] == {kind: sha256(path.read_bytes()).hexdigest() for kind, path in files.items()}


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="its file names are Unicode")
def test_a_name_that_is_no_unicode_is_that_of_the_files_and_readable_in_them(piece: Piece, tmp_path) -> None:
    named = replace(piece, name=os.fsdecode(b"caf\xe9"))
    files = named.save(tmp_path, ["mid", "musicxml", "svg", "json"])
    assert {os.fsencode(path.name) for path in files.values()} == {
        b"caf\xe9.mid", b"caf\xe9.musicxml", b"caf\xe9.svg", b"caf\xe9.json"
    }  # fmt: skip
    assert json.loads(files["json"].read_text(encoding="utf-8"))["name"] == "caf�"
    assert "caf�" in files["musicxml"].read_text(encoding="utf-8")
    assert "caf�".encode() in files["mid"].read_bytes()


def test_every_writer_is_offered_once() -> None:
    assert sorted(FILES + MORE_FILES) == sorted(_WRITERS)


def test_the_help_names_what_the_tables_hold() -> None:
    options = {option.name: option.help for option in typer.main.get_command(app).commands["play"].params}
    for name, offered in (("ensemble", ensembles()), ("form", forms()), ("files", _WRITERS)):
        assert set(offered) <= set(re.findall(r"\w+", options[name]))
