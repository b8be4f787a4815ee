"""The workshop: networks, training, measurements. The only place for keras; nothing else may import it."""

import sys

from mien.lab.one_line import tell

if sys.argv[:1] == ["-m"]:  # what Python holds there while it looks for the program of `python -m mien.lab…`
    sys.excepthook = tell
