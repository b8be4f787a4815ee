"""A result names the command that gives it again."""

import argparse
from pathlib import Path

from mien.lab.command import command


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m mien.lab.some")
    made.add_argument("--data", type=Path, required=True)
    made.add_argument("--weights", type=Path, default=Path("usual.tflite"))
    made.add_argument("--exam-limit", type=int)
    made.add_argument("--epochs", type=int, default=6)
    made.add_argument("--bfloat16", action="store_true")
    made.add_argument("--out", type=Path, default=Path("results"))
    return made


def told(*words: str) -> str:
    return command(parser(), parser().parse_args(["--data", "/some/where", *words]), "data")


def test_numbers_are_told_though_usual_and_places_by_their_name() -> None:
    assert (
        told() == told("--out", "else", "--weights", "usual.tflite") == "python -m mien.lab.some --data DATA --epochs 6"
    )


def test_whatever_changes_the_result_is_told() -> None:
    assert told("--weights", "/my/own reader.tflite", "--exam-limit", "0", "--bfloat16") == (
        "python -m mien.lab.some --data DATA --weights 'own reader.tflite' --exam-limit 0 --epochs 6 --bfloat16"
    )
