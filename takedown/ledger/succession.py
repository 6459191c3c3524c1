"""A server that takes another's place may lack what was committed last, and only those who committed it can tell.

So nobody begins on a lane for a while after a server first serves this ledger: time for each process that lives to see that the
server is another, and to compare. Who had a lane before goes on with it if the ledger still says so: its taking was committed
after all that went out on the lane before, and a server that has the one has the other.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

QUIET = 30.0
"""Seconds. Until a process had seen that its server's host was dead, 13.9 were measured where the old address refuses at once,
18.6 where it is silent: the next look (`delivery.watching`), a dead line that is given up (`server.CUT_OFF`), one more look, the
first of two hosts, tried in vain. The writer's own line may then take five more."""
SERVER = (
    "CAST(extract(epoch FROM pg_postmaster_start_time()) AS text) || '-'"
    " || (SELECT CAST(oid AS text) FROM pg_database WHERE datname = current_database())"
)
"""Which server this is, as SQL: another word after a restart, a failover, or once another database took the ledger's name."""


def served_by(db: Connection) -> str:
    """SERVER; empty for a file."""
    return str(db.execute(_SERVED_BY).scalar_one()) if db.dialect.name == "postgresql" else ""


def quiet(db: Connection) -> float:
    """Seconds for which nobody may begin yet; whoever first asks, in a transaction that writes, starts the time."""
    if db.dialect.name != "postgresql":
        return 0.0
    server, now, known = db.execute(_LOOK).one()
    name, _, since = (known or "").partition(" ")
    if name == server and float(since) <= float(now):  # else its clock was put right
        return max(float(since) + QUIET - float(now), 0.0)
    db.execute(_NOTED, {"server": server, "since": now})
    return QUIET


def at_home(db: Connection) -> None:
    """This ledger is made here: nobody committed anything to it elsewhere."""
    if db.dialect.name == "postgresql":
        db.execute(_NOTED, {"server": served_by(db), "since": "0"})


_SERVED_BY = text(f"SELECT {SERVER}")
_LOOK = text(
    f"SELECT {SERVER}, extract(epoch FROM clock_timestamp())::text, (SELECT value FROM meta WHERE name = 'server')"  # noqa: S608 -- a constant
)
_NOTED = text(
    "INSERT INTO meta (name, value) VALUES ('server', :server || ' ' || :since)"
    " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
