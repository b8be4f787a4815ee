"""A project is described for others: datasheet, Croissant, and the tables they speak of (project → four files)."""

import json
from pathlib import Path

from mien.data.describing import croissant, datasheet
from mien.data.describing.facts import Facts, gather_facts
from mien.data.exchange.judgements import COLUMNS, LABELS_FILE, write_labels
from mien.data.exchange.table import CSV_FILE, columns, write_csv
from mien.data.project import Project
from mien.writing import make_folder, sha256_of, write_bytes


def describe(project: Project, folder: Path) -> tuple[Facts, tuple[Path, ...]]:
    """Write `datasheet.md`, `croissant.json`, `faces.csv` and `labels.csv`; answers in a datasheet that is there are
    kept.

    Raises
    ------
    CannotWrite
        If the folder cannot be written to.
    """
    make_folder(folder)
    facts = gather_facts(project)
    names = (datasheet.FILE, croissant.FILE, CSV_FILE, LABELS_FILE)
    sheet, metadata, faces, labels = (folder / name for name in names)
    write_csv(project, faces)
    write_labels(project, labels)
    tables = (
        croissant.Table(
            "faces",
            CSV_FILE,
            sha256_of(faces),
            "a face: where it is from, where it is, what was measured, what people said",
            ("face",),
            columns(project),
        ),
        croissant.Table(
            "labels",
            LABELS_FILE,
            sha256_of(labels),
            "what an annotator says now of a face, which is told by its picture and its rank in it",
            ("sha256", "rank", "annotator"),
            COLUMNS,
        ),
    )
    told = croissant.croissant(facts, tables)
    write_bytes(metadata, (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode())
    earlier = sheet.read_text(encoding="utf-8") if sheet.is_file() else ""
    write_bytes(sheet, datasheet.datasheet(facts, earlier).encode())
    return facts, (sheet, metadata, faces, labels)
