"""What can be wrong with a ledger, and names that it does not hold."""

from __future__ import annotations

from takedown.contract import IntegrityFailed, RefusedByPolicy, TakedownError, Temporary, UsageError


class NoLedger(TakedownError):
    """There is no ledger at {where}."""

    code, exit = "TD-1001", 10
    why, do = "nothing was set up here yet, or this is not the desk's folder: the one with takedown.toml", "takedown init"


class NotOpen(TakedownError):
    """The ledger {where} is there and cannot be opened: {what}."""

    code, exit = "TD-1024", 10
    why = "it or its folder is not yours to write in, which reading needs as well, or the disk is full"
    do = "look at the owner and the permissions of both (ls -la), and at the disk; then run the same command again"


class ServerAway(Temporary):
    """The ledger's server cannot be reached: {what}."""

    code = "TD-1107"
    why = "it is stopped or just starting, the network or the address is at fault, or it has too many connections"
    do = "look at the server and at [ledger] url, then run the same command again"


BUSY = ("the database system is", "too many clients", "remaining connection slots", "too many connections")


def not_connected(where: str, what: str) -> TakedownError:
    """What it means that a server could not be connected to, as libpq says it: one that answers and refuses says FATAL.

    That it starts, stops or is full is FATAL as well, and passes.
    """
    what = " ".join(what.split())
    refused = "FATAL:" in what and not any(one in what for one in BUSY)
    return NoLedger(where=f"{where} ({what})") if refused else ServerAway(what=what)


class OldLedger(TakedownError):
    """The ledger's tables are of version {found}, this program needs {needed}."""

    code, exit = "TD-1002", 10
    why, do = "the program was updated", "takedown ledger backup FILE && takedown ledger upgrade"


class NewerLedger(TakedownError):
    """The ledger's tables are of version {found}, this program knows them up to {needed}."""

    code, exit = "TD-1017", 10
    why, do = "a newer version of the program has used this ledger", "install that version, or restore a backup made before it"


def other_version(found: str, needed: str) -> TakedownError:
    """What it means that tables are not of the version that this program needs."""
    return (NewerLedger if found > needed else OldLedger)(found=found, needed=needed)


class StrangeAddress(UsageError):
    """[ledger] url begins with {scheme}://, which is no kind of ledger."""

    code, why = "TD-1014", "a ledger is a file on this machine, or a database in PostgreSQL"
    do = "write sqlite:///takedown.db or postgresql://HOST/DATABASE as url under [ledger] in takedown.toml"


class LedgerFailed(Temporary):
    """The ledger cannot be written: {what}."""

    code = "TD-1101"
    why = "nothing that is not recorded is sent"
    do = "look at the disk (space, permissions) or the server, then run the same command again"


class Locked(LedgerFailed):
    """The ledger is locked by another process: {what}."""

    code, exit = "TD-1108", 11
    why = "another command, or a program that copies files, has held it for longer than a command waits"
    do = "wait until that has ended, then run the same command again"


class ReadOnly(Temporary):
    """The ledger's server takes no writes: {what}."""

    code, why = "TD-1106", "it is a replica, or was made read-only; nothing that is not recorded is sent"
    do = "name the primary in [ledger] url; with ?host=A,B&target_session_attrs=read-write it is found after a failover too"


class TakenBack(IntegrityFailed):
    """The ledger went back in time while it was used: event {known} was committed, the newest one now is {here}."""

    code = "TD-1221"
    why = "its server failed over to a replica that did not have everything, or was restored; nothing is sent"
    do = "takedown unknown list; when all is understood, another person: takedown reconcile --as NAME"


class PooledByTransaction(TakedownError):
    """The ledger's server is behind a pooler that gives a connection to others between two transactions."""

    code, exit = "TD-1012", 10
    why = "workers listen for notices, and statements are prepared: both belong to a session"
    do = "pool_mode = session for this database, or connect to the server itself"


class WrongEnvironment(RefusedByPolicy):
    """The ledger was made for {stamped}, the configuration says {configured}."""

    code = "TD-0711"
    why, do = "what was practised must never mix with what is real", "use another ledger url for {configured}"


class NetworkDisk(TakedownError):
    """The ledger {where} lies on a network file system ({kind})."""

    code, exit = "TD-1003", 10
    why, do = "file locks there do not keep two writers apart", "put it on a local disk, or use postgresql://"


class NotSynchronous(TakedownError):
    """The ledger's server commits with synchronous_commit = {found}."""

    code, exit = "TD-1006", 10
    why, do = "a sending that was written down could be forgotten in a crash", "set synchronous_commit = on for this database"


class Unreadable(IntegrityFailed):
    """{where} is not a ledger that can be read: {what}."""

    code, why, do = "TD-1202", "the file is damaged or something else", "restore a backup: takedown ledger restore FILE"


class Damaged(IntegrityFailed):
    """The ledger's file is damaged: {what}."""

    code, why = "TD-1222", "its disk is at fault, or something wrote into the file; nothing is sent"
    do = "keep a copy of it, then takedown ledger restore FILE; without a backup, sqlite3's .recover reads what is readable"


class NoSuchCase(UsageError):
    """There is no case {case}."""

    code, why, do = "TD-0012", "it was never imported into this ledger", "takedown case list"


class NoSuchBatch(UsageError):
    """There is no batch {batch}."""

    code, why, do = "TD-0212", "it was never imported into this ledger", "takedown status"
