"""`takedown submit`, `halt` and `unhalt`: everything that makes or stops sending."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_of, sign, with_key
from takedown.cli.flags import TO_THE_END
from takedown.cli.options import As, Batch, Key
from takedown.cli.verify import tell_noticed
from takedown.cli.wording import plural
from takedown.contract import TakedownError, UsageError, span
from takedown.delivery.deliver import Delivered, deliver, standing
from takedown.delivery.halting import halt, halt_statement, unhalt, unhalt_statement
from takedown.desk import Desk
from takedown.display import Answer, Cell, Column, Prose, Styled, Table
from takedown.ledger.ids import case_id, number, plan_id
from takedown.outcomes.before_sending import look_before
from takedown.outcomes.withdraw import TakenBack, go_on

if TYPE_CHECKING:
    from takedown.fleet.handing import Handed

app = typer.Typer()
WAIT = "30s"
COUNTS = ("sent", "unknown", "refused", "operator", "retry_later", "remaining")
WORDS = {
    "sent": "sent",
    "operator": "to file by hand",
    "retry_later": "to be tried again",
    "unknown": "sending uncertain",
    "refused": "refused",
    "remaining": "not tried yet",
}


def seconds(text: str, flag: str) -> float:
    try:
        return span(text)
    except ValueError as error:
        raise UsageError(what=f"{flag}: {error}", why="it is a length of time", do=f"{flag} 30s") from None


@app.command("submit")
def submit(
    plan: Annotated[str | None, typer.Argument(metavar="PLAN")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="Send at most so many requests")] = None,
    wait: Annotated[
        str | None,
        typer.Option("--wait", metavar="[TIME]", help="How long to wait for what may go out later, 30s; --fleet: to the end"),
    ] = None,
    batch: Batch = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only plan: the same as `takedown plan`")] = False,
    fleet: Annotated[bool, typer.Option("--fleet", help="Let the workers send it (PostgreSQL); --wait follows them")] = False,
    as_name: As = None,
) -> int:
    """Send an approved plan. Run it again to resume; it never sends a request twice.

    Exits: 0 all sent, 3 some refused, 4 credentials, 5 run it again later, 7 not approved, 8 a person is needed.
    """
    desk = desk_of(as_name)
    if dry_run:
        from takedown.cli.plan import plan_cases  # planning loads slowly, and what is sent was planned before
        from takedown.planning.selection import Selection

        return plan_cases(desk, Selection(number(batch, "B") if batch else None))
    if plan is None:
        raise UsageError(what="no plan was named", why="only an approved plan is sent", do="takedown plan list")
    if fleet:
        return _hand(desk, number(plan, "P"), limit, wait)
    patience = seconds(wait or WAIT, "--wait")
    lanes = current().display.lanes()
    try:
        looked = look_before(desk, number(plan, "P"), lanes)
        done = deliver(desk, number(plan, "P"), wait=patience, limit=limit, progress=lanes)
        tell_withdrawn(go_on(desk, patience, lanes))
    finally:
        lanes.done()
    code = show_delivered(done)
    tell_noticed(looked)
    return code or (8 if looked.held or looked.renamed else 0)


def tell_withdrawn(found: Iterable[TakenBack]) -> None:
    """Withdrawals that had waited for their requests' sending to end."""
    for one in found:
        if one.done.withdrawing:
            names = ", ".join(map(case_id, one.done.withdrawing))
            current().display.warn(f"{names}: was to be taken back while it was being sent; it is being withdrawn now")
        if one.why:
            current().display.warn(one.why)


def _hand(desk: Desk, plan: int, limit: int | None, wait: str | None) -> int:
    """Hand over, and follow if asked: 0 once handed over, or the exit of what came of it."""
    from takedown.fleet.handing import follow, hand  # the engine is an extra
    from takedown.fleet.seeing import fleet

    if limit is not None:
        raise UsageError(what="--limit is for sending from here", why="workers send all of a plan", do="leave out --limit")
    display, name = current().display, plan_id(plan)
    lanes = display.lanes()
    try:
        looked = look_before(desk, plan, lanes)
        handed, seen = hand(desk, plan), fleet(desk)
        if seen is None or not seen.depth.workers:
            display.warn("no worker is there: takedown work")
        patience = float("inf") if wait == TO_THE_END else seconds(wait or "0s", "--wait")
        done = follow(desk, handed, patience, lanes) if wait is not None else None
    finally:
        lanes.done()
    code = show_delivered(done) if done else _show_handed(handed, standing(desk, plan), name)
    tell_noticed(looked)
    return code or (8 if looked.held or looked.renamed else 0)


