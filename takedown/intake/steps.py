"""A further case of a target that is in the ledger: the step that a platform wants first, or the next one after its answer.

Made of the earlier case's values and what is said anew, by the same checks as an imported row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping, and_, insert, select, update

from takedown.contract import InputRejected, RefusedByPolicy
from takedown.intake.checks import NEW_CASE, Checker, Setting
from takedown.intake.columns import COLUMNS
from takedown.intake.evidence import EvidenceRoom, Held
from takedown.intake.results import Problem
from takedown.intake.rows import Row
from takedown.ledger.book import Book
from takedown.ledger.cases import NothingProposed, no_such
from takedown.ledger.ids import case_id
from takedown.ledger.seals import CASE_ROW, case_seal, salts
from takedown.ledger.states import DECLINED
from takedown.ledger.store import Ledger
from takedown.ledger.tables import cases, returns

KEPT = ("reason", "reference", "measure", "proportionality", "organisation", "platform_id", "language", "first_seen")
LACKS = "TD-0230"
TARGET = ("platform", "kind", "key", "identity", "url")


class StepRefused(RefusedByPolicy):
    """{case} gets no {which} step."""

    code = "TD-0609"


class StepIncomplete(InputRejected):
    """{case} cannot be asked for under {basis} yet: {what}."""

    code, why = "TD-0610", "the new case must be as complete as an imported one"


@dataclass(frozen=True, slots=True)
class Made:
    """`case`: the one that was named; `other`: the earlier or later one, which was `made`, or found in the ledger."""

    case: int
    other: int
    basis: str
    made: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What the command line adds: values by column name, and the folder that evidence is named from."""

    values: Mapping[str, str]
    base: Path


def make_first(ledger: Ledger, setting: Setting, needed: Mapping[int, str], said: Said) -> list[Made]:
    """The first step of each case, by the pack that its platform needs; an older case of the target under it is used again.

    Raises NoSuchCase, StepRefused, StepIncomplete; then nothing is made.
    """

    def each(book: Book, room: EvidenceRoom) -> Iterator[Made]:
        for number, basis in needed.items():
            row = _row(book, number)
            _refuse_first(row)
            same = [cases.c[name] == row[name] for name in ("authority", "platform", "identity")]
            held = select(cases.c.id).where(*same, cases.c.basis == basis, (cases.c.closed == "") | (cases.c.claimed == DECLINED))
            other = book.db.execute(held.order_by(cases.c.id.desc()).limit(1)).scalar()
            made = other is None
            if other is None:
                other = _make(book, room, setting, row, basis, said, {"step": row["step"]})
            values = {"follows": other, "step": row["step"] + 1, "version": row["version"] + 1, "updated_at": book.now}
            book.db.execute(update(cases).where(cases.c.id == number).values(**values))
            book.record("case.linked", case_id(number), {"follows": case_id(other)}, {"by": setting.who})
            yield Made(number, other, basis, made)

    return _write(ledger, said, each)


def make_next(ledger: Ledger, setting: Setting, numbers: Sequence[int], basis: str, said: Said) -> list[Made]:
    """A case under another basis for each target that the platform has declined. Raises as `make_first` does."""

    def each(book: Book, room: EvidenceRoom) -> Iterator[Made]:
        for number in numbers:
            row = _row(book, number)
            _refuse_next(book, row, basis)
            other = _make(book, room, setting, row, basis, said, {"step": row["step"] + 1, "follows": number})
            yield Made(number, other, basis, made=True)

    return _write(ledger, said, each)


def make_return(ledger: Ledger, setting: Setting, number: int, said: Said) -> Made:
    """The case of a target that was gone and is there again: follows the first under the same basis, which is closed as done.

    Raises NoSuchCase, NothingProposed, StepRefused, StepIncomplete; then nothing is made.
    """

    def each(book: Book, room: EvidenceRoom) -> Iterator[Made]:
        row = _row(book, number)
        waiting = and_(returns.c.case == number, returns.c.state == "open")
        if not book.db.execute(update(returns).where(waiting).values(state="accepted", decided_at=book.now)).rowcount:
            raise NothingProposed(case=case_id(number))
        if not row["closed"]:
            closed = {"closed": "done", "closed_at": book.now, "version": row["version"] + 1, "updated_at": book.now}
            book.db.execute(update(cases).where(cases.c.id == number).values(**closed))
            book.record("case.closed", case_id(number), {"as": "done"}, {"by": setting.who})
        _refuse_open(book, row, row["basis"], "return")
        other = _make(book, room, setting, row, row["basis"], said, {"step": row["step"] + 1, "follows": number})
        book.db.execute(
            update(returns)
            .where(returns.c.case == number, returns.c.made.is_(None), returns.c.state == "accepted")
            .values(made=other)
        )
        yield Made(number, other, row["basis"], made=True)

    return _write(ledger, said, each)[0]


def _write(ledger: Ledger, said: Said, each: Callable[[Book, EvidenceRoom], Iterator[Made]]) -> list[Made]:
    with closing(EvidenceRoom(ledger.folder, said.base)) as room:

        def write(book: Book) -> list[Made]:
            made: list[Made] = list(each(book, room))
            room.keep()
            return made

        return ledger.write(write)


