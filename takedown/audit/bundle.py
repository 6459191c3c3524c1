"""One case as a folder that anybody can check without this program: what was sent, who approved it, and what came of it.

`verify.py` inside needs Python and nothing else. The bundle holds the salts of this case only, so that nothing else can be read
out of the excerpt of the chain; but a request that carried several cases is there with all its bytes.
"""

from __future__ import annotations

import base64
import gzip
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from takedown.audit.excerpt import Excerpt
from takedown.audit.held import Held, Record
from takedown.audit.standalone import script
from takedown.contract import UsageError
from takedown.desk import Desk
from takedown.heads import copies, stamps_beside
from takedown.ledger.book import Book
from takedown.ledger.canonical import canonical
from takedown.ledger.ids import batch_id, case_id, message_name, plan_id, request_id


class BundleThere(UsageError):
    """{folder} is not empty."""

    code, why, do = "TD-1214", "a bundle is one case and nothing else", "give another folder with -o"


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
        held = Held(db, desk, case)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _write(held, folder)


def _record(book: Book, case: int, who: str) -> None:
    book.record("case.disclosed", case_id(case), {"as": "bundle"}, {"by": who})


def _write(held: Held, folder: Path) -> Bundled:
    for name in ("requests", "plans", "evidence", "mails", "timestamps"):
        (folder / name).mkdir(mode=0o700)
    for row in held.requests:
        _put(folder / "requests" / request_id(row["id"]), row["body"])
    for row in held.plans:
        _put(folder / "plans" / f"{plan_id(row['id'])}.leaves", row["leaves"])
    excerpt = Excerpt(held.db, case_id(held.case), batch_id(held.batch), held.names())
    _packed(folder / "chain.jsonl.gz", excerpt.lines())
    files = [*_files(held, folder)]
    record = {**held.record(), **excerpt.record(), "files": files}
    _put(folder / "record.json", (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode())
    _put(folder / "batch.seals", held.seals())
    _lines(folder / "heads.jsonl", (line for path in copies(held.desk) for line in _read(path)))
    _lines(folder / "timestamps.jsonl", _stamps(held, excerpt.first, folder))
    _put(folder / "verify.py", script().encode())
    return Bundled(folder, len(held.requests), excerpt.count, tuple(one["sha256"] for one in files if "missing" in one))


def _files(held: Held, folder: Path) -> Iterator[Record]:
    for row in held.mails:
        name = f"mails/{message_name(row['id'])}.eml"
        _put(folder / name, row["raw"])
        yield {"file": name, "sha256": row["sha256"], "what": "a mail"}
    for sha256, what in held.evidence():
        told: Record = {"file": f"evidence/{sha256}", "sha256": sha256, "what": what}
        try:
            shutil.copyfile(held.desk.ledger.folder / "evidence" / sha256, folder / "evidence" / sha256)
            (folder / "evidence" / sha256).chmod(0o600)
        except OSError as error:
            told["missing"] = error.strerror or "it cannot be read"
        yield told


def _stamps(held: Held, first: int, folder: Path) -> Iterator[str]:
    """Answers of time-stamping authorities about heads of the excerpt, each as a file that `openssl ts` reads."""
    lines = {line: None for path in copies(held.desk) for line in _read(stamps_beside(path))}
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


def _lines(path: Path, lines: Iterable[str]) -> None:
    _put(path, "".join(f"{line}\n" for line in lines).encode())


def _packed(path: Path, lines: Iterable[str]) -> None:
    path.touch(mode=0o600)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        for line in lines:
            file.write(f"{line}\n".encode())
