"""An export described in Croissant: Parquet files and a ``metadata.json`` that dataset tools read.

Source: MLCommons Croissant format 1.0 (http://mlcommons.org/croissant/1.0) and its vocabulary for responsible AI,
Croissant RAI 1.0. Written here, and checked in the tests with MLCommons' own library.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.uses.corpus.exports.document_order import in_order
from licet.uses.corpus.exports.export_account import TITLE, Account, say_reason
from licet.uses.corpus.exports.export_folder import SPILL, Export, FileEntry, new_folder, summarise
from licet.uses.corpus.exports.exported_documents import MEANING, SCHEMA, Documents, Tally
from licet.uses.corpus.exports.plain_files import ROWS_PER_FILE, check_count, write_shards

_PARQUET = "application/x-parquet"
_STEM = "documents"

#: The context of Croissant 1.0, as its specification gives it.
CONTEXT: JsonObject = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
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
_TYPES = {"created": "sc:DateTime"}


def export_croissant(
    documents: Iterable[pa.RecordBatch | pa.Table],
    account: Account,
    out: str | Path,
    *,
    overwrite: bool = False,
    rows_per_file: int = ROWS_PER_FILE,
    title: str = TITLE,
    license_name: str = "unknown",
) -> Export:
    """Write ``documents-00000-of-000NN.parquet``, ``metadata.json``, a manifest and sums to the folder `out`.

    license_name: the URL or name of a licence.
    Raises: UseError CORP-201 to CORP-206.
    """
    with new_folder(out, overwrite=overwrite) as folder:
        stream = Documents(in_order(documents, folder.root / SPILL))
        write_shards(folder, _STEM, stream, rows_per_file)
        check_count(stream, account)
        files = folder.entries()
        folder.write_json("metadata.json", describe(account, stream.tally, files, title, license_name))
        folder.finish("croissant", account)
        return summarise(folder, out, account.documents)


def describe(
    account: Account, tally: Tally, files: list[FileEntry], title: str, license_name: str
) -> JsonObject:
    """The Croissant description of an export."""
    short = account.snapshot[:12]
    languages = sorted(code for code in tally.languages if code is not None)
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": title,
        "description": _description(account),
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "identifier": f"licet:snapshot:{account.snapshot}",
        "license": license_name,
        "version": f"1.0.0+{short}",
        "datePublished": format_moment(account.at),
        "citeAs": (
            f"@misc{{licet_{short}, title={{{title}}}, year={{{account.at.year}}}, "
            f"note={{licet snapshot {account.snapshot}}}}}"
        ),
        **({"inLanguage": languages} if languages else {}),
        **_responsible_ai(account),
        "distribution": [*(_file(entry) for entry in files), _file_set()],
        "recordSet": [_record_set()],
    }


def _description(account: Account) -> str:
    return (
        f"{account.documents} documents of {account.subjects} members, as of {format_moment(account.at)}, permitted "
        f"by the policy {account.policy.title} ({account.policy.id} {account.policy.version}, SHA-256 "
        f"{account.policy.digest}) and by the members' own choices up to entry {account.ledger.position} of the "
        f"ledger (root {account.ledger.root})."
    )


def _responsible_ai(account: Account) -> JsonObject:
    held = [f"{n} records: {say_reason(code)} ({code})" for code, n in account.held_back.items()]
    return {
        "rai:dataCollection": (
            "Records that members of a platform made or that describe them, let through one gate that applies the "
            "platform's policy and each member's choices to every record. What no rule permits is left out."
        ),
        "rai:dataCollectionMissingData": "Held back: " + ("; ".join(held) if held else "nothing") + ".",
        "rai:dataPreprocessingProtocol": [
            f"Made by the licet recipe with SHA-256 {account.recipe.digest}: rendering, redaction, language "
            "detection and near-duplicates as the recipe says."
        ],
        "rai:dataUseCases": [
            f"Permitted for the purpose {account.purpose.purpose}; no other use was decided on."
        ],
        "rai:dataBiases": [
            "It is not a sample of all members: those who were held back differ from those who were not."
        ],
        "rai:dataLimitations": [
            "Redaction, where the recipe asks for it, and language detection are done by program; words that point to "
            "a person can remain.",
            "The root of the snapshot cannot be computed from this copy alone.",
        ],
        "rai:personalSensitiveInformation": [
            "Texts by and about members of a platform. No subject ids; document ids are salted. Text may still "
            "identify people."
        ],
        "rai:dataReleaseMaintenancePlan": (
            f"A copy of snapshot {account.snapshot} (root {account.root}), taken on "
            f"{format_moment(account.copy.at)} at entry {account.copy.position} of the ledger for "
            f"{account.copy.recipient}, without {account.copy.left_out} documents that might not be used any more. "
            "It does not hear of later choices: take a newer export when members opt out, and delete this one."
        ),
    }


def _file(entry: FileEntry) -> JsonObject:
    return {
        "@type": "cr:FileObject",
        "@id": entry.path,
        "name": entry.path,
        "contentUrl": entry.path,
        "contentSize": f"{entry.bytes} B",
        "encodingFormat": _PARQUET,
        "sha256": entry.sha256,
    }


def _file_set() -> JsonObject:
    return {
        "@type": "cr:FileSet",
        "@id": "parquet-files",
        "name": "parquet-files",
        "description": "All Parquet files of this export.",
        "encodingFormat": _PARQUET,
        "includes": f"{_STEM}-*.parquet",
    }


def _record_set() -> JsonObject:
    return {
        "@type": "cr:RecordSet",
        "@id": "documents",
        "name": "documents",
        "description": "One record a document.",
        "key": {"@id": "documents/document_id"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"documents/{name}",
                "name": name,
                "description": MEANING[name],
                "dataType": _TYPES.get(name, "sc:Text"),
                "source": {"fileSet": {"@id": "parquet-files"}, "extract": {"column": name}},
            }
            for name in SCHEMA.names
        ],
    }
