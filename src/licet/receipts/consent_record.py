"""The record of one choice in the words of the field: who, what, when, for which uses, on which legal basis.

A consent is recorded as ISO/IEC TS 27560 has it, in DPV's JSON-LD profile. An objection is no consent: where the policy
rests on anything else, or names no legal basis, the same act is recorded as the exercise of a right. A setting that
governs both kinds gets both. Pure: a record is made of its arguments alone, so the same choice has the same record.
"""

from __future__ import annotations

from dataclasses import dataclass

from licet.decide.explain import category_term, purpose_term, recipient_name, region_label
from licet.packs import Pack, Rule
from licet.receipts.choice_scope import OPEN_TO_OBJECTION, Governed, Scope
from licet.receipts.receipt_context import (
    CONSENT_PROFILE,
    RECEIPT_VERSION,
    context,
    labelled,
    not_available,
)
from licet.receipts.receipt_sentences import sentences
from licet.receipts.recorded_acts import Act
from licet.terms import SELF
from licet.terms.canonical import JsonObject

_CONSENT_STATUS = {
    "given": "dpv:ConsentGiven",
    "given_again": "dpv:ConsentGiven",
    "refused": "dpv:ConsentRefused",
    "withdrawn": "dpv:ConsentWithdrawn",
}


@dataclass(frozen=True, slots=True)
class Issue:
    """Everything a record is made of. `ids` names the record, and the receipt of it under one checkpoint."""

    act: Act
    scope: Scope
    in_force: Pack
    record_id: str
    receipt_id: str


def make_record(issue: Issue) -> JsonObject:
    """The record without its proof. Floats and nulls do not occur in it."""
    act, scope = issue.act, issue.scope
    consents = [one for one in scope.governed if one.asks_consent and act.kind == "choice"]
    by_right = len(consents) < len(scope.governed) or not scope.governed
    record: JsonObject = {
        "@context": context(),
        "@type": ["dpv:ConsentRecord", "dpv:ConsentReceipt"] * bool(consents)
        + ["dpv:RightExerciseRecord"] * by_right,
        "licet:receipt": RECEIPT_VERSION,
        "licet:says": sentences(act, scope, bool(consents), by_right),
        "licet:choice": act.as_json(),
        "licet:setting": _setting(scope, act),
        "licet:policy": _policy(issue),
        "dpv:hasIdentifier": issue.record_id,
        "dct:identifier": issue.receipt_id,
        "dct:language": "en",
        "dct:created": act.at,
        "dpv:hasDataSubject": {"@type": ["dpv:DataSubject"], "dpv:hasIdentifier": act.subject},
        "dpv:hasDataController": [_controller(scope.pack)],
        "dpv:hasProcess": [_process(one, scope.pack, act, one in consents) for one in scope.governed],
        "licet:notGoverned": list(scope.not_governed),
    }
    if consents:
        record["dct:conformsTo"] = [CONSENT_PROFILE]
    if by_right:
        bases = {one.rule.legal_basis for one in scope.governed if one not in consents}
        record["dct:hasPart"] = [_activity(scope, act, bases)]
    return record


def _setting(scope: Scope, act: Act) -> JsonObject:
    said: JsonObject = {"dct:identifier": scope.id, "skos:prefLabel": scope.label}
    if act.category is not None:
        kind = category_term(scope.pack, act.category)
        said["licet:onlyFor"] = labelled(act.category, kind.label, "dpv:PersonalData", kind.dpv)
    if scope.setting is not None:
        said["licet:menuPath"] = list(scope.setting.path)
        said["licet:kind"] = scope.setting.kind
        said["licet:reachesWhatWasBuiltBefore"] = bool(scope.setting.retroactive)
        said["licet:alsoChanges"] = list(scope.setting.side_effects)
        said["licet:leavesUnchanged"] = list(scope.setting.unchanged)
        if scope.setting.deep_link is not None:
            said["licet:link"] = scope.setting.deep_link
    return said


def _policy(issue: Issue) -> JsonObject:
    said = _pack(issue.in_force)
    if issue.scope.pack.digest != issue.in_force.digest:
        # The setting is of a policy before this one; its refusals still hold.
        said["licet:settingIsOf"] = _pack(issue.scope.pack)
    return said


def _pack(pack: Pack) -> JsonObject:
    return {
        "dct:identifier": pack.id,
        "dct:title": pack.title,
        "licet:version": pack.version,
        "licet:digest": f"sha256:{pack.digest}",
    }


def _controller(pack: Pack) -> JsonObject:
    contacts = [one for one in (pack.controller.contact, pack.controller.url) if one is not None]
    return {
        "@type": ["dpv:DataController"],
        "dct:identifier": pack.controller.url or pack.controller.name,
        "dpv:hasName": pack.controller.name,
        "dpv:hasContact": contacts or [not_available()],
        "dpv:hasAddress": [not_available()],
    }


