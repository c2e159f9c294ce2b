"""What a consent string means under a policy: which of its controls it switches off, for whoever sends it."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from licet.packs import Pack
from licet.packs.pack_library import open_pack
from licet.terms.canonical import JsonObject
from licet.terms.signals.string_account import SECTION_NAMES, StringAccount, account_of


class SignalMeaning(NamedTuple):
    """policy: its title, None where none was named. switches_off: id and label of the controls that honour it."""

    account: StringAccount
    policy: str | None
    switches_off: tuple[tuple[str, str], ...]

    def as_json(self) -> JsonObject:
        account = self.account
        return {
            "kind": account.kind, "refuses": bool(account.signals), "signals": sorted(account.signals),
            "malformed": account.malformed, "because": account.because,
            "sections": [
                {**one._asdict(), "because": list(one.because), "name": section_name(one.number)}
                for one in account.sections
            ],
            "missing_sections": list(account.missing), "policy": self.policy,
            "switches_off": [{"setting": id_, "label": label} for id_, label in self.switches_off],
        }  # fmt: skip


def section_name(number: int) -> str:
    return SECTION_NAMES.get(number, "a number that no section has")


def read_string(
    text: str, applying: Collection[int] = (), vendors: Collection[int] = (), policy: str | None = None
) -> SignalMeaning:
    """What a GPP or TC string says, and what that switches off.

    applying: the sections of a GPP string that apply. vendors: numbers on IAB Europe's list of those whom a TC string
    must consent to. policy: a shipped one's name, or a file; its own vendors count too.
    Raises: PackError for a policy that is none.
    """
    if policy is None:
        return SignalMeaning(account_of(text, applying, vendors), None, ())
    pack = open_pack(policy)
    account = account_of(text, applying, {*vendors, *vendors_of(pack)})
    controls = [
        (id_, setting.label)
        for id_, setting in pack.settings.items()
        if not account.signals.isdisjoint(setting.honours)
    ]
    return SignalMeaning(account, pack.title, tuple(controls))


def vendors_of(pack: Pack) -> frozenset[int]:
    """Who receives data under a setting that a TC string switches off, as far as the pack says their number."""
    return frozenset(
        vendor
        for rule in pack.rules
        if rule.setting is not None and "tcf" in pack.settings[rule.setting].honours
        for recipient in rule.recipients
        if recipient in pack.recipients and (vendor := pack.recipients[recipient].tcf_vendor) is not None
    )
