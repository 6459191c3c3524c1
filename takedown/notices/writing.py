"""Cases become the texts of one request. Values enter templates as plain cleaned text only, never as template source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from datetime import UTC, datetime
from typing import Literal

from jinja2 import TemplateError

from takedown.contract import Authority, Case, Notice, Request
from takedown.notices.engine import LIMIT, TooLong, compiled
from takedown.notices.errors import BadTemplate, IncompleteCase, NoIdentity, NoTerritory, TextTooLong
from takedown.notices.lint import Words, words_of
from takedown.notices.pack import WORLDWIDE, Pack, case_values
from takedown.notices.plain import isolated, isolated_line, one_line, paragraphs, without_isolates

CUT = "-----"
"""The line between a letter and each form that comes with it."""
FollowUp = Literal["withdrawal", "reply"]
"""Texts about a request that was sent: it is taken back, or a question about it is answered."""
IDENTITY = ("name", "unit", "contact", "email")


@dataclass(frozen=True, slots=True)
class Item:
    """One target as a template sees it. `number` counts from 1 within the request."""

    number: int
    url: str
    kind: str
    key: str
    platform_id: str
    file_number: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A text and the items that it holds for: `items` is empty when it holds for all of them ("items 1 to 3, 7" otherwise)."""

    items: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What the cases of a request say in one of their pack's own columns."""

    name: str
    label: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Annex:
    """A file of evidence and the items that it supports, as in `Passage`."""

    sha256: str
    media_type: str
    name: str
    items: str


@dataclass(frozen=True, slots=True)
class First:
    """The request that a reminder, a withdrawal or an answer is about. `receipt`: what the platform calls it, if it does."""

    reference: str
    message_id: str
    issued: str
    receipt: str = ""


def write(
    pack: Pack,
    cases: Sequence[Case],
    authority: Authority,
    *,
    reference: str,
    territory: Sequence[str],
    issued_at: datetime,
    language: str,
) -> Notice:
    """See `takedown.notices.render`."""
    _refuse_incomplete(pack, cases)
    return compose(pack, cases, authority, reference, territory, issued_at, language)


def compose(
    pack: Pack,
    cases: Sequence[Case],
    authority: Authority,
    reference: str,
    territory: Sequence[str],
    issued_at: datetime,
    language: str,
) -> Notice:
    """As `write`, without asking whether the cases are complete."""
    language = pack.language_for(language)
    values = _values(pack, cases, authority, reference, territory, issued_at, language)
    return Notice(
        instrument=pack.instrument,
        basis=pack.basis,
        subject=_subject(pack, language, "subject.txt", values),
        statement=without_isolates(_fill(pack, language, "statement.txt", values)).strip() + "\n",
        letter=f"\n{CUT}\n\n".join(
            _fill(pack, language, f"{name}.txt", values).strip() + "\n" for name in ("letter", *pack.forms)
        ),
        redress=pack.redress[language].strip(),
        language=language,
    )


def write_reminder(pack: Pack, request: Request, *, reference: str, number: int) -> Notice:
    """See `takedown.notices.render_reminder`."""
    if not 1 <= number <= pack.reminders:
        raise ValueError(f"{pack.id} allows {pack.reminders} reminder(s), this would be number {number}")
    language = request.notice.language
    values = _values(pack, request.cases, request.authority, reference, request.territory, request.issued_at, language)
    told = (request.reference, request.message_id, _moment(request.issued_at))
    first = First(*map(_hand(words_of(pack.texts, language)), told))
    return replace(
        request.notice,
        subject=_subject(pack, language, "reminder_subject.txt", values),
        letter=_fill(pack, language, "reminder.txt", {**values, "first": first, "number": number}).strip() + "\n",
    )


def write_follow_up(
    name: FollowUp, pack: Pack, cases: Sequence[Case], authority: Authority, first: Request, said: str,
    *, reference: str, issued_at: datetime, receipt: str,
) -> Notice:  # fmt: skip
    """See `takedown.notices.render_follow_up`."""
    language = first.notice.language
    words = words_of(pack.texts, language)
    values = _values(pack, cases, authority, reference, first.territory, issued_at, language)
    told = (first.reference, first.message_id, _moment(first.issued_at), receipt)
    values |= {
        "first": First(*map(_hand(words), told)),
        "said": _hand_of_lines(words)(said),
        "partial": len(cases) < len(first.cases),
        "instrument": words.instruments[pack.instrument],
    }
    letter = _fill(pack, language, f"{name}.txt", values).strip() + "\n"
    return replace(
        first.notice,
        subject=_subject(pack, language, f"{name}_subject.txt", values),
        statement=without_isolates(letter),
        letter=letter,
    )


def _subject(pack: Pack, language: str, name: str, values: Mapping[str, object]) -> str:
    return one_line(without_isolates(_fill(pack, language, name, values)))


def _hand(words: Words) -> Callable[[str], str]:
    """How a short value is written in the language: on one line, and isolated where the text runs from the right."""
    return (lambda value: isolated(one_line(value))) if words.direction == "rtl" else one_line


