"""The desk behind a command, and the signature of the person at it."""

from __future__ import annotations

from getpass import getpass
from pathlib import Path

from takedown.approval import NotAnApprover, Signature, sign_with_agent, sign_with_file
from takedown.cli.context import current
from takedown.contract import UsageError
from takedown.desk import Desk, open_desk
from takedown.ledger.ids import number
from takedown.policy.signed import signers
from takedown.report.cells import known_batch


def desk_of(as_name: str | None = None) -> Desk:
    """Open the configured ledger for the acting person. Raises what `open_desk` raises."""
    context = current()
    return open_desk(context.load_config(), context.acting(as_name))


def batch_of(desk: Desk, given: str | None) -> int | None:
    """The number behind `--batch B-N`. Raises NoSuchBatch, UsageError."""
    if given is None:
        return None
    ident = number(given, "B")
    with desk.ledger.read() as db:
        known_batch(db, ident)
    return ident


def sign(desk: Desk, key: Path | None, text: str) -> Signature:
    """`desk.who`'s signature, with the key file or by an ssh-agent that holds a key of that name. Raises NoKey."""
    if key is not None:
        return sign_with_file(key, text, lambda: passphrase(key))
    allowed = signers(desk.policy)
    own = [one for one in allowed if one.name == desk.who]
    if not own:
        raise NotAnApprover(name=desk.who, known=", ".join(sorted({one.name for one in allowed})) or "nobody")
    return sign_with_agent(own[0].key, text)


def passphrase(key: Path) -> str:
    """Asked on the terminal. Raises UsageError where there is none."""
    if not current().interactive:
        raise UsageError(what=f"{key} has a passphrase", why="there is no terminal to ask on", do="load the key with ssh-add")
    return getpass(f"Passphrase of {key}: ")
