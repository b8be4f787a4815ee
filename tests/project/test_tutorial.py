"""The tutorial's commands are commands, and its options are theirs."""

import re
import shlex

import typer

from mien.app.cli import app

from conftest import ROOT

TUTORIAL = (ROOT / "docs" / "your_own_classes.md").read_text(encoding="utf-8")


def commands() -> list[list[str]]:
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", TUTORIAL, re.DOTALL))
    inline = "\n".join(re.findall(r"`(mien [^`]+)`", TUTORIAL))
    return [shlex.split(line)[1:] for line in f"{blocks}\n{inline}".splitlines() if line.startswith("mien ")]


def test_every_command_is_one_and_takes_its_options() -> None:
    assert len(commands()) > 12
    for words in commands():
        command = typer.main.get_command(app)
        rest = list(words)
        while hasattr(command, "commands") and rest and rest[0] in command.commands:
            command = command.commands[rest.pop(0)]
        assert not hasattr(command, "commands"), f"mien {' '.join(words)}: no such command"
        known = {flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)}
        given = {word.partition("=")[0] for word in rest if word.startswith("--")}
        assert given <= known, f"mien {' '.join(words)}: {given - known}"


def test_the_example_in_python_names_what_there_is() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TUTORIAL, re.DOTALL)
    compile(code, "your_own_classes.md", "exec")
    assert 'weights="run/reader.tflite"' in code
