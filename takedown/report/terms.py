"""The words and formats of figures, the same on the screen, on the page and in a quote."""

from __future__ import annotations

from collections.abc import Mapping

from takedown.report.rates import percent
from takedown.report.survival import Within

HORIZONS: Mapping[str, float] = {"24h": 86_400.0, "72h": 259_200.0, "7d": 604_800.0}
"""Times within which a share is told, in seconds."""
HORIZON_WORDS: Mapping[str, str] = {"24h": "24 h", "72h": "72 h", "7d": "7 d"}
RATE_WORDS: Mapping[str, str] = {"claim": "by claim", "observation": "by observation", "agreed": "agreed by both"}
EVIDENCE_WORDS: Mapping[str, str] = {"first": "whichever came first", "claim": "by claim", "observation": "by observation"}
GROUND_WORDS: Mapping[str, str] = {
    "own_rules": "own rules",
    "local_law": "local law",
    "not_said": "not said",
    "several": "several grounds",
}
FUNNEL_WORDS: Mapping[str, str] = {
    "imported": "imported",
    "planned": "planned",
    "delivered": "delivered",
    "answered": "answered",
    "acted": "platform says it acted",
    "gone": "and we saw it gone",
}
CONTRADICTION_WORDS: Mapping[str, str] = {
    "says_acted_still_up": "platform says done, still up",
    "declined_yet_gone": "platform declined, yet gone",
    "gone_back": "gone, back again",
}
NOT_YET = "not known yet"
"""For a share within a time that no case was watched for."""


def length(seconds: float) -> str:
    """`45 s`, `12 min`, `31 h`, `4.2 d`: two or three digits, in the largest unit that still has two."""
    for unit, size, most in (("s", 1, 120), ("min", 60, 120), ("h", 3600, 96)):
        if round(seconds / size) < most:
            return f"{round(seconds / size)} {unit}"
    days = seconds / 86_400
    return f"{days:.1f} d" if days < 10 and f"{days:.1f}"[-1] != "0" else f"{days:.0f} d"


def share_of(within: Within) -> str:
    """`34 % (28-41 %)`, or that it is not known yet."""
    return NOT_YET if within.share is None else f"{percent(within.share)} ({within.interval})"
