"""Portraits teach a reader its closer look, and what is told of them comes from people it did not learn from."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs the extra 'train'")

from PIL import Image

from made_data import write_london
from mien.affect.closer import CloserLook
from mien.affect.network import Reader
from mien.cues.coefficients import COEFFICIENTS
from mien.lab.exams.portraits import NO_FACE, Portraits, load_portraits
from mien.lab.training.closer import (
    BETWEEN,
    HEARD,
    STAY_NEUTRAL,
    TERMS,
    Views,
    learnt,
    read_unseen,
    seen_views,
    sides,
    teach,
)
from mien.nets import asset_path, read_manifest
from mien.values import EMOTIONS

from conftest import data_path

SMILE = [COEFFICIENTS.index(f"mouthSmile{side}") for side in ("Left", "Right")]


def views(people: int, told: float, rng: np.random.Generator, own: float = 0.0) -> Views:
    """A neutral and a smiling picture of each, twice: the smile tells which by `told`, and each person's by `own`."""
    smiles = np.tile([False, False, True, True], people)
    plain = np.tile([True, False], 2 * people)
    person = np.repeat([f"{i:03}" for i in range(people)], 4)
    n = len(person)
    probs = np.tile(np.array([0.6, 0.3, *[0.1 / 6] * 6], dtype=np.float32), (n, 1))
    moved = np.abs(rng.normal(0, 0.05, (n, len(COEFFICIENTS)))).astype(np.float32)
    moved[:, SMILE] += (told * smiles)[:, None]
    signs = np.repeat(rng.choice([-1, 1], people), 4) * np.where(smiles, 1, -1)
    moved[:, COEFFICIENTS.index("noseSneerLeft")] = 0.5 + own * signs
    return Views(probs, moved, np.ones(n, np.float32), np.repeat(np.arange(2 * people), 2), plain, smiles, person)


def test_a_smile_is_learnt_and_the_border_lies_where_it_was_asked_for() -> None:
    seen = views(60, 0.1, np.random.default_rng(1))
    closer = learnt(seen, np.ones(len(seen.plain), dtype=bool))
    assert (EMOTIONS[closer.below], EMOTIONS[closer.above]) == BETWEEN
    assert (closer.weights[SMILE] > 0).all()
    read = read_unseen(seen, 120)
    neutral = read[0::2]
    assert np.mean(neutral == "neutral") == pytest.approx(STAY_NEUTRAL, abs=0.1)
    assert np.mean(read[1::2] == "happiness") > 0.7


def test_what_only_this_person_does_is_of_no_help() -> None:
    rng = np.random.default_rng(2)
    seen = views(60, 0.0, rng, own=0.3)  # a sneer that means a smile in half of the people, rest in the others
    read = read_unseen(seen, 120)
    right = np.mean([(read[0::2] == "neutral").mean(), (read[1::2] == "happiness").mean()])
    assert right == pytest.approx(0.5, abs=0.12)


def test_movements_are_heard_with_both_sides() -> None:
    heard = sides()
    assert all(name.startswith(HEARD) for name in heard)
    assert heard["mouthSmile"] == SMILE and len(heard["mouthShrugLower"]) == 1


@pytest.mark.data
@pytest.mark.slow
def test_portraits_of_people_left_out_are_read_as_the_card_says() -> None:
    portraits = load_portraits(data_path("london_ccby.npz"))
    read = read_unseen(seen_views(Reader(), portraits), len(portraits))
    told = read_manifest(asset_path("mien.affect", "reader.tflite"))["training"]["portraits_unseen"]
    for label, emotion, least in (("happy", "happiness", 0.95), ("neutral", "neutral", 0.80)):
        share = np.mean(read[portraits.label == label] == emotion)
        assert share >= least
        assert share == pytest.approx(told[label]["share"], abs=0.02)


def test_it_is_written_into_the_manifest_and_says_from_whom(tmp_path: Path) -> None:
    weights = tmp_path / "reader.tflite"
    for suffix in (".tflite", ".json"):
        shutil.copy(asset_path("mien.affect", f"reader{suffix}"), tmp_path / f"reader{suffix}")
    held = load_portraits(write_london(tmp_path / "london_ccby.npz"))
    blank = io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(blank, "JPEG")
    more = {trait: np.append(groups, groups[0]) for trait, groups in held.groups.items()}
    portraits = Portraits(
        (*held.jpegs, blank.getvalue()), np.append(held.label, "happy"), np.append(held.person, "003"), more
    )
    unseen = teach(weights, portraits)
    assert (unseen["people"], unseen["happy"]["n"], unseen["neutral"]["n"]) == (3, 2, 1)
    assert unseen["happy"]["read_as"][NO_FACE] == 1, "a face that is not found counts as misread"
    manifest = read_manifest(weights)
    assert manifest["training"]["portraits_unseen"] == json.loads(json.dumps(unseen))
    assert manifest["data"].count(TERMS) == 1
    assert isinstance(Reader(weights).closer, CloserLook)
