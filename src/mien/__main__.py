"""`python -m mien` is `mien`; who stops it while it is still being read in from disk sees no traceback either."""

import sys

STOPPED = 130
"""Exit code of a program that Ctrl-C ended, as shells count it."""


def main() -> None:
    """Run the command line."""
    try:
        from mien.app.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(STOPPED)


if __name__ == "__main__":
    main()
