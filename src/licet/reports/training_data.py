"""What several reports say of the data an artefact was made from, each with where it is drawn from."""

from __future__ import annotations

from licet.packs.model import Rule
from licet.reports.artefact_evidence import Evidence
from licet.reports.disclosure import Drawn, Statement, by_operator, not_recorded
from licet.reports.learner_facts import learner_of
from licet.terms import SELF
from licet.terms.moments import midnight, parse_moment
from licet.uses.corpus.exports.export_account import say_reason
from licet.uses.manifest import Manifest


def owners(known: Evidence) -> Statement:
    """Whose data it is."""
    if known.pack is None:
        return not_recorded("whose members they are, since the policy that it was made under is not at hand")
    site = f" ({known.pack.controller.url})" if known.pack.controller.url else ""
    return Statement(
        f"Data of and about members of {known.pack.controller.name}{site}, let through one gate that applies the "
        f"policy “{known.pack.title}”, version {known.pack.version}, and each member's own choices to every record.",
        Drawn.POLICY,
    )


def public_sources(known: Evidence) -> Statement | None:
    """What the base learnt from, by licence; None where the report is of no model."""
    if known.model is None:
        return None
    if known.base is None:
        return not_recorded(
            f"what the base with digest {known.model.recipe.base} was fitted to: its card is not at hand"
        )
    sources = known.base.sources
    return Statement(
        f"The base that the model stands on was fitted to public text of {len(sources)} sources, no member's: what "
        "Python and packages for it say of themselves in documentation.",
        Drawn.BASE,
        tuple(f"{one.name} {one.version} ({one.licence})" for one in sources),
    )


def amounts(known: Evidence) -> tuple[Statement, ...]:
    """How much there is of it."""
    said = []
    if known.corpus is not None:
        counts = known.corpus.counts
        said.append(
            f"Corpus: {counts['documents']:,} documents about {counts['subjects']:,} members; {counts['set_aside']:,} "
            "more are set aside as near-duplicates."
        )
    if known.model is not None:
        counts = known.model.counts
        said.append(
            f"Model: {counts['tokens']:,} tokens in {counts['documents']:,} documents, each of exactly one of "
            f"{counts['subjects']:,} members; {counts['set_aside']:,} documents of several people were not learnt from."
        )
    found = [Statement(one, Drawn.MANIFEST) for one in said]
    if known.corpus is None:
        found.append(
            not_recorded("what the corpus that it was made from counts: its manifest is not at hand")
        )
    if known.base is not None:
        texts, size = (sum(getattr(one, part) for one in known.base.sources) for part in ("texts", "bytes"))
        found.append(Statement(f"Base: {texts:,} texts, {size:,} bytes of public text.", Drawn.BASE))
    found.append(
        Statement(
            f"Exact as of {known.made.at}, entry {known.made.ledger.position} of the ledger. Members may say no at any "
            "time; a later artefact then holds less.",
            Drawn.MANIFEST,
        )
    )
    return tuple(found)


def permitting_rules(known: Evidence) -> list[Rule]:
    """The rules under which it may have been made: those in force at the moment it was decided for."""
    if known.pack is None:
        return []
    pack, purpose, at = known.pack, known.made.purpose, parse_moment(known.made.at)
    found = []
    for rule in pack.permits(purpose.purpose, purpose.recipient):
        begins = pack.applies_from(rule)
        if (begins is None or begins <= at) and (rule.until is None or at < midnight(rule.until)):
            found.append(rule)
    return found


def kinds_of_data(known: Evidence) -> tuple[Statement, ...]:
    """What kinds of documents there are, and what kinds of data the policy lets into them."""
    found = []
    if known.corpus is not None:
        kinds = ", ".join(known.corpus.recipe.kinds)
        found.append(
            Statement(
                f"Text without labels, of these kinds of documents as far as the gate let any through: {kinds}.",
                Drawn.MANIFEST,
            )
        )
    else:
        found.append(not_recorded("the kinds of documents: the corpus' manifest is not at hand"))
    if known.pack is None:
        found.append(not_recorded("what kinds of data the policy permitted: the policy is not at hand"))
    else:
        terms = (
            known.pack.category_term(one)
            for one in dict.fromkeys(word for rule in permitting_rules(known) for word in rule.categories)
        )
        labels = "; ".join(term.label for term in terms if term is not None)
        found.append(
            Statement(
                f"Kinds of data that the policy permits for this purpose: {labels or 'none'}.", Drawn.POLICY
            )
        )
    return tuple(found)


