"""A desk with an invented platform, a real ledger, and short ways to write files for it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Table, select

from takedown.contract import (
    Channel,
    ChannelTerms,
    Draft,
    Kind,
    NotATarget,
    Platform,
    Reading,
    Reason,
    Reply,
    Request,
    Target,
    Url,
    intake_post,
    read_intake,
)
from takedown.intake import Imported, ImportOptions, Setting, import_file
from takedown.ledger.store import Ledger
from takedown.ledger.tables import batches, case_references, cases, events, openings

HEAD = ("url", "legal_basis", "reason", "reference", "measure", "proportionality")
WHY = "Calls to violence, see annex."
NOTHING_LESS = "Every item seen is of the same kind."


class Nest(Platform):
    name, title = "nest", "Nest"
    hosts = frozenset({"nest.example", "www.nest.example"})
    channels: ClassVar[Mapping[Channel, ChannelTerms]] = {Channel.API: ChannelTerms("invented")}

    def recognise(self, url: Url) -> Target | NotATarget:
        match url.path_parts:
            case ["p", post] if post.isdigit():
                return self.target(Kind.POST, post, f"https://nest.example/p/{post}")
            case [handle] if re.fullmatch(r"@[a-z0-9_]{1,20}", handle, re.I):
                return self.target(Kind.ACCOUNT, handle[1:].lower(), f"https://nest.example/{handle.lower()}")
            case _:
                return self.refuse(Reason.GRAMMAR, "This is neither an account nor a post.")

    def prepare(self, request: Request) -> Draft:
        return intake_post(request)

    def read(self, reply: Reply) -> Reading:
        return read_intake(reply)


def url(number: int) -> str:
    return f"https://nest.example/@standin_{number:04}"


def row(number: int, **changed: str) -> dict[str, str]:
    """A complete row for the invented account of that number."""
    good = {
        "url": url(number), "legal_basis": "pk-peca-37", "reason": WHY, "reference": f"FILE-{number}",
        "measure": "remove_account", "proportionality": NOTHING_LESS,
    }  # fmt: skip
    return good | changed


def as_csv(rows: Sequence[Mapping[str, str]], **dialect: Any) -> str:
    out = io.StringIO()
    names = list(dict.fromkeys(name for one in rows for name in one)) or list(HEAD)
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n", **dialect)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@dataclass
class Desk:
    folder: Path
    ledger: Ledger
    setting: Setting

    def write(self, content: str | bytes | Sequence[Mapping[str, str]], name: str = "batch.csv") -> Path:
        raw = content if isinstance(content, str | bytes) else as_csv(content, quoting=csv.QUOTE_ALL)
        path = self.folder / name
        path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
        return path

    def run(self, content: str | bytes | Path | Sequence[Mapping[str, str]], name: str = "batch.csv", **options: Any) -> Imported:
        path = content if isinstance(content, Path) else self.write(content, name)
        return import_file(self.ledger, path, ImportOptions(**options), self.setting)

    def rows(self, table: Table) -> list[Any]:
        with self.ledger.read() as db:
            return list(db.execute(select(table).order_by(*table.primary_key)).mappings())

    @property
    def cases(self) -> list[Any]:
        return self.rows(cases)

    @property
    def untouched(self) -> bool:
        """Nothing but the making of the ledger is in it, and no evidence lies beside it."""
        kept = self.folder / "evidence"
        empty = not any(self.rows(table) for table in (batches, cases, case_references, openings))
        return empty and len(self.rows(events)) == 1 and not (kept.exists() and any(kept.iterdir()))
