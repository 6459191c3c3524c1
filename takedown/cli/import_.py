"""`takedown import`: a batch comes in."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import batch_of, desk_of, with_key
from takedown.cli.options import As, Key
from takedown.cli.wording import plural
from takedown.contract import UsageError
from takedown.desk import Desk, open_desk
from takedown.display import Answer, Column, Facts, Table
from takedown.intake import Imported, ImportOptions, Profile, Setting, find_profile, import_file, load_profile
from takedown.intake.batch import known_columns
from takedown.ledger.errors import NoLedger
from takedown.ledger.setup import create

app = typer.Typer()
SHOWN = 25


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, XLSX or JSON Lines")],
    rejects: Annotated[
        Path | None, typer.Option("--rejects", metavar="FILE", help="Take the good rows; write the others there")
    ] = None,
    profile: Annotated[str | None, typer.Option("--profile", metavar="P", help="A profile that maps foreign headers")] = None,
    check: Annotated[bool, typer.Option("--check", help="Everything but the storing")] = False,
    batch: Annotated[str | None, typer.Option("--batch", metavar="B-N", help="Join this batch, as corrected rejects do")] = None,
    sheet: Annotated[str, typer.Option("--sheet", metavar="NAME", help="The sheet of a workbook")] = "",
    header_row: Annotated[
        int,
        typer.Option(
            "--header-row",
            metavar="N",
            min=0,
            show_default=False,
            help="The row with the column names; default: the first not blank",
        ),
    ] = 0,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="COLUMN=VALUE", help="A value where a row has none; may be repeated")
    ] = None,
    hidden: Annotated[str, typer.Option("--hidden", metavar="skip|include", help="What hidden rows of a workbook are")] = "",
    key: Key = None,
    as_name: As = None,
) -> int:
    """Import a batch. All problems are told at once; a file with a problem imports nothing, unless --rejects is given."""
    if hidden not in {"", "skip", "include"}:
        raise UsageError(
            what=f"--hidden {hidden} is not known", why="hidden rows are either skipped or included", do="--hidden skip"
        )
    desk = _desk(as_name) if check else with_key(_desk(as_name), "import", as_name, key)
    setting = setting_of(desk)
    chosen = _profile(desk, profile, set_ or [], setting)
    into = batch_of(desk, batch) or 0
    said = _said(file, profile=profile, batch=batch, sheet=sheet, header_row=header_row, hidden=hidden, set_=set_ or [])
    options = ImportOptions(chosen, sheet, header_row, hidden, into, rejects, check, said)
    return _show(import_file(desk.ledger, file, options, setting))


def _desk(as_name: str | None) -> Desk:
    """The desk; its ledger is made when there is none yet."""
    context = current()
    try:
        return desk_of(as_name)
    except NoLedger:
        config = context.load_config()
        create(config.settings.ledger.url, config.folder, config.settings.environment).close()
        context.display.say(f"A new ledger was made in {config.folder}.")
        return open_desk(config, context.acting(as_name))


def _said(file: Path, *, set_: list[str], **options: object) -> str:
    """The command that says how a file is read, to be pasted: without `--check` and `--rejects`."""
    words = ["takedown", "import", str(file)]
    for name, value in options.items():
        words += [f"--{name.replace('_', '-')}", str(value)] if value else []
    return shlex.join([*words, *(word for one in set_ for word in ("--set", one))])


def setting_of(desk: Desk) -> Setting:
    authority = desk.settings.authority
    platforms = {name: desk.platform(name) for name in desk.registry.platforms}
    today = datetime.fromtimestamp(desk.clock.now(), UTC).date()
    return Setting(platforms, desk.packs, authority.name, authority.country, desk.who, today)


def _profile(desk: Desk, name: str | None, given: list[str], setting: Setting) -> Profile:
    profile = load_profile(find_profile(name, desk.config.folder), known_columns(setting)) if name else Profile()
    constants: dict[str, str] = {}
    for one in given:
        column, equals, value = one.partition("=")
        if not equals or column.strip() not in known_columns(setting):
            known = ", ".join(sorted(known_columns(setting)))
            raise UsageError(what=f"--set {one!r} names no column", why=f"columns are {known}", do="--set legal_basis=PACK")
        constants[column.strip()] = value.strip()
    return replace(profile, fixed={**profile.fixed, **constants})


def _show(done: Imported) -> int:
    display = current().display
    items = list(_items(done))
    facts = Facts([
        ("batch", done.batch or "none was made"), ("rows", done.rows), ("imported", done.imported),
        ("rejected", done.rejected), ("duplicates", done.duplicates),
    ])  # fmt: skip
    display.show(Answer(items, done.summary), facts, *_problems(done))
    if done.problem_count > SHOWN:
        display.say(f"... and {done.problem_count - SHOWN} more: --json shows them all")
    for note in done.notes[:SHOWN]:
        display.say(str(note))
    if done.note_count > SHOWN:
        display.say(f"... and {done.note_count - SHOWN} more notes")
    if done.refused:
        raise done.refused
    display.next(_next(done))
    return done.exit


def _problems(done: Imported) -> list[Table]:
    """The first of them. On a narrow terminal why joins what: a column that is left out for its width must not be this one."""
    if not done.problems:
        return []
    title, told = plural(done.problem_count, "problem"), done.problems[:SHOWN]
    if current().display.narrow:
        rows = [[one.at(done.file), f"{one.what}: {one.why}", one.fix] for one in told]
        return [Table([Column("where"), Column("what and why"), Column("do")], rows, title)]
    rows = [[one.at(done.file), one.what, one.why, one.fix] for one in told]
    return [Table([Column("where"), Column("what"), Column("why"), Column("do")], rows, title)]


def _next(done: Imported) -> str:
    if done.checked:
        return done.said
    if done.rejects and done.rejected:
        joining = f" --batch {done.batch}" if done.batch else ""
        return f"correct {done.rejects}, then: takedown import {shlex.quote(done.rejects)}{joining}"
    return f"takedown plan --batch {done.batch}" if done.batch else "takedown status"


def _items(done: Imported) -> Iterator[dict[str, object]]:
    for one in done.problems:
        yield {"problem": one.what, "where": one.at(done.file), "why": one.why, "fix": one.fix, "code": one.code}
    for note in done.notes:
        yield {"note": str(note)}
