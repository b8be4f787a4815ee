"""A process that labels until it is killed: a line on its output for every change that it was told is kept."""

import sys
from pathlib import Path

from mien.data.labelling.label import Said, give, take_back
from mien.data.project import Project

from pretended import next_face


def label_on(folder: Path, annotator: str) -> None:
    """Give labels, take each seventh back for "cannot tell", and say so after each."""
    with Project.open(folder) as project:
        names = [one.name for one in project.classes]
        turn = 0
        while (face := next_face(project, annotator)) is not None:
            turn += 1
            label = give(project, annotator, face, Said("class", names[face % len(names)]))
            print("given", label, face, names[face % len(names)], flush=True)
            if turn % 7 == 0:
                take_back(project, annotator, label)
                print("back", label, face, "-", flush=True)
                label = give(project, annotator, face, Said("cannot tell"))
                print("given", label, face, "-", flush=True)


if __name__ == "__main__":
    label_on(Path(sys.argv[1]), sys.argv[2])
