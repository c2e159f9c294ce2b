"""An OpenRTB 2.6 bid request as it is acted on: the page, the country, the slots, and what it refuses.

Nothing else is kept. Identifiers of people, devices and browsers, places finer than a country, ages, interests and what
others say of somebody are dropped where the bytes are read, and stand in no value that goes on; so no answer can hold
them. What a request says against personalisation counts wherever it stands, in the fields of 2.6 or in the extensions
of before; a string that says yes lifts nothing.

Source: OpenRTB 2.6-202606, sections 3.2.1 to 3.2.28, github.com/InteractiveAdvertisingBureau/openrtb2.x; "DSA
Transparency", the community extension in github.com/InteractiveAdvertisingBureau/openrtb.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from licet.terms import UseError
from licet.terms.region_names import country_called
from licet.terms.signals import GPC, GPP, TCF, ConsentStrings
from licet.uses.ad_exchange.exchange_json import read_exchange_json
from licet.uses.ad_exchange.page_address import page_address

_MOST_SLOTS = 64
#: A GPP string of the US Privacy section alone begins so: the older string is read as that section.
_US_PRIVACY_HEADER = "DBABTA~"

_Id = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Flag = Annotated[int, Field(ge=0, le=1)]
_Size = Annotated[int, Field(ge=0, le=100_000)]


class Slot(NamedTuple):
    """Where an ad may stand. floor_micros: the least price of a thousand, in millionths of `currency`. sizes: width and
    height in pixels. is_banner: else video, audio or native, for which there is nothing here."""

    id: str
    floor_micros: int
    currency: str
    sizes: tuple[tuple[int, int], ...]
    is_banner: bool


class DsaAsked(NamedTuple):
    """required: 0 to 3; from 2 on an answer without who pays is not taken. Of the extension's `dsarequired`, or
    `dsainfo` as it was first called."""

    required: int


class Opportunity(NamedTuple):
    """All that is kept of a request.

    page:     as `page_address`. country: two letters; None where it is not said. signals: as `licet.terms.signals`.
    refusals: why nothing may be chosen by who somebody is, in words; none where the request itself says nothing
              against it, and then the policy and the member are asked all the same.
    member:   whom the platform's own identifier names; None without one, with two, and wherever there are refusals.
    """

    id: str
    slots: tuple[Slot, ...]
    page: str | None
    country: str | None
    signals: frozenset[str]
    refusals: tuple[str, ...]
    member: str | None
    dsa: DsaAsked | None
    blocked_advertisers: frozenset[str]
    is_test: bool


def read_bid_request(
    data: bytes, own_source: str | None = None, vendors: Collection[int] = ()
) -> Opportunity:
    """Read one.

    own_source: the domain of the platform's own identifiers, as `eids` name it; without it nobody is recognised.
    vendors:    as `ConsentStrings.refusals`.
    Raises:     UseError ADS-070 to ADS-074 as `read_exchange_json`; ADS-075 for what OpenRTB does not have so; ADS-076
                for one that is of a site, an app and a screen at once.
    """
    try:
        said = _BidRequest.model_validate(read_exchange_json(data))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part)[:40] for part in first["loc"]) or "the request"
        why = "it is no object" if first["type"] == "model_type" else first["msg"]
        raise UseError(
            "ADS-075", f"{place} is not as OpenRTB 2.6 has it: {why}", fix="mend the request"
        ) from None
    if sum(one is not None for one in (said.site, said.app, said.dooh)) > 1:
        raise UseError("ADS-076", "a request is of a site, an app or a screen, and this is of several",
                       fix="send one of site, app and dooh")  # fmt: skip
    signals, refusals = _refused(said, vendors)
    return Opportunity(
        said.id,
        tuple(map(_slot, said.imp)),
        page_address(said.site.page or said.site.domain_page()) if said.site else None,
        _country(said),
        signals,
        refusals,
        None if refusals or own_source is None else _member(said, own_source),
        _dsa(said.regs.ext),
        frozenset(domain.casefold() for domain in said.badv),
        said.test == 1,
    )


class _Part(BaseModel):
    """What stands here of an object of OpenRTB: what it has besides is let pass, as its versions ask, and not read."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, allow_inf_nan=False)


