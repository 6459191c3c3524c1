"""`takedown plan show`: apart from the other commands about plans, since a second person reads it again and again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from takedown.cli.context import current
from takedown.cli.options import PlanArg
from takedown.cli.reading import policy_of, reading_of, whole_desk
from takedown.cli.review_screen import difference, review_blocks
from takedown.cli.seen import shown
from takedown.clock import iso
from takedown.contract import UsageError
from takedown.display import Answer
from takedown.ledger.ids import number, plan_id
from takedown.ledger.reader import Reader
from takedown.planning.comparing import compare
from takedown.planning.demands import read_demands
from takedown.planning.listing import get_plan
from takedown.planning.looking import sample_of
from takedown.planning.showing import Policy, items, raw, review

if TYPE_CHECKING:
    from takedown.desk import Desk

app = typer.Typer()
UNMARKED = dict.fromkeys(range(0x2066, 0x206A))
"""Isolates: every one in a letter is ours, a terminal would print it as an escape, and few terminals heed it."""


class PdfOnScreen(UsageError):
    """A PDF is no text for a screen."""

    code, why, do = "TD-0606", "its bytes would garble the terminal", "takedown plan show {plan} --pdf {request} > letter.pdf"


@app.command("show")
def show(
    plan: PlanArg,
    raw_request: Annotated[
        str | None, typer.Option("--raw", metavar="R-N", help="Print the exact bytes of one request; for HTTP, the body")
    ] = None,
    diff: Annotated[
        str | None, typer.Option("--diff", metavar="PLAN", help="What this plan has that the other had not, and back")
    ] = None,
    letter: Annotated[str | None, typer.Option("--letter", metavar="R-N", help="Print the letter of a request, as text")] = None,
    pdf: Annotated[
        str | None, typer.Option("--pdf", metavar="R-N", help="Write the letter of one request as PDF/A to standard output")
    ] = None,
) -> None:
    """A plan for reviewing: counts, everything suspicious first, samples, the exact bytes, the letters."""
    reading, display = reading_of(), current().display
    with reading.ledger() as ledger:
        row = get_plan(ledger, number(plan, "P"))
        shown(reading, "plan show", (), {"plan": plan_id(row["id"]), "request": letter or pdf or raw_request, "beside": diff})
        if one := letter or pdf:
            _show_letter(whole_desk(), row["id"], one, as_pdf=letter is None)
        elif raw_request is not None:
            display.raw(raw(ledger, row["id"], number(raw_request, "R")))
        elif diff is not None:
            _show_diff(ledger, row, get_plan(ledger, number(diff, "P")))
        elif current().flags.json:
            display.show(_answer(ledger, row, policy_of(reading)))
        else:
            display.show(Answer(), *review_blocks(review(ledger, row, policy_of(reading))))


def _answer(ledger: Reader, row: Mapping[str, Any], policy: Policy) -> Answer:
    asked = read_demands(row["demands"], policy.approvals)
    named = ("digest", "requests", "cases", "state", "planner")
    summary = {"plan": plan_id(row["id"]), **{name: row[name] for name in named}, "valid_until": iso(row["valid_until"])}
    flagged = {case: list(why) for case, why in asked.flagged.items()}
    more = {"approvals": asked.approvals, "why": list(asked.why), "flagged": flagged}
    sample = list(sample_of(ledger, row, asked.sample))
    return Answer(items(ledger, row["id"]), {**summary, **more, "sample": sample}, dry_run=True)


def _show_letter(desk: Desk, plan: int, name: str, *, as_pdf: bool) -> None:
    from takedown.planning.letters import letter_of, request_in

    found, display = letter_of(desk, request_in(desk.ledger, plan, number(name, "R"))), current().display
    if not as_pdf:
        text = found.text.translate(UNMARKED) if display.out.isatty() else found.text
        display.raw(text.encode())
        if text != found.text:
            display.say("The marks that keep links and numbers in order between Urdu words are left out here; a pipe has them.")
        return
    if display.out.isatty():
        raise PdfOnScreen(plan=plan_id(plan), request=name)
    display.raw(found.pdf())


def _show_diff(ledger: Reader, new: Mapping[str, Any], old: Mapping[str, Any]) -> None:
    found = compare(ledger, old["id"], new["id"])
    data = [{"change": one.change, "case": one.case, "url": one.url, "what": one.what} for one in found]
    current().display.show(Answer(data, {"changes": len(found)}), difference(found, plan_id(old["id"]), plan_id(new["id"])))
