"""What a plugin author reads: values, drafts, replies, the `Platform` interface and the errors. Imports nothing of ours.

A name is looked up when it is first asked for: a command that only reads the ledger needs the errors, and not pydantic.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from takedown.contract.drafts import (
        Draft,
        HttpDraft,
        MailDraft,
        PortalDraft,
        PortalField,
        intake_post,
        mail,
        portal_packet,
    )
    from takedown.contract.errors import (
        CredentialsMissing,
        InputRejected,
        IntegrityFailed,
        MissingExtra,
        RefusedByPolicy,
        TakedownError,
        Temporary,
        UsageError,
    )
    from takedown.contract.observing import SIGHTED, Observable, Probe, Seen, Traceable, beside_the_point
    from takedown.contract.platform import (
        STATUSES,
        ChannelTerms,
        ItemStatus,
        Platform,
        Retractable,
        Searchable,
        SpeaksIntake,
        StatusReport,
        Trackable,
    )
    from takedown.contract.replies import (
        BadJson,
        Denied,
        Reading,
        Receipt,
        ReceiptItem,
        Refusal,
        Reply,
        TryLater,
        Unclear,
        clamp,
        read_intake,
        strict_json,
        until_epoch,
    )
    from takedown.contract.settings import PlatformSettings
    from takedown.contract.times import breaker, per_second, span
    from takedown.contract.url import NotATarget, Reason, Url, parse_url, plain_link, refang
    from takedown.contract.values import (
        Authority,
        Case,
        Channel,
        Evidence,
        FormField,
        Instrument,
        Kind,
        LegalBasis,
        LetterFile,
        Measure,
        Notice,
        PortalForm,
        Request,
        Target,
    )

__all__ = [
    "SIGHTED",
    "STATUSES",
    "Authority",
    "BadJson",
    "Case",
    "Channel",
    "ChannelTerms",
    "CredentialsMissing",
    "Denied",
    "Draft",
    "Evidence",
    "FormField",
    "HttpDraft",
    "InputRejected",
    "Instrument",
    "IntegrityFailed",
    "ItemStatus",
    "Kind",
    "LegalBasis",
    "LetterFile",
    "MailDraft",
    "Measure",
    "MissingExtra",
    "NotATarget",
    "Notice",
    "Observable",
    "Platform",
    "PlatformSettings",
    "PortalDraft",
    "PortalField",
    "PortalForm",
    "Probe",
    "Reading",
    "Reason",
    "Receipt",
    "ReceiptItem",
    "Refusal",
    "RefusedByPolicy",
    "Reply",
    "Request",
    "Retractable",
    "Searchable",
    "Seen",
    "SpeaksIntake",
    "StatusReport",
    "TakedownError",
    "Target",
    "Temporary",
    "Traceable",
    "Trackable",
    "TryLater",
    "Unclear",
    "Url",
    "UsageError",
    "beside_the_point",
    "breaker",
    "clamp",
    "intake_post",
    "mail",
    "parse_url",
    "per_second",
    "plain_link",
    "portal_packet",
    "read_intake",
    "refang",
    "span",
    "strict_json",
    "until_epoch",
]

_ROOMS = ("errors", "times", "values", "url", "replies", "drafts", "observing", "settings", "platform")
"""Where names live, what loads quickly first."""


def __getattr__(name: str) -> object:
    if name in __all__:
        for room in _ROOMS:
            module = import_module(f"takedown.contract.{room}")
            if hasattr(module, name):
                globals()[name] = getattr(module, name)
                return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
