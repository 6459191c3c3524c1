"""The desk behind a command, and the signature of the person at it."""

from __future__ import annotations

from dataclasses import replace
from getpass import getpass
from pathlib import Path

from takedown.acting import Sign, act, chosen, owner
from takedown.agent import agent_keys, sign_with_agent
from takedown.approval import Approver, KeyPair, NotAnApprover, Signature, open_key
from takedown.cli.context import current
from takedown.contract import UsageError
from takedown.desk import Desk, open_desk
from takedown.ledger.ids import number
from takedown.policy.signed import signers


def desk_of(as_name: str | None = None) -> Desk:
    """Open the configured ledger for the acting person. Raises what `open_desk` raises."""
    context = current()
    return open_desk(context.load_config(), context.acting(as_name))


def desk_for(what: str, as_name: str | None = None, key: Path | None = None) -> Desk:
    """The desk for a command that records what a person decided. `what`: the command's words, as in "case note".

    In the sandbox who acts is the name, or whose the given key is. In live it is the key, the name is what the policy calls its
    owner, and what is recorded is signed (`takedown.ledger.acts`). Raises NoKey, UnknownKey, StrangeKey, NotAnApprover,
    SeveralKeys and what `in_force` raises.
    """
    return with_key(desk_of(as_name), what, as_name, key)


def with_key(desk: Desk, what: str, as_name: str | None = None, key: Path | None = None) -> Desk:
    """As `desk_for`, of a desk that is open."""
    if not desk.live:
        return signing(desk, as_name, key) if key else desk
    who, with_it = _holder(desk, as_name, key)
    return act(desk, who, what, with_it)


def signing(desk: Desk, as_name: str | None, key: Path | None) -> Desk:
    """The desk with whoever's key is about to sign a text, such as a plan's digest. Raises what `_holder` does."""
    return replace(desk, who=_holder(desk, as_name, key)[0].name)


def _holder(desk: Desk, as_name: str | None, key: Path | None) -> tuple[Approver, Sign]:
    """Whose key is used, by the policy, and how it signs: the key file's, or the agent's.

    A key that the policy gives to nobody leaves the name in the sandbox as it was said. Raises NoKey, StrangeKey, NotAnApprover,
    SeveralKeys, and in live UnknownKey.
    """
    people, wanted = signers(desk.policy), current().said(as_name)
    if file := own_key(desk, key):
        pair = opened(file)
        if not desk.live and pair.key not in {one.key for one in people}:
            return Approver(desk.who, pair.key), pair.sign
        return owner(people, pair.key, wanted), pair.sign
    who = chosen(people, agent_keys(), wanted, desk.who)
    return who, lambda text: sign_with_agent(who.key, text)


def own_key(desk: Desk, key: Path | None) -> Path | None:
    """The key file that was given, else the configured one; None leaves it to an ssh-agent."""
    configured = desk.settings.signing.key
    return key or (desk.config.path(configured) if configured else None)


def batch_of(desk: Desk, given: str | None) -> int | None:
    """The number behind `--batch B-N`. Raises NoSuchBatch, UsageError."""
    if given is None:
        return None
    ident = number(given, "B")
    with desk.ledger.view() as view:
        view.known_batch(ident)
    return ident


def sign(desk: Desk, key: Path | None, text: str) -> Signature:
    """`desk.who`'s signature, with the key file or by an ssh-agent that holds a key of that name. Raises NoKey."""
    if file := own_key(desk, key):
        return opened(file).sign(text)
    allowed = signers(desk.policy)
    own = [one for one in allowed if one.name == desk.who]
    if not own:
        raise NotAnApprover(name=desk.who, known=", ".join(sorted({one.name for one in allowed})) or "nobody")
    return sign_with_agent(own[0].key, text)


def opened(file: Path) -> KeyPair:
    """The key in the file. Raises NoKey, UsageError."""
    keys = current().keys
    if file not in keys:
        keys[file] = open_key(file, lambda: passphrase(file))
    return keys[file]


def passphrase(key: Path) -> str:
    """Asked on the terminal. Raises UsageError where there is none."""
    if not current().interactive:
        raise UsageError(what=f"{key} has a passphrase", why="there is no terminal to ask on", do="load the key with ssh-add")
    return getpass(f"Passphrase of {key}: ")
