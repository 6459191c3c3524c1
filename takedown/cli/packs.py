"""`takedown packs`: the legal packs, what they ask, what of them is not verified, and who has vouched for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from takedown.approval import Approver, approvers
from takedown.cli.context import current
from takedown.cli.desk import desk_for, desk_of, sign
from takedown.cli.options import As, Key
from takedown.cli.packs_sheet import brief, law, live_word, sheet
from takedown.cli.wording import plural
from takedown.contract import TakedownError
from takedown.desk import ChannelBarred, Desk
from takedown.display import Answer, Block, Cell, Column, Prose, Table, words
from takedown.intake.sanctions import read_sanctions
from takedown.ledger.ids import batch_id, number
from takedown.ledger.moves import State
from takedown.ledger.tables import cases
from takedown.notices import Fault, Packs, Problem, check_templates, read_packs
from takedown.planning.designations import WORDS, look_up, record
from takedown.planning.drafting import LeftOut
from takedown.planning.fitting import Fit, Tally, fits, tally
from takedown.planning.reviewed_packs import review_text, sign_pack, standing
from takedown.planning.steps import waiting
from takedown.settings import Config

app = typer.Typer(no_args_is_help=True, help="Legal packs: list, show, lint, check a batch or a sanctions list, sign a review.")
PackId = Annotated[str, typer.Argument(metavar="PACK", help="As pk-peca-37")]
FEW = 50
"""Cases that `check` lists one by one."""


@app.command("list")
def list_() -> None:
    """Every pack: what it is, where it is from, whether its law was verified and who reviewed it."""
    config = current().load_config()
    packs = _readable(config)
    allowed = _allowed(config)
    found = [(pack, standing(config, pack, allowed)) for pack in packs.values()]
    columns = [Column("pack"), Column("what it is"), Column("instrument"), Column("where", 1), Column("its text"),
               Column("origin", 2), Column("in live")]  # fmt: skip
    rows: list[list[Cell]] = [
        [pack.id, pack.title, pack.instrument, pack.jurisdiction, law(pack), pack.origin, live_word(held)] for pack, held in found
    ]
    items = [brief(pack, held) for pack, held in found]
    verified = sum(pack.verified for pack in packs.values())
    current().display.show(Answer(items, {"packs": len(items), "verified": verified}), Table(columns, rows))


@app.command()
def show(pack: PackId) -> None:
    """Everything that a pack says: law, columns, clocks, redress, texts, and what of it is not verified."""
    config = current().load_config()
    chosen = _readable(config)[pack]
    held = standing(config, chosen, _allowed(config))
    item = {**brief(chosen, held), **chosen.model_dump(mode="json", exclude={"texts", "file"})}
    item |= {"required_columns": chosen.required_columns, "texts": sorted(path for path, _ in chosen.texts)}
    current().display.show(Answer([item], {}), *sheet(chosen, held))


def _allowed(config: Config) -> list[Approver]:
    """Who may vouch for a pack. In live the ledger knows whose policy counts; without one nobody is known."""
    if config.settings.environment == "sandbox":
        return approvers(config.settings.policy.approvers)
    try:
        return approvers(desk_of().policy.approvers)
    except TakedownError as error:
        current().display.warn(error.message)
        return []


@app.command()
def lint(
    folder: Annotated[Path | None, typer.Argument(metavar="[FOLDER]", help="A folder of packs; default [packs] folder")] = None,
) -> int:
    """Read every pack, compile its texts and try them on invented cases. Exit 6 when something is wrong."""
    folders = [folder] if folder else _folders(current().load_config())
    packs, faults = read_packs(folders)
    found: list[Fault] = [*faults, *(fault for pack in packs.values() for fault in check_templates(pack))]
    items = [{"file": one.file, "field": one.field, "what": one.what, "do": one.do} for one in found]
    columns = [Column("file"), Column("where"), Column("what"), Column("do", 1)]
    table = Table(columns, [[one.file, one.field, one.what, one.do] for one in found])
    display = current().display
    display.show(Answer(items, {"packs": len(packs), "faults": len(found)}), *([table] if found else []))
    display.say(f"{plural(len(found), 'fault')}; a pack with a fault is not used" if found else f"all sound: {', '.join(packs)}")
    return 6 if found else 0


@app.command()
def check(batch: Annotated[str, typer.Argument(metavar="B-N", help="As B-1")]) -> int:
    """Say which packs the cases of a batch could meet, and what is missing. Exit 8 when a case lacks something for its own."""
    desk, display = desk_of(), current().display
    ident = number(batch, "B")
    with desk.ledger.read() as db:
        found = list(fits(db, desk.packs, ident))
        wait = _waiting(desk, db, ident)
    tallies = tally(found, desk.packs)
    lacking = [fit for fit in found if not fit.stands]
    summary = {
        "batch": batch_id(ident), "cases": len(found), "incomplete": len(lacking), "waiting": len(wait),
        "packs": {one.pack: {"complete": one.complete, "missing": dict(one.lacking)} for one in tallies},
    }  # fmt: skip
    columns = [Column("pack"), Column("complete", number=True), Column("missing in the others", 1)]
    table = Table(
        columns, [[one.pack, one.complete, _lacking(one)] for one in tallies], f"{len(found)} cases of {batch_id(ident)}"
    )
    display.show(Answer(map(_fit, found), summary), table, *_shortfalls(lacking), *_one_by_one(found))
    for one in wait[:10]:
        display.say(f"{one.case} is not asked for yet: {one.why}")
    for fit in lacking[:10]:
        display.say(f"{fit.case.id} is not complete for {fit.case.basis}: {_why(fit)}")
    if lacking:
        display.next("takedown case list" if len(lacking) > 10 else f"takedown case show {lacking[0].case.id}")
    return 8 if lacking else 0


def _waiting(desk: Desk, db: Connection, batch: int) -> list[LeftOut]:
    """The cases of a batch whose platform wants another step first; none where a channel cannot be used anyway."""
    unplanned = (cases.c.batch == batch, cases.c.closed == "", cases.c.delivered == State.DRAFT.value)
    try:
        return [one for _, one in waiting(desk, db, unplanned)]
    except ChannelBarred:
        return []


@app.command()
def designations(
    file: Annotated[Path, typer.Argument(metavar="LIST.xml|csv", help="Your own copy of the consolidated list")],
    as_name: As = None,
) -> int:
    """Look the entries of a sanctions list up again that open cases rest on. Exit 8 when one was changed or is gone."""
    desk, display = desk_of(as_name), current().display
    listed = read_sanctions(file)
    found = look_up(desk, listed)
    record(desk, hashlib.sha256(file.read_bytes()).hexdigest(), listed, found)
    shown = [one for one in found if one.person]
    items = [{**asdict(one), "standing": one.standing.value, "needs_person": one.person} for one in found]
    dated = f"{listed.dated}" if listed.dated else None
    summary = {"dated": dated, "entries": len(listed.entries), "cases": len(found), "need_person": len(shown)}
    columns = [Column("case"), Column("reference", 1), Column("entry"), Column("rests on"), Column("our side", 2), Column("what")]
    rows: list[list[Cell]] = [
        [one.case, one.reference, one.entry, one.version, words("delivery", one.delivery), WORDS[one.standing]] for one in shown
    ]
    display.show(Answer(items, summary), *([Table(columns, rows)] if shown else []))
    made = f"made on {dated}" if dated else "without a date of its own"
    counted = f"{plural(len(found), 'open case')} rest on one, {len(shown)} for a person"
    display.say(f"{len(listed.entries):,} entries, a list {made}; {counted}")
    if shown:
        display.next(f"takedown case show {shown[0].case}")
    return 8 if shown else 0


@app.command("sign")
def sign_(pack: PackId, key: Key = None, as_name: As = None) -> None:
    """Sign for a pack that you have read against the law, as one of policy.approvers. Live uses it from then on."""
    desk, display = desk_for("packs sign", as_name, key), current().display
    chosen = desk.packs[pack]
    file = sign_pack(desk, chosen, sign(desk, key, review_text(chosen)))
    display.show(Answer([{"pack": chosen.id, "fingerprint": chosen.fingerprint, "by": desk.who, "file": file}], {}))
    display.say(f"{desk.who} signed for {chosen.id} as it is now ({chosen.fingerprint[:12]}): {file}")


def _folders(config: Config) -> list[Path]:
    folder = config.settings.packs.folder
    return [config.path(folder)] if folder else []


def _readable(config: Config) -> Packs:
    """The sound packs; a warning for each fault in the others."""
    packs, faults = read_packs(_folders(config))
    for fault in faults:
        current().display.warn(str(fault))
    return packs


def _lacking(one: Tally) -> str:
    return ", ".join(f"{name} ({count})" for name, count in one.lacking.items())


def _fit(fit: Fit) -> dict[str, Any]:
    return {
        "case": fit.case.id, "reference": fit.case.reference, "basis": fit.case.basis, "complete": fit.stands,
        "meets": fit.meets, "missing": {pack: [_problem(one) for one in found] for pack, found in fit.lacks.items() if found},
    }  # fmt: skip


def _problem(one: Problem) -> dict[str, str]:
    return {"column": one.field, "why": one.why, "fix": one.fix}


def _why(fit: Fit) -> str:
    lacks = fit.lacks.get(fit.case.basis)
    return "there is no such pack any more" if lacks is None else ", ".join(one.field for one in lacks)


def _shortfalls(lacking: Sequence[Fit]) -> Iterator[Block]:
    """What cases lack for the basis that they name, alike together, with what to do about it."""
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for fit in lacking:
        for one in fit.lacks.get(fit.case.basis, ()):
            alike.setdefault((fit.case.basis, one.field, one.why, one.fix), []).append(fit.case.id)
    if alike:
        columns = [Column("basis"), Column("column"), Column("why"), Column("do", 1), Column("cases", 2)]
        rows: list[list[Cell]] = [[*facts, _some(cases)] for facts, cases in alike.items()]
        yield Prose("")
        yield Table(columns, rows, "Missing for their own basis")


def _one_by_one(found: Sequence[Fit]) -> Iterator[Block]:
    if 0 < len(found) <= FEW:
        columns = [Column("case"), Column("reference", 1), Column("basis"), Column("complete"), Column("could also go under", 2)]
        rows: list[list[Cell]] = [
            [fit.case.id, fit.case.reference, fit.case.basis, "yes" if fit.stands else "no",
             ", ".join(pack for pack in fit.meets if pack != fit.case.basis) or "nothing else"]
            for fit in found
        ]  # fmt: skip
        yield Prose("")
        yield Table(columns, rows, "Case by case")


def _some(cases: Sequence[str]) -> str:
    return ", ".join(cases[:5]) + (f" and {len(cases) - 5:,} more" if len(cases) > 5 else "")
