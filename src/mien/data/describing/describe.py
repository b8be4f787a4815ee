"""A project is described for others: datasheet, Croissant, the table they speak of, and who said what (project → four
files)."""

import hashlib
import json
from pathlib import Path

from mien.data.describing import croissant, datasheet
from mien.data.describing.facts import Facts, gather_facts
from mien.data.exchange.judgements import LABELS_FILE, write_labels
from mien.data.exchange.table import CSV_FILE, columns, write_csv
from mien.data.project import Project
from mien.writing import make_folder, write_bytes


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
    table, sheet, metadata = (folder / name for name in (CSV_FILE, datasheet.FILE, croissant.FILE))
    write_csv(project, table)
    write_labels(project, folder / LABELS_FILE)
    with table.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    told = croissant.croissant(facts, columns(project), CSV_FILE, digest)
    write_bytes(metadata, (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode())
    earlier = sheet.read_text(encoding="utf-8") if sheet.is_file() else ""
    write_bytes(sheet, datasheet.datasheet(facts, earlier).encode())
    return facts, (sheet, metadata, table, folder / LABELS_FILE)
