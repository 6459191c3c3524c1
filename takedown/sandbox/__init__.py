"""Stand-in platforms on loopback, for demo, training and tests. Their journal, not the tool's ledger, is the truth."""

from takedown.sandbox.behaviour import NOT_TAKEN, Behaviour, Decisions, Fault, by_quota
from takedown.sandbox.journal import read_journal
from takedown.sandbox.server import Sandbox

__all__ = ["NOT_TAKEN", "Behaviour", "Decisions", "Fault", "Sandbox", "by_quota", "read_journal"]
