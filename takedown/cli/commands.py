"""Every command: where it lives and its line in the help, in the order of the work.

A module defines `app`, a `typer.Typer`. An entry is the app's command of that name, or else the whole app as a group
(one with a single command needs an `@app.callback()` to stay a group). A command returns None or its exit code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Entry(NamedTuple):
    """`apart`: commands of a group that have a module of their own, always a group, and are loaded without the rest of it."""

    name: str
    module: str
    help: str
    apart: Mapping[str, str] = {}


SECTIONS: dict[str, tuple[Entry, ...]] = {
    "Set up": (
        Entry("init", "takedown.cli.init", "Write takedown.toml and the ledger; ends with doctor"),
        Entry("doctor", "takedown.cli.init", "Look at configuration, credentials, ledger, channels; sends nothing"),
        Entry("config", "takedown.cli.config", "Show the configuration and where each value comes from"),
        Entry("auth", "takedown.cli.auth", "Secrets: where each comes from, test, set, remove"),
        Entry("sandbox", "takedown.cli.sandbox", "Stand-in platforms on this machine, for training"),
        Entry("policy", "takedown.cli.policy", "Who must sign, limits, protected lists; the oversight's signature"),
        Entry("packs", "takedown.cli.packs", "Legal packs: list, show, lint, check a batch, sign a review"),
        Entry("platforms", "takedown.cli.platforms", "What each platform accepts: channels, settings, sources, dates"),
    ),
    "Prepare": (
        Entry("recognise", "takedown.cli.recognise", "Say what each URL points to, or why it is refused"),
        Entry("import", "takedown.cli.import_", "Import a batch: CSV, XLSX or JSON Lines"),
        Entry(
            "plan",
            "takedown.cli.plan",
            "The dry run: freeze what would be sent; show, list, discard",
            {"list": "takedown.cli.plan_list", "show": "takedown.cli.plan_show"},
        ),
        Entry("approve", "takedown.cli.approve", "Sign a plan as its second person"),
        Entry("reject", "takedown.cli.approve", "Reject a plan, or take cases out of it"),
    ),
    "Send": (
        Entry("submit", "takedown.cli.submit", "Send an approved plan; run it again to resume"),
        Entry("work", "takedown.cli.work", "Be a worker of a fleet (PostgreSQL)"),
        Entry("resubmit", "takedown.cli.resubmit", "Remind of what is pending, plan anew what failed; for cron"),
        Entry(
            "portal",
            "takedown.cli.portal",
            "File by hand what portals take from people only",
            {"list": "takedown.cli.portal_list"},
        ),
        Entry(
            "unknown",
            "takedown.cli.unknown",
            "Sendings that may have arrived: list, decide",
            {"list": "takedown.cli.unknown_list"},
        ),
        Entry("withdraw", "takedown.cli.withdraw", "Take cases back, sent or not; reviewed afterwards"),
        Entry("answer", "takedown.cli.answer", "Answer what a platform asked, in the same thread"),
        Entry("question", "takedown.cli.question", "Close a question that needs no answer"),
        Entry(
            "appeal",
            "takedown.cli.appeal",
            "Appeals, and what is due of redress and review",
            {"list": "takedown.cli.appeal_list"},
        ),
        Entry(
            "review",
            "takedown.cli.review",
            "A second person's look at what one person sent",
            {"list": "takedown.cli.review_list"},
        ),
        Entry("halt", "takedown.cli.submit", "Stop all sending at once"),
        Entry("unhalt", "takedown.cli.submit", "Let sending go on; needs a second person"),
    ),
    "Follow": (
        Entry("status", "takedown.cli.status", "Where everything stands, what needs a person, the next command"),
        Entry("sync", "takedown.cli.sync", "Ask platforms what became of requests"),
        Entry(
            "inbox",
            "takedown.cli.inbox",
            "What platforms answered by mail: add, list, show, match, accept",
            {"list": "takedown.cli.inbox_list", "show": "takedown.cli.inbox_show"},
        ),
        Entry("claim", "takedown.cli.claim", "Record by hand what a platform says: add, import"),
        Entry("verify", "takedown.cli.verify", "Look for ourselves whether targets are still there"),
        Entry("sight", "takedown.cli.verify", "Record a check by eye, with its evidence"),
        Entry(
            "case",
            "takedown.cli.case",
            "List, show, explain, note, close and reopen cases",
            {"list": "takedown.cli.case_list", "show": "takedown.cli.case_show", "explain": "takedown.cli.case_show"},
        ),
        Entry("report", "takedown.cli.report", "What became of it: honest rates, how fast, trend; as a page"),
        Entry("export", "takedown.cli.export", "Write cases, deadlines, and what the public may read, to files"),
    ),
    "Keep": (
        Entry("audit", "takedown.cli.audit", "Check that the record is what was recorded", {"access": "takedown.cli.access"}),
        Entry("handover", "takedown.cli.handover", "Give what a person was assigned to another, for leave"),
        Entry(
            "evidence",
            "takedown.cli.evidence",
            "Hold, release, remove what is over, erase a person",
            {"list": "takedown.cli.evidence_list"},
        ),
        Entry("reconcile", "takedown.cli.audit", "Go on after the ledger was taken back in time"),
        Entry("ledger", "takedown.cli.ledger", "Upgrade, back up, restore, move the ledger"),
    ),
}

COMMANDS = {entry.name: entry for entries in SECTIONS.values() for entry in entries}

MEANT: Mapping[str, str] = {
    "help": "takedown --help, or takedown COMMAND --help",
    "version": "takedown --version",
    "list": "takedown case list",
    "cases": "takedown case list",
    "show": "takedown case show CASE, or takedown plan show PLAN",
    "history": "takedown case explain CASE",
    "log": "takedown case explain CASE",
    "send": "takedown submit PLAN",
    "resume": "takedown submit PLAN",
    "delete": "takedown withdraw CASE --reason TEXT",
    "cancel": "takedown plan discard PLAN, or takedown withdraw CASE --reason TEXT",
    "check": "takedown import FILE --check, or takedown doctor",
    "backup": "takedown ledger backup FILE",
    "restore": "takedown ledger restore FILE",
    "pending": "takedown case list --pending",
    "who": "takedown audit access --case CASE",
}
"""Commands that there are not, by the words with which they are looked for, and what is meant."""
