"""Cues rise and fall with the muscles they are named for, and a mirror swaps their sides."""

import numpy as np
import pytest

import mien.cues.neutral as neutral_module
from mien.cues.geometry import MAX_PITCH_DEG, MAX_YAW_DEG, measure, mirror_table
from mien.cues.names import CUES, NAMES, of_region
from mien.cues.neutral import LARGEST_DEPARTURE, average_neutral, own_neutral
from mien.errors import BadAsset
from mien.face.align import fit_pose, mean_mesh
from mien.face.look import look
from mien.face.pictures import decode
from mien.values import CHIP_PX, DETAIL_PX, REGIONS, Cues, Face, Frame

from conftest import encoded, load_data, named

SIZE_PX = 100.0  # distance of the eye centres


def face(points=None, yaw_deg=0.0, pitch_deg=0.0, gaze=0.0) -> Face:
    """The mean face, or points in eye distances, turned and looking aside (in eye widths, to the picture's right)."""
    points = mean_mesh() if points is None else points
    irises = np.stack([points[[33, 133]].mean(axis=0), points[[263, 362]].mean(axis=0)])
    irises[:, 0] += gaze * np.linalg.norm(points[33] - points[133])
    yaw, pitch = np.radians([yaw_deg, pitch_deg])
    across = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
    down = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    turn = (across @ down).T * SIZE_PX
    eyes = np.repeat((irises @ turn)[:, None, :2], 76, axis=1) + 300
    placed = points @ turn + [300, 300, 0]
    chip = np.zeros((CHIP_PX, CHIP_PX), np.uint8)
    detail = np.zeros((DETAIL_PX, DETAIL_PX), np.uint8)
    degrees = fit_pose(placed.astype(np.float32)).degrees
    return Face(0.0, (0, 0, 1, 1), 1.0, placed, eyes, degrees, chip, 1.0, detail)


def moved(indices, dx=0.0, dy=0.0):
    points = mean_mesh().copy()
    points[list(indices), 0] += dx
    points[list(indices), 1] += dy
    return points


def mirrored(cues: Cues) -> Cues:
    """The cues of the same face in a mirror."""
    order, signs = mirror_table()
    return Cues(cues.time_s, cues.values[order] * signs, cues.valid[order])


def cue(name: str, of: Face) -> float:
    return named(measure(of))[name]


@pytest.mark.parametrize(
    ("name", "indices", "dx", "dy"),
    [
        ("eye_openness_right", (160, 158), 0, -0.05),  # upper lid up
        ("lower_lid_raise_right", (144, 153), 0, -0.03),  # lower lid up
        ("brow_height_left", (300, 293, 334, 296, 336), 0, -0.1),
        ("inner_brow_height_right", (107,), 0, -0.1),
        ("brow_slope_right", (107,), 0, -0.1),  # inner end up
        ("inner_brow_distance", (107,), -0.05, 0),
        ("nose_lip_distance", (2,), 0, -0.05),
        ("mouth_openness", (87, 14, 317), 0, 0.2),
        ("mouth_width", (61,), -0.1, 0),
        ("corner_lift_left", (291,), 0, -0.1),
        ("lip_thickness", (17,), 0, 0.05),
        ("jaw_drop", (152,), 0, 0.1),
    ],
)
def test_cues_follow_the_points(name, indices, dx, dy):
    assert cue(name, face(moved(indices, dx, dy))) > cue(name, face()) + 0.01


def test_looking_aside():
    assert cue("gaze_x", face(gaze=0.2)) == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize(("yaw", "pitch"), [(20, 0), (-20, 0), (0, 15), (0, -15), (15, 10)])
def test_the_pose_is_undone(yaw, pitch):
    frontal, turned = measure(face()), measure(face(yaw_deg=yaw, pitch_deg=pitch))
    shape = [i for i, c in enumerate(CUES) if c.region != "head" and not c.name.startswith("gaze")]
    assert np.abs(turned.values - frontal.values)[shape] == pytest.approx(0, abs=0.6)  # degrees; lengths far less
    assert turned.values[NAMES.index("yaw")] == pytest.approx(yaw, abs=1)
    assert turned.values[NAMES.index("pitch")] == pytest.approx(pitch, abs=1)


