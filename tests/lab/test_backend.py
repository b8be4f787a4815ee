"""Keras is imported without a word of TensorFlow's."""

import os
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_tensorflow_is_kept_quiet() -> None:
    pytest.importorskip("tensorflow", reason="needs the extra 'train'")
    probe = "from mien.lab.backend import keras; keras.ops.ones(2) + 1; import sys; print('heard', file=sys.stderr)"
    env = {name: told for name, told in os.environ.items() if not name.startswith("TF_")}
    env |= {"KERAS_BACKEND": "tensorflow"}
    ran = subprocess.run([sys.executable, "-c", probe], env=env, capture_output=True, text=True, check=True)
    assert ran.stderr == "heard\n"
