"""What comes in from outside: frames, commands, settings; nothing else gets through."""

import json
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.circumplex import affect_of
from mien.errors import BadInput
from mien.live.commands import MAX_BYTES as MOST_TEXT
from mien.live.commands import MAX_DEPTH, parse_command
from mien.live.frames import HEAD, MAX_BYTES, CameraFrame, frame_bytes, parse_frame
from mien.live.settings import CHECKS, Settings, changed, held, with_held
from mien.music.brief import brief_from_affect
from mien.vocabulary import Mode

JPEG = b"\xff\xd8\xff\xe0 and so on"


class TestFrames:
    def test_a_frame_comes_back_as_it_was(self) -> None:
        frame = CameraFrame(7, 12.25, JPEG)
        assert parse_frame(frame_bytes(frame)) == frame
        assert frame_bytes(frame)[:16] == bytes.fromhex("01010000 07000000 0000000000802840".replace(" ", ""))

    @pytest.mark.parametrize(
        ("message", "says"),
        [
            (b"", "at least|wanted"),
            (b"\x01" * 15, "wanted"),
            (HEAD.pack(2, 1, 0, 1, 0.0) + JPEG, "version 2"),
            (HEAD.pack(1, 9, 0, 1, 0.0) + JPEG, "kind 9"),
            (HEAD.pack(1, 1, 0, 1, float("nan")) + JPEG, "finite"),
            (HEAD.pack(1, 1, 0, 1, 0.0) + b"GIF89a", "neither JPEG nor WebP"),
            (b"\x01" * (MAX_BYTES + 1), "at most"),
        ],
    )
    def test_anything_else_is_refused(self, message: bytes, says: str) -> None:
        with pytest.raises(BadInput, match=says):
            parse_frame(message)

    @given(st.binary(max_size=64))
    def test_no_bytes_do_more_than_be_refused(self, message: bytes) -> None:
        try:
            parse_frame(message)
        except BadInput:
            return


class TestCommands:
    @pytest.mark.parametrize("levels", [MAX_DEPTH - 1, MAX_DEPTH, 500, 999])
    def test_however_deep_a_message_is_nested_it_is_refused_in_a_sentence(self, levels: int) -> None:
        text = '{"type": "hold", "fields": {"a": ' + "[" * levels + "]" * levels + "}}"
        with pytest.raises(BadInput, match=r"nested deeper than 8|recursion"):
            parse_command(text)

    def test_a_message_may_be_as_deep_as_is_said(self) -> None:
        levels = MAX_DEPTH - 2
        command = parse_command('{"type": "hold", "fields": {"a": ' + "[" * levels + "]" * levels + "}}")
        assert command.kind == "hold"

    def test_a_command_keeps_its_fields(self) -> None:
        command = parse_command('{"type": "hand", "valence": 0.5, "arousal": -1}')
        assert (command.kind, command.fields) == ("hand", {"valence": 0.5, "arousal": -1})

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "not JSON"),
            ("[]", "object"),
            ('{"type": 3}', "object with a 'type'"),
            ('{"type": "sing"}', "understood"),
            ('{"type": "ping", "id": 1}', "'sent_s' is missing"),
            ('{"type": "ping", "id": true, "sent_s": 1}', "int wanted"),
            ('{"type": "record", "on": 1}', "bool wanted"),
            ('{"type": "settings", "mode": {"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}}', "nested"),
            ("[" * 3000, "brackets"),
            ('{"type": "hand", "valence": "' + "x" * MOST_TEXT + '"}', "at most"),
        ],
    )
    def test_anything_else_is_refused(self, text: str, says: str) -> None:
        with pytest.raises(BadInput, match=says):
            parse_command(text)

    @settings(max_examples=50)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(), lambda s: st.dictionaries(st.text(), s), max_leaves=5
        )
    )
    def test_no_json_does_more_than_be_refused(self, value: object) -> None:
        try:
            parse_command(json.dumps(value))
        except BadInput:
            return


class TestSettings:
    def test_what_is_asked_changes_and_the_rest_stays(self) -> None:
        wishes = changed(Settings(), {"mode": "hand", "tonic": "Eb", "meter": "3/4"})
        assert wishes == Settings(mode="hand", tonic="Eb", meter=(3, 4))
        assert wishes.tonic_pc == 3
        assert wishes.told() == {
            "mode": "hand", "ensemble": "piano", "seed": 1, "tonic": "Eb", "meter": "3/4", "tune": None
        }  # fmt: skip

    @pytest.mark.parametrize(
        "asked",
        [{"mode": "opera"}, {"ensemble": "orchestra"}, {"seed": -1}, {"seed": True}, {"seed": 1.5}, {"tonic": "H"},
         {"tonic": "C minor"}, {"meter": "7/8"}, {"colour": "red"}, {"meter": ["4/4"]} , {"mode": ["hand"]},
         {"tune": "ears"}, {"tune": 1}],
    )  # fmt: skip
    def test_what_is_not_allowed_is_refused(self, asked: dict[str, object]) -> None:
        with pytest.raises(BadInput):
            changed(Settings(), asked)

    def test_held_fields_stay_until_let_go(self) -> None:
        fields = held({}, {"tempo_bpm": 100, "mode": "lydian"})
        brief = with_held(brief_from_affect(affect_of("sad"), seed=1), fields)
        assert (brief.tempo_bpm, brief.mode) == (100, Mode.LYDIAN)
        assert {r.because for r in brief.reasons if r.field in ("tempo_bpm", "mode")} == {"held by hand"}
        assert held(fields, {"mode": None}) == {"tempo_bpm": 100.0}

    @pytest.mark.parametrize("asked", [{"tempo_bpm": 300}, {"tempo_bpm": "fast"}, {"mode": "blues"}, {"seed": 1},
                                       {"loudness": float("nan")}, {"mode": {}}])  # fmt: skip
    def test_what_cannot_be_held_is_refused(self, asked: dict[str, object]) -> None:
        with pytest.raises(BadInput):
            held({}, asked)


def test_every_setting_can_be_asked_for_and_is_checked() -> None:
    assert list(CHECKS) == [field.name for field in fields(Settings)]
    told = Settings("hand", "quartet", 7, "Eb", (6, 8), "eyes").told()
    assert changed(Settings(), told).told() == told
