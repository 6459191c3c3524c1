"""What a person must decide because a target is not what it was: another's name, a new name, a return."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, func, select

from takedown.ledger.tables import cases, returns
from takedown.report.contradictions import differing
from takedown.report.matters import Matter, View


def differences(view: View) -> Iterator[Matter]:
    """Held cases, renamed ones, and returns that are proposed."""
    differ, listed = differing(), f"takedown case list --differs {{}}{view.in_batch}"
    if count := _count(view, differ["held"], cases.c.closed == ""):
        why = "another account has the name, or the address leads elsewhere; nothing is sent"
        yield Matter("held", "held", count, "case", why, listed.format("held"))
    if count := _count(view, differ["renamed"], cases.c.closed == ""):
        why = "its lasting id was seen under another address"
        yield Matter("renamed", "renamed", count, "case", why, listed.format("renamed"))
    if count := _proposed(view):
        do = "takedown case list --proposed" + view.in_batch
        yield Matter("contradiction", "gone, back again", count, "case", "a return is filed by a person only", do)


def _proposed(view: View) -> int:
    query = select(func.count()).select_from(returns).where(returns.c.state == "open")
    if view.batch is not None:
        query = query.join(cases, cases.c.id == returns.c.case).where(cases.c.batch == view.batch)
    return int(view.db.execute(query).scalar() or 0)


def _count(view: View, *which: ColumnElement[bool]) -> int:
    mine = (cases.c.batch == view.batch,) if view.batch is not None else ()
    return int(view.db.execute(select(func.count()).select_from(cases).where(*which, *mine)).scalar() or 0)
