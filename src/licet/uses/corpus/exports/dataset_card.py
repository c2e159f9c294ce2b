"""The dataset card: what a person should know before using a copy of members' words. Markdown with YAML on top.

Says what permitted it, what was held back, what later opt-outs mean for a copy, how to check it, and its limits.
Claims nothing the manifest does not say.
"""

from __future__ import annotations

import re

import yaml

from licet.terms import SELF
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.uses.corpus.exports.export_account import Account, say_reason
from licet.uses.corpus.exports.exported_documents import MEANING, SCHEMA, Tally

_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
    (10_000_000_000, "1B<n<10B"),
    (100_000_000_000, "10B<n<100B"),
    (1_000_000_000_000, "100B<n<1T"),
)
_ISO_639_1 = re.compile(r"[a-z]{2}")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def size_category(documents: int) -> str:
    """The size as Hugging Face names it."""
    return next((name for limit, name in _SIZES if documents < limit), "n>1T")


def front_matter(
    account: Account, tally: Tally, title: str, license_id: str, download_bytes: int
) -> JsonObject:
    """The YAML head of a Hugging Face dataset card.

    Source: https://huggingface.co/docs/hub/datasets-cards and its dataset card specification.
    """
    head: JsonObject = {"pretty_name": title, "license": license_id}
    codes = sorted(code for code in tally.languages if code is not None and _ISO_639_1.fullmatch(code))
    if codes:
        head["language"] = codes
    head["size_categories"] = [size_category(tally.documents)]
    head["tags"] = ["licet"]
    head["configs"] = [
        {"config_name": "default", "data_files": [{"split": "train", "path": "data/train-*.parquet"}]}
    ]
    head["dataset_info"] = {
        "features": [{"name": field.name, "dtype": str(field.type)} for field in SCHEMA],
        "splits": [{"name": "train", "num_bytes": tally.value_bytes, "num_examples": tally.documents}],
        "download_size": download_bytes,
        "dataset_size": tally.value_bytes,
    }
    return head


def make_card(account: Account, tally: Tally, title: str, license_id: str, download_bytes: int) -> str:
    """The whole README.md."""
    head = front_matter(account, tally, title, license_id, download_bytes)
    top = yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=110)
    return f"---\n{top}---\n\n{_prose(account, tally, title)}"


def plain(text: str) -> str:
    """Text from a manifest on one line, with nothing in it that Markdown would act on."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _prose(account: Account, tally: Tally, title: str) -> str:
    at = format_moment(account.at)
    purpose, recipient = account.purpose.purpose, account.purpose.recipient
    whom = "" if recipient == SELF else f" by {plain(recipient)}"
    use = f" for the purpose *{plain(purpose)}*{whom}"
    columns = "\n".join(
        f"| `{name}` | `{SCHEMA.field(name).type}` | {MEANING[name]} |" for name in SCHEMA.names
    )
    return f"""# {plain(title)}

{account.documents:,} documents of {account.subjects:,} members, exported from one snapshot of a corpus that
licet built. It holds what a policy and each member's own choices permitted
to be used{use}, as of {at}, and nothing else.

| column | type | what it is |
|---|---|---|
{columns}

## What permitted it

The policy *{plain(account.policy.title)}* (`{account.policy.id}`, version {plain(account.policy.version)},
SHA-256 `{account.policy.digest}`), together with the choices that members had made up to entry
{account.ledger.position} of the ledger, whose root is `{account.ledger.root}`. A record is here only if a rule
permitted it and neither a rule nor its member forbade it.

## What was held back

{_held_back(account)}

## Who said no, and who says no later

Words of members who had refused this use by entry {account.ledger.position} of the ledger are not in it.
**This is a copy: it does not hear of later choices.** It was taken on {format_moment(account.copy.at)}, at entry
{account.copy.position} of the ledger, for {plain(account.copy.recipient)}; {_left_out(account)}.
Whoever holds it has to take a newer export when members
opt out, and delete this one. A person who finds their words here can name the document's id to the platform.

## How to check it

- That the files are those that were exported: `sha256sum -c _SHA256SUMS`.
- That they came from the snapshot they name: ask the platform to show snapshot `{account.snapshot}`
  with the root `{account.root}`. The root
  cannot be computed from this copy alone: it follows whose documents they are, and this copy is in the order of
  its salted ids, which does not say.
- How the documents were made: the recipe with SHA-256 `{account.recipe.digest}`.

`_manifest`, which is JSON, says all of this for programs.

## Limits

- Redaction, where the recipe asks for it, and language detection are done by program and are not perfect:
  words that point to a person can remain in a text.
- {_languages(tally)}
- It is not a sample of all members: those who were held back differ from those who were not.
- No licence is granted here beyond what the head of this card says. The words are their authors'.
"""


def _left_out(account: Account) -> str:
    if not account.copy.left_out:
        return "every document of the snapshot might still be used then"
    return f"{account.copy.left_out:,} documents of the snapshot might not be used any more by then and are left out"


def _held_back(account: Account) -> str:
    if not account.held_back:
        return "Nothing: every record asked for was permitted."
    total = sum(account.held_back.values())
    rows = "\n".join(
        f"| {plain(say_reason(code))} | `{code}` | {n:,} |" for code, n in account.held_back.items()
    )
    head = "| why | code | records |\n|---|---|---|"
    return f"{total:,} records, counted before documents are made of them:\n\n{head}\n{rows}"


def _languages(tally: Tally) -> str:
    known = sorted(
        ((n, code) for code, n in tally.languages.items() if code is not None), key=lambda x: (-x[0], x[1])
    )
    unknown = tally.languages.get(None, 0)
    said = ", ".join(f"{plain(code)} ({n:,})" for n, code in known[:12]) or "none detected"
    more = f" and {len(known) - 12} more" if len(known) > 12 else ""
    return f"Languages as detected: {said}{more}; not known for {unknown:,}."
