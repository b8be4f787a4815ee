"""The command line run so that what it refuses itself (an unknown option, a missing argument, a word that is no number)
becomes one line and exit code 2, as every other error meant for a person."""

import sys
from typing import Any

import typer

from mien.errors import EXIT_CODE, BadInput

_USAGE_ERROR: Any = typer.BadParameter.__base__
"""What typer calls a word on the command line that cannot be used; it has no public name."""


def run(app: typer.Typer) -> None:
    """Run a command of the program's arguments.

    Raises
    ------
    BadInput
        If the arguments are none of a command.
    """
    try:
        code = app(standalone_mode=False)
    except typer.Abort:
        print("Aborted!", file=sys.stderr)
        sys.exit(1)
    except _USAGE_ERROR as error:
        if error.ctx and error.message == error.ctx.get_help():  # a group without a command shows its help
            error.show()
            sys.exit(EXIT_CODE)
        raise BadInput(one_line(error)) from None
    if code:  # somebody left early
        sys.exit(code)


def one_line(error: Any) -> str:
    """What typer says of its arguments, and the command that lists what is allowed."""
    said = " ".join(error.format_message().split()).removesuffix(".")
    names, context = [], error.ctx
    while context and context.parent:
        names.append(context.info_name)
        context = context.parent
    return f"{said} ({' '.join(('mien', *reversed(names), '--help'))})"
