"""The nouns of the field: target, case, notice, request. Plain frozen values, safe to hand to any adapter."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """The three official ways in. A request handed to a human is a first-class outcome."""

    API = "api"
    EMAIL = "email"
    PORTAL = "portal"


class Kind(StrEnum):
    ACCOUNT = "account"
    POST = "post"
    VIDEO = "video"
    STORY = "story"
    CHANNEL = "channel"
    GROUP = "group"
    INVITE = "invite"
    PHONE = "phone"
    OTHER = "other"


class Instrument(StrEnum):
    """What the authority sends. The three are never worded alike."""

    ORDER = "order"
    NOTICE = "notice"
    REFERRAL = "referral"


class Measure(StrEnum):
    REMOVE_ACCOUNT = "remove_account"
    REMOVE_ITEM = "remove_item"
    RESTRICT = "restrict"


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL points to, by grammar alone; nothing is looked up.

    key: canonical, as the platform compares it (account keys lowercase, `id:N` a stable number, `short:CODE` a link that
    was not resolved). identity: equal for two spellings of one target, also across kinds that share an id space.
    """

    platform: str
    kind: Kind
    key: str
    url: str
    identity: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that supports the request. `name` is for people; files are stored and sent by `sha256`."""

    sha256: str
    media_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Case:
    """One target under one legal basis from one authority: the unit of outcome. `id` is as shown to users (C-12)."""

    id: str
    target: Target
    basis: str
    reason: str
    reference: str
    measure: Measure
    proportionality: str = ""
    organisation: str = ""
    territory: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    platform_id: str = ""
    language: str = ""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Authority:
    name: str
    unit: str
    contact: str
    email: str
    country: str


@dataclass(frozen=True, slots=True)
class LegalBasis:
    pack: str
    law: str
    provision: str
    jurisdiction: str


@dataclass(frozen=True, slots=True)
class Notice:
    """The rendered text of a request: `statement` for forms and the intake, `letter` is the whole mail body."""

    instrument: Instrument
    basis: LegalBasis
    subject: str
    statement: str
    letter: str
    redress: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class FormField:
    """One box of a portal form, in the portal's order.

    value: the name of one of `Request.values` (urls, statement, reference, ...) or, with a leading `=`, literal text.
    max_length: in characters; 0 where the portal states none.
    """

    label: str
    value: str
    max_length: int = 0
    required: bool = True


@dataclass(frozen=True, slots=True)
class PortalForm:
    """A portal's form as data. An operator's file of the same name replaces the adapter's."""

    name: str
    url: str
    fields: tuple[FormField, ...]
    source: str
    verified_on: str
    note: str = ""
    takes_files: bool = False
    """Whether files can be given with it, as the documents say: then the letter goes along as PDF."""


@dataclass(frozen=True, slots=True)
class LetterFile:
    """The letter of a request as a file that goes with it."""

    name: str
    content: bytes
    media_type: str = "application/pdf"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Request:
    """One message to one platform over one channel, carrying one or more cases: the unit of sending."""

    reference: str
    platform: str
    channel: Channel
    cases: tuple[Case, ...]
    notice: Notice
    authority: Authority
    territory: tuple[str, ...]
    issued_at: datetime
    respond_by: datetime | None = None
    form: PortalForm | None = None
    message_id: str = ""
    in_reply_to: str = ""
    letter: LetterFile | None = None
    withdraws: str = ""
    """The reference of the request that this one takes back, in whole or in part."""

    @property
    def values(self) -> dict[str, str]:
        """What a portal form may ask for, by name."""
        basis, authority = self.notice.basis, self.authority
        return {
            "urls": "\n".join(c.target.url for c in self.cases),
            "keys": "\n".join(c.target.key for c in self.cases),
            "platform_ids": "\n".join(c.platform_id for c in self.cases if c.platform_id),
            "statement": self.notice.statement,
            "subject": self.notice.subject,
            "redress": self.notice.redress,
            "language": self.notice.language,
            "instrument": self.notice.instrument.value,
            "law": basis.law,
            "provision": basis.provision,
            "jurisdiction": basis.jurisdiction,
            "territory": ", ".join(self.territory),
            "reference": self.reference,
            "file_numbers": ", ".join(dict.fromkeys(c.reference for c in self.cases)),
            "measures": ", ".join(sorted({c.measure.value for c in self.cases})),
            "authority": authority.name,
            "unit": authority.unit,
            "contact": authority.contact,
            "email": authority.email,
            "country": authority.country,
            "date": self.issued_at.date().isoformat(),
            "evidence": "\n".join(dict.fromkeys(f"{e.sha256[:12]} {e.name}" for c in self.cases for e in c.evidence)),
        }
