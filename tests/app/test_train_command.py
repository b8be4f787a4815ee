"""What a network tells of the command that it was trained by."""

from mien.app.train import command_of


def test_all_that_was_given_is_told_and_nothing_else() -> None:
    assert command_of({"--epochs": 2, "--limit": 1000, "--start": None, "--bfloat16": True}) == (
        "mien train --data ferplus_dev.npz --out RUN --epochs 2 --limit 1000 --bfloat16"
    )
    assert command_of({"--epochs": 2, "--bfloat16": False}) == "mien train --data ferplus_dev.npz --out RUN --epochs 2"