def _row(book: Book, number: int) -> RowMapping:
    found = book.db.execute(select(cases).where(cases.c.id == number).with_for_update()).mappings().first()
    return found if found is not None else no_such(number)


def _refuse_first(row: RowMapping) -> None:
    case = case_id(row["id"])
    if row["follows"] is not None:
        do = f"takedown case show {case_id(row['follows'])}"
        raise StepRefused(case=case, which="first", why=f"it follows {case_id(row['follows'])} already", do=do)
    if row["delivered"] != "draft" or row["closed"]:
        why = (
            "it is closed"
            if row["closed"]
            else f"it is {row['delivered']} already: a first step comes before anything is planned"
        )
        raise StepRefused(case=case, which="first", why=why, do=f"takedown case explain {case}")


def _refuse_next(book: Book, row: RowMapping, basis: str) -> None:
    case = case_id(row["id"])
    if basis == row["basis"]:
        why, do = f"it was asked for under {basis}", "name another pack; a repeated request is: takedown resubmit --pending"
        raise StepRefused(case=case, which="next", why=why, do=do)
    if row["claimed"] != DECLINED:
        why = f"a next step needs the platform's answer that it declines; on record is: {row['claimed'].replace('_', ' ')}"
        do = f"if it has declined: takedown claim add {case} --value {DECLINED}"
        raise StepRefused(case=case, which="next", why=why, do=do)
    _refuse_open(book, row, basis, "next")


def _refuse_open(book: Book, row: RowMapping, basis: str, which: str) -> None:
    same = [cases.c[name] == row[name] for name in ("authority", "platform", "identity")]
    twin = select(cases.c.id).where(*same, cases.c.basis == basis, cases.c.closed == "").limit(1)
    if (other := book.db.execute(twin).scalar()) is not None:
        why = f"{case_id(other)} is open for the same target under {basis}"
        raise StepRefused(case=case_id(row["id"]), which=which, why=why, do=f"takedown case show {case_id(other)}")


def _make(
    book: Book, room: EvidenceRoom, setting: Setting, row: RowMapping, basis: str, said: Said, place: Mapping[str, int]
) -> int:
    held: list[Held] = row["evidence"] or []
    found = Checker(setting, _Known(room, held), lambda _: None).check(_as_row(setting, row, basis, said))
    if not isinstance(found, tuple):
        raise StepIncomplete(case=case_id(row["id"]), basis=basis, what=_wrong(found), do=_mend(found))
    values: dict[str, Any] = dict(zip(NEW_CASE[1:], found[1:], strict=True))
    values |= {name: row[name] for name in TARGET}  # the same target, whatever today's grammar makes of its link
    (salt,) = salts(1)
    values |= {"fields": json.loads(values["fields"]), "evidence": json.loads(values["evidence"])}
    stamped = {"batch": row["batch"], "authority": row["authority"], "created_at": book.now, "updated_at": book.now, "salt": salt}
    made = insert(cases).values(**values, **stamped, **place).returning(cases.c.id)
    number = int(book.db.execute(made).scalar_one())
    held_now = book.db.execute(CASE_ROW.where(cases.c.id == number)).mappings().one()
    data = {"from": case_id(row["id"]), "basis": basis, **place, "seal": case_seal({**held_now})}
    book.record("case.made", case_id(number), data, {"by": setting.who})
    return number


def _as_row(setting: Setting, row: RowMapping, basis: str, said: Said) -> Row:
    pack = setting.packs.get(basis)
    own = {*pack.own_columns, "designation"} if pack else set[str]()
    values = {"url": row["url"], **{name: row[name] for name in KEPT}, "territory": row["territory"].replace(",", ";")}
    fields: dict[str, str] = row["fields"] or {}
    values |= {name: value for name, value in fields.items() if name in own}
    values["followers"] = "" if row["followers"] is None else str(row["followers"])
    values |= said.values
    held: list[Held] = row["evidence"] or []
    names = [*(one["name"] for one in held), said.values.get("evidence", "")]
    values |= {"evidence": ";".join(filter(None, names)), "legal_basis": basis}
    return Row(0, {name: value for name, value in values.items() if value}, {})


def known_columns(setting: Setting, basis: str) -> list[str]:
    """What `--set` may name for a pack: the target and the basis stay what they are."""
    pack = setting.packs.get(basis)
    fixed = {"url", "platform", "handle", "legal_basis"}
    return sorted({*COLUMNS, *(pack.own_columns if pack else ())} - fixed)


class _Known(EvidenceRoom):
    """Knows by name the files that the earlier case holds; others are taken from the folder."""

    def __init__(self, room: EvidenceRoom, held: Sequence[Held]) -> None:
        self._room, self._kept = room, {one["name"]: one for one in held}

    def take(self, name: str) -> Held:
        return self._kept[name] if name in self._kept else self._room.take(name)


def _wrong(problems: Sequence[Problem]) -> str:
    return "; ".join(f"{one.column}: {one.why if one.code == LACKS else f'{one.what}, {one.why}'}" for one in problems)


def _mend(problems: Sequence[Problem]) -> str:
    options = [f'--set {column}="..."' for column in dict.fromkeys(one.column for one in problems if one.column)]
    told = [f"{one.column} is {one.fix.removeprefix(f'fill in the column {one.column}: ')}" for one in problems]
    return f"{' '.join(options)}; {'; '.join(told)}"