class _Extension(BaseModel):
    """An exchange's own: what is wrong in it says nothing of the request, and is a no where it speaks of consent."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    gdpr: Any = None
    gpp: Any = None
    gpp_sid: Any = None
    us_privacy: Any = None
    gpc: Any = None
    coppa: Any = None
    consent: Any = None
    eids: Any = None
    dsa: Any = None


class _Banner(_Part):
    class Format(_Part):
        w: _Size | None = None
        h: _Size | None = None

    format: list[Format] = Field([], max_length=64)
    w: _Size | None = None
    h: _Size | None = None


class _Imp(_Part):
    id: _Id
    banner: _Banner | None = None
    bidfloor: Annotated[float, Field(ge=0, le=1e9)] = 0.0
    bidfloorcur: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"


class _Site(_Part):
    page: str | None = None
    domain: str | None = None

    def domain_page(self) -> str | None:
        return None if self.domain is None else f"https://{self.domain}/"


class _Geo(_Part):
    country: str | None = None


class _Device(_Part):
    geo: _Geo | None = None
    dnt: _Flag | None = None
    lmt: _Flag | None = None


class _Uid(_Part):
    id: str | None = None


class _Eid(_Part):
    source: str | None = None
    uids: list[_Uid] = []


class _User(_Part):
    geo: _Geo | None = None
    consent: str | None = None
    eids: list[_Eid] = []
    ext: _Extension = _Extension()


class _Regs(_Part):
    coppa: _Flag | None = None
    gdpr: _Flag | None = None
    us_privacy: str | None = None
    gpp: str | None = None
    gpp_sid: list[int] | None = Field(None, max_length=64)
    ext: _Extension = _Extension()


class _Empty(_Part):
    pass


class _BidRequest(_Part):
    id: _Id
    imp: list[_Imp] = Field(min_length=1, max_length=_MOST_SLOTS)
    site: _Site | None = None
    app: _Empty | None = None
    dooh: _Empty | None = None
    device: _Device = _Device()
    user: _User = _User()
    regs: _Regs = _Regs()
    test: _Flag = 0
    badv: list[str] = []


def _slot(said: _Imp) -> Slot:
    banner = said.banner
    pairs = [] if banner is None else [(banner.w, banner.h), *((one.w, one.h) for one in banner.format)]
    sizes = tuple(dict.fromkeys((wide, high) for wide, high in pairs if wide and high))
    # As it was written: 0.03 is 30,000 micros, whatever the nearest binary number is.
    return Slot(said.id, _micros(said.bidfloor), said.bidfloorcur, sizes, banner is not None)


def _micros(price: float) -> int:
    """Rounded up: a floor is never undercut."""
    exact = Decimal(repr(price)) * 1_000_000
    return int(exact) + (exact != int(exact))


def _country(said: _BidRequest) -> str | None:
    """That of the device, else of the person's home."""
    for geo in (said.device.geo, said.user.geo):
        if geo is not None and geo.country is not None:
            return country_called(geo.country) if len(geo.country) == 3 else None
    return None


def _refused(said: _BidRequest, vendors: Collection[int]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The signals that a request is, and why it rules personalisation out, in words."""
    regs, old = said.regs, said.regs.ext
    signals = set[str]()
    sections = [each for each in (regs.gpp_sid, old.gpp_sid) if each is not None]
    applying = tuple(number for each in sections for number in _numbers(each))
    strings = [each for each in (regs.gpp, old.gpp) if each is not None] or ([""] if applying else [])
    for text in strings:
        signals |= ConsentStrings(_text(text), applying).refusals(vendors)
    for text in (regs.us_privacy, old.us_privacy):
        if text is not None:
            signals |= ConsentStrings(_US_PRIVACY_HEADER + _text(text)).refusals()
    consents = [each for each in (said.user.consent, said.user.ext.consent) if each is not None]
    is_european = any(each is not None and _is_flag_up(each) for each in (regs.gdpr, old.gdpr))
    for text in consents or ([""] if is_european else []):
        signals |= ConsentStrings(tcf=_text(text)).refusals(vendors)
    if old.gpc is not None and _is_flag_up(old.gpc):
        signals.add(GPC)
    reasons = {
        "a child": any(each is not None and _is_flag_up(each) for each in (regs.coppa, old.coppa)),
        "do not track": said.device.dnt == 1,
        "limit ad tracking": said.device.lmt == 1,
        "Global Privacy Control": GPC in signals,
        "the GPP string, or US Privacy's": GPP in signals,
        "the TC string, or that there is none": TCF in signals,
    }
    return frozenset(signals), tuple(reason for reason, is_so in reasons.items() if is_so)


def _text(said: Any) -> str:
    """No string but a text is a string: what is none cannot be read, and is a no."""
    return said if isinstance(said, str) else ""


def _numbers(said: Any) -> tuple[int, ...]:
    """Sections that apply; what are none are one that is in no string."""
    if isinstance(said, (list, tuple)) and len(said) < 64 and all(type(each) is int for each in said):
        return tuple(said)
    return (-1,)


def _is_flag_up(said: Any) -> bool:
    """Whether an extension's flag is anything but down: one that cannot be read is up."""
    return said not in (0, "0")


def _member(said: _BidRequest, own_source: str) -> str | None:
    """The one whom the platform's own identifiers name."""
    listed = list(said.user.eids)
    try:
        listed += [_Eid.model_validate(each) for each in said.user.ext.eids or ()]
    except (TypeError, ValidationError):
        return None
    named = {uid.id for eid in listed if eid.source == own_source for uid in eid.uids if uid.id}
    return named.pop() if len(named) == 1 else None


def _dsa(said: _Extension) -> DsaAsked | None:
    asked = said.dsa
    if asked is None:
        return None
    required = asked.get("dsarequired", asked.get("dsainfo")) if isinstance(asked, dict) else None
    # One that cannot be read asks for all there is.
    return DsaAsked(required if type(required) is int and 0 <= required <= 3 else 3)
