"""`takedown verify` and `takedown sight`: what we saw ourselves, by probes and by eye."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_for, desk_of
from takedown.cli.options import As, Key, OnPlatform
from takedown.cli.wording import plural
from takedown.contract import SIGHTED, UsageError
from takedown.display import Answer, Facts, words
from takedown.ledger.ids import case_id, number
from takedown.outcomes.verify import Verified, sight, verify

app = typer.Typer()


@app.command("verify")
def verify_(
    due: Annotated[bool, typer.Option("--due", help="Only what should be looked at by now; made for cron")] = False,
    platform: OnPlatform = None,
    as_name: As = None,
) -> int:
    """Look at public pages whether targets are still there. Nothing is sent, no login is used.

    Run it once before sending: what was never seen available is never counted as gone. Gone counts after two looks at least an
    hour apart. Exits: 0 done, 5 look again later, 8 a person is needed (something came back, or no control is set).
    """
    desk = desk_of(as_name)
    lanes = current().display.lanes()
    try:
        done = verify(desk, platform, lanes, due=due)
    finally:
        lanes.done()
    display = current().display
    display.show(Answer(list(_items(done)), _summary(done)), Facts([*_facts(done)]))
    for name, why in (done.unset | done.uncontrolled).items():
        display.warn(f"{name}: could not check anything, since {why}")
    for name, reasons in done.by_eye.items():
        for why, count in reasons.items():
            display.warn(f"{name}: {plural(count, 'case')} not looked at: {why}")
    for lane in done.busy:
        display.warn(f"{lane}: another process is looking")
    if done.returned:
        display.warn(f"there again after they were gone: {', '.join(done.returned[:10])}")
    tell_noticed(done)
    odd = [*done.held, *done.renamed, *done.returned]
    display.next(f"takedown case explain {odd[0]}" if odd else "takedown report")
    return done.exit


def tell_noticed(done: Verified) -> None:
    """Say which cases are held, and which targets have another name."""
    if done.held:
        current().display.warn(f"held, nothing is sent for them: {', '.join(done.held[:10])}")
    for case, url in list(done.renamed.items())[:10]:
        current().display.warn(f"{case} has another name now: {url}")


def _items(done: Verified) -> Iterator[dict[str, Any]]:
    for one in done.changes:
        yield {"case": case_id(one.case), "was": one.was or "none", "observed": one.now}


def _summary(done: Verified) -> dict[str, Any]:
    return {
        "looked": done.looked,
        "seen": {value: done.values[value] for value in SIGHTED},
        "changed": len(done.changes),
        "returned": done.returned,
        "held": done.held,
        "renamed": done.renamed,
        "later": done.later,
        "uncontrolled": done.unset | done.uncontrolled,
        "not_looked_at": {name: dict(reasons) for name, reasons in done.by_eye.items()},
    }


def _facts(done: Verified) -> Iterator[tuple[str, int]]:
    yield "looked at", done.looked
    yield from ((f"  {words('observed', value)}", done.values[value]) for value in SIGHTED if done.values[value])
    yield "cases that changed", len(done.changes)
    if done.later:
        yield "not now, the platform asked for rest", done.later


@app.command("sight")
def sight_(
    case: Annotated[str, typer.Argument(metavar="CASE", help="As in case list: C-12")],
    value: Annotated[str, typer.Option("--value", metavar="V", help=f"What was seen: {', '.join(SIGHTED)}")],
    country: Annotated[str, typer.Option("--from", metavar="PK", help="The country that you looked from")],
    evidence: Annotated[Path, typer.Option("--evidence", metavar="FILE", help="A screenshot or a saved page; kept by sha256")],
    key: Key = None,
    as_name: As = None,
) -> None:
    """Record a check by eye, for what no probe can be trusted with. It says who and when, and counts as by hand."""
    if value not in SIGHTED:
        raise UsageError(
            what=f"--value {value!r} is nothing that can be seen",
            why=f"known are {', '.join(SIGHTED)}",
            do="takedown sight CASE --value gone --from PK --evidence FILE",
        )
    if not re.fullmatch(r"[A-Za-z]{2}", country):
        raise UsageError(what=f"--from {country!r} is not a country", why="two letters, ISO 3166", do="--from PK")
    desk, ident = desk_for("sight", as_name, key), number(case, "C")
    change = sight(desk, ident, value, country.upper(), evidence)
    display = current().display
    item = {"case": case_id(ident), "value": value, "changed": change is not None, "by": desk.who}
    display.show(Answer([item], item), Facts([(case_id(ident), words("observed", value))]))
    if change and change.came_back:
        display.warn(f"{case_id(ident)} is there again after it was gone")
    display.next(f"takedown case explain {case_id(ident)}")
