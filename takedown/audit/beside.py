"""The rows read by a second process while this one reads the chain, which is about as much work.

Both open the file themselves. Each sees one state of it, and the second says which by the newest event's hash: what it found
counts only where that is the state that the first one saw.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from takedown.audit.chain import Told, told_of_rows
from takedown.audit.rows import of_rows
from takedown.ledger.store import Ledger, make_engine, roomy
from takedown.ledger.tables import events

Check = Callable[[Connection, Told], Iterator[str]]
PAYS = 20_000
"""Events from which on a second process is worth its start."""


@contextmanager
def rows_beside(ledger: Ledger, db: Connection) -> Generator[Check]:
    """`of_rows`, begun at once in a second process where the ledger is a big file and there is a processor for it."""
    known = int(db.execute(select(func.max(events.c.seq))).scalar() or 0)  # the view begins here
    pays = known >= PAYS and db.dialect.name == "sqlite" and (os.cpu_count() or 1) > 1
    child = _start(str(ledger.engine.url.database)) if pays else None
    if child is None:
        yield of_rows
        return
    with child:
        try:
            yield lambda db, told: _found(child, db, told)
        finally:
            child.kill()


def _start(file: str) -> subprocess.Popen[str] | None:
    # -P: a file in the folder where the officer stands must not be taken for a module of ours
    words = [sys.executable, "-P", "-m", __name__, str(Path(file).absolute())]
    try:
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return None


def _found(child: subprocess.Popen[str], db: Connection, told: Told) -> Iterator[str]:
    """What the second process found; where it failed, or somebody wrote before it looked, the rows are read here."""
    said, _ = child.communicate()
    answer: Mapping[str, Any] = json.loads(said) if child.returncode == 0 else {}
    yield from answer["problems"] if answer.get("head") == told.head else of_rows(db, told)


def main(file: str) -> None:
    """Print `{head, problems}` as JSON."""
    engine = make_engine(f"sqlite:///{file}")
    with engine.connect() as db, roomy(db):
        told = told_of_rows(db)
        print(json.dumps({"head": told.head, "problems": [*of_rows(db, told)]}))


if __name__ == "__main__":
    main(sys.argv[1])
