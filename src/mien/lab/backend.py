"""Keras for all of the lab, imported in one place, where TensorFlow can be kept from chattering (→ `keras`).

While it is imported TensorFlow says that it found no graphics card and how it rounds, and heeds nothing
(https://github.com/tensorflow/tensorflow/issues/100442); later it heeds `TF_CPP_MIN_LOG_LEVEL`. Who sets that to less
than 3 hears all of it.
"""

import contextlib
import os

from mien.nets import quiet_stderr

_SILENT = "3"

with quiet_stderr() if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", _SILENT) == _SILENT else contextlib.nullcontext():
    import keras
    from keras import layers, ops

__all__ = ["keras", "layers", "ops"]