def _show_handed(handed: Handed, done: Delivered, name: str) -> int:
    summary = {"plan": name, **{word: getattr(done, word) for word in COUNTS}, "handed": handed.requests}
    told = f"{plural(handed.requests, 'request')} of {name} handed to the workers."
    current().display.show(Answer([], summary), Prose(told if handed.requests else f"Nothing of {name} is left for workers."))
    current().display.next("takedown status" if handed.requests else _next(done, name))
    return 0


def show_delivered(done: Delivered) -> int:
    """What happened, what failed, and a command that can be pasted."""
    display, name = current().display, plan_id(done.plan)
    summary = {"plan": name, **{word: getattr(done, word) for word in COUNTS}, "stopped": dict(done.stopped or {})}
    rows = [_row(word, int(getattr(done, word))) for word in WORDS if getattr(done, word)]
    display.show(Answer([], summary), Table([Column("requests"), Column("", number=True)], rows, name))
    for lane, why in (done.stopped or {}).items():
        display.warn(f"{lane} stopped: {why}")
    for lane in done.busy:
        display.warn(f"{lane}: another process is sending")
    display.next(_next(done, name))
    return done.exit


def _row(word: str, count: int) -> list[Cell]:
    return [WORDS[word], Styled(str(count), "red") if word in {"refused", "unknown"} else count]


def _next(done: Delivered, name: str) -> str:
    if done.stopped:
        return "takedown doctor --online"
    if done.retry_later or done.remaining or done.signal:
        return f"takedown submit {name}"
    if done.operator:
        return "takedown portal run"
    return "takedown unknown list" if done.unknown else "takedown sync"


Oversight = Annotated[
    Path | None,
    typer.Option("--oversight", metavar="FILE", help="The oversight's OpenSSH key, when it is the one who acts"),
]


@app.command("halt")
def halt_(
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why")] = "halted by hand",
    oversight: Oversight = None,
    key: Key = None,
    as_name: As = None,
) -> None:
    """Stop every lane before its next write. One person is enough; the oversight can do it too.

    Anybody can: without a key that can be used it is recorded and shown as unsigned.
    """
    desk = desk_of(as_name)
    if oversight:
        halt(desk, reason, sign(desk, oversight, halt_statement(desk.ledger.setting("ledger"), reason)))
    else:
        _brake(desk, reason, as_name, key)
    current().display.say("Sending is halted everywhere. What was being written may still be answered.")
    current().display.next("takedown unhalt --as NAME --key FILE")


def _brake(desk: Desk, reason: str, as_name: str | None, key: Path | None) -> None:
    """Signed where a key is at hand; but no lost key, gone agent or broken policy keeps anybody from stopping."""
    try:
        acting = with_key(desk, "halt", as_name, key)
    except TakedownError as error:
        halt(desk, reason, unsigned=error.message)
        current().display.warn(f"Nobody's key stands behind this halt: {error.message}")
    else:
        halt(acting, reason)


@app.command("unhalt")
def unhalt_(key: Key = None, oversight: Oversight = None, as_name: As = None) -> int:
    """Let sending go on: a second person's signature, not of the one who halted; and the oversight's where it halted.

    Exits 8 while the other of the two has not let go.
    """
    desk, display = desk_of(as_name), current().display
    statement = unhalt_statement(desk)
    if not oversight:
        desk = with_key(desk, "unhalt", as_name, key)
    given = sign(desk, oversight, statement) if oversight else None
    own = sign(desk, key, statement) if desk.policy.approvals and not oversight else None
    if left := unhalt(desk, own, given):
        display.say(f"Noted. Sending stays halted until {left} lets go as well.")
        display.next("takedown unhalt --as NAME --key FILE" if oversight else "takedown unhalt --oversight FILE")
        return 8
    display.say("Sending may go on.")
    return 0
