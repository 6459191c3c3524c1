"""What can be wrong with a ledger, and names that it does not hold."""

from __future__ import annotations

from takedown.contract import IntegrityFailed, RefusedByPolicy, TakedownError, Temporary, UsageError


class NoLedger(TakedownError):
    """There is no ledger at {where}."""

    code, exit = "TD-1001", 10
    why, do = "nothing was set up here yet", "takedown init"


class OldLedger(TakedownError):
    """The ledger's tables are of version {found}, this program needs {needed}."""

    code, exit = "TD-1002", 10
    why, do = "the program was updated", "takedown ledger backup FILE && takedown ledger upgrade"


class LedgerFailed(Temporary):
    """The ledger cannot be written: {what}."""

    code = "TD-1101"
    why = "nothing that is not recorded is sent"
    do = "look at the disk (space, permissions) or the server, then run the same command again"


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


class NoSuchCase(UsageError):
    """There is no case {case}."""

    code, why, do = "TD-0012", "it was never imported into this ledger", "takedown case list"


class NoSuchBatch(UsageError):
    """There is no batch {batch}."""

    code, why, do = "TD-0212", "it was never imported into this ledger", "takedown status"
