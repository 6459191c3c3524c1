"""What can happen in a case that a clock of the law cares about."""

from __future__ import annotations

from enum import StrEnum


class Happened(StrEnum):
    """The vocabulary that packs write their clocks in. Whoever keeps a case's events maps its records to these words."""

    ISSUED = "issued"
    """The order or notice was issued: the date it bears."""
    RECEIVED = "received"
    """The platform had it."""
    ASKED = "asked"
    """The platform asked a question, or reported a manifest error or missing information."""
    ANSWERED = "answered"
    """It had the answer, or the clarification."""
    IMPOSSIBLE = "impossible"
    """The platform reported that it cannot act for now, through no doing of its own."""
    POSSIBLE = "possible"
    """The obstacle ended."""
    ACTED = "acted"
    """It removed the content, or disabled or restricted access to it."""
    DECIDED = "decided"
    """It told its decision, whatever it is."""
    REVIEWED = "reviewed"
    """The authority decided on an application for review of its order."""
    COPIED = "copied"
    """The authority of the provider's State had a copy of the order, or a request to scrutinise it."""
    FIRST_ORDER = "first order"
    """The first order to this provider left."""


_OF_REASON = {"force_majeure": Happened.IMPOSSIBLE, "manifest_errors": Happened.ASKED, "lacks_information": Happened.ASKED}
STOPPING = frozenset(_OF_REASON)
"""Reason codes that make a clock stand still."""
_OF_VALUE = {
    "removed": Happened.ACTED,
    "restricted": Happened.ACTED,
    "needs_information": Happened.ASKED,
    "declined": Happened.DECIDED,
}


def told_by(value: str, reason_code: str = "") -> Happened | None:
    """What a platform's claim (its value and reason code, as the ledger keeps them) tells a clock; None when nothing."""
    return _OF_REASON.get(reason_code) or _OF_VALUE.get(value)