def personal_information(known: Evidence) -> tuple[Statement, ...]:
    """Whether it is about people."""
    people = known.made.members.count
    found = [
        Statement(
            f"Yes: text by and about {people:,} members. What redaction leaves may still identify somebody."
            if people
            else "It was made of no member's data; whether its text names people was not looked at.",
            Drawn.MANIFEST,
        )
    ]
    if known.model is not None:
        found.append(Statement(f"{learner_of(known.model).people}.", Drawn.MANIFEST))
    if known.base is not None:
        found.append(
            Statement(
                "Of the base's public text, lines that name whoever wrote or keeps it were left out; it was not looked "
                "through for other names.",
                Drawn.LICET,
            )
        )
    return tuple(found)


def processing(known: Evidence) -> tuple[Statement, ...]:
    """What was done to it, and why."""
    found = []
    if known.recipe is not None:
        found.append(Statement(_recipe_told(known), Drawn.RECIPE))
    elif known.corpus is not None:
        found.append(
            not_recorded(
                f"how documents were made: the recipe with SHA-256 {known.corpus.recipe.digest} is not at hand"
            )
        )
    else:
        found.append(not_recorded("how documents were made: the corpus' manifest is not at hand"))
    if known.corpus is not None:
        found.append(Statement(held_back_told(known.corpus), Drawn.MANIFEST))
    return tuple(found)


def _recipe_told(known: Evidence) -> str:
    recipe = known.recipe
    assert recipe is not None
    told = ["Rows were rendered as text"]
    told.append(
        f"to protect people, taken out by program: {', '.join(one.replace('_', ' ') for one in recipe.redact)}"
        if recipe.redact
        else "nothing was taken out of the words"
    )
    if recipe.language:
        kept = f", and only {', '.join(recipe.languages)} kept" if recipe.languages else ""
        told.append(f"the language was detected by program{kept}")
    if recipe.near_duplicates is not None:
        told.append(
            f"so that nothing counts twice, of texts that are {recipe.near_duplicates.threshold_percent} % alike the "
            "earliest was kept"
        )
    if recipe.shortest_characters > 1:
        told.append(f"texts of less than {recipe.shortest_characters} characters were left out")
    return "; ".join(told) + "."


def held_back_told(made: Manifest) -> str:
    """What the gate kept out, by reason, most first."""
    totals: dict[str, int] = {}
    for row in made.held_back:
        totals[row.code] = totals.get(row.code, 0) + row.records
    rows = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    if not rows:
        return "No record that was asked for was held back by the policy or a member's choice."
    told = "; ".join(f"{records:,} since {say_reason(code)}" for code, records in rows)
    return f"Records held back by the policy and members' choices: {told}."


def collection_period(known: Evidence) -> tuple[Statement, ...]:
    """When it was collected, and whether that goes on."""
    said = known.settings.datasets
    found = []
    if said.collected_from is None and said.collected_until is None:
        found.append(
            not_recorded(
                "over what time members' data was collected",
                "datasets.collected_from, datasets.collected_until",
            )
        )
    else:
        begins = f"from {said.collected_from}" if said.collected_from else "from a day that is not recorded"
        ends = f"until {said.collected_until}" if said.collected_until else "with no last day"
        found.append(Statement(f"Collected {begins}, {ends}.", Drawn.OPERATOR))
    if said.collection_ongoing is None:
        found.append(not_recorded("whether collection goes on", "datasets.collection_ongoing"))
    else:
        goes_on = "Collection is ongoing." if said.collection_ongoing else "Collection has ended."
        found.append(Statement(goes_on, Drawn.OPERATOR))
    days = [
        day
        for rule in permitting_rules(known)
        for day in (
            rule.created_from and f"{rule.id}: records made from {rule.created_from} on",
            rule.created_before and f"{rule.id}: records made before {rule.created_before}",
        )
        if day
    ]
    if days:
        found.append(Statement(f"The policy's rules permit no others than: {'; '.join(days)}.", Drawn.POLICY))
    return tuple(found)


def synthetic(known: Evidence) -> tuple[Statement, ...]:
    """Whether something in it was made up by a program."""
    return (
        Statement("In making a corpus or a model licet generates no data and puts none in.", Drawn.LICET),
        by_operator(
            known.settings.datasets.synthetic,
            "whether members used AI to write what they wrote, or the platform generated some of it",
            "datasets.synthetic",
        ),
    )


def purpose_told(known: Evidence) -> str:
    """What for, and for whom, in the policy's words where it is at hand."""
    asked = known.made.purpose
    whom = "the platform itself" if asked.recipient == SELF else asked.recipient
    if known.pack is not None and asked.recipient in known.pack.recipients:
        whom = known.pack.recipients[asked.recipient].name
    return f"{asked.purpose}, by {whom}"