def test_a_hidden_side_is_not_measured():
    cues = measure(face(yaw_deg=55))
    assert not cues.valid[NAMES.index("eye_openness_left")]
    assert cues.valid[NAMES.index("eye_openness_right")] and cues.valid[NAMES.index("yaw")]


def test_what_a_pose_hides_is_what_the_module_says():
    aside, down = measure(face(yaw_deg=MAX_YAW_DEG + 5)), measure(face(pitch_deg=MAX_PITCH_DEG + 1))
    assert {name for name, ok in zip(NAMES, aside.valid, strict=True) if not ok} == {
        name for name in NAMES if name.endswith("_left")
    }
    assert {name for name, ok in zip(NAMES, down.valid, strict=True) if ok} == {"pitch", "yaw", "roll"}


def test_mirroring_twice_changes_nothing():
    cues = measure(face(moved((107, 61), 0.05, 0.1), yaw_deg=10))
    assert np.array_equal(mirrored(mirrored(cues)).values, cues.values)
    order, _ = mirror_table()
    assert sorted(order) == list(range(len(CUES)))


@pytest.mark.data
def test_a_mirrored_picture_gives_mirrored_cues():
    london = load_data("london_ccby.npz")
    gaps = []
    for i in range(0, 204, 17):
        rgb = decode(encoded(london, i), "london").rgb
        seen = measure(look(Frame(0.0, rgb))[0])
        in_mirror = measure(look(Frame(0.0, np.ascontiguousarray(rgb[:, ::-1])))[0])
        gaps.append((mirrored(in_mirror).values - seen.values) / average_neutral().spread)
    assert np.median(np.abs(gaps)) < 0.5


@pytest.mark.data
def test_smiles_lift_corners_and_widen_mouths():
    london = load_data("london_ccby.npz")
    for name in ("corner_lift_right", "corner_lift_left", "mouth_width"):
        values = {"neutral": [], "smiling": []}
        for i in range(0, 204, 6):
            seen = measure(look(Frame(0.0, decode(encoded(london, i), "london").rgb))[0])
            values["neutral" if london["label"][i] == "neutral" else "smiling"].append(named(seen)[name])
        assert np.mean(values["smiling"]) > np.mean(values["neutral"]) + 2 * np.std(values["neutral"])


def test_the_table_is_whole():
    assert len(set(NAMES)) == len(CUES)
    for entry in CUES:
        assert entry.unit and entry.facs and entry.source and entry.low < entry.high
        assert entry.region in (*REGIONS, "head")
        assert not entry.twin or CUES[NAMES.index(entry.twin)].twin == entry.name
    assert all(of_region(region) for region in REGIONS)


def test_a_cue_whose_rest_nobody_measured_names_the_command(monkeypatch):
    monkeypatch.setattr(neutral_module, "NAMES", (*NAMES, "ear_height"))
    with pytest.raises(BadAsset, match=r"the rest of ear_height .* python -m mien\.lab\.assets\.resting_face"):
        average_neutral.__wrapped__()


def test_the_resting_face_departs_from_itself_by_nothing():
    neutral = average_neutral()
    rest = Cues(0.0, neutral.mean, np.ones(len(CUES), dtype=bool))
    assert set(neutral.departures(rest).values()) == {0.0}
    far = Cues(0.0, neutral.mean + 100 * neutral.spread, np.ones(len(CUES), dtype=bool))
    assert set(neutral.departures(far).values()) == {LARGEST_DEPARTURE}
    assert far.valid.all() and neutral.departures(far)["brow_height"] == LARGEST_DEPARTURE  # the pair as one
    assert np.array_equal(own_neutral([rest, rest, far]).mean, neutral.mean)
