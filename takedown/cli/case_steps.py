"""`takedown case first-step` and `next-step`: cases of one target that follow each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_for
from takedown.cli.import_ import setting_of
from takedown.cli.options import As, Key
from takedown.cli.wording import plural
from takedown.contract import UsageError
from takedown.desk import Desk
from takedown.display import Answer, Facts
from takedown.intake.steps import Made, Said, known_columns, make_first, make_next
from takedown.ledger.cases import no_such
from takedown.ledger.ids import case_id, number
from takedown.ledger.tables import cases
from takedown.planning.steps import needed_step

CaseIds = Annotated[list[str], typer.Argument(metavar="CASE ...", help="As C-12")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="COLUMN=VALUE", help="What the new case says instead of the old one; may be repeated"),
]


def first_step(named: CaseIds, set_: Set = None, key: Key = None, as_name: As = None) -> None:
    """Make the case that a platform wants answered first, as X does under its own rules, and link the named one to it."""
    desk = desk_for("case first-step", as_name, key)
    needed = {ident: _needed(desk, ident) for ident in _numbers(named)}
    said = Said({}, Path.cwd())
    for basis in dict.fromkeys(needed.values()):
        said = said_for(desk, basis, set_)
    made = make_first(desk.ledger, setting_of(desk), needed, said)
    _show(made, "{case} waits for {other} under {basis}", "first")
    current().display.next("takedown plan " + " ".join(f"--case {case_id(one.other)}" for one in made[:5]))


def next_step(
    named: CaseIds,
    basis: Annotated[str, typer.Option("--basis", metavar="PACK", help="What the target is asked for under now")],
    set_: Set = None,
    key: Key = None,
    as_name: As = None,
) -> None:
    """Ask again under another basis, after the platform declined: makes a case that follows the named one."""
    desk = desk_for("case next-step", as_name, key)
    desk.packs[basis]  # raises where there is no such pack
    made = make_next(desk.ledger, setting_of(desk), _numbers(named), basis, said_for(desk, basis, set_))
    _show(made, "{other} under {basis} follows {case}", "next")
    current().display.next("takedown plan " + " ".join(f"--case {case_id(one.other)}" for one in made[:5]))


def _numbers(named: list[str]) -> list[int]:
    return list(dict.fromkeys(number(one, "C") for one in named))


def _needed(desk: Desk, ident: int) -> str:
    with desk.ledger.read() as db:
        row = db.execute(cases.select().where(cases.c.id == ident)).mappings().first()
    if row is None:
        no_such(ident)
    if (basis := needed_step(desk, row["platform"], row["basis"])) is None:
        title = desk.platform(row["platform"]).title
        raise UsageError(
            what=f"{case_id(ident)} needs no first step",
            why=f"{title} asks for none before {row['basis']} over this channel",
            do=f"takedown plan; or, after an answer: takedown case next-step {case_id(ident)} --basis PACK",
        )
    return basis


def said_for(desk: Desk, basis: str, given: list[str] | None) -> Said:
    known, values = known_columns(setting_of(desk), basis), dict[str, str]()
    for one in given or []:
        column, equals, value = one.partition("=")
        if not equals or column.strip() not in known:
            raise UsageError(
                what=f"--set {one!r} names no column of a further step",
                why=f"columns are {', '.join(known)}",
                do='--set reason="..."',
            )
        values[column.strip()] = value.strip()
    return Said(values, Path.cwd())


def _show(made: list[Made], sentence: str, which: str) -> None:
    items = [{"case": case_id(m.case), "other": case_id(m.other), "basis": m.basis, "made": m.made} for m in made]
    pairs = [
        (case_id(m.other), sentence.format(case=case_id(m.case), other=case_id(m.other), basis=m.basis)
         + ("" if m.made else " (it was in the ledger)"))
        for m in made
    ]  # fmt: skip
    title = plural(len(made), f"{which} step")
    current().display.show(Answer(items, {"cases": len(made), "made": sum(m.made for m in made)}), Facts(pairs, title))
