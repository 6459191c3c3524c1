"""SQLite keeps count of its cases, and of how long they took: a report reads the counts instead of a million cases.

Not on PostgreSQL, where writers would wait for each other's counts.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

ALIKE = ["platform", "kind", "basis", "organisation"]
COUNTED = [*ALIKE, "delivered", "claimed", "observed", "closed", "ground"]
TIMES = ["sent_at", "acted_at", "declined_at", "gone_at", "closed_at", "withdrawn_at"]
TIMED = [*ALIKE, "delivered", "claimed", "observed", "closed", *TIMES]

# Of a code: its kind in two bits, whether it is of whichever came first, how it ended, whether it still waits, and the number.
SAID, SAW, WEEKLY, OWN, DONE, DECLINED, BEFORE, WAITING, UNIT = 1, 2, 3, 4, 8, 16, 24, 32, 64
HOUR, DAY = 3_600_000, 86_400_000

ASKED = "delivered = 'sent' AND closed NOT IN ('duplicate', 'mistake', 'out_of_scope') AND sent_at IS NOT NULL"
UNDISTURBED = "declined_at IS NULL AND closed_at IS NULL AND withdrawn_at IS NULL"
STOPPED = """CASE WHEN closed_at < coalesce(withdrawn_at, closed_at) THEN closed_at ELSE coalesce(withdrawn_at, closed_at) END"""


def steps(passed: str, step: int) -> str:
    return f"CAST({passed} * (1000.0 / {step}) + (1 - 0.5 / {step}) AS INTEGER)"


def up(moment: str) -> str:
    """Hours since the delivery, rounded up; after a week, whole days."""
    passed = f"({moment} - sent_at)"
    return f"CASE WHEN {passed} > 604800.0 THEN {steps(passed, DAY)} * {24 * UNIT} ELSE {steps(passed, HOUR)} * {UNIT} END"


def in_time(moment: str) -> str:
    return f"({moment} <= coalesce(declined_at, {moment}) AND {moment} <= coalesce({STOPPED}, {moment}))"


def end(moment: str, how: int) -> str:
    return f"CASE WHEN {moment} < sent_at THEN {BEFORE} ELSE {up(moment)} + {how} END"


def ended(moment: str) -> str:
    """Where a case may also have been declined, closed or taken back."""
    return f"""CASE WHEN {in_time(moment)} THEN {end(moment, DONE)}
      WHEN declined_at <= coalesce({STOPPED}, declined_at) THEN {end("declined_at", DECLINED)}
      ELSE {end(f"({STOPPED})", 0)} END"""


WAITS = f"CAST(sent_at / 3600.0 AS INTEGER) * {UNIT} + {WAITING}"
GONE_FIRST = f"{in_time('gone_at')} AND (acted_at IS NULL OR gone_at < acted_at)"
SAYS = f"""CASE WHEN {UNDISTURBED} THEN CASE
      WHEN acted_at IS NULL THEN {WAITS} + CASE WHEN gone_at IS NULL THEN {OWN + SAID} ELSE {SAID} END
      WHEN acted_at < sent_at THEN {BEFORE + SAID} + CASE WHEN gone_at < acted_at THEN 0 ELSE {OWN} END
      ELSE {up("acted_at")} + {DONE + SAID} + CASE WHEN gone_at < acted_at THEN 0 ELSE {OWN} END END
    ELSE {ended("acted_at")} + CASE WHEN {GONE_FIRST} THEN {SAID} ELSE {OWN + SAID} END END"""
SEES = f"""CASE WHEN {UNDISTURBED} THEN CASE
      WHEN gone_at IS NULL THEN {WAITS} + {SAW}
      WHEN gone_at < sent_at THEN {BEFORE + SAW} + CASE WHEN gone_at >= acted_at THEN 0 ELSE {OWN} END
      ELSE {up("gone_at")} + {DONE + SAW} + CASE WHEN gone_at >= acted_at THEN 0 ELSE {OWN} END END
    ELSE {ended("gone_at")} + CASE WHEN {GONE_FIRST} THEN {OWN + SAW} ELSE {SAW} END END"""
FLAGS = f"""CASE WHEN observed IN ('gone', 'restricted', 'suspended', 'withheld')
      THEN CASE WHEN claimed IN ('removed', 'restricted') THEN {3 * OWN} ELSE {2 * OWN} END
    WHEN claimed IN ('removed', 'restricted') THEN {OWN}
    WHEN claimed = 'declined' OR closed <> '' OR withdrawn_at IS NOT NULL THEN 0 ELSE {4 * OWN} END"""
WEEK = f"CAST((sent_at - 345600.0) / 604800.0 AS INTEGER) * {UNIT} + {WEEKLY} + {FLAGS}"

EACH = [
    f"SELECT id, {', '.join(ALIKE)}, {code} AS code FROM cases WHERE {ASKED}"  # noqa: S608 -- of constants, here and below
    for code in (SAYS, SEES, WEEK)
]
CODES = f"CREATE VIEW case_codes AS {' UNION ALL '.join(EACH)}"


def row(whose: str, names: Sequence[str]) -> str:
    return ", ".join(f"{whose}.{name}" for name in names)


def counted(whose: str, by: int) -> str:
    """`by` more of the cases that are as the row `whose` is."""
    return f"INSERT INTO case_counts VALUES ({row(whose, COUNTED)}, {by}) ON CONFLICT DO UPDATE SET count = count + {by};"  # noqa: S608


def timed(whose: str, by: int) -> str:
    """Likewise. A view shows the row as it is at that moment."""
    mine = f"SELECT {', '.join(ALIKE)}, code, {by} FROM case_codes WHERE id = {whose}.id"  # noqa: S608
    return f"INSERT INTO case_times {mine} ON CONFLICT DO UPDATE SET count = count + {by};"


SAME = " AND ".join(f"{name} = old.{name}" for name in COUNTED)
NONE_LEFT = f"DELETE FROM case_counts WHERE {SAME} AND count = 0;"  # noqa: S608
NO_TIMES_LEFT = f"""DELETE FROM case_times WHERE count = 0 AND ({", ".join(ALIKE)}, code) IN
    (SELECT {", ".join(ALIKE)}, code FROM case_codes WHERE id = old.id);"""  # noqa: S608


def changed(names: Sequence[str]) -> str:
    return " OR ".join(f"old.{name} IS NOT new.{name}" for name in names)


def trigger(name: str, when: str, *does: str, only: str = "") -> str:
    return f"CREATE TRIGGER {name} {when} ON cases {f'WHEN {only} ' if only else ''}BEGIN {' '.join(does)} END"


SENT, STILL = "old.delivered = 'sent'", "new.delivered = 'sent'"
TRIGGERS = (
    trigger("case_counted", "AFTER INSERT", counted("new", 1)),
    trigger("case_recounted", f"AFTER UPDATE OF {', '.join(COUNTED)}", counted("new", 1), counted("old", -1), NONE_LEFT,
        only=f"({changed(COUNTED)})"),
    trigger("case_uncounted", "AFTER DELETE", counted("old", -1), NONE_LEFT),
    trigger("case_timed", "AFTER INSERT", timed("new", 1), only=STILL),
    trigger("case_untimed", f"BEFORE UPDATE OF {', '.join(TIMED)}", timed("old", -1), NO_TIMES_LEFT,
        only=f"{SENT} AND ({changed(TIMED)})"),
    trigger("case_retimed", f"AFTER UPDATE OF {', '.join(TIMED)}", timed("new", 1), only=f"{STILL} AND ({changed(TIMED)})"),
    trigger("case_times_gone", "BEFORE DELETE", timed("old", -1), NO_TIMES_LEFT, only=SENT),
)  # fmt: skip
FILL = (
    f"INSERT INTO case_counts SELECT {', '.join(COUNTED)}, count(*) FROM cases GROUP BY {', '.join(COUNTED)}",  # noqa: S608
    f"INSERT INTO case_times SELECT {', '.join(ALIKE)}, code, count(*) FROM case_codes GROUP BY {', '.join(ALIKE)}, code",  # noqa: S608
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for name, words, code in (("case_counts", COUNTED, []), ("case_times", ALIKE, ["code"])):
        columns = [*(_filled(word, sa.Text()) for word in words), *(_filled(word, sa.Integer()) for word in code)]
        key = sa.PrimaryKeyConstraint(*words, *code)
        op.create_table(name, *columns, _filled("count", sa.Integer()), key, sqlite_with_rowid=False)
    for statement in (CODES, *TRIGGERS, *FILL):
        op.get_bind().exec_driver_sql(statement)


def _filled(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)
