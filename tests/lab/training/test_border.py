"""The border is redrawn by portraits, and what portraits say of it comes from people it did not learn from."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("keras", reason="needs the extra 'train'")
pytest.importorskip("scipy", reason="needs the extra 'train'")

from PIL import Image

from made_data import write_ferplus, write_london
from mien.affect.network import Reader
from mien.lab.exams.portraits import NO_FACE, Portraits, load_portraits
from mien.lab.training.border import TERMS, Border, redrawn
from mien.lab.training.corpus import load_corpus
from mien.lab.training.frozen import Frozen
from mien.lab.training.heads import Heads
from mien.nets import asset_path, read_manifest

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::Warning:(keras|tensorflow|google|ml_dtypes).*")]

WIDE, JOINT, CLASSES = 6, 5, 8


def seen(rng: np.random.Generator, n: int) -> Frozen:
    """What last layers might see: anything."""
    features, joint = rng.normal(size=(n, 4, WIDE)), rng.normal(size=(n, JOINT))
    return Frozen(features.astype(np.float32), np.full((n, 4), 0.25, np.float32), joint.astype(np.float32))


def test_people_are_read_by_what_did_not_learn_from_them() -> None:
    rng = np.random.default_rng(3)
    person = np.repeat([f"{i:03}" for i in range(40)], 2)
    shown = rng.permuted(np.tile([0, 1], (40, 1)), axis=1).ravel()  # nothing that is seen tells which
    wanted = np.eye(CLASSES, dtype=np.float32)[shown]
    own = np.repeat(rng.normal(size=(40, JOINT)), 2, axis=0)  # but each person's look tells the person
    faces = seen(rng, 80)
    faces = Frozen(faces.features, faces.gate, (own + np.where(shown, 1, -1)[:, None] * own).astype(np.float32))
    trunk: Any = SimpleNamespace(heads=Heads(np.zeros((CLASSES, 4 * WIDE + 4 + JOINT + 1)), WIDE), temperature=1.0)
    others = (seen(rng, 20), np.full((20, CLASSES), 1 / CLASSES, np.float32))
    border = Border(trunk, others, [faces], wanted)
    known = border.fitted(np.arange(80)).logits(faces).argmax(axis=1)
    unseen = border.read_unseen(person)
    names = np.array(["neutral", "happiness"])[shown]
    assert np.mean(known == shown) > np.mean(unseen == names) + 0.1
    assert set(unseen) <= {"neutral", "happiness"}


def test_it_ships_what_it_learnt_and_says_from_whom(tmp_path: Path) -> None:
    corpus = load_corpus(write_ferplus(tmp_path / "ferplus_dev.npz", 32))
    held = load_portraits(write_london(tmp_path / "london_ccby.npz"))
    blank = io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(blank, "JPEG")
    more = {trait: np.append(groups, groups[0]) for trait, groups in held.groups.items()}
    portraits = Portraits(
        (*held.jpegs, blank.getvalue()), np.append(held.label, "happy"), np.append(held.person, "003"), more
    )
    before = asset_path("mien.affect", "reader.tflite")
    path = redrawn(before, corpus, corpus.develop, portraits, tmp_path / "out")
    Reader(path)
    manifest = read_manifest(path)
    unseen = manifest["training"]["portraits_unseen"]
    assert (unseen["people"], unseen["happy"]["n"], unseen["neutral"]["n"]) == (3, 2, 1)
    assert unseen["happy"]["read_as"][NO_FACE] == 1, "a face that is not found counts as misread"
    assert TERMS in manifest["data"]
    assert manifest["training"]["after"] == json.loads(before.with_suffix(".json").read_text())["training"]
