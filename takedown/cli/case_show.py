"""`takedown case show` and `explain`: apart from the other commands about cases, which load far more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, cast

import typer

from takedown.cli.context import current
from takedown.cli.reading import reading_of
from takedown.cli.seen import shown
from takedown.clocks.cases import clocks_of
from takedown.display import Answer, Block, Column, Facts, Prose, Table, words
from takedown.ledger.ids import case_id, number
from takedown.report.ahead import day
from takedown.report.cases import Dossier, as_item, dossier
from takedown.report.story import Story, tell

app = typer.Typer()
CaseId = Annotated[str, typer.Argument(metavar="CASE", help="As C-12")]


@app.command()
def show(case: CaseId) -> None:
    """Show everything that is known of a case."""
    file = _read(case, "case show")
    current().display.show(Answer([as_item(file)], {}), *_sheet(file))


@app.command()
def explain(case: CaseId) -> None:
    """Tell why a case stands where it stands, what happens next, and what a person can do."""
    file, reading = _read(case, "case explain"), reading_of()
    limits, now = reading.limits(file.row["basis"]), reading.clock.now()
    clocks = clocks_of(limits.clocks, file.row, file.claims, now) if limits else ()
    story = tell(file, limits.patience if limits else None, now, clocks)
    steps = [{"what": step.what, "do": step.do} for step in story.can]
    item = {"case": case_id(file.row["id"]), "story": list(story.so_far), "next": story.next, "can": steps}
    current().display.show(Answer([item], {}), *_told(story))


def _read(case: str, what: str) -> Dossier:
    reading = reading_of()
    with reading.ledger() as ledger:
        file = dossier(ledger, number(case, "C"))
    shown(reading, what, [case_id(file.row["id"])])
    return file


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
