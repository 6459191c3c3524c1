"""The ledger's tables. Times are seconds since the epoch, UTC; the audit events hold them as text.

Ids are integers here and words with a prefix (`C-12`) at the edge; see `ids`. Row states are those of sending.md and
truths.md; `cases.delivered`, `claimed` and `observed` are kept beside the rows they sum up so that a million cases can be
counted by an index, and only `moves` and `truths` write them.
"""

from __future__ import annotations

from takedown.ledger.tables.base import HALTED, Id, meta, metadata
from takedown.ledger.tables.cases import FREE, batches, case_references, cases, former_names, holds, past_seals
from takedown.ledger.tables.chain import events, heads, openings
from takedown.ledger.tables.counts import case_counts, case_times, counting
from takedown.ledger.tables.redress import appeals, notifications
from takedown.ledger.tables.sending import OPEN, approvals, attempts, lanes, plans, request_cases, requests, volumes
from takedown.ledger.tables.truths import claims, messages, returns, sightings

__all__ = [
    "FREE",
    "HALTED",
    "OPEN",
    "Id",
    "appeals",
    "approvals",
    "attempts",
    "batches",
    "case_counts",
    "case_references",
    "case_times",
    "cases",
    "claims",
    "counting",
    "events",
    "former_names",
    "heads",
    "holds",
    "lanes",
    "messages",
    "meta",
    "metadata",
    "notifications",
    "openings",
    "past_seals",
    "plans",
    "request_cases",
    "requests",
    "returns",
    "sightings",
    "volumes",
]
