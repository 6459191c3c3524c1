"""The officer's words for the values of the three truths. JSON keeps the values."""

from __future__ import annotations

from collections.abc import Mapping

TRUTHS: Mapping[str, str] = {"delivery": "our side", "claimed": "platform says", "observed": "we saw"}

WORDS: Mapping[str, Mapping[str, str]] = {
    "delivery": {
        "draft": "not planned",
        "planned": "planned",
        "approved": "approved",
        "sending": "being sent",
        "sent": "sent",
        "returned": "came back",
        "unknown": "sending uncertain",
        "refused": "refused by the platform",
        "operator": "to file by hand",
        "withdrawn": "withdrawn",
        "retry_later": "to be tried later",
        "remaining": "still to do",
    },
    "claimed": {
        "none": "no answer",
        "received": "received",
        "in_review": "being reviewed",
        "removed": "removed",
        "restricted": "restricted",
        "declined": "declined",
        "needs_information": "asks a question",
        "not_found": "not found there",
    },
    "observed": {
        "none": "not looked at yet",
        "available": "still up",
        "gone": "gone, cause unknown",
        "suspended": "suspended by the platform",
        "withheld": "withheld by country",
        "restricted": "restricted, cause unknown",
        "unknown": "could not check",
    },
    "withdrawal": {
        "none": "not withdrawn",
        "requested": "being withdrawn",
        "sent": "withdrawal sent",
        "acknowledged": "withdrawal acknowledged",
        "restored": "restored",
        "refused": "withdrawal refused",
    },
}


def words(truth: str, value: str) -> str:
    """How an officer reads `value` of `delivery`, `claimed`, `observed` or `withdrawal`; else the value itself."""
    return WORDS[truth].get(value, value)
