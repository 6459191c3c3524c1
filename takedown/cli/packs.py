"""`takedown packs`: the legal packs, what they ask, what of them is not verified, and who has vouched for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from takedown.cli.approve import Key
from takedown.cli.context import current
from takedown.cli.desk import desk_of, sign
from takedown.cli.options import As
from takedown.cli.wording import plural
from takedown.display import Answer, Block, Cell, Column, Facts, Prose, Styled, Table
from takedown.ledger.ids import batch_id, number
from takedown.notices import Clock, Fault, Pack, Packs, Problem, check_templates, read_packs
from takedown.planning.fitting import Fit, Tally, fits, tally
from takedown.planning.reviewed_packs import Standing, review_text, sign_pack, standing
from takedown.settings import Config

app = typer.Typer(no_args_is_help=True, help="Legal packs: list, show, lint, check a batch against them, sign a review.")
PackId = Annotated[str, typer.Argument(metavar="PACK", help="As pk-peca-37")]
USES = {
    "api": ("statement", "redress"),
    "email": ("subject", "letter", "reminder_subject", "reminder"),
    "portal": ("subject", "statement", "redress"),
}


@app.command("list")
def list_() -> None:
    """Every pack: what it is, where it is from, whether its law was verified and who reviewed it."""
    config = current().load_config()
    packs = _readable(config)
    found = [(pack, standing(config, pack)) for pack in packs.values()]
    columns = [Column("pack"), Column("what it is", 1), Column("instrument"), Column("where"), Column("law"), Column("origin", 2),
               Column("in live")]  # fmt: skip
    rows: list[list[Cell]] = [
        [pack.id, pack.title, pack.instrument, pack.jurisdiction, _law(pack), pack.origin, _in_live(held)] for pack, held in found
    ]
    items = [_brief(pack, held) for pack, held in found]
    verified = sum(pack.verified for pack in packs.values())
    current().display.show(Answer(items, {"packs": len(items), "verified": verified}), Table(columns, rows))


@app.command()
def show(pack: PackId) -> None:
    """Everything that a pack says: law, columns, clocks, redress, texts, and what of it is not verified."""
    config = current().load_config()
    chosen = _readable(config)[pack]
    held = standing(config, chosen)
    item = {**_brief(chosen, held), **chosen.model_dump(mode="json", exclude={"texts", "file"})}
    item |= {"required_columns": chosen.required_columns, "texts": sorted(path for path, _ in chosen.texts)}
    current().display.show(Answer([item], {}), *_sheet(chosen, held))


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
    tallies = tally(found, desk.packs)
    lacking = [fit for fit in found if not fit.stands]
    summary = {
        "batch": batch_id(ident), "cases": len(found), "incomplete": len(lacking),
        "packs": {one.pack: {"complete": one.complete, "missing": dict(one.lacking)} for one in tallies},
    }  # fmt: skip
    columns = [Column("pack"), Column("complete", number=True), Column("missing in the others", 1)]
    table = Table(
        columns, [[one.pack, one.complete, _lacking(one)] for one in tallies], f"{len(found)} cases of {batch_id(ident)}"
    )
    display.show(Answer(map(_fit, found), summary), table)
    for fit in lacking[:10]:
        display.say(f"{fit.case.id} is not complete for {fit.case.basis}: {_why(fit)}")
    return 8 if lacking else 0


@app.command("sign")
def sign_(pack: PackId, key: Key = None, as_name: As = None) -> None:
    """Sign for a pack that you have read against the law, as one of policy.approvers. Live uses it from then on."""
    desk, display = desk_of(as_name), current().display
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


def _brief(pack: Pack, held: Standing) -> dict[str, Any]:
    return {
        "pack": pack.id, "title": pack.title, "instrument": pack.instrument, "jurisdiction": pack.jurisdiction,
        "standing": pack.standing, "verified": pack.verified, "origin": pack.origin, "fingerprint": pack.fingerprint,
        "languages": pack.languages,
        "live": {"lawful": held.lawful, "review_needed": held.needed, "reviewed_by": held.by, "why_not": held.why_not},
    }  # fmt: skip


def _law(pack: Pack) -> Styled:
    return Styled(f"verified {pack.verified_on}", "green") if pack.verified else Styled("NOT VERIFIED", "yellow")


def _in_live(held: Standing) -> str:
    if not held.needed:
        return "yes"
    return f"yes, reviewed by {held.by}" if held.by else f"no: {held.why_not}"


def _sheet(pack: Pack, held: Standing) -> Iterator[Block]:
    yield Facts(
        [
            ("pack", f"{pack.id}, version {pack.version}"), ("what it is", pack.title), ("instrument", pack.instrument),
            ("law", f"{pack.law}, {pack.provision}"), ("where", pack.jurisdiction),
            ("status", f"{pack.status.replace('_', ' ')}. {pack.status_note}"), ("source", pack.source), ("standing", _law(pack)),
            ("in live", _in_live(held)), ("who signs", pack.signatory),
            ("patience", f"{pack.patience}, {plural(pack.reminders, 'reminder')}"),
            ("user may be told", f"{pack.user_may_be_told.replace('_', ' ')}. {pack.user_may_be_told_note}"),
            ("published", f"{pack.publication.rule}. {pack.publication.text}"), ("languages", ", ".join(pack.languages)),
            ("origin", pack.origin), ("fingerprint", pack.fingerprint),
        ]
    )  # fmt: skip
    if pack.unverified:
        yield Prose("")
        yield Facts([("-", Styled(text, "yellow")) for text in pack.unverified], "NOT VERIFIED")
    everyone = [[name, "", "yes", "a column of every case"] for name in pack.required]
    own = [[one.name, one.label[pack.languages[0]], "yes" if one.required else "no", one.help] for one in pack.columns]
    yield Prose("")
    yield Table([Column("column"), Column("label"), Column("required"), Column("what it holds", 1)], [*everyone, *own], "Columns")
    if pack.clocks:
        columns = [Column("clock"), Column("length"), Column("runs from"), Column("stops", 2), Column("restarts", 2),
                   Column("verified"), Column("source", 1)]  # fmt: skip
        yield Prose("")
        yield Table(columns, [_clock(one) for one in pack.clocks], "Clocks")
    for language in pack.languages:
        yield Prose(f"\nRedress ({language})\n{pack.redress[language].strip()}")
    yield Prose("")
    yield Table([Column("channel"), Column("language"), Column("texts")], list(_texts(pack)), "Texts")


def _clock(one: Clock) -> list[Cell]:
    told = Styled("yes", "green") if one.verified else Styled("NO", "yellow")
    return [one.name, one.length, one.starts_when, "; ".join(one.stops), "; ".join(one.restarts), told, one.source]


def _texts(pack: Pack) -> Iterator[list[Cell]]:
    held = {path for path, _ in pack.texts}
    for channel, names in USES.items():
        for language in pack.languages:
            yield [channel, language, ", ".join(n for n in names if n == "redress" or f"{language}/{n}.txt" in held)]


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