def _hand_of_lines(words: Words) -> Callable[[str], tuple[str, ...]]:
    if words.direction == "rtl":
        return lambda value: tuple(map(isolated_line, paragraphs(value)))
    return paragraphs


def _fill(pack: Pack, language: str, name: str, values: Mapping[str, object]) -> str:
    try:
        return compiled(pack.texts, language).fill(name, values)
    except TooLong:
        raise TextTooLong(template=name, pack=pack.id, limit=f"{LIMIT:,}") from None
    except (TemplateError, TypeError) as error:
        raise BadTemplate(template=name, pack=pack.id, what=error) from None


def _refuse_incomplete(pack: Pack, cases: Sequence[Case]) -> None:
    for case in cases:
        if problems := pack.missing(case_values(case), case.measure):
            names, whys, fixes = (
                "; ".join(dict.fromkeys(getattr(problem, part) for problem in problems)) for part in ("field", "why", "fix")
            )
            raise IncompleteCase(case=case.id, pack=pack.id, fields=names, whys=whys, fixes=fixes)


def _values(
    pack: Pack,
    cases: Sequence[Case],
    authority: Authority,
    reference: str,
    territory: Sequence[str],
    issued_at: datetime,
    language: str,
) -> dict[str, object]:
    if not cases:
        raise ValueError("a request carries at least one case")
    if lost := [part for part in IDENTITY if not getattr(authority, part).strip()]:
        raise NoIdentity(fields=", ".join(lost))
    if not any(place.strip() for place in territory):
        raise NoTerritory(cases=", ".join(case.id for case in cases[:5]))
    words = words_of(pack.texts, language)
    short, lines = _hand(words), _hand_of_lines(words)
    return {
        "law": short(pack.law),
        "provision": short(pack.provision),
        "jurisdiction": short(pack.jurisdiction),
        "redress": paragraphs(pack.redress[language]),
        "user_may_be_told": pack.user_may_be_told,
        "time_limits": tuple(one_line(c.says[language]) for c in pack.clocks if c.verified and c.for_platform),
        "authority": Authority(*(short(getattr(authority, part.name)) for part in dataclass_fields(authority))),
        "reference": short(reference),
        "token": one_line(reference),
        "territory": words.comma.join(words.worldwide if place.upper() in WORLDWIDE else short(place) for place in territory),
        "issued": short(_moment(issued_at)),
        "items": tuple(_item(number, case, words) for number, case in enumerate(cases, 1)),
        "file_numbers": words.comma.join(dict.fromkeys(short(case.reference) for case in cases)),
        "measures": _passages([(words.measures[case.measure],) for case in cases], words),
        "reasons": _passages([lines(case.reason) for case in cases], words),
        "proportionality": _passages([lines(case.proportionality) for case in cases], words),
        "statements": tuple(_statements(pack, cases, words, language)),
        "evidence": tuple(_annexes(cases, words)),
    }


def _moment(when: datetime) -> str:
    if when.tzinfo is None:
        raise ValueError("a time of issue needs its zone")
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _item(number: int, case: Case, words: Words) -> Item:
    target, short = case.target, _hand(words)
    kind, file_number = words.kinds[target.kind], short(case.reference)
    # The address stands alone on its line and needs no isolate; a mark behind it would be copied with it, and lead nowhere.
    return Item(number, one_line(target.url), kind, short(target.key), short(case.platform_id), file_number)


def _statements(pack: Pack, cases: Sequence[Case], words: Words, language: str) -> Iterator[Statement]:
    lines = _hand_of_lines(words)
    for column in pack.columns:
        passages = _passages([lines(case.fields.get(column.name, "")) for case in cases], words)
        if passages:
            yield Statement(column.name, column.label[language], passages)


def _annexes(cases: Sequence[Case], words: Words) -> Iterator[Annex]:
    carried: dict[tuple[str, str, str], list[int]] = {}
    short = _hand(words)
    for number, case in enumerate(cases, 1):
        for one in case.evidence:
            carried.setdefault((short(one.sha256), short(one.media_type), short(one.name)), []).append(number)
    for facts, numbers in carried.items():
        yield Annex(*facts, items=_span_of(numbers, len(cases), words))


def _passages(texts: Sequence[tuple[str, ...]], words: Words) -> tuple[Passage, ...]:
    """Equal texts once, in the order of their first item; empty ones left out."""
    holders: dict[tuple[str, ...], list[int]] = {}
    for number, lines in enumerate(texts, 1):
        if lines:
            holders.setdefault(lines, []).append(number)
    return tuple(Passage(_span_of(numbers, len(texts), words), lines) for lines, numbers in holders.items())


def _span_of(numbers: Sequence[int], of: int, words: Words) -> str:
    """`items 1-3, 7`; empty when it is all of them."""
    if len(numbers) == of:
        return ""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = words.comma.join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
    return f"{words.item if len(numbers) == 1 else words.items} {said}"
