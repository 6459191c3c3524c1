"""`takedown portal`: what a person files by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_for
from takedown.cli.options import As, Key, OnPlatform
from takedown.cli.portal_list import facts, list_
from takedown.cli.seen import shown
from takedown.contract import UsageError, span
from takedown.delivery.portal.filing import Filed, Number
from takedown.delivery.portal.tasks import Only, left, median_seconds, to_follow
from takedown.desk import Desk
from takedown.display import Answer, Facts
from takedown.ledger.ids import number, request_id

app = typer.Typer(no_args_is_help=True)
app.command("list")(list_)

Packet = Annotated[str, typer.Argument(metavar="REQUEST", help="As in portal list: R-12")]


@app.callback()
def portal() -> None:
    """File by hand what platforms take through a form only. The tool fills, copies and records; a person files."""


@app.command("run")
def run(platform: OnPlatform = None, key: Key = None, as_name: As = None) -> int:
    """Walk through all packets: alike ones together, only what changed is shown, the next one at once.

    Enter copies the next box. A number and Enter means filed. Exit 0 when nothing is left, 8 when something is.
    """
    from takedown.cli.walking import Terminal
    from takedown.delivery.portal.walk import Walk

    context = current()
    if not context.interactive or not context.display.out.isatty() or context.flags.json:
        raise UsageError(
            what="portal run needs a terminal",
            why="it shows packets to a person and asks for the portal's numbers",
            do="takedown portal next --json, then takedown portal done REQUEST --ref NUMBER",
        )
    desk, only = desk_for("portal run", as_name, key), Only(platform)
    shown(desk, "portal run", (), {"platform": platform})
    walked = Walk(desk, Terminal(context), only).run()
    with desk.ledger.view() as view:
        waiting, owed, usual = left(view, only), len(to_follow(view)), median_seconds(view)
    told = [(str(count), word) for count, word in _counts(walked.filed, walked.skipped, walked.unsure, walked.refused) if count]
    summary = ", ".join(f"{count} {word}" for count, word in told) or "nothing filed"
    context.display.show(Answer(), Facts([("this time", summary), *_pace(walked.median, usual), ("still to file", waiting)]))
    if owed:
        context.display.say(f"{owed} were filed and their number is to follow: takedown portal list")
    context.display.next("takedown portal run" if waiting else "takedown unknown list" if walked.unsure else "takedown status")
    return 8 if waiting or walked.unsure else 0


def _counts(filed: int, skipped: int, unsure: int, refused: int) -> list[tuple[int, str]]:
    return [(filed, "filed"), (skipped, "skipped"), (unsure, "uncertain"), (refused, "refused by the portal")]


def _pace(now: float | None, usual: float | None) -> list[tuple[str, str]]:
    return [] if now is None or usual is None else [("median", f"{now:.0f} s a packet; over all walks {usual:.0f} s")]


@app.command("next")
def next_(
    request: Annotated[str | None, typer.Argument(metavar="[REQUEST]", help="This packet instead of the next one")] = None,
    platform: OnPlatform = None,
    key: Key = None,
    as_name: As = None,
) -> None:
    """Open one packet and show the whole of it; with --json for other tools. It is yours for half an hour.

    Then say what became of it: done, unsure, release or fail. Where `check_first` is true, somebody may have filed it: look at
    the portal's own list before anything else.
    """
    from takedown.cli.walking import packet_blocks
    from takedown.delivery.portal.attachments import gather
    from takedown.delivery.portal.taking import Taken, open_task, take
    from takedown.delivery.portal.visit import View

    desk, display = desk_for("portal next", as_name, key), current().display
    only = Only(platform)
    taken = Taken(open_task(desk, number(request, "R"))) if request else take(desk, only)
    waiting, task = left(desk.ledger, only), taken.task
    if task is None:
        display.show(Answer([], {"waiting": waiting}, taken.notes))
        display.say("Nothing waits to be filed by hand.")
        return
    shown(desk, "portal next", (), {"request": task.id})
    folder = gather(desk.ledger, task.request, task.attachments)
    warning = "Somebody may have filed this. Look at the portal's own list first." if task.check_first else ""
    named = [{"sha256": one.sha256, "name": one.name} for one in task.attachments]
    item = {**facts(task), **task.packet.as_dict(), "attachments": named, "folder": str(folder) if folder else None}
    view = View(task, tuple(range(len(task.packet.fields))), 0, waiting, folder, warning)
    display.show(Answer([item], {"waiting": waiting}, taken.notes), *packet_blocks(view))
    display.next(f"takedown portal done {task.id} --ref NUMBER")


@app.command("assign")
def assign_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who shall file them, as in --as")],
    requests: Annotated[list[str] | None, typer.Argument(metavar="[REQUEST]...", help="These packets")] = None,
    count: Annotated[int, typer.Option("--count", metavar="N", help="Else so many of the next ones")] = 20,
    lasting: Annotated[str, typer.Option("--for", metavar="TIME", help="How long they wait to be opened")] = "8h",
    platform: OnPlatform = None,
    key: Key = None,
    as_name: As = None,
) -> None:
    """Give packets to a person. What they have not opened in time is free again."""
    from takedown.delivery.portal.taking import assign

    try:
        seconds = span(lasting)
    except ValueError as error:
        raise UsageError(what=f"--for: {error}", why="it is a length of time", do="--for 8h") from None
    desk, display = desk_for("portal assign", as_name, key), current().display
    given = assign(desk, name, [number(one, "R") for one in requests or ()], count, Only(platform), seconds)
    display.show(Answer([{"request": request_id(one), "who": name} for one in given], {"assigned": len(given)}))
    display.say(f"{len(given)} packets are {name}'s for {lasting}.")
    display.next(f"takedown portal run --as {name}" if given else "takedown portal list")


@app.command("done")
def done_(
    request: Packet,
    ref: Annotated[str | None, typer.Option("--ref", metavar="NUMBER", help="The number that the portal gave")] = None,
    ref_later: Annotated[bool, typer.Option("--ref-later", help="It was filed; the number is to follow")] = False,
    no_ref: Annotated[bool, typer.Option("--no-ref", help="It was filed; the portal gives no number")] = False,
    evidence: Annotated[Path | None, typer.Option("--evidence", metavar="FILE", help="What shows that it was filed")] = None,
    except_: Annotated[
        list[str] | None, typer.Option("--except", metavar="CASE=WHY", help="This case was not filed; may be repeated")
    ] = None,
    key: Key = None,
    as_name: As = None,
) -> None:
    """It was filed. Given again later, --ref adds the number that was to follow."""
    from takedown.delivery.portal.attachments import keep, tidy
    from takedown.delivery.portal.filing import done

    given = [what for what, told in ((Number.GIVEN, ref is not None), (Number.LATER, ref_later), (Number.NONE, no_ref)) if told]
    if len(given) != 1:
        what = "say one of --ref NUMBER, --ref-later, --no-ref"
        raise UsageError(what=what, why="the portal's number is the receipt", do=f"takedown portal done {request} --ref NUMBER")
    desk, ident = desk_for("portal done", as_name, key), number(request, "R")
    proof = keep(desk.ledger, evidence) if evidence else ""
    done(desk, ident, Filed(given[0], ref or "", proof, dict(_excepted(one) for one in except_ or ())))
    tidy(desk.ledger, ident)
    _told(request_id(ident), "sent", f"{request_id(ident)} counts as filed.")


def _excepted(text: str) -> tuple[int, str]:
    case, equals, why = text.partition("=")
    if not equals or not why.strip():
        raise UsageError(what=f"--except {text}", why="it names a case and why it was not filed", do='--except "C-12=WHY"')
    return number(case, "C"), why.strip()


@app.command("unsure")
def unsure_(
    request: Packet,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What happened")] = "",
    key: Key = None,
    as_name: As = None,
) -> None:
    """It may have been filed. Nobody files it again before it is known."""
    from takedown.delivery.portal.filing import unsure

    desk = desk_for("portal unsure", as_name, key)
    _say(desk, request, lambda desk, ident: unsure(desk, ident, reason), "unknown", "counts as uncertain.")


@app.command("release")
def release_(
    request: Packet,
    not_filed: Annotated[bool, typer.Option("--not-filed", help="You opened it, and you know that you did not file it")] = False,
    key: Key = None,
    as_name: As = None,
) -> None:
    """Give a packet back; the next submit or portal run hands it over again."""
    from takedown.delivery.portal.filing import release

    desk = desk_for("portal release", as_name, key)
    _say(desk, request, lambda desk, ident: release(desk, ident, not_filed=not_filed), "approved", "is given back.")


@app.command("fail")
def fail_(
    request: Packet,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What the portal says")],
    key: Key = None,
    as_name: As = None,
) -> None:
    """The portal would not take it, for good."""
    from takedown.delivery.portal.filing import fail

    desk = desk_for("portal fail", as_name, key)
    _say(desk, request, lambda desk, ident: fail(desk, ident, reason), "refused", "counts as refused by the platform.")


def _say(desk: Desk, request: str, act: Callable[[Desk, int], None], state: str, words: str) -> None:
    from takedown.delivery.portal.attachments import tidy

    ident = number(request, "R")
    act(desk, ident)
    tidy(desk.ledger, ident)
    _told(request_id(ident), state, f"{request_id(ident)} {words}")


def _told(name: str, state: str, words: str) -> None:
    display = current().display
    display.show(Answer([{"request": name, "delivery": state}]))
    display.say(words)
    display.next("takedown unknown list" if state == "unknown" else "takedown portal next")
