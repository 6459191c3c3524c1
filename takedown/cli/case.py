"""`takedown case`: list, show, explain; a person's decisions: note, close, reopen; and the steps before and after a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, cast

import typer

from takedown.cli.case_differences import accept_return, dismiss_, release_, rename_
from takedown.cli.case_steps import first_step, next_step
from takedown.cli.context import current
from takedown.cli.desk import batch_of, desk_of
from takedown.cli.options import As, Batch
from takedown.contract import UsageError
from takedown.desk import Desk
from takedown.display import Answer, Block, Column, Facts, Lines, Prose, Table, words
from takedown.ledger.cases import REASONS, Changed, close, note, reopen
from takedown.ledger.ids import case_id, number, plan_id
from takedown.report.cases import Dossier, Filter, as_item, count, dossier, listed
from takedown.report.contradictions import DIFFERS
from takedown.report.story import Story, day, tell

app = typer.Typer(no_args_is_help=True, help="List, show, explain, note, close and reopen cases.")
app.command("first-step")(first_step)
app.command("next-step")(next_step)
app.command("rename")(rename_)
app.command("release")(release_)
app.command("accept-return")(accept_return)
app.command("dismiss")(dismiss_)
ON_A_TERMINAL = 50
COLUMNS = (
    Column("reference"), Column("case"), Column("platform"), Column("target"), Column("our side"), Column("platform says"),
    Column("we saw", 1), Column("receipt", 2), Column("changed", 3),
)  # fmt: skip

CaseId = Annotated[str, typer.Argument(metavar="CASE", help="As C-12")]


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
    platform: Annotated[str | None, typer.Option("--platform", metavar="P")] = None,
    batch: Batch = None,
    pending: Annotated[bool, typer.Option("--pending", help="Delivered, without a final answer, not seen gone")] = False,
    differs: Annotated[
        str | None, typer.Option("--differs", metavar="V", help=f"What is not as it should be: {', '.join(DIFFERS)}")
    ] = None,
    proposed: Annotated[bool, typer.Option("--proposed", help="Gone, and there again: returns that wait for a person")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="Closed cases instead of open ones")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N")] = None,
    every: Annotated[bool, typer.Option("--all", help="No limit; a terminal shows 50 without it")] = False,
) -> None:
    """List open cases."""
    desk = desk_of()
    which = None if proposed else closed
    chosen = Filter(delivery, claimed, observed, platform, batch_of(desk, batch), pending, which, differs, proposed)
    display = current().display
    on_screen = display.out.isatty() and not display.mode.json
    most = limit or (ON_A_TERMINAL if on_screen and not every else None)
    with desk.ledger.read() as db:
        total = count(db, chosen)
        found = listed(db, chosen, most)
        shown = min(total, most) if most else total
        if on_screen and shown <= 10 * ON_A_TERMINAL:
            rows = list(found)
            display.show(Answer(rows, {}), Table(COLUMNS, [_row(one) for one in rows]))
        else:
            display.show(Answer(found, {"cases": total, "shown": shown}), Lines(_line(one) for one in found))
    if not total:
        display.say("No such case.")
    if proposed and total:
        display.next("takedown case explain CASE")
    if total > shown:
        display.say(f"{total - shown:,} more; all of them: --all")


@app.command()
def show(case: CaseId) -> None:
    """Show everything that is known of a case."""
    _, file = _read(case)
    current().display.show(Answer([as_item(file)], {}), *_sheet(file))


@app.command()
def explain(case: CaseId) -> None:
    """Tell why a case stands where it stands, what happens next, and what a person can do."""
    desk, file = _read(case)
    pack = desk.packs.get(file.row["basis"])
    story = tell(file, pack.patience_seconds if pack else None, desk.clock.now())
    steps = [{"what": step.what, "do": step.do} for step in story.can]
    item = {"case": case_id(file.row["id"]), "story": list(story.so_far), "next": story.next, "can": steps}
    current().display.show(Answer([item], {}), *_told(story))


@app.command("note")
def note_(case: CaseId, text: Annotated[str, typer.Argument(metavar="TEXT")], as_name: As = None) -> None:
    """Append a dated line to a case's notes; no request carries them."""
    desk = desk_of(as_name)
    ident = number(case, "C")
    note(desk.ledger, ident, text, desk.who)
    current().display.show(Answer([{"case": case_id(ident)}], {"noted": 1}), Prose(f"{case_id(ident)}: noted"))


@app.command("close")
def close_(
    case: CaseId,
    why: Annotated[str, typer.Option("--as", metavar="WHY", help=" | ".join(REASONS))],
) -> None:
    """Close a case: done, or not to be followed any more. `reopen` undoes it. Who closes it: TAKEDOWN_AS or your user name."""
    if why not in REASONS:
        raise UsageError(
            what=f"--as {why!r} is no reason", why=f"known are {', '.join(REASONS)}", do=f"takedown case close {case} --as done"
        )
    desk = desk_of()
    _changed(close(desk.ledger, number(case, "C"), why, desk.who), f"closed as {why}", why)


