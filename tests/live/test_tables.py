"""Readings as tables: by the csv module, and by pandas and polars where they are installed."""

import csv
import io
import json
import sys
from typing import Any

import pytest

from mien.cues.names import NAMES
from mien.errors import BadInput
from mien.live.session_file import SessionFile, parse_session
from mien.live.tables import STYLES, columns_of, readings_csv, readings_parquet
from mien.vocabulary import EMOTIONS, EmotionClass

AFFECT = {"probs": [1.0] + [0.0] * 7, "valence": 0.1, "arousal": 0.2, "doubt": 0.3}
ROW = {
    "seq": 15, "seat": 0, "score": 0.98, "box_px": [100.0, 50.0, 300.0, 290.0], "pose_deg": [10.0, -20.0, 5.0],
    "cues": {"gaze_x": 0.1}, "affect": AFFECT,
}  # fmt: skip


@pytest.fixture
def lines() -> list[dict[str, Any]]:
    file = SessionFile("2026-01-01T00:00:00+00:00")
    file.keep("reading", 1.0, **ROW)
    file.keeps_readings = True
    file.keep("reading", 2.0, **ROW)
    file.keep("reading", 3.0, **{**ROW, "seq": 16, "affect": None, "cues": {"jaw_drop": 1.2}})
    return parse_session(file.content(4.0), "session")


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_readings_are_kept_only_if_asked_for_and_have_openface_s_columns(lines: list) -> None:
    first, second = table(readings_csv(lines))
    assert list(first)[:8] == [
        "frame", "face_id", "timestamp", "confidence", "success", "pose_Rx", "pose_Ry", "pose_Rz"
    ]  # fmt: skip
    assert (first["frame"], first["timestamp"], first["success"], first["neutral"]) == ("15", "2.0", "1", "1.0")
    assert float(first["pose_Rx"]) == pytest.approx(0.1745)
    assert (second["neutral"], second["gaze_x"], second["jaw_drop"]) == ("", "", "1.2")
    assert set(NAMES) | set(EMOTIONS) <= set(first)


def test_py_feat_s_columns_are_pixels_and_degrees(lines: list) -> None:
    first, second = table(readings_csv(lines, "pyfeat"))
    assert [float(first[f"FaceRect{side}"]) for side in ("X", "Y", "Width", "Height")] == [100, 50, 200, 240]
    assert [float(first[angle]) for angle in ("Pitch", "Roll", "Yaw")] == [10, 5, -20]
    emotions = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
    assert [first[name] for name in emotions] == ["0.0"] * 6 + ["1.0"]
    assert {second[name] for name in emotions} == {""}
    assert (first["frame"], first["approx_time"]) == ("15", "2.0")


def test_no_column_is_there_twice_and_none_claims_what_is_not_measured() -> None:
    for style in STYLES:
        names = [name for name, _, _ in columns_of(style)]
        assert len(names) == len(set(names))
        assert not any(name.startswith(("AU", "gaze_angle")) for name in names)
    with pytest.raises(BadInput, match="openface, pyfeat"):
        columns_of("excel")


def test_coefficients_have_columns_where_they_were_read(lines: list) -> None:
    assert "jawOpen" not in table(readings_csv(lines))[0]
    moved = {"jawOpen": 0.25, "browDownLeft": 0.0}
    moving = {**next(line for line in lines if line["kind"] == "reading"), "coefficients": moved}
    for style in STYLES:
        first, second = table(readings_csv([*lines, moving], style))[-2:]
        assert (first["jawOpen"], second["jawOpen"], second["browDownLeft"]) == ("", "0.25", "0.0")


def test_an_older_file_without_boxes_and_numbers_is_read() -> None:
    old = {key: value for key, value in ROW.items() if key not in ("seq", "box_px")}
    lines = [{"kind": "reading", "time_s": 1.0, **old}] * 2
    assert [row["frame"] for row in table(readings_csv(lines, "pyfeat"))] == ["1", "2"]
    assert table(readings_csv(lines, "pyfeat"))[0]["FaceRectX"] == ""


def test_without_pyarrow_the_remedy_is_told(lines: list, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(BadInput, match=r"\.\[research\]"):
        readings_parquet(lines)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_parquet_holds_the_same_with_units(lines: list, style: str) -> None:
    pq = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow (extra research)")
    found = pq.read_table(io.BytesIO(readings_parquet(lines, style)))
    wanted = table(readings_csv(lines, style))
    assert found.column_names == list(wanted[0])
    for number, row in enumerate(found.to_pylist()):
        text = {name: "" if value is None else value for name, value in row.items()}
        assert {n: float(v) if v != "" else "" for n, v in text.items()} == {
            n: float(v) if v else "" for n, v in wanted[number].items()
        }
    assert found.schema.field("gaze_x").metadata[b"unit"] == b"eye widths"
    assert json.loads(found.schema.metadata[b"mien"])["started"].startswith("2026-01-01")


def test_pandas_reads_both(lines: list) -> None:
    pandas = pytest.importorskip("pandas", reason="needs pandas")
    frame = pandas.read_csv(io.StringIO(readings_csv(lines)))
    assert frame["timestamp"].tolist() == [2.0, 3.0]
    assert frame["neutral"].isna().tolist() == [False, True]
    pytest.importorskip("pyarrow", reason="needs pyarrow (extra research)")
    again = pandas.read_parquet(io.BytesIO(readings_parquet(lines)))
    pandas.testing.assert_frame_equal(frame, again, check_dtype=False)


def test_polars_reads_both(lines: list) -> None:
    polars = pytest.importorskip("polars", reason="needs polars")
    frame = polars.read_csv(io.StringIO(readings_csv(lines, "pyfeat")))
    assert frame["Yaw"].to_list() == [-20.0, -20.0]
    pytest.importorskip("pyarrow", reason="needs pyarrow (extra research)")
    again = polars.read_parquet(io.BytesIO(readings_parquet(lines, "pyfeat")))
    assert again["gaze_x"].to_list() == [0.1, None]


def test_a_reader_of_one_s_own_has_its_own_columns() -> None:
    file = SessionFile("now", (EmotionClass("dreamy", 0.3, -0.4), EmotionClass("anger", -0.6, 0.7)))
    file.keeps_readings = True
    file.keep("reading", 2.0, **{**ROW, "affect": {**AFFECT, "probs": [0.25, 0.75]}})
    lines = parse_session(file.content(4.0), "session")
    for style in STYLES:
        (told,) = table(readings_csv(lines, style))
        assert (told["dreamy"], told["anger"]) == ("0.25", "0.75")
        assert "neutral" not in told
    older = [{"kind": "session", "format": 1}, *lines[1:]]
    assert "neutral,happiness" in readings_csv([{**line, "affect": None} for line in older])
