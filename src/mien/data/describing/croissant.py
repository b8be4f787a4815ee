"""A project's table told in Croissant, so that tools can load it and find its terms (counts, columns → JSON-LD).

Croissant 1.1 with the fields of its responsible-AI extension; `mlcroissant` accepts what is written. What is not known
is left out, or said to be unknown: nothing is guessed.

References: Akhtar et al. 2024, "Croissant: a metadata format for ML-ready datasets"; Jain et al. 2024, "A standardized
machine-readable dataset documentation format for responsible AI".
"""

import re
from collections.abc import Sequence
from typing import Any

from mien import __version__
from mien.data.describing.facts import Facts
from mien.data.exchange.table import Column

FILE = "croissant.json"
CONFORMS = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")
ALWAYS = ("face", "rank", "faces", "width", "height", "annotators")
"""Whole numbers that no row lacks; others are told as Float, since a table without them has gaps."""
KINDS = {"text": "sc:Text", "whole": "sc:Integer", "number": "sc:Float", "numbers": "sc:Text"}


def croissant(facts: Facts, columns: Sequence[Column], filename: str, sha256: str) -> dict[str, Any]:
    """The JSON-LD, ready to be written.

    Parameters
    ----------
    filename, sha256 : of the table that lies beside it (see `mien.data.exchange.table`).
    """
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
        "version": f"{facts.period[1].replace('-', '.') if facts.period else '0'}",
        "keywords": ["facial expression", "affect", *(one.name for one in facts.classes)],
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": "table",
                "name": filename,
                "description": "A row a face.",
                "contentUrl": filename,
                "encodingFormat": "text/csv",
                "sha256": sha256,
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "faces",
                "name": "faces",
                "description": "A face: where it is from, where it is, what was measured, what people said.",
                "key": {"@id": "faces/face"},
                "field": [_field(column) for column in columns],
            }
        ],
    }
    if facts.period:
        told["dateCreated"] = facts.period[0]
        told["dateModified"] = facts.period[1]
        told["datePublished"] = facts.period[1]
    return told | _responsible(facts)


def _field(column: Column) -> dict[str, Any]:
    kind = "sc:Float" if column.kind == "whole" and column.name not in ALWAYS else KINDS[column.kind]
    meaning = column.meaning + ("; a list in brackets" if column.kind == "numbers" else "")
    return {
        "@type": "cr:Field",
        "@id": f"faces/{column.name}",
        "name": column.name,
        "description": meaning,
        "dataType": kind,
        "source": {"fileObject": {"@id": "table"}, "extract": {"column": column.name}},
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
