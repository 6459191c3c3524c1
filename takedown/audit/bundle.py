"""One case as a folder that anybody can check without this program: what was sent, who approved it, and what came of it.

`verify.py` inside needs Python and nothing else. The bundle holds the salts of this case only, so that nothing else can be read
out of the excerpt of the chain; but a request that carried several cases is there with all its bytes.
"""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, or_, select

from takedown.audit.chain import rows, tuples
from takedown.clock import iso
from takedown.contract import RefusedByPolicy, UsageError
from takedown.desk import Desk
from takedown.heads import copies, stamps_beside
from takedown.ledger.book import Book, canonical
from takedown.ledger.cases import no_such
from takedown.ledger.ids import batch_id, case_id, message_name, number, plan_id, request_id
from takedown.ledger.seals import (
    ATTEMPT,
    CASE,
    CASE_ROW,
    attempt_values,
    case_seal,
    case_values,
    claim_values,
    sighting_values,
)
from takedown.ledger.tables import (
    approvals,
    attempts,
    claims,
    events,
    messages,
    openings,
    past_seals,
    plans,
    request_cases,
    requests,
    sightings,
)
from takedown.planning.demands import demands_hash
from takedown.planning.digest import facts_of, split

Record = dict[str, Any]


class BundleThere(UsageError):
    """{folder} is not empty."""

    code, why, do = "TD-1214", "a bundle is one case and nothing else", "give another folder with -o"


class ErasedCase(RefusedByPolicy):
    """What {case} was about is erased."""

    code, why, do = "TD-1215", "a bundle shows the target, and that was erased from this ledger", "takedown case show {case}"


@dataclass(frozen=True, slots=True)
class Bundled:
    """Where it lies, how many requests and events it holds, and files that should be in it but are not here."""

    folder: Path
    requests: int
    events: int
    missing: tuple[str, ...]


