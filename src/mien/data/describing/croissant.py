"""A project's tables told in Croissant, so that tools can load them and find their terms (counts, columns → JSON-LD).

Croissant 1.1 with the fields of its responsible-AI extension; `mlcroissant` accepts what is written. What is not known
is left out, or said to be unknown: nothing is guessed.

References: Akhtar et al. 2024, "Croissant: a metadata format for ML-ready datasets"; Jain et al. 2024, "A standardized
machine-readable dataset documentation format for responsible AI".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mien import __version__
from mien.data.describing.facts import Facts
from mien.data.exchange.table import Column

FILE = "croissant.json"
CONFORMS = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")
ALWAYS = ("face", "rank", "faces", "width", "height", "annotators")
"""Whole numbers that no row lacks; others are told as Float, since a table without them has gaps."""
KINDS = {"text": "sc:Text", "whole": "sc:Integer", "number": "sc:Float", "numbers": "sc:Text"}


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file that lies beside the description.

    `name` is that of its records, `sha256` that of the file's bytes, `row` says what a row is, and `key` names the
    columns that tell rows apart.
    """

    name: str
    filename: str
    sha256: str
    row: str
    key: tuple[str, ...]
    columns: Sequence[Column]


def croissant(facts: Facts, tables: Sequence[Table]) -> dict[str, Any]:
    """The JSON-LD, ready to be written."""
    told: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": list(CONFORMS),
        "name": re.sub(r"[^A-Za-z0-9_-]+", "-", facts.name).strip("-") or "faces",
        "description": f"{facts.faces} faces of {facts.pictures} pictures, in the classes "
        f"{', '.join(one.name for one in facts.classes)}: how expressions look to annotators, not what people felt.",
        "citeAs": f"{facts.name}: {facts.faces} faces, curated with mien {__version__}; its datasheet names makers.",
        "license": list(facts.licences) or "unknown",
        "url": f"urn:mien:{re.sub(r'[^A-Za-z0-9_-]+', '-', facts.name)}",
        "version": ".".join(str(int(part)) for part in facts.period[1].split("-")) if facts.period else "0",
        "keywords": ["facial expression", "affect", *(one.name for one in facts.classes)],
        "distribution": [_file(table) for table in tables],
        "recordSet": [_records(table) for table in tables],
    }
    if facts.period:
        told["dateCreated"] = facts.period[0]
        told["dateModified"] = facts.period[1]
        told["datePublished"] = facts.period[1]
    return told | _responsible(facts)


def _file(table: Table) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": table.filename,
        "name": table.filename,
        "description": f"A row is {table.row}.",
        "contentUrl": table.filename,
        "encodingFormat": "text/csv",
        "sha256": table.sha256,
    }


def _records(table: Table) -> dict[str, Any]:
    keys = [{"@id": f"{table.name}/{name}"} for name in table.key]
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": f"A record is {table.row}.",
        "key": keys if len(keys) > 1 else keys[0],
        "field": [_field(table, column) for column in table.columns],
    }


def _field(table: Table, column: Column) -> dict[str, Any]:
    kind = "sc:Float" if column.kind == "whole" and column.name not in ALWAYS else KINDS[column.kind]
    meaning = column.meaning + ("; a list in brackets" if column.kind == "numbers" else "")
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": meaning,
        "dataType": kind,
        "source": {"fileObject": {"@id": table.filename}, "extract": {"column": column.name}},
    }


def _responsible(facts: Facts) -> dict[str, Any]:
    kinds = sorted({one.kind for one in facts.sources})
    found = facts.agreement
    agreed = "Fewer than two annotators."
    if found is not None:
        value, interval, units = found.alpha.told()
        agreed = (
            f"Krippendorff's alpha over classes {value} (95 % {interval}), {units} faces,"
            f" {len(found.annotators)} annotators."
        )
    shown = sum(one.suggested for one in facts.annotators)
    consents = ", ".join(f"{consent} for {n}" for consent, n in sorted(facts.consents.items())) or "none recorded"
    told: dict[str, Any] = {
        "rai:dataCollection": f"Pictures of sources of the kinds {', '.join(kinds) or 'none'}, with their addresses.",
        "rai:dataPreprocessingProtocol": ["Faces found, measured and marked by mien; nothing is deleted."],
        "rai:dataAnnotationProtocol": (
            "One face at a time, keys for classes, 'cannot tell' allowed, in an order of each annotator's own, blind to"
            " others and to the folder's name; where nobody labelled, the folder's class."
        ),
        "rai:dataAnnotationPlatform": [f"mien {__version__}, label page"],
        "rai:dataAnnotationAnalysis": [agreed],
        "rai:annotationsPerItem": f"{facts.votes_each:.2f} on average, of the faces that people labelled",
        "rai:personalSensitiveInformation": [f"Faces of people. Consent, by pictures: {consents}."],
        "rai:dataBiases": ["Age, gender and origin of the people shown are not recorded; their balance is unknown."],
        "rai:dataLimitations": ["Displays, not states of mind: nobody's feelings can be learnt from these labels."],
        "rai:dataUseCases": [
            "Reading expressions for art and study, with the consent of who is read. Not for work places or education:"
            " Regulation (EU) 2024/1689, article 5(1)(f)."
        ],
        "rai:dataReleaseMaintenancePlan": "Open: see the datasheet.",
    }
    if shown:
        told["rai:machineAnnotationTools"] = [f"mien's reader was shown before {shown} of the labels"]
    if facts.period:
        told["rai:dataCollectionTimeframe"] = list(facts.period)
    return told


_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
