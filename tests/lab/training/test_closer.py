"""Portraits teach a reader its closer look, and what is told of them comes from people it did not learn from.

How the London portraits are read is in tests/lab/exams/test_london.py.
"""

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs the extra 'train'")

from PIL import Image

from made_data import write_london
from mien.affect.closer import CloserLook
from mien.affect.network import Reader
from mien.assets import asset_path, read_manifest
from mien.cues.coefficients import COEFFICIENTS
from mien.lab.exams.portraits import NO_FACE, Portraits, load_portraits
from mien.lab.training import closer as closer_module
from mien.lab.training.closer import (
    BETWEEN,
    FOLDS,
    HEARD,
    RECIPE,
    STAY_NEUTRAL,
    TERMS,
    Views,
    heard,
    learnt,
    read_unseen,
    seen_views,
    teach,
)
from mien.values import CANNOT_TELL
from mien.vocabulary import EMOTIONS

SMILE = [COEFFICIENTS.index(f"mouthSmile{side}") for side in ("Left", "Right")]


def views(people: int, told: float, rng: np.random.Generator) -> Views:
    """A neutral and a smiling picture of each, twice: the smile tells which by `told`."""
    smiles = np.tile([False, False, True, True], people)
    plain = np.tile([True, False], 2 * people)
    person = np.repeat([f"{i:03}" for i in range(people)], 4)
    n = len(person)
    probs = np.tile(np.array([0.6, 0.3, *[0.1 / 6] * 6], dtype=np.float32), (n, 1))
    moved = np.abs(rng.normal(0, 0.05, (n, len(COEFFICIENTS)))).astype(np.float32)
    moved[:, SMILE] += (told * smiles)[:, None]
    full = np.ones(n, np.float32)
    first = np.full(n, np.log(0.5), np.float32)
    return Views(probs, first, moved, full, full, np.repeat(np.arange(2 * people), 2), plain, smiles, person)


def test_a_smile_is_learnt_and_the_border_lies_where_it_was_asked_for() -> None:
    seen = views(60, 0.1, np.random.default_rng(1))
    closer = learnt(seen, np.ones(len(seen.plain), dtype=bool))
    assert (EMOTIONS[closer.below], EMOTIONS[closer.above]) == BETWEEN
    assert (closer.weights[SMILE] > 0).all()
    read = read_unseen(seen, 120)
    neutral = read[0::2]
    assert np.mean(neutral == "neutral") == pytest.approx(STAY_NEUTRAL, abs=0.1)
    assert np.mean(read[1::2] == "happiness") > 0.7


def test_people_are_read_by_what_did_not_learn_from_them(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = views(12, 0.1, np.random.default_rng(2))
    taught: list[set[str]] = []

    def spied(given: Views, rows: np.ndarray) -> CloserLook:
        taught.append(set(given.person[rows]))
        return learnt(given, rows)

    monkeypatch.setattr(closer_module, "learnt", spied)
    read_unseen(seen, 24)
    everybody = set(seen.person)
    held = [everybody - people for people in taught]
    assert len(taught) == FOLDS and set.union(*held) == everybody
    assert sum(map(len, held)) == len(everybody), "each is held out once"


def test_border_and_temperature_come_from_people_held_out_too(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = views(40, 0.0, np.random.default_rng(3))
    fits: list[tuple[set[str], set[str]]] = []
    plain_score = closer_module._score

    def spied(closer: CloserLook, given: Views, rows: np.ndarray) -> np.ndarray:
        fits[-1][1].update(given.person[rows])
        return plain_score(closer, given, rows)

    plain_regression = closer_module._regression

    def regression(given: Views, rows: np.ndarray) -> CloserLook:
        fits.append((set(given.person[rows]), set()))
        return plain_regression(given, rows)

    monkeypatch.setattr(closer_module, "_regression", regression)
    monkeypatch.setattr(closer_module, "_score", spied)
    learnt(seen, np.ones(len(seen.plain), dtype=bool))
    assert len(fits) == FOLDS + 1
    assert all(scored and not scored & taught for taught, scored in fits[:-1])
    assert set.union(*(scored for _, scored in fits)) == set(seen.person)


def test_a_face_badly_seen_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = views(12, 0.5, np.random.default_rng(4))
    assert CANNOT_TELL not in read_unseen(seen, 24)
    assert set(read_unseen(replace(seen, worth=np.zeros_like(seen.worth)), 24)) == {CANNOT_TELL}


def test_whose_rest_is_known_is_read_against_it() -> None:
    seen = views(40, 0.25, np.random.default_rng(5))
    nature = np.repeat(np.random.default_rng(6).uniform(0, 0.5, 40), 4)  # corners that rise by nature
    moved = seen.coefficients.copy()
    moved[:, SMILE] += nature[:, None].astype(np.float32)
    seen = replace(seen, coefficients=moved)
    right = [
        np.mean(np.append(read[0::2] == "neutral", read[1::2] == "happiness"))
        for read in (read_unseen(seen, 80), read_unseen(seen, 80, knows_rest=True))
    ]
    assert right[1] > right[0] + 0.1


def test_movements_are_heard_with_both_sides() -> None:
    found = heard()
    assert all(name.startswith(HEARD) for name in found)
    assert found["mouthSmile"] == SMILE and set(found) == set(HEARD)


def test_it_is_written_into_the_manifest_and_says_from_whom(tmp_path: Path) -> None:
    weights = tmp_path / "reader.tflite"
    shutil.copy(asset_path("mien.affect", "reader.tflite"), weights)
    untaught = dict(read_manifest(asset_path("mien.affect", "reader.tflite")))
    untaught.pop("closer_look", None)
    untaught["data"] = [row for row in untaught["data"] if row != TERMS]
    weights.with_suffix(".json").write_text(json.dumps(untaught))
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
    shown = seen_views(Reader(weights), portraits)
    row = learnt(shown, np.ones(len(shown.plain), dtype=bool))
    assert manifest["closer_look"] == row.row(EMOTIONS) | {"learnt": RECIPE}
    assert isinstance(Reader(weights).closer, CloserLook)
