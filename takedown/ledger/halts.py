"""The kill switch's value in people's words. Imports little: `status` starts fast."""

from __future__ import annotations

import json

from takedown.clock import iso


def told_halt(text: str) -> str:
    """`by alice since 2026-01-02 03:04 UTC: REASON`, of the value that the ledger holds; a value that is not ours as it is."""
    try:
        held = json.loads(text)
        who = "the oversight" if held.get("oversight") else str(held["by"])
        who += " (a name that was typed, no key)" if held.get("unsigned") else ""
        return f"by {who} since {iso(float(held['at']))[:16].replace('T', ' ')} UTC: {held['why']}"
    except (ValueError, TypeError, KeyError, AttributeError):
        return text