def bundle(desk: Desk, case: int, folder: Path) -> Bundled:
    """Write the bundle, and record that it was made. Raises NoSuchCase, ErasedCase, BundleThere."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BundleThere(folder=folder)
    desk.ledger.write(partial(_record, case=case, who=desk.who))
    with desk.ledger.read() as db:
        found = _Found(db, desk, case)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _write(found, folder)


def _record(book: Book, case: int, who: str) -> None:
    book.record("case.disclosed", case_id(case), {"as": "bundle"}, {"by": who})


class _Found:
    """What the ledger holds of a case, read in one view."""

    def __init__(self, db: Connection, desk: Desk, case: int) -> None:
        self.db, self.desk, self.case = db, desk, case
        row = next(rows(db, CASE_ROW.where(CASE_ROW.selected_columns.id == case)), None) or no_such(case)
        if not row["salt"]:
            raise ErasedCase(case=case_id(case))
        self.row = row
        carried = select(request_cases.c.request).where(request_cases.c.case == case).order_by(request_cases.c.request)
        self.numbers = [int(one) for (one,) in db.execute(carried)]
        self.requests = list(rows(db, select(requests).where(requests.c.id.in_(self.numbers)).order_by(requests.c.id)))
        self.plans = list(rows(db, select(plans).where(plans.c.id.in_({one["plan"] for one in self.requests}))))
        about = or_(messages.c.request.in_(self.numbers), messages.c.case == case)
        self.mails = list(rows(db, select(messages).where(about).order_by(messages.c.id)))

    def record(self) -> Record:
        values = case_values([self.row[name] for name in CASE])
        return {
            "schema": 1,
            "ledger": self.desk.ledger.setting("ledger"),
            "environment": self.desk.ledger.setting("environment"),
            "made_at": iso(self.desk.clock.now()),
            "case": {
                "id": case_id(self.case),
                "salt": self.row["salt"].hex(),
                "values": values,
            },
            "numbers": self.numbers,
            "requests": [self._request(one) for one in self.requests],
            "plans": [self._plan(one) for one in self.plans],
            "attempts": [*self._attempts()],
            "claims": [*self._rows(claims, claim_values, "value", "source")],
            "sightings": [*self._rows(sightings, sighting_values, "value", "vantage")],
            "openings": [*self._openings()],
        }

    def _request(self, row: Mapping[str, Any]) -> Record:
        query = select(request_cases.c.case).where(request_cases.c.request == row["id"]).order_by(request_cases.c.position)
        carried = [case_id(one) for (one,) in self.db.execute(query)]
        held = {**row, "headers": json.loads(row["headers"]) if isinstance(row["headers"], str) else row["headers"]}
        return {
            "facts": facts_of(held, row["sha256"], carried),
            "salt": row["salt"].hex(),
            "plan": plan_id(row["plan"]),
            "position": row["position"],
            "state": row["state"],
            "receipt": row["receipt"],
            "file": f"requests/{request_id(row['id'])}",
        }

    def _plan(self, row: Mapping[str, Any]) -> Record:
        name = plan_id(row["id"])
        made = next(json.loads(data) for (data,) in tuples(self.db, _told(name, "plan.made")))
        signed = rows(self.db, select(approvals).where(approvals.c.plan == row["id"]))
        return {
            "id": name,
            "planner": row["planner"],
            "digest": row["digest"],
            "policy": made.get("policy", ""),
            "demands": demands_hash(row["demands"]),
            "leaves": [one.hex() for one in split(row["leaves"])],
            "planner_signature": {"key": row["planner_key"], "signature": row["planner_signature"]},
            "approvals": [{column: one[column] for column in ("name", "key", "digest", "signature")} for one in signed],
        }

    def _attempts(self) -> Iterator[Record]:
        salts = {one["id"]: one["salt"] for one in self.requests}
        mine = select(attempts).where(attempts.c.request.in_(self.numbers)).order_by(attempts.c.id)
        for row in rows(self.db, mine):
            told = f"{request_id(row['request'])}, attempt {row['number']}: {row['outcome']}, answer {row['status'] or 'none'}"
            values = attempt_values([row[name] for name in ATTEMPT])
            reply = (row["reply"] or b"").decode("utf-8", "backslashreplace")
            yield {"salt": salts[row["request"]].hex(), "values": values, "told": told, "reply": reply}

    def _rows(self, table: Any, values: Callable[[Mapping[str, Any]], list[object]], *words: str) -> Iterator[Record]:
        for row in rows(self.db, select(table).where(table.c.case == self.case).order_by(table.c.id)):
            if row["salt"]:
                told = ", ".join(str(row[name]) for name in words)
                yield {"salt": row["salt"].hex(), "values": values(row), "told": told}

    def _openings(self) -> Iterator[Record]:
        """What stands behind the commitments of this case's own events."""
        subjects = [case_id(self.case), batch_id(self.batch), *(plan_id(one["id"]) for one in self.plans)]
        subjects += [*map(request_id, self.numbers), *(message_name(one["id"]) for one in self.mails)]
        mine = openings.join(events, events.c.seq == openings.c.seq)
        columns = (openings.c.seq, openings.c.name, openings.c.salt, openings.c.value)
        for seq, name, salt, value in tuples(self.db, select(*columns).select_from(mine).where(events.c.subject.in_(subjects))):
            yield {"event": seq, "name": name, "salt": salt.hex(), "value": value}

    @property
    def batch(self) -> int:
        return int(self.row["batch"])

    def seals(self) -> bytes:
        """The seals of all cases of the import that this one came with, in order; empty for a case that a person made."""
        for (data,) in tuples(self.db, _told(batch_id(self.batch), "batch.imported")):
            told = json.loads(data)
            if not told["first"] or not number(told["first"], "C") <= self.case <= number(told["last"], "C"):
                continue
            kept = {int(case): str(one) for case, one in self.db.execute(select(past_seals))}
            made = {
                number(name, "C") for (name,) in tuples(self.db, select(events.c.subject).where(events.c.kind == "case.made"))
            }
            known = CASE_ROW.selected_columns
            mine = known.id.between(number(told["first"], "C"), number(told["last"], "C")) & (known.batch == self.batch)
            every = rows(self.db, CASE_ROW.where(mine).order_by(known.id))
            seals = (kept.get(one["id"]) or case_seal(one) for one in every if one["id"] not in made)
            return b"".join(map(bytes.fromhex, seals))
        return b""

    def first(self) -> int:
        """The number of the first event that is about the case."""
        subjects = [batch_id(self.batch), case_id(self.case)]
        query = select(events.c.seq).where(events.c.subject.in_(subjects)).order_by(events.c.seq).limit(1)
        return int(self.db.execute(query).scalar_one())

    def chain(self) -> Iterator[str]:
        """From the first event that is about the case to the newest, each a line."""
        query = select(events).where(events.c.seq >= self.first()).order_by(events.c.seq)
        return (canonical(row) for row in rows(self.db, query))

    def evidence(self) -> Iterator[tuple[str, str]]:
        """(sha256, what it is) of every file that supports the case."""
        seen: set[str] = {one["sha256"] for one in self.mails}
        for one in json.loads(self.row["evidence"]):
            if one["sha256"] not in seen:
                seen.add(one["sha256"])
                yield one["sha256"], "evidence of the case"
        for table, what in ((claims, "evidence of a claim"), (sightings, "evidence of a sighting")):
            for (sha256,) in self.db.execute(select(table.c.evidence).where(table.c.case == self.case)):
                if sha256 and sha256 not in seen:
                    seen.add(sha256)
                    yield sha256, what


