"""Networks load whatever the process was given to speak with, and threads may share them."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from mien.assets import asset_path
from mien.nets import Network, load_network

IRIS = asset_path("mien.face", "iris.tflite")


def no_descriptor(_: int) -> int:
    raise OSError(9, "Bad file descriptor")


@pytest.mark.parametrize(("module", "name", "value"), [(sys, "stderr", None), (os, "dup", no_descriptor)])
def test_a_network_loads_where_the_error_stream_is_closed(
    module: object, name: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, value)
    assert Network(IRIS).input_names


def test_networks_that_load_at_once_leave_the_error_stream_as_it_was() -> None:
    before = os.fstat(2)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(Network, [IRIS] * 24))
    assert os.path.samestat(before, os.fstat(2))


def test_threads_that_share_a_network_hear_what_one_alone_hears() -> None:
    network = Network(IRIS)
    crops = [crop[None] for crop in np.random.default_rng(0).random((40, 64, 64, 3), dtype=np.float32)]
    wanted = [network(crop) for crop in crops]
    with ThreadPoolExecutor(4) as pool:
        for found, alone in zip(pool.map(network, crops), wanted, strict=True):
            assert all(np.array_equal(*pair) for pair in zip(found, alone, strict=True))


def test_threads_may_ask_in_batches_of_different_sizes() -> None:
    network = load_network("mien.affect", "covered")
    chips = np.zeros((3, 64, 64, 1), dtype=np.float32)
    sizes = [1, 2, 3] * 10
    with ThreadPoolExecutor(4) as pool:
        assert [len(found) for (found,) in pool.map(lambda size: network(chips[:size]), sizes)] == sizes
