"""`python -m mien` is `mien`."""

from mien.app.cli import main

main()
