"""Many finished cases in a ledger, by SQL and without sending: what other figures are measured among. SQLite only."""

from __future__ import annotations

from sqlalchemy import text

from takedown.desk import Desk
from takedown.ledger.book import Book

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last) "
PLATFORM = "CASE i % 6 WHEN 0 THEN 'facebook' WHEN 1 THEN 'x' WHEN 2 THEN 'tiktok' WHEN 3 THEN 'telegram' ELSE 'instagram' END"
CLAIMED = "CASE i % 5 WHEN 0 THEN 'none' WHEN 1 THEN 'declined' WHEN 2 THEN 'restricted' ELSE 'removed' END"
OBSERVED = "CASE i % 7 WHEN 0 THEN '' WHEN 1 THEN 'available' ELSE 'gone' END"
GROUND = "CASE i % 3 WHEN 0 THEN 'own_rules' WHEN 1 THEN 'local_law' ELSE '' END"
AGE = "(i * 7919 % 15552000)"
"""Seconds since a case was sent, up to half a year."""
ANSWERED, GONE = f":now - {AGE} * (i % 11 + 1) / 12.0", f":now - {AGE} * (i % 13 + 1) / 14.0"

CASES = f"""{NUMBERS} INSERT INTO cases (id, batch, platform, kind, key, identity, url, authority, basis, measure, reference,
  reason, fields, evidence, request, delivered, claimed, observed, ground, created_at, updated_at, sent_at, acted_at, declined_at,
  gone_at)
  SELECT i, :batch, {PLATFORM}, 'account', 'crowd' || i, 'account:crowd' || i, 'https://platform.example/crowd' || i,
  'Example Authority', 'pk-peca-37', 'remove_account', 'CROWD-' || i, 'Account publishes calls to violence.', '{{}}', '[]', i,
  'sent', {CLAIMED}, {OBSERVED}, CASE WHEN i % 5 > 1 THEN {GROUND} ELSE '' END, :now - {AGE}, :now, :now - {AGE},
  CASE WHEN i % 5 > 1 THEN {ANSWERED} END, CASE WHEN i % 5 = 1 THEN {ANSWERED} END, CASE WHEN i % 7 > 1 THEN {GONE} END FROM n"""  # noqa: S608 -- of constants, here and below
REQUESTS = f"""{NUMBERS} INSERT INTO requests (id, plan, position, platform, channel, lane, state, reference, destination,
  headers, body, sha256, salt, cases, attempts, receipt, receipt_at, created_at, updated_at)
  SELECT i, :plan, i, {PLATFORM}, 'api', {PLATFORM} || '\\:api', 'sent', 'CROWD-' || i, 'http://127.0.0.1:9/v1', '{{}}',
  zeroblob(800), '', zeroblob(16), 1, 1, 'CROWD-' || i, :now, :now, :now FROM n"""  # noqa: S608
CARRIED = f'{NUMBERS} INSERT INTO request_cases (request, position, "case", version) SELECT i, 0, i, 1 FROM n'  # noqa: S608
TRIED = f"""{NUMBERS} INSERT INTO attempts (request, number, started_at, ended_at, outcome, status)
  SELECT i, 1, :now, :now, 'sent', 201 FROM n"""  # noqa: S608
BATCH = """INSERT INTO batches (file, sha256, imported_at, "by") VALUES ('crowd.csv', '', :now, 'bench') RETURNING id"""
PLAN = """INSERT INTO plans (state, planner, environment, inputs, leaves, digest, requests, cases, created_at, valid_until)
  VALUES ('approved', 'bench', 'sandbox', '', x'', '', 0, 0, :now, :now + 9e9) RETURNING id"""


def grow(desk: Desk, count: int) -> None:
    """Add `count` cases that were sent over half a year, each with its own request and attempt, and answered in every way."""
    desk.ledger.write(lambda book: _grow(book, count))


def _grow(book: Book, count: int) -> None:
    if not count:
        return
    newest = book.db.execute(
        text("SELECT max((SELECT coalesce(max(id), 0) FROM cases), (SELECT coalesce(max(id), 0) FROM requests))")
    )
    first = int(newest.scalar_one()) + 1
    now = {"now": book.now}
    batch, plan = (book.db.execute(text(sql), now).scalar_one() for sql in (BATCH, PLAN))
    span = {**now, "first": first, "last": first + count - 1, "batch": batch, "plan": plan}
    for sql in (CASES, REQUESTS, CARRIED, TRIED):
        book.db.execute(text(sql), span)
    following = {"next": str(first + count)}
    if not book.db.execute(text("UPDATE meta SET value = :next WHERE name = 'next_request'"), following).rowcount:
        book.db.execute(text("INSERT INTO meta (name, value) VALUES ('next_request', :next)"), following)
