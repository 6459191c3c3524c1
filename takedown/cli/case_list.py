"""`takedown case list`: apart from the other commands about cases, since it needs next to nothing of what they load."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from takedown.cli.context import current
from takedown.cli.options import Batch, installed
from takedown.cli.reading import batch_in, reading_of
from takedown.cli.seen import shown as noted
from takedown.display import Answer, Column, Lines, Table, words
from takedown.report.differing import DIFFERING
from takedown.report.listing import Filter, count, listed

app = typer.Typer()
ON_A_TERMINAL = 50
COLUMNS = (
    Column("reference"), Column("case"), Column("platform"), Column("target"), Column("our side"), Column("platform says"),
    Column("we saw", 1), Column("receipt", 2), Column("changed", 3),
)  # fmt: skip


@app.command("list")
def list_(
    delivery: Annotated[
        str | None, typer.Option("--delivery", metavar="V", help="Our side: draft, sent, unknown, operator ...")
    ] = None,
    claimed: Annotated[
        str | None, typer.Option("--claimed", metavar="V", help="Platform says: removed, declined, none ...")
    ] = None,
    observed: Annotated[
        str | None, typer.Option("--observed", metavar="V", help="We saw: available, gone, none (not looked) ...")
    ] = None,
    withdrawal: Annotated[
        str | None, typer.Option("--withdrawal", metavar="V", help="Withdrawn, open or closed: requested, sent, restored ...")
    ] = None,
    platform: Annotated[str | None, typer.Option("--platform", metavar="NAME", help="Only this platform")] = None,
    batch: Batch = None,
    pending: Annotated[bool, typer.Option("--pending", help="Delivered, without a final answer, not seen gone")] = False,
    differs: Annotated[
        str | None, typer.Option("--differs", metavar="V", help=f"What is not as it should be: {', '.join(DIFFERING)}")
    ] = None,
    proposed: Annotated[bool, typer.Option("--proposed", help="Gone, and there again: returns that wait for a person")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="Closed cases instead of open ones")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N")] = None,
    every: Annotated[bool, typer.Option("--all", help="No limit; a terminal shows 50 without it")] = False,
) -> None:
    """List open cases."""
    reading = reading_of()
    platform, which = platform and platform.lower(), None if proposed else closed
    chosen = Filter(
        delivery, claimed, observed, platform, batch_in(reading, batch), pending, which, differs, proposed, withdrawal
    )
    display = current().display
    on_screen = display.out.isatty() and not display.mode.json
    most = limit or (ON_A_TERMINAL if on_screen and not every else None)
    with reading.ledger() as ledger:
        total = count(ledger, chosen)
        if not total:
            installed(platform)  # asked only now: whether there is such a platform takes longer to find out than what is listed
        found = listed(ledger, chosen, most)
        shown = min(total, most) if most else total
        if on_screen and shown <= 10 * ON_A_TERMINAL:
            rows = list(found)
            noted(reading, "case list", [one["case"] for one in rows], _asked(chosen, batch))
            display.show(Answer(rows, {}), Table(COLUMNS, [_row(one) for one in rows]))
        else:
            noted(reading, "case list", (), {**_asked(chosen, batch), "cases": shown})
            display.show(Answer(found, {"cases": total, "shown": shown}), Lines(_line(one) for one in found))
    if not total:
        display.say("No such case.")
    if proposed and total:
        display.next("takedown case explain CASE")
    if total > shown:
        display.say(f"{total - shown:,} more; all of them: --all")


def _asked(chosen: Filter, batch: str | None) -> Mapping[str, object]:
    return {name: getattr(chosen, name) for name in chosen.__slots__} | {"batch": batch}


def _row(one: dict[str, Any]) -> list[str]:
    truths = [words(truth, one[truth]) for truth in ("delivery", "claimed", "observed")]
    if one["held"]:
        truths[0] = f"held, {truths[0]}"
    if one["doubted_at"]:
        truths[0] = f"in doubt, {truths[0]}"
    if one["withdrawal"] != "none":
        truths[0] = f"{truths[0]}, taken back"
    target = f"{one['key']} (now {one['moved_to']})" if one["moved_to"] else one["key"]
    return [one["reference"], one["case"], one["platform"], target, *truths, one["receipt"] or "", one["updated_at"][:10]]


def _line(one: dict[str, Any]) -> str:
    reference, case, platform, key, ours, theirs, seen, receipt, changed = _row(one)
    return f"{reference}  {case:<9} {platform:<10} {key}  {ours}; {theirs}; {seen}  {receipt or '-'}  {changed}"
