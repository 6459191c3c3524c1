"""The words that rows hold: where a request stands, what platforms claim, what we saw, why a case is closed; and the columns that
cases are counted by. Imports nothing."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a request stands; a case's `delivered` value is one of these or `draft`."""

    DRAFT = "draft"
    PLANNED = "planned"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    OPERATOR = "operator"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


FINAL = frozenset({"removed", "restricted", "declined"})
"""Claims after which the platform is not asked again."""
ASKED = "needs_information"
"""The claim that asks us a question."""
DECLINED = "declined"
"""The claim that opens the way to the next step; after any other there is nothing left to ask, or a question to answer."""
ACTED = frozenset({"removed", "restricted"})
"""Claims that count as action."""
UNREACHABLE = frozenset({"gone", "suspended", "withheld", "restricted"})
"""Observations that say the public cannot see it, at least from where we looked."""
REASONS = ("done", "unverifiable", "duplicate", "out_of_scope", "mistake")
"""Why a case is closed."""
DORMANT = 1e11
"""`not_before` of a reminder that waits for `resubmit` to wake it: the year 5138."""
ALIKE = ("platform", "kind", "basis", "organisation")
"""What a report tells cases apart by, in the order of the indexes of `tables.cases`."""
COUNTED = (*ALIKE, "delivered", "claimed", "observed", "closed", "ground")
"""What cases are counted by, in the order in which an index lets a million of them be grouped without sorting."""
TIMES = ("sent_at", "acted_at", "declined_at", "gone_at", "closed_at", "withdrawn_at")
"""What the time to action is read from."""
