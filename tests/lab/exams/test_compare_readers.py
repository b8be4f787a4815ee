"""The comparison and the ablation as one command each, in small, with keras."""

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::Warning:(keras|tensorflow|google|ml_dtypes).*")]

keras = pytest.importorskip("keras", reason="needs the extra 'train'")

from made_data import write_ferplus  # noqa: E402
from mien.assets import asset_path  # noqa: E402
from mien.errors import BadInput  # noqa: E402
from mien.lab.exams import ablate, baselines, compare_readers, plain_nets  # noqa: E402
from mien.lab.exams.compare_readers import comparison_page, sad_and_angry  # noqa: E402
from mien.lab.exams.exam import FERPLUS  # noqa: E402
from mien.lab.exams.prepared import Prepared  # noqa: E402
from mien.lab.pages.tables import TABLES  # noqa: E402
from mien.writing import sha256_of  # noqa: E402

SHIPPED = asset_path("mien.affect", "reader.tflite")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_ferplus(folder / FERPLUS)
    return folder


def run(main, monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["lab", *words])
    main()


def test_six_ways_in_one_table(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare_readers, "SPEED_CALLS", 1)
    words = ("--data", str(data), "--kept", str(data / "kept"), "--epochs", "1", "--out", str(data / "out"))
    given = data / "given.keras"
    plain_nets.build_full_face(((4, 1), (8, 2))).save(given)
    run(compare_readers.main, monkeypatch, *words, "--full-face", str(given))
    found = json.loads((data / "out" / "comparison.json").read_text())
    assert [told["letter"] for told in found["methods"]] == ["–", "a", "a+", "b", "c", "d", "e", "f"]
    assert found["faces"] == 24
    by_letter = {told["letter"]: told for told in found["methods"]}
    assert by_letter["e"]["taught_on"] == "given: given.keras"
    assert by_letter["c"]["parameters"] > 1_000_000
    ahead = by_letter["b"]["behind_ours"]["accuracy"]
    assert ahead["value"] == pytest.approx(
        by_letter["f"]["accuracy"]["value"] - by_letter["b"]["accuracy"]["value"], abs=2e-4
    )
    assert ahead["interval"][0] <= ahead["value"] <= ahead["interval"][1]
    assert (data / "out" / "comparison.html").read_text() == comparison_page(found)
    assert "| f | mien" in TABLES["comparison"]({"comparison": found})
    assert list((data / "kept").glob("plain-cnn-*-faces-1-epochs.keras"))
    told = "python -m mien.lab.exams.compare_readers --data DATA --kept KEPT --epochs 1 --full-face given.keras"
    assert found["command"] == told
    assert found["made_of"] == {file.name: sha256_of(file) for file in (SHIPPED, given, data / FERPLUS)}


def test_networks_of_another_teacher_or_precision_are_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = plain_nets.build_full_face(((4, 1), (8, 2)))
    names: list[str] = []
    loads = SimpleNamespace(Teacher=SimpleNamespace(load=lambda path, short: lambda seen: seen))  # it needs torch
    monkeypatch.setitem(sys.modules, "mien.lab.training.teacher", loads)
    monkeypatch.setattr(plain_nets, "trained", lambda kept, *others: names.append(kept.name) or network)
    grey = Prepared(np.zeros((3, 48, 48), dtype=np.uint8), known={"chips": np.zeros((3, 64, 64), dtype=np.uint8)})
    taught = baselines.Taught(grey, np.zeros(3, dtype=np.int64), grey, np.zeros(3, dtype=np.int64))
    for place, content in enumerate(("one", "another")):
        (tmp_path / f"{place}.npz").write_text(content)
    for path, short in ((None, False), (tmp_path / "0.npz", False), (tmp_path / "1.npz", False), (None, True)):
        compare_readers.networks(taught, np.eye(8, dtype=np.float32)[:3], 2, tmp_path, None, path, short)
    plain, full = names[::2], names[1::2]
    assert full[0] == "full-face-3-faces-2-epochs.keras" and len(set(full)) == 4
    assert plain[0] == plain[1] == plain[2] == "plain-cnn-3-faces-2-epochs.keras" != plain[3]


def test_what_taught_a_network_counts_the_trainings_before() -> None:
    first = {"plan": {"epochs": 14}}
    last = {"faces": {"train": 26181}, "after": {"plan": {"epochs": 16}, "faces": {"train": 9}, "after": first}}
    assert compare_readers.taught_on(last) == "26,181 faces, 30 epochs in 2 trainings"
    assert compare_readers.taught_on({"faces": {"train": 1000}, "plan": {"epochs": 2}}) == "1,000 faces, 2 epochs"
    assert compare_readers.taught_on({}) == "told in its manifest"


