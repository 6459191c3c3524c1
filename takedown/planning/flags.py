"""What makes a case one that is approved by itself, never with the others. A hint for people; nothing is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from takedown.intake.naming import names_another
from takedown.planning.names import code_points

MANY_FOLLOWERS = 100_000
ITEMS = frozenset({"post", "video", "story"})
READ = ("url", "key", "reference")
"""Columns that a reviewer tells a target by."""


def flags_of(case: Mapping[str, Any]) -> Iterator[str]:
    """Why a case, a row of `cases`, deserves a look of its own, in people's words."""
    for name in READ:
        if odd := code_points(str(case[name])):
            yield f"{name} holds {odd}"
    if case["kind"] == "other":
        short = str(case["key"]).startswith("short:")
        yield "its kind is not told by the link" + (" (short link, not followed)" if short else "")
    if case["followers"] and case["followers"] >= MANY_FOLLOWERS:
        yield f"{case['followers']:,} followers"
    for name in ("reason", "proportionality"):
        if other := names_another(str(case[name]), str(case["key"]), str(case["url"])):
            yield f"its {name} names {other}, not this target"
    if case["measure"] == "remove_account" and case["kind"] in ITEMS:
        yield "an account-level measure against a single item"
