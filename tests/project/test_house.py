"""The house rules that a machine can see."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from conftest import ROOT

SOURCE = ROOT / "src" / "mien"
MODULES = sorted(SOURCE.rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}


def test_modules_are_short():
    lengths = {str(m.relative_to(SOURCE)): len(m.read_text(encoding="utf-8").splitlines()) for m in MODULES}
    assert {name: n for name, n in lengths.items() if n > 400} == {}
    assert sorted(lengths.values())[len(lengths) // 2] <= 200


def test_an_option_that_commands_share_is_told_once():
    calls = (
        call for m in (SOURCE / "app").rglob("*.py") for call in ast.walk(ast.parse(m.read_text(encoding="utf-8")))
    )
    options = [ast.unparse(call) for call in calls if isinstance(call, ast.Call)]
    told = Counter(option for option in options if option.startswith(("typer.Option(", "typer.Argument(")))
    assert [option for option, times in told.items() if times > 1] == []


def test_no_drawers_without_a_label():
    assert [m for m in MODULES if {p.lower() for p in (m.stem, *m.relative_to(SOURCE).parts)} & FORBIDDEN_NAMES] == []


def test_every_module_begins_by_saying_what_it_is():
    assert [m for m in MODULES if not m.read_text(encoding="utf-8").startswith('"""')] == []


def test_no_hidden_randomness():
    pattern = re.compile(r"np\.random\.(?!default_rng|Generator)|^import random|^from random", re.MULTILINE)
    assert [m for m in MODULES if pattern.search(m.read_text(encoding="utf-8"))] == []


def test_keras_comes_from_one_place():
    """There TensorFlow is kept from chattering."""
    pattern = re.compile(r"^\s*(import keras|from keras)", re.MULTILINE)
    found = [m for m in MODULES if pattern.search(m.read_text(encoding="utf-8"))]
    assert found == [SOURCE / "lab" / "backend.py"]


def test_importing_mien_is_cheap():
    probe = (
        "import sys, mien\n"
        "heavy = ('keras', 'tensorflow', 'torch', 'pandas', 'matplotlib', 'numpy', 'cv2')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_music_alone_needs_no_face_and_no_network():
    probe = (
        "import sys\n"
        "from mien.circumplex import affect_of\n"
        "from mien.music.brief import brief_from_affect\n"
        "from mien.music.compose import compose\n"
        "compose(brief_from_affect(affect_of('sad')), 10, 1)\n"
        "print([m for m in ('keras', 'cv2', 'ai_edge_litert', 'scipy', 'PIL', 'verovio') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_mapping_names_cues_that_exist():
    from mien.cues.names import CUES, NAMES, PAIRS
    from mien.music.mapping import shipped_mapping

    region = {cue.name: cue.region for cue in CUES} | {
        pair: CUES[NAMES.index(f"{pair}_right")].region for pair in PAIRS
    }
    rows = shipped_mapping().cue_rows
    assert rows
    assert [row.cue for row in rows if region.get(row.cue) != row.region] == []


def test_the_import_contracts_name_every_module():
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers, keras = (next(one for one in told if one["id"] == name) for name in ("layers", "keras"))
    modules = {m.relative_to(SOURCE).parts[0].removesuffix(".py") for m in MODULES} - {"__init__", "__main__"}
    assert {name for layer in layers["layers"] for name in layer.split(" | ")} == modules
    assert {name.removeprefix("mien.") for name in keras["source_modules"]} == modules - {"lab"}


def test_public_names_exist():
    import mien

    assert all(hasattr(mien, name) for name in mien.__all__)
    with pytest.raises(AttributeError, match="no attribute 'paint'"):
        mien.paint  # noqa: B018


def test_public_names_are_listed_before_they_are_loaded():
    probe = "import sys, mien; print(dir(mien) == sorted(mien.__all__), 'mien.instrument' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["True", "False"]


def test_the_version_is_told_once():
    import mien

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == mien.__version__
    assert f"## [{mien.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_asset_has_a_manifest_that_proves_it():
    from mien.assets import read_asset, read_manifest

    assets = [p for p in SOURCE.rglob("assets/*") if p.suffix in (".tflite", ".npy", ".dat", ".sf3")]
    assert len(assets) >= 7
    for path in assets:
        read_asset(path)
        manifest = read_manifest(path)
        for key in ("name", "file", "licence", "sha256"):
            assert manifest.get(key), f"{path.name}: its manifest lacks '{key}'"
        if "data" not in manifest:  # not learnt here, so somebody else's
            assert manifest["origin"] and manifest["notice"]


def test_the_readme_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert "happiness" in capsys.readouterr().out
    made = {p.name for p in (tmp_path / "out").iterdir()}
    assert {f"astronaut.{kind}" for kind in ("mid", "wav", "musicxml", "svg", "json")} <= made


def test_the_readme_lists_every_ensemble():
    from mien.ensembles import ensembles

    assert f"`--ensemble {'|'.join(ensembles())}`" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_links_in_the_docs_lead_somewhere():
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_make_help_lists_the_commands():
    makefile = Path(ROOT / "Makefile").read_text(encoding="utf-8")
    for command in ("demo", "test", "check", "bench", "lock"):
        assert re.search(rf"^{command}:.*## ", makefile, re.MULTILINE)
