"""Every template of a pack tried out on invented cases, for `packs lint` and `doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from takedown.contract import Authority, Case, Channel, Evidence, Kind, Measure, Request, Target
from takedown.notices.errors import BadTemplate, Fault, TextTooLong
from takedown.notices.pack import Pack
from takedown.notices.writing import FollowUp, compose, write_follow_up, write_reminder

FOLLOW_UPS: tuple[FollowUp, ...] = ("withdrawal", "reply")
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
AUTHORITY = Authority("Example Authority", "Example Office", "Duty officer", "desk@authority.example", "PK")


def try_out(pack: Pack) -> list[Fault]:
    """See `takedown.notices.check_templates`."""
    return [fault for language in pack.languages for fault in _faults(pack, language)]


def _faults(pack: Pack, language: str) -> Iterator[Fault]:
    for count in (1, 3):
        cases = tuple(_case(pack, number) for number in range(1, count + 1))
        try:
            notice = compose(pack, cases, AUTHORITY, "EXAMPLE-1", ("PK",), WHEN, language)
            request = Request(
                "EXAMPLE-1", "chirp", Channel.EMAIL, cases, notice, AUTHORITY, ("PK",), WHEN, message_id="<1@authority.example>"
            )
            for number in range(1, pack.reminders + 1):
                write_reminder(pack, request, reference="EXAMPLE-2", number=number)
            for name in FOLLOW_UPS:
                write_follow_up(
                    name, pack, cases[:1], AUTHORITY, request, "Invented.", reference="EXAMPLE-3", issued_at=WHEN, receipt="EX-1"
                )
        except (BadTemplate, TextTooLong) as error:
            yield Fault(pack.file, f"{language}/{error.facts['template']}", error.message, "mend the template")
            return


def _case(pack: Pack, number: int) -> Case:
    """Cases that differ where templates branch: measure, reason, with and without evidence and the pack's own columns."""
    target = Target(
        "chirp", Kind.ACCOUNT, f"standin_{number:04}", f"https://chirp.example/standin_{number:04}", f"account:{number}"
    )
    return Case(
        id=f"C-{number}",
        target=target,
        basis=pack.id,
        reason=f"Invented reason {number}.",
        reference=f"FILE-{number}",
        measure=list(Measure)[number % len(Measure)],
        proportionality="Invented." if number % 2 else "",
        evidence=(Evidence("0" * 64, "image/png", "page.png"),) if number % 2 else (),
        platform_id=str(number) if number % 2 else "",
        fields={column.name: "invented" for column in pack.columns} if number % 2 else {},
    )
