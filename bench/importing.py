"""Import: rows per second beside the bare CSV parser, and how much memory it takes. Runs in a process of its own."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.desks import new_desk, write_batch, write_config
from bench.figures import Figure, Sizes
from bench.sending import seconds
from takedown.cli.import_ import setting_of
from takedown.intake import ImportOptions, import_file


def importing(sizes: Sizes, seed: int) -> Iterator[Figure]:
    del seed
    with TemporaryDirectory(prefix="takedown-bench-") as name:
        folder = Path(name)
        write_config(folder, {})
        write_batch(folder / "batch.csv", "tiktok", range(sizes.rows))
        words = [sys.executable, "-m", "bench.importing", name]
        found = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    n = f"{sizes.rows:,} rows"
    bare = found["parse"] + found["insert"]
    yield Figure(
        "import / CSV parser and bare insert", bare / found["import"], ">=", 0.25, "x",
        f"{n}; csv.DictReader, then the same rows by sqlite3 into the same table; {sizes.rows / found['import']:,.0f} rows/s",
    )  # fmt: skip
    yield Figure("peak memory of the import", found["peak"], "<=", 150, "MB", f"{n}; the whole process")


def measure(folder: Path) -> dict[str, float]:
    """Seconds of parsing, of the import and of the bare insert, and the peak memory of the import in MB."""
    path = folder / "batch.csv"
    parse = seconds(lambda: _parse(path))
    desk = new_desk(folder)
    took = seconds(lambda: import_file(desk.ledger, path, ImportOptions(), setting_of(desk)))
    desk.ledger.close()
    most = peak()
    return {"parse": parse, "import": took, "peak": most, "insert": _insert(folder / "takedown.db", folder / "bare.db")}


def _insert(ledger: Path, file: Path) -> float:
    """Seconds that SQLite itself takes for the cases of a ledger: the same table, the same indexes, one durable transaction."""
    with closing(sqlite3.connect(ledger)) as full, closing(sqlite3.connect(file, isolation_level=None)) as bare:
        made = full.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'cases' AND type <> 'trigger' AND sql IS NOT NULL ORDER BY type DESC"
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            bare.execute(f"PRAGMA {pragma}")
        for (sql,) in made.fetchall():
            bare.execute(sql)
        rows = full.execute("SELECT * FROM cases ORDER BY id").fetchall()
        marks = ", ".join("?" * len(rows[0]))

        def write() -> None:
            bare.execute("BEGIN")
            bare.executemany(f"INSERT INTO cases VALUES ({marks})", rows)  # noqa: S608 -- of marks
            bare.execute("COMMIT")

        return seconds(write)


def peak() -> float:
    """This process's highest resident memory so far, in MB. From /proc: getrusage counts the parent's, too (getrusage(2))."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _parse(path: Path) -> None:
    with path.open(newline="", encoding="utf-8") as lines:
        for _ in csv.DictReader(lines):
            pass


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
