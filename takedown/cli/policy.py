"""`takedown policy`: the rules in force, and the key that signs them in live."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from takedown.approval import Signature, approvers, armored, fingerprint, public_key, sign_with_file
from takedown.cli.context import current
from takedown.cli.desk import desk_for, desk_of, passphrase, sign
from takedown.cli.options import As, Key
from takedown.contract import UsageError
from takedown.display import Answer, Cell, Column, Facts, Prose, Table
from takedown.ledger.oversight import pinned, rotation_statement
from takedown.planning.oversight import adopt, rotate
from takedown.planning.quality import OURS, of, precision, review, review_statement
from takedown.planning.showing import in_force
from takedown.policy.schema import Power
from takedown.policy.signed import NAMESPACE, changes, doubts, flaw, read_policy, signature_file, signers, unfit

app = typer.Typer(no_args_is_help=True)
PolicyFile = Annotated[Path, typer.Argument(metavar="FILE")]
Oversight = Annotated[Path, typer.Option("--key", metavar="FILE", help="The oversight's OpenSSH Ed25519 key")]
LISTS = (
    "approvers",
    "planners",
    "officers",
    "addresses",
    "protected",
    "signals",
    "conflicts",
    "powers",
    "destinations",
    "plugins",
)


@app.callback()
def policy() -> None:
    """Who must sign, how much a day may hold, whose words are protected. In live it is a file that the oversight key signed."""


@app.command("show")
def show() -> None:
    """The policy in force, where it comes from, and who signs."""
    desk, display = desk_of(), current().display
    held, key = desk.in_force, pinned(desk.ledger)
    people = [[one.name, "approver", one.fingerprint] for one in approvers(held.policy.approvers)]
    people += [[one.name, "planner", one.fingerprint] for one in approvers(held.policy.planners)]
    people += [[one.name, "officer", one.fingerprint] for one in approvers(held.policy.officers)]
    facts: list[tuple[str, Cell]] = [("from", held.origin), ("sha256", held.hash)]
    facts.append(("oversight key", fingerprint(key) if key else "none was adopted"))
    values = [(name, value) for name, value in held.policy.model_dump(mode="json").items() if name not in LISTS]
    facts += ((name, _told(value)) for name, value in values)
    facts += (("protected list", one) for one in in_force(held.policy))
    facts += ((f"may send ({name})", ", ".join(places)) for name, places in held.policy.destinations.items())
    facts += ((f"called to emergencies ({name})", address) for name, address in held.policy.addresses.items())
    facts += ((f"plugin {name}", digest) for name, digest in held.policy.plugins.items())
    facts += (("power", _power(one)) for one in held.policy.powers)
    data = {"origin": held.origin, "sha256": held.hash, "oversight": fingerprint(key) if key else None}
    answer = Answer([{**held.policy.model_dump(mode="json")}], data)
    table = Table([Column("name"), Column("acts as"), Column("key", 1)], people)
    display.show(answer, Facts(facts), table if people else Prose("Nobody may sign: approvers is empty."))


@app.command("check")
def check(file: PolicyFile) -> int:
    """Read a policy file: is it one, would live take it, and is it signed?"""
    desk, display = desk_of(), current().display
    read, text = read_policy(file)
    signers(read)
    found = unfit(read, desk.clock.now())
    if why := flaw(file, text, pinned(desk.ledger)):
        found.append(why)
    items = [{"problem": one} for one in found]
    display.show(Answer(items, {"file": str(file), "problems": len(found)}, doubts(read)))
    for one in found:
        display.warn(one)
    display.say(f"{file} is a policy" + (", which live would not take." if found else " that live takes."))
    return 7 if found else 0


@app.command("sign")
def sign_(file: PolicyFile, key: Oversight) -> None:
    """Sign a policy file as its oversight. `ssh-keygen -Y sign -n takedown-policy` does the same."""
    display = current().display
    _, text = read_policy(file)
    signature = _by(key, text, NAMESPACE)
    beside = signature_file(file)
    beside.write_text(armored(signature, NAMESPACE), encoding="ascii")
    display.show(Answer([], {"signature": str(beside), "key": fingerprint(signature.key)}))
    display.say(f"{beside} holds the signature of {fingerprint(signature.key)}. Plans made under another policy are stale now.")


@app.command("diff")
def diff(file: PolicyFile) -> None:
    """What a policy file would change."""
    desk, display = desk_of(), current().display
    read, _ = read_policy(file)
    found = changes(desk.policy, read)
    data = [{"key": key, "now": was, "then": then} for key, was, then in found]
    columns = [Column("key"), Column("now"), Column("then")]
    table = Table(columns, [[*one] for one in found], f"{file} beside the policy in force")
    display.show(Answer(data, {"changes": len(found)}), table if found else Prose("Nothing would change."))


@app.command("adopt")
def adopt_(
    public: Annotated[Path, typer.Argument(metavar="PUB", help="The oversight's public key, as in oversight.pub")],
    as_name: As = None,
) -> None:
    """Pin the oversight key, once. Its private half belongs to somebody outside the desk."""
    desk, display = desk_of(as_name), current().display
    key = _public(public)
    adopt(desk, key)
    display.show(Answer([], {"oversight": fingerprint(key)}))
    display.say(f"Policies of this ledger are those that {fingerprint(key)} signs.")
    display.next(f"takedown policy sign {desk.settings.oversight.policy} --key FILE")


@app.command("rotate")
def rotate_(
    public: Annotated[Path, typer.Argument(metavar="PUB", help="The new oversight key")], key: Oversight, as_name: As = None
) -> None:
    """Put another oversight key in the place of the one before, which signs for it."""
    desk, display = desk_of(as_name), current().display
    new = _public(public)
    text = rotation_statement(desk.ledger.setting("ledger"), pinned(desk.ledger), new)
    rotate(desk, new, _by(key, text))
    display.show(Answer([], {"oversight": fingerprint(new)}))
    display.say(f"The oversight key is {fingerprint(new)} now; the policy has to be signed anew.")


@app.command("precision")
def precision_() -> None:
    """How often platforms agreed with each organisation since its last review."""
    desk, display = desk_of(), current().display
    found = precision(desk)
    data = [
        {"organisation": one.organisation, "granted": one.won, "decided": one.decided, "at_least": round(one.low, 4),
         "floor": one.floor, "stopped": one.too_low, "reviewed": one.reviewed or None}
        for one in found
    ]  # fmt: skip
    columns = [Column("organisation"), Column("granted", number=True), Column("decided", number=True), Column("surely"),
               Column("asked for", 1), Column("", 0), Column("reviewed", 2)]  # fmt: skip
    rows = [
        [one.organisation or OURS, one.won, one.decided, f"{one.low:.0%}", f"{one.floor:.0%}", "stopped" if one.too_low else "",
         one.reviewed]
        for one in found
    ]  # fmt: skip
    display.show(Answer(data, {"organisations": len(found)}), Table(columns, rows) if found else Prose("Nothing is decided yet."))


@app.command("review")
def review_(
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What was found, and what changes; it is kept")],
    organisation: Annotated[str, typer.Argument(metavar="[ORGANISATION]", help="As in the column organisation")] = "",
    own: Annotated[bool, typer.Option("--own", help="The authority itself")] = False,
    key: Key = None,
    as_name: As = None,
) -> None:
    """Record that an approver looked at an organisation's declined requests; it may go on, and is counted anew."""
    if own == bool(organisation):
        raise UsageError(what="say whose work was looked at", why="one review is about one", do="ORGANISATION, or --own")
    desk, display = desk_for("policy review", as_name, key), current().display
    one = of(desk, organisation)
    text = review_statement(desk.ledger.setting("ledger"), one)
    review(desk, one, reason, sign(desk, key, text) if desk.policy.approvals else None)
    display.show(Answer([], {"organisation": organisation, "granted": one.won, "decided": one.decided}))
    display.say(f"{desk.who} reviewed the work of {organisation or OURS}; its decisions are counted anew.")


def _power(one: Power) -> str:
    who = ", ".join(name or OURS for name in one.organisations)
    until = f", until {one.valid_until}" if one.valid_until else ""
    return f"{one.law} ({one.basis}): {who}; {', '.join(one.platforms) or 'every platform'}; {', '.join(one.territories)}{until}"


def _by(key: Path, text: str, namespace: str | None = None) -> Signature:
    return sign_with_file(key, text, lambda: passphrase(key), *([namespace] if namespace else []))


def _public(file: Path) -> str:
    try:
        return public_key(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            what=f"{file} is not a public key: {why}", why="it is one line: ssh-ed25519 AAAA...", do="give KEY.pub"
        ) from None


def _told(value: Any) -> str:
    return ", ".join(map(str, cast("list[Any]", value))) if isinstance(value, list) else "none" if value is None else str(value)
