"""A legal pack as its screen shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from takedown.cli.wording import plural
from takedown.display import Block, Cell, Column, Facts, Prose, Styled, Table
from takedown.notices import Clock, Pack
from takedown.notices import Column as PackColumn
from takedown.planning.reviewed_packs import Standing

USES = {
    "api": ("statement", "redress"),
    "email": ("subject", "letter", "reminder_subject", "reminder"),
    "portal": ("subject", "statement", "redress"),
}


def brief(pack: Pack, held: Standing) -> dict[str, Any]:
    """A pack as JSON, in short."""
    return {
        "pack": pack.id, "title": pack.title, "instrument": pack.instrument, "jurisdiction": pack.jurisdiction,
        "standing": pack.standing, "verified": pack.verified, "origin": pack.origin, "fingerprint": pack.fingerprint,
        "languages": pack.languages,
        "live": {"lawful": held.lawful, "review_needed": held.needed, "reviewed_by": held.by, "why_not": held.why_not},
    }  # fmt: skip


def law(pack: Pack) -> Styled:
    return Styled(f"verified {pack.verified_on}", "green") if pack.verified else Styled("NOT VERIFIED", "yellow")


def in_live(held: Standing) -> str:
    if not held.needed:
        return "yes"
    return f"yes, reviewed by {held.by}" if held.by else f"no: {held.why_not}"


def live_word(held: Standing) -> Styled:
    """The same for a list, where `show` has room for the reason."""
    return Styled(in_live(held), "green") if held.by or not held.needed else Styled("not yet", "yellow")


def sheet(pack: Pack, held: Standing) -> Iterator[Block]:
    """Everything that the pack says."""
    yield Facts(
        [
            ("pack", f"{pack.id}, version {pack.version}"), ("what it is", pack.title), ("instrument", pack.instrument),
            ("law", f"{pack.law}, {pack.provision}"), ("where", pack.jurisdiction),
            ("status", f"{pack.status.replace('_', ' ')}. {pack.status_note}"), ("source", pack.source), ("standing", law(pack)),
            ("in live", in_live(held)), ("who signs", pack.signatory),
            ("patience", f"{pack.patience}, {plural(pack.reminders, 'reminder')}"),
            ("reviewed after", f"{pack.review.after}. {pack.review.source}"),
            ("user may be told", f"{pack.user_may_be_told.replace('_', ' ')}. {pack.user_may_be_told_note}"),
            ("published", f"{pack.publication.rule}. {pack.publication.text}"),
            ("in Lumen", pack.lumen_type if pack.publication.rule != "never" else "not at all"),
            ("languages", ", ".join(pack.languages)),
            *_habits(pack), ("origin", pack.origin), ("fingerprint", pack.fingerprint),
        ]
    )  # fmt: skip
    if pack.unverified:
        yield Prose("")
        yield Facts([("-", Styled(text, "yellow")) for text in pack.unverified], "NOT VERIFIED")
    if pack.checked:
        columns = [Column("what"), Column("where it was read", 1), Column("on")]
        yield Prose("")
        yield Table(columns, [[one.what, one.source, f"{one.on}"] for one in pack.checked], "Compared with the law's own words")
    everyone = [[name, "", "yes", "a column of every case"] for name in pack.required]
    own = [[one.name, one.label[pack.languages[0]], _needed(one), one.help] for one in pack.columns]
    yield Prose("")
    yield Table([Column("column"), Column("label", 1), Column("required"), Column("what it holds")], [*everyone, *own], "Columns")
    if pack.clocks:
        columns = [Column("clock"), Column("length"), Column("runs from"), Column("stands still", 2), Column("counted"),
                   Column("source", 1)]  # fmt: skip
        yield Prose("")
        yield Table(columns, [_clock(one) for one in pack.clocks], "Clocks")
    for language in pack.languages:
        yield Prose(f"\nRedress ({language})\n{pack.redress[language].strip()}")
    yield Prose("")
    yield Table([Column("channel"), Column("language"), Column("texts")], list(_texts(pack)), "Texts")


def _habits(pack: Pack) -> Iterator[tuple[str, str]]:
    if pack.letter:
        yield "letter", "as PDF where the channel takes files (extra pdf)"
    if pack.forms:
        yield "comes with", f"forms that the provider returns: {', '.join(pack.forms)}"
    if pack.first_order_notice:
        yield "first order", f"a provider is informed {pack.first_order_notice} before; a plan says when none is on record"
    if not pack.waits_for_first_step:
        yield "first step", "never waits for one that a platform asks for"
    if pack.sanctions_list:
        yield "list", f"{pack.sanctions_list.name}: takedown packs designations FILE"


def _needed(column: PackColumn) -> str:
    if column.required_where_differ:
        return f"where {' and '.join(column.required_where_differ)} differ"
    return "yes" if column.required else "no"


def _clock(one: Clock) -> list[Cell]:
    told = Styled("yes", "green") if one.verified else Styled("NO, not verified", "yellow")
    pauses = "; ".join(f"{pause.says} ({pause.stops} until {pause.restarts})" for pause in one.pauses)
    return [one.name, one.length, f"{one.starts_when} ({one.starts})", pauses, told, one.source]


def _texts(pack: Pack) -> Iterator[list[Cell]]:
    held = {path for path, _ in pack.texts}
    for channel, names in USES.items():
        for language in pack.languages:
            given = (*names, *pack.forms) if channel == "email" else names
            yield [channel, language, ", ".join(n for n in given if n == "redress" or f"{language}/{n}.txt" in held)]