@app.command("reopen")
def reopen_(case: CaseId, as_name: As = None) -> None:
    """Open a closed case again, unless another open one asks for the same."""
    desk = desk_of(as_name)
    _changed(reopen(desk.ledger, number(case, "C"), desk.who), "open again", "")


def _changed(done: Changed, what: str, why: str) -> None:
    display, ident = current().display, case_id(done.case)
    if done.plan:
        display.warn(f"{plan_id(done.plan)} holds {ident} unsent and is stale now; it will not be sent as it is")
    if done.delivered == "operator":
        display.warn(f"the packet with {ident} is still on the list of what is to be filed by hand")
    display.show(
        Answer([{"case": ident, "closed": why, "stale_plan": plan_id(done.plan) if done.plan else None}], {}),
        Prose(f"{ident}: {what}"),
    )
    if done.plan:
        display.next(f"takedown plan discard {plan_id(done.plan)} && takedown plan")


def _read(case: str) -> tuple[Desk, Dossier]:
    desk = desk_of()
    with desk.ledger.read() as db:
        return desk, dossier(db, number(case, "C"))


def _row(one: dict[str, Any]) -> list[str]:
    truths = [words(truth, one[truth]) for truth in ("delivery", "claimed", "observed")]
    return [one["reference"], one["case"], one["platform"], one["key"], *truths, one["receipt"] or "", one["updated_at"][:10]]


def _line(one: dict[str, Any]) -> str:
    reference, case, platform, key, ours, theirs, seen, receipt, changed = _row(one)
    return f"{reference}  {case:<9} {platform:<10} {key}  {ours}; {theirs}; {seen}  {receipt or '-'}  {changed}"


def _told(story: Story) -> Iterator[Block]:
    yield Prose("\n".join(story.so_far))
    yield Prose(f"\n{story.next}")
    if story.can:
        yield Prose("")
        yield Facts([(step.what, step.do) for step in story.can], "A person can")


def _sheet(file: Dossier) -> Iterator[Block]:
    item = as_item(file)
    titles = {"delivery": "our side", "claimed": "platform says", "observed": "we saw"}
    first = ("reference", "case", "batch", "file", "platform", "kind", "key", "url")
    rest = (
        "basis", "follows", "followed_by", "measure", "organisation", "territory", "reason", "proportionality", "platform_id",
        "language", "followers", "first_seen", "withdrawal", "closed", "sent_at", "imported_at", "updated_at", "notes",
    )  # fmt: skip
    pairs = [(name, _shown(item[name])) for name in first]
    pairs += [(title, words(truth, item[truth])) for truth, title in titles.items()]
    pairs += [(name.replace("_", " "), _shown(item[name])) for name in rest] + [(k, str(v)) for k, v in item["fields"].items()]
    pairs += [("evidence", f"{one['sha256'][:12]} {one['name']}") for one in item["evidence"]]
    yield Facts([(name, value) for name, value in pairs if value and value != "none"])
    for table in _tables(file, item):
        yield Prose("")
        yield table


def _tables(file: Dossier, item: dict[str, Any]) -> Iterator[Table]:
    if item["references"]:
        rows = [[one["organisation"], one["reference"], one["added_at"][:10]] for one in item["references"]]
        yield Table([Column("organisation"), Column("reference"), Column("added")], rows, "Reported too by")
    if file.requests:
        columns = [
            Column("request"),
            Column("plan"),
            Column("channel"),
            Column("state"),
            Column("our reference"),
            Column("receipt", 1),
            Column("detail", 2),
        ]
        yield Table(columns, [_request_row(one) for one in item["requests"]], "Requests")
        tries = [
            [one["request"], t["number"], t["started_at"], t["outcome"], t["detail"]]
            for one in item["requests"]
            for t in one["attempts"]
        ]
        columns = [Column("request"), Column("attempt", number=True), Column("at"), Column("ended"), Column("detail", 1)]
        if tries:
            yield Table(columns, tries, "Attempts")
    if file.claims:
        rows = [
            [
                day(one["recorded_at"]),
                words("claimed", one["value"]),
                one["ground"],
                one["territory"],
                one["source"],
                one["reason"],
            ]
            for one in file.claims
        ]
        columns = [Column("learned"), Column("says"), Column("ground"), Column("where"), Column("source", 1), Column("words", 2)]
        yield Table(columns, rows, "What the platform said")


def _request_row(one: dict[str, Any]) -> list[str]:
    kind = "" if one["purpose"] == "removal" else f" ({one['purpose']})"
    return [
        one["request"] + kind,
        one["plan"],
        one["channel"],
        words("delivery", one["state"]),
        one["reference"],
        one["receipt"],
        one["detail"],
    ]


def _shown(value: Any) -> str:
    return ", ".join(map(str, cast("list[Any]", value))) if isinstance(value, list) else "" if value is None else str(value)