def _told(subject: str, kind: str) -> Any:
    return select(events.c.data).where(events.c.subject == subject, events.c.kind == kind).order_by(events.c.seq)


def _write(found: _Found, folder: Path) -> Bundled:
    for name in ("requests", "evidence", "mails", "timestamps"):
        (folder / name).mkdir(mode=0o700)
    for row in found.requests:
        _put(folder / "requests" / request_id(row["id"]), row["body"])
    files = [*_files(found, folder)]
    _put(folder / "record.json", (json.dumps({**found.record(), "files": files}, indent=1, ensure_ascii=False) + "\n").encode())
    _put(folder / "batch.seals", found.seals())
    count = _lines(folder / "chain.jsonl", found.chain())
    _lines(folder / "heads.jsonl", (line for path in copies(found.desk) for line in _read(path)))
    _lines(folder / "timestamps.jsonl", _stamps(found, folder))
    _put(folder / "verify.py", (resources.files("takedown.audit") / "standalone.py").read_bytes())
    return Bundled(folder, len(found.requests), count, tuple(one["sha256"] for one in files if "missing" in one))


def _files(found: _Found, folder: Path) -> Iterator[Record]:
    for row in found.mails:
        name = f"mails/{message_name(row['id'])}.eml"
        _put(folder / name, row["raw"])
        yield {"file": name, "sha256": row["sha256"], "what": "a mail"}
    for sha256, what in found.evidence():
        told: Record = {"file": f"evidence/{sha256}", "sha256": sha256, "what": what}
        try:
            shutil.copyfile(found.desk.ledger.folder / "evidence" / sha256, folder / "evidence" / sha256)
            (folder / "evidence" / sha256).chmod(0o600)
        except OSError as error:
            told["missing"] = error.strerror or "it cannot be read"
        yield told


def _stamps(found: _Found, folder: Path) -> Iterator[str]:
    """Answers of time-stamping authorities about heads of the excerpt, each as a file that `openssl ts` reads."""
    lines = {line: None for path in copies(found.desk) for line in _read(stamps_beside(path))}
    first = found.first()
    for count, line in enumerate(lines, 1):
        told = json.loads(line)
        if told["seq"] >= first:
            name = f"timestamps/{told['seq']}-{count}.tsr"
            _put(folder / name, base64.b64decode(told["response"]))
            yield canonical({"file": name, **{key: told[key] for key in ("seq", "sha256", "authority")}})


def _read(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _put(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)


def _lines(path: Path, lines: Iterable[str]) -> int:
    path.touch(mode=0o600)
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for line in lines:
            file.write(line + "\n")
            count += 1
    return count
