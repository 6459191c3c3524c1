"""How many cases are alike, kept by SQLite itself: triggers change the counts in the transaction that changes a case.

A report of a million cases reads a few thousand rows of these instead of each case. On PostgreSQL there are none: what many
writers count in the same rows, they would wait for; a server counts with several processes instead. Nothing of ours writes
them. A migration that makes `cases` anew must make its triggers anew, too (`v0016_counts`).
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, Table, Text

from takedown.ledger.states import ALIKE, COUNTED

counting = MetaData()

case_counts = Table(
    "case_counts",
    counting,
    *(Column(name, Text, primary_key=True) for name in COUNTED),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Of all cases; their count is never 0."""

case_times = Table(
    "case_times",
    counting,
    *(Column(name, Text, primary_key=True) for name in ALIKE),
    Column("code", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Of delivered cases that were meant, each under three codes: when the platform said so, when we saw it, and its week. What a
code holds, `takedown.report.spans` says; its times are in whole hours. The view `case_codes` makes the codes of the rows."""
