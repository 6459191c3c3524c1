"""A server keeps count of its cases too: each statement appends what it changed, so that no writer waits for another's count.

Now and then one of them puts together what was appended. A count is the sum of its rows.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from takedown.ledger.migrations.versions.v0016_counts import ALIKE, ASKED, COUNTED, SAYS, SEES, WEEK

revision = "0019"
down_revision = "0018"

SELDOM, MANY = 0.002, 4_000
"""The share of changes after which all is put together; of more rows than that, which takes longer, more seldom."""
KEYS, KINDS = ", ".join(COUNTED), ", ".join(ALIKE)


def on_a_server(sql: str) -> str:
    """Its CAST would round; what is cast is never negative."""
    return sql.replace("CAST(", "floor(").replace(" AS INTEGER)", ")::bigint")


def codes(part: str, more: str = "") -> str:
    """Three codes of each case in a table. `more`: a further column."""
    three = ", ".join(on_a_server(code) for code in (SAYS, SEES, WEEK))
    return f"SELECT id, {KINDS}, unnest(ARRAY[{three}]) AS code{more} FROM {part} WHERE {ASKED}"  # noqa: S608


def appended(come: str, go: str) -> str:
    """What a statement brought and took away: tables of rows as they are now, as they were, or neither."""
    by = [(come, 1), (go, -1)]
    rows = " UNION ALL ".join(f"SELECT {KEYS}, {n} AS n FROM {part}" for part, n in by if part)  # noqa: S608
    times = " UNION ALL ".join(codes(part, f", {n} AS n") for part, n in by if part)
    each = (("case_counts", KEYS, rows), ("case_times", f"{KINDS}, code", times))
    return " ".join(
        f"INSERT INTO {table} SELECT {keys}, sum(n) FROM ({part}) AS changed GROUP BY {keys} HAVING sum(n) <> 0;"  # noqa: S608
        for table, keys, part in each
    )


def together(table: str, keys: str) -> str:
    return f"""WITH gone AS (DELETE FROM {table} RETURNING *)
        INSERT INTO {table} SELECT {keys}, sum(count) FROM gone GROUP BY {keys} HAVING sum(count) <> 0;"""  # noqa: S608


LANGUAGE = "LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off"
"""Whoever writes may look for tables elsewhere. Compiling such statements takes seventy milliseconds, and they are small."""
FOLD = f"""CREATE OR REPLACE FUNCTION fold_case_counts() RETURNS void {LANGUAGE} AS $$ BEGIN
    IF random() * (SELECT count(*) FROM case_times) < {MANY}
       AND pg_try_advisory_xact_lock(hashtext('takedown case_counts')) THEN
        {together("case_counts", KEYS)}
        {together("case_times", f"{KINDS}, code")}
    END IF;
  END $$"""  # noqa: S608 -- names of ours


def function(name: str, come: str, go: str) -> str:
    return f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger {LANGUAGE} AS $$ BEGIN
        {appended(come, go)}
        IF random() < {SELDOM} THEN PERFORM fold_case_counts(); END IF;
        RETURN NULL;
      END $$"""


def trigger(name: str, when: str, tables: str) -> str:
    return f"CREATE TRIGGER {name} AFTER {when} ON cases REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"


COME, GONE = "NEW TABLE AS come", "OLD TABLE AS gone"
MADE = (
    f"CREATE VIEW case_codes AS {codes('cases')}",
    FOLD,
    function("case_counted", "come", ""), trigger("case_counted", "INSERT", COME),
    function("case_recounted", "come", "gone"), trigger("case_recounted", "UPDATE", f"{COME} {GONE}"),
    function("case_uncounted", "", "gone"), trigger("case_uncounted", "DELETE", GONE),
    f"INSERT INTO case_counts SELECT {KEYS}, count(*) FROM cases GROUP BY {KEYS}",  # noqa: S608
    f"INSERT INTO case_times SELECT {KINDS}, code, count(*) FROM case_codes GROUP BY {KINDS}, code",  # noqa: S608
)  # fmt: skip


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for name, words, code in (("case_counts", COUNTED, []), ("case_times", ALIKE, ["code"])):
        columns = [*(_filled(word, sa.Text()) for word in words), *(_filled(word, sa.BigInteger()) for word in code)]
        op.create_table(name, *columns, _filled("count", sa.BigInteger()))
        op.execute(f"ALTER TABLE {name} REPLICA IDENTITY FULL")  # without a key, one that is published could lose no row
    for statement in MADE:
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


def _filled(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)
