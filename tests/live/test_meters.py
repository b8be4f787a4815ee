"""The clocks' numbers are what was measured."""

import subprocess
import sys

import pytest

from mien.live.meters import KEPT, Meters


def test_percentiles_are_by_the_nearest_rank() -> None:
    meters = Meters()
    for number in range(1, 101):
        meters.loop(number / 1000)
        meters.gesture(number / 500, dropped=0)
    told = meters.told(10.0, 1.25, 0.5)
    assert told["loop_ms"] == {"p50": 50.0, "p99": 99.0}
    assert told["gesture_ms"] == {"p50": 100.0, "p95": 190.0}


def test_the_last_measurements_count_and_none_is_told_as_none() -> None:
    meters = Meters()
    assert meters.told(1.0, None, 0.5)["loop_ms"] == {"p50": None, "p99": None}
    for _ in range(KEPT):
        meters.loop(9.0)
    for _ in range(KEPT):
        meters.loop(0.004)
    assert meters.told(2.0, None, 0.5)["loop_ms"] == {"p50": 4.0, "p99": 4.0}


def test_rates_begin_anew_when_told() -> None:
    meters = Meters()
    for _ in range(30):
        meters.gesture(0.05, dropped=1)
    told = meters.told(2.0, None, 0.5)
    assert (told["read_a_s"], told["dropped_a_s"]) == (pytest.approx(15.0), pytest.approx(15.0))
    assert meters.told(3.0, None, 0.5)["read_a_s"] == 0


def test_telling_them_loads_nothing() -> None:
    said = (
        "import sys; from mien.live.meters import Meters; m = Meters(); before = set(sys.modules); m.loop(.01);"
        "m.told(1.0, None, .5); print(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == []
