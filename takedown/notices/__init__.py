"""Legal packs (dated data) and the notices that are written from them. Importing this loads no template engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from takedown.clocks.events import Happened
from takedown.contract import Authority, Case, Notice, Request
from takedown.notices.errors import BadPacks, BadTemplate, Fault, IncompleteCase, NoIdentity, NoSuchPack, NoTerritory, TextTooLong
from takedown.notices.load import Packs, load_packs, read_packs
from takedown.notices.pack import Pack, Problem, case_values
from takedown.notices.pack_file import Clock, Column
from takedown.notices.publication import PublicationRule

__all__ = [
    "BadPacks",
    "BadTemplate",
    "Clock",
    "Column",
    "Fault",
    "Happened",
    "IncompleteCase",
    "NoIdentity",
    "NoSuchPack",
    "NoTerritory",
    "Pack",
    "Packs",
    "Problem",
    "PublicationRule",
    "TextTooLong",
    "case_values",
    "check_templates",
    "load_packs",
    "read_packs",
    "render",
    "render_follow_up",
    "render_reminder",
]


def render(
    pack: Pack,
    cases: Sequence[Case],
    authority: Authority,
    *,
    reference: str,
    territory: Sequence[str],
    issued_at: datetime,
    language: str = "en",
) -> Notice:
    """The texts of one request. A language that the pack lacks becomes the pack's first; `Notice.language` says which it is.

    Raises IncompleteCase, NoIdentity, NoTerritory, BadTemplate, TextTooLong; ValueError without cases or for a naive time.
    """
    from takedown.notices.writing import write

    return write(pack, cases, authority, reference=reference, territory=territory, issued_at=issued_at, language=language)


def render_reminder(pack: Pack, request: Request, *, reference: str, number: int = 1) -> Notice:
    """A reminder of `request` under a reference of its own; cites the request's reference, date and Message-ID.

    number: 1 for the first reminder. Raises as `render`, and ValueError when the pack allows fewer reminders.
    """
    from takedown.notices.writing import write_reminder

    return write_reminder(pack, request, reference=reference, number=number)


def render_follow_up(
    name: Literal["withdrawal", "reply"], pack: Pack, cases: Sequence[Case], authority: Authority, first: Request, said: str,
    *, reference: str, issued_at: datetime, receipt: str = "",
) -> Notice:  # fmt: skip
    """The withdrawal of a request that was sent, or the answer to a question about it, for those of its cases that are named.

    said: why, or the answer. receipt: what the platform calls the request. Raises as `render`.
    """
    from takedown.notices.writing import write_follow_up

    return write_follow_up(name, pack, cases, authority, first, said, reference=reference, issued_at=issued_at, receipt=receipt)


def check_templates(pack: Pack) -> list[Fault]:
    """Compiles every template of the pack and renders each with invented cases. Loads the template engine."""
    from takedown.notices.trial import try_out

    return try_out(pack)
