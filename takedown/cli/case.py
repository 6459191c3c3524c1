"""`takedown case`: list, show, explain; a person's decisions: note, close, reopen; and the steps before and after a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, cast

import typer

from takedown.cli.case_differences import accept_return, dismiss_, release_, rename_
from takedown.cli.case_list import list_
from takedown.cli.case_redress import notify, renew_
from takedown.cli.case_steps import first_step, next_step
from takedown.cli.context import current
from takedown.cli.desk import desk_for, desk_of
from takedown.cli.options import As, Key
from takedown.cli.seen import shown
from takedown.clocks.cases import clocks_of
from takedown.contract import UsageError
from takedown.desk import Desk
from takedown.display import Answer, Block, Column, Facts, Prose, Table, words
from takedown.ledger.cases import Changed, close, note, reopen
from takedown.ledger.ids import case_id, number, plan_id
from takedown.ledger.states import REASONS
from takedown.report.ahead import day
from takedown.report.cases import Dossier, as_item, dossier
from takedown.report.story import Story, tell

app = typer.Typer(no_args_is_help=True, help="List, show, explain, note, close and reopen cases.")
app.command("list")(list_)
app.command("first-step")(first_step)
app.command("notify")(notify)
app.command("renew")(renew_)
app.command("next-step")(next_step)
app.command("rename")(rename_)
app.command("release")(release_)
app.command("accept-return")(accept_return)
app.command("dismiss")(dismiss_)
CaseId = Annotated[str, typer.Argument(metavar="CASE", help="As C-12")]


@app.command()
def show(case: CaseId) -> None:
    """Show everything that is known of a case."""
    desk, file = _read(case)
    shown(desk, "case show", [case_id(file.row["id"])])
    current().display.show(Answer([as_item(file)], {}), *_sheet(file))


@app.command()
def explain(case: CaseId) -> None:
    """Tell why a case stands where it stands, what happens next, and what a person can do."""
    desk, file = _read(case)
    shown(desk, "case explain", [case_id(file.row["id"])])
    pack = desk.packs.get(file.row["basis"])
    now = desk.clock.now()
    clocks = clocks_of(pack.clocks, file.row, file.claims, now) if pack else ()
    story = tell(file, pack.patience_seconds if pack else None, now, clocks)
    steps = [{"what": step.what, "do": step.do} for step in story.can]
    item = {"case": case_id(file.row["id"]), "story": list(story.so_far), "next": story.next, "can": steps}
    current().display.show(Answer([item], {}), *_told(story))


@app.command("note")
def note_(case: CaseId, text: Annotated[str, typer.Argument(metavar="TEXT")], key: Key = None, as_name: As = None) -> None:
    """Append a dated line to a case's notes; no request carries them."""
    desk = desk_for("case note", as_name, key)
    ident = number(case, "C")
    note(desk.ledger, ident, text, desk.who)
    current().display.show(Answer([{"case": case_id(ident)}], {"noted": 1}), Prose(f"{case_id(ident)}: noted"))


@app.command("close")
def close_(
    case: CaseId,
    why: Annotated[str, typer.Option("--as", metavar="WHY", help=" | ".join(REASONS))],
    key: Key = None,
) -> None:
    """Close a case: done, or not to be followed any more. `reopen` undoes it. Who closes it: TAKEDOWN_AS or your user name."""
    if why not in REASONS:
        raise UsageError(
            what=f"--as {why!r} is no reason", why=f"known are {', '.join(REASONS)}", do=f"takedown case close {case} --as done"
        )
    desk = desk_for("case close", None, key)
    _changed(close(desk.ledger, number(case, "C"), why, desk.who), f"closed as {why}", why)


@app.command("reopen")
def reopen_(case: CaseId, key: Key = None, as_name: As = None) -> None:
    """Open a closed case again, unless another open one asks for the same."""
    desk = desk_for("case reopen", as_name, key)
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
    item["withdrawal"] = words("withdrawal", item["withdrawal"]) if item["withdrawal"] != "none" else ""
    pairs += [(name.replace("_", " "), _shown(item[name])) for name in rest] + [(k, str(v)) for k, v in item["fields"].items()]
    pairs += [("evidence", f"{one['sha256'][:12]} {one['name']}" + ", redacted" * ("redacts" in one)) for one in item["evidence"]]
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