def test_an_ablation_goes_on_where_it_stopped(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ablate, "CONDITIONS", {"all": (), "mouth only": ("eyes", "brows", "nose")})
    monkeypatch.setattr(plain_nets, "NETWORKS", {"small": lambda: plain_nets.build_full_face(((4, 1), (8, 2)))})
    words = ("--data", str(data), "--kept", str(data / "kept"), "--epochs", "1", "--out", str(data / "out"))
    run(ablate.main, monkeypatch, *words, "--exam-limit", "20")
    first = json.loads((data / "out" / "ocular.json").read_text())
    assert set(first["trained"]) == set(first["streams_off"]) == {"all", "mouth only"}
    kept = sorted((data / "kept" / "ocular").iterdir())
    assert len(kept) == 2
    kept[0].unlink()
    learnt = []

    def learn(train, examined, shown, epochs, seed):
        learnt.append(shown.mean())
        return np.zeros((len(examined), 8), dtype=np.float32)

    monkeypatch.setattr(ablate, "learn_condition", learn)
    run(ablate.main, monkeypatch, *words, "--exam-limit", "20")
    assert learnt == [1.0]  # the condition "all", whose answers were lost, and no other
    again = json.loads((data / "out" / "ocular.json").read_text())
    told = "python -m mien.lab.exams.ablate --data DATA --kept KEPT --exam-limit 20 --epochs 1 --seeds 1"
    assert again["command"] == told
    assert again["made_of"] == {file.name: sha256_of(file) for file in (SHIPPED, data / FERPLUS)}
    assert again["trained"]["mouth only"] == first["trained"]["mouth only"]
    assert "| mouth only |" in TABLES["ocular"]({"ocular": again})


def test_what_a_condition_shows() -> None:
    assert ablate.visible().all()
    assert not ablate.visible("mouth")[40:64, 4:60].any() and ablate.visible("mouth")[:40].all()
    eyes = ablate.visible("brows", "nose", "mouth")
    assert eyes[14:34, 4:60].all() and eyes.sum() == 20 * 56
    both = ablate.visible("nose", "mouth")
    assert both[2:34, 4:60].all() and both.sum() == 32 * 56


def made_smiles(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Chips with a bright bar where happy mouths are, and their targets."""
    rng = np.random.default_rng(1)
    happy = rng.random(n) < 0.5
    chips = rng.normal(100, 10, (n, 64, 64))
    chips[happy, 40:50] += 100
    return np.clip(chips, 0, 255).astype(np.uint8), np.eye(8, dtype=np.float32)[np.where(happy, 1, 0)]


def test_training_in_small_learns() -> None:
    keras.utils.set_random_seed(1)
    chips, targets = made_smiles(128)
    network = plain_nets.build_full_face(((4, 1), (8, 2)))
    budget = plain_nets.Budget(epochs=6, batch=16, rate=1e-2, average=0.8)
    plain_nets.train_plainly(network, chips, targets, plain_nets.mirrored, budget)
    answers = plain_nets.logits_of(network, chips).argmax(axis=1)
    assert np.mean(answers == targets.argmax(axis=1)) > 0.95


def test_batches_repeat_with_their_seed_and_change_with_the_epoch() -> None:
    chips, targets = made_smiles(20)
    budget = plain_nets.Budget(batch=8)
    some, again = (plain_nets.Batches(chips, targets, plain_nets.changed_as_ours, budget) for _ in range(2))
    np.testing.assert_array_equal(some[1][0], again[1][0])
    assert [len(some[step][0]) for step in range(len(some))] == [8, 8, 4]
    again.on_epoch_end()
    assert not np.array_equal(some[1][0], again[1][0])


def test_a_teacher_says_its_share_of_the_targets() -> None:
    chips, targets = made_smiles(8)
    even = np.full_like(targets, 1 / targets.shape[1])
    changed = plain_nets.with_answers(plain_nets.mirrored, lambda seen: even[: len(seen)], 0.7)
    seen, wanted = changed(chips, targets, np.random.default_rng(1))
    np.testing.assert_array_equal(seen, plain_nets.mirrored(chips, targets, np.random.default_rng(1))[0])
    np.testing.assert_allclose(wanted, 0.3 * targets + 0.7 * even, rtol=1e-6)


def test_our_budget_is_kept_and_a_file_that_is_none_refused(tmp_path: Path) -> None:
    assert plain_nets.build_full_face().count_params() < 2_000_000
    (tmp_path / "no.keras").write_text("nothing")
    with pytest.raises(BadInput, match="no keras network"):
        plain_nets.load_keras(tmp_path / "no.keras")


def test_sad_and_angry_is_the_mean_of_two_recalls() -> None:
    truth = np.array([0, 1, 1, 2, 3])
    probs = np.eye(4)[[0, 1, 0, 2, 3]]
    assert sad_and_angry(truth, probs) == pytest.approx((0.5 + 1) / 2)
