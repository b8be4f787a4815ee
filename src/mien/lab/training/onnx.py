"""A reader becomes an ONNX file, for other runtimes (TFLite and manifest → ONNX and manifest).

The network is rebuilt from what ships (`mien.lab.training.frozen`), written as ONNX by Keras, and verified: ONNX
Runtime answers as LiteRT does, within `MOST_DIFFERENCE` on probabilities and shares. Inputs and outputs have the names
that the manifest gives. The closer look at clear faces (`mien.affect.closer`) is not part of a network: its numbers
stand in the manifest beside the file. Conversion is TensorFlow's: with another backend of Keras it runs in a separate
process.

    python -m mien.lab.training.onnx --weights reader.tflite --out reader.onnx
"""

import argparse
import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mien.assets import manifest_at, read_manifest
from mien.errors import BadAsset, BadInput
from mien.lab.training.convert import in_tensorflow
from mien.lab.training.export import MOST_DIFFERENCE, difference, patterns
from mien.lab.training.frozen import Trunk
from mien.lab.training.nets import with_shares
from mien.nets import Floats, Network
from mien.writing import sha256_of, write_together


def export_onnx(weights: Path, out: Path) -> Path:
    """Write a reader as ONNX with its manifest; return the path of the file.

    Parameters
    ----------
    weights : a reader's .tflite file, its manifest beside it.
    out : the file to write; the manifest goes beside it, as .json.

    Raises
    ------
    BadInput
        If another file's manifest stands where this one's is to go.
    BadAsset
        If the weights are not a reader that `mien train` made, or ONNX Runtime answers differently from LiteRT.
    CannotWrite
        If there is no place for the files.
    """
    _check_place(weights, out)
    words = ["--weights", str(weights), "--out", str(out)]
    if in_tensorflow("mien.lab.training.onnx", words, weights):
        return out
    manifest = read_manifest(weights)
    trunk = Trunk(weights)
    network = with_shares(trunk.with_heads(trunk.heads))
    given = patterns()
    network(given, training=False)  # this call tells Keras the shapes
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "reader.onnx"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the converter asks numpy for names that no longer exist
            network.export(made, format="onnx", verbose=False)
        found, outputs = _asked(made, given)
        wanted = dict(zip(manifest["outputs"], Network(weights).named(given), strict=True))
        apart = difference(wanted, dict(zip(outputs, found, strict=True)))
        if apart > MOST_DIFFERENCE:
            raise BadAsset(
                f"{weights.name}: ONNX Runtime and LiteRT differ by {apart:.1e}, {MOST_DIFFERENCE:.0e} allowed"
            )
        told = manifest | {"file": out.name, "sha256": sha256_of(made), "outputs": outputs}
        with write_together(out.parent) as aside:
            (aside / out.name).write_bytes(made.read_bytes())
            (aside / out.with_suffix(".json").name).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return out


def _check_place(weights: Path, out: Path) -> None:
    """Refuse a file whose manifest would replace another file's."""
    beside = out.with_suffix(".json")
    of = manifest_at(beside, weights)
    if of not in (None, out.name):
        raise BadInput(
            f"--out {out}: its manifest would take the place of {beside.name}, that of {of}; give another name, "
            f"as in  --out {out.with_name(f'{out.stem}-onnx.onnx')}"
        )


def _asked(path: Path, given: dict[str, Floats]) -> tuple[list[Floats], list[str]]:
    """What ONNX Runtime answers, and the names of its outputs in order."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_outputs()]
    inputs = {one.name: given[one.name] for one in session.get_inputs()}
    return [np.asarray(answer, dtype=np.float32) for answer in session.run(names, inputs)], names


def main(words: Sequence[str] | None = None) -> None:
    """Export from the command line; `mien export` is the same with friendlier errors."""
    parser = argparse.ArgumentParser(prog="python -m mien.lab.training.onnx", description="Write a reader as ONNX.")
    parser.add_argument("--weights", type=Path, required=True, help="reader.tflite, its manifest beside it")
    parser.add_argument("--out", type=Path, required=True, help="the .onnx file to write")
    given = parser.parse_args(words)
    print(export_onnx(given.weights, given.out))


if __name__ == "__main__":
    main()
