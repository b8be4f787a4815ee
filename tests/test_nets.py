"""Networks load whatever the process was given to speak with."""

import os
import sys

import pytest

from mien.nets import Network, asset_path


def no_descriptor(_: int) -> int:
    raise OSError(9, "Bad file descriptor")


@pytest.mark.parametrize(("module", "name", "value"), [(sys, "stderr", None), (os, "dup", no_descriptor)])
def test_a_network_loads_where_the_error_stream_is_closed(
    module: object, name: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, value)
    assert Network(asset_path("mien.face", "iris.tflite")).input_names