def _process(one: Governed, pack: Pack, act: Act, is_consent: bool) -> JsonObject:
    rule = one.rule
    said: JsonObject = {
        "@type": ["dpv:Process"],
        "dct:identifier": rule.id,
        "dpv:hasPurpose": [
            labelled(id_, (term := purpose_term(pack, id_)).label, "dpv:Purpose", term.dpv)
            for id_ in rule.purposes
        ],
        "dpv:hasPersonalData": [
            labelled(id_, (term := category_term(pack, id_)).label, "dpv:PersonalData", term.dpv)
            for id_ in one.categories
        ],
        "dpv:hasRecipient": [_recipient(pack, id_) for id_ in rule.recipients],
        "dpv:hasJurisdiction": [
            {"dct:identifier": region, "skos:prefLabel": region_label(pack, region)}
            for region in rule.regions or ("WORLD",)
        ],
        "dpv:hasStorageCondition": [not_available("dpv:StorageLocation", "dpv:StorageDuration")],
    }
    if rule.legal_basis is not None:
        said["dpv:hasLegalBasis"] = [rule.legal_basis]
    else:
        said["licet:legalBasis"] = "the policy names none"
    said |= _dates(rule, pack)
    if rule.notice is not None:
        said["dpv:hasNotice"] = [_notice(rule.notice, pack, is_consent)]
    if is_consent:
        said["dpv:hasConsentStatus"] = [_consent_status(act)]
        said["dpv:hasConsentControl"] = ["dpv:WithdrawConsent" if act.is_on else "dpv:ProvideConsent"]
    elif rule.legal_basis == "eu-gdpr:A6-1-f":
        said["dpv:hasStatus"] = [
            "dpv:LegitimateInterestNotObjected" if act.is_on else "dpv:LegitimateInterestObjected"
        ]
    return said


def _dates(rule: Rule, pack: Pack) -> JsonObject:
    said: JsonObject = {}
    starts = pack.applies_from(rule)
    if starts is not None:
        said["licet:from"] = starts.date().isoformat()
    if rule.until is not None:
        said["licet:until"] = rule.until.isoformat()
    if rule.visibility is not None:
        said["licet:onlyVisibleTo"] = list(rule.visibility)
    return said


def _recipient(pack: Pack, id_: str) -> JsonObject:
    kinds = ["dpv:Recipient", "dpv:DataController" if id_ == SELF else "dpv:ThirdParty"]
    return {"@type": kinds, "dct:identifier": id_, "dpv:hasName": recipient_name(pack, id_)}


def _notice(id_: str, pack: Pack, is_consent: bool) -> JsonObject:
    notice = pack.notices[id_]
    valid = {} if notice.effective is None else {"dct:valid": notice.effective.isoformat()}
    return {
        "@type": ["dpv:ConsentNotice" if is_consent else "dpv:PrivacyNotice"],
        "dpv:hasIdentifier": id_,
        "dct:title": notice.title,
        "dct:issued": notice.published.isoformat(),
        **valid,
    }


def _consent_status(act: Act) -> JsonObject:
    return {
        "@type": [_CONSENT_STATUS[act.state]],
        "dpv:isIndicatedAtTime": act.at,
        "dpv:isIndicatedBy": act.subject,
        "dpv:isExercisedAt": act.via,
        "dpv:hasDuration": {"@type": ["dpv:UntilEventDuration"], "skos:prefLabel": "until it is changed"},
    }


def _activity(scope: Scope, act: Act, bases: set[str | None]) -> JsonObject:
    """The exercise of a right. Accepted is what a ledger can say: it is recorded and governs what is decided next."""
    objects = bool(bases & OPEN_TO_OBJECTION)
    said: JsonObject = {
        "@type": ["dpv:RightExerciseActivity"],
        "dct:description": act.as_right(objects),
        "dpv:hasRight": ["eu-gdpr:A21" if objects else "dpv:DataSubjectRight"],
        "dpv:hasDataSubject": {"@type": ["dpv:DataSubject"], "dpv:hasIdentifier": act.subject},
        "dpv:hasRecipientDataController": {
            "@type": ["dpv:DataController"],
            "dpv:hasName": scope.pack.controller.name,
        },
        "dpv:isIndicatedAtTime": act.at,
        "dpv:isExercisedAt": act.via,
        "dpv:hasEntityInvolvement": [_involvement(act, objects)],
        "dpv:hasStatus": ["dpv:RequestAccepted"],
    }
    if None in bases or not bases:
        part = " for some of the uses it governs" if bases - {None} else ""
        said["licet:legalBasis"] = f"the policy names none{part}, so this is not recorded as a consent"
    return said


def _involvement(act: Act, objects: bool) -> str:
    if act.is_on:
        return "dpv:OptingInToProcess"
    return "dpv:ObjectingToProcess" if objects else "dpv:OptingOutFromProcess"
