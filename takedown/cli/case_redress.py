"""`takedown case notify` and `renew`: whether the user was told, and measures that stand longer."""

from __future__ import annotations

from typing import Annotated

import typer

from takedown.cli.appeal import moment_of
from takedown.cli.context import current
from takedown.cli.desk import desk_for, sign
from takedown.cli.options import As, Key
from takedown.clock import iso
from takedown.contract import UsageError
from takedown.display import Answer, Facts
from takedown.ledger.ids import case_id, number
from takedown.planning.redress import TOLD_BY, renew, renewal_statement, tell_user

CasesArg = Annotated[list[str], typer.Argument(metavar="CASE ...", help="As C-12")]


def notify(
    cases: CasesArg,
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who tells the user: " + " | ".join(TOLD_BY))],
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="withheld: until when, six weeks at most")] = None,
    basis: Annotated[str, typer.Option("--basis", metavar="TEXT", help="withheld: the law that lets you")] = "",
    key: Key = None,
    as_name: As = None,
) -> None:
    """Record who tells the user, or that it is withheld for a time, on a basis; that ends by itself."""
    desk = desk_for("case notify", as_name, key)
    if by not in TOLD_BY:
        raise UsageError(what=f"--by {by!r} is nobody", why=f"known are {', '.join(TOLD_BY)}", do="--by platform")
    at = moment_of(until, "--until", desk.clock.now()) if until else None
    for one in cases:
        tell_user(desk, number(one, "C"), by, at, basis)
    said = f"withheld until {iso(at)[:10]}" if at and by == "withheld" else f"told by the {by}"
    items = [{"case": case_id(number(one, "C")), "user": by, "until": iso(at) if at else None} for one in cases]
    current().display.show(Answer(items, {"cases": len(items)}), Facts([(str(one["case"]), said) for one in items]))


def renew_(
    cases: CasesArg,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="Until when it stands; a year at most")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is still needed")],
    key: Key = None,
    as_name: As = None,
) -> None:
    """Let measures stand longer: the signature of a person who did not plan them."""
    desk = desk_for("case renew", as_name, key)
    numbers, at = [number(one, "C") for one in cases], moment_of(until, "--until", desk.clock.now())
    signature = sign(desk, key, renewal_statement(desk, numbers, at)) if desk.policy.approvals else None
    renew(desk, numbers, at, reason, signature)
    items = [{"case": case_id(one), "until": iso(at)} for one in numbers]
    current().display.show(
        Answer(items, {"cases": len(items)}), Facts([(case_id(n), f"stands until {iso(at)[:10]}") for n in numbers])
    )
