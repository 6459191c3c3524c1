"""How many cases are alike, kept by the database itself: triggers change the counts in the transaction that changes a case.

A report of a million cases reads a few thousand rows of these instead of each case. A file has one row for each count. On a
server many writers would wait for each other's rows, so there each statement appends what it changed, and now and then one of
them puts together what was appended (`v0019_server_counts`): a count is the sum of its rows. Nothing of ours writes them. A
migration that makes a file's `cases` anew must make its triggers anew, too (`v0016_counts`).
"""

from __future__ import annotations

from sqlalchemy import Column, MetaData, Table, Text

from takedown.ledger.states import ALIKE, COUNTED
from takedown.ledger.tables.base import Whole

counting = MetaData()

case_counts = Table(
    "case_counts",
    counting,
    *(Column(name, Text, primary_key=True) for name in COUNTED),
    Column("count", Whole, nullable=False),
    sqlite_with_rowid=False,
)
"""Of all cases. A server has no keys here, nor in `case_times`."""

case_times = Table(
    "case_times",
    counting,
    *(Column(name, Text, primary_key=True) for name in ALIKE),
    Column("code", Whole, primary_key=True, autoincrement=False),
    Column("count", Whole, nullable=False),
    sqlite_with_rowid=False,
)
"""Of delivered cases that were meant, each under three codes: when the platform said so, when we saw it, and its week. What a
code holds, `takedown.report.spans` says; its times are in whole hours. The view `case_codes` makes the codes of the rows."""
