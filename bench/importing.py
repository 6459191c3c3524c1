"""Import: rows per second beside the bare CSV parser, and how much memory it takes. Runs in a process of its own."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
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
    yield Figure(
        "import / CSV parser alone", found["parse"] / found["import"], ">=", 0.25, "x", f"{n}; csv.DictReader over the same file"
    )
    yield Figure("import", sizes.rows / found["import"], ">=", 50_000, "rows/s", f"{n}; checked, recognised, stored durably")
    yield Figure("peak memory of the import", found["peak"], "<=", 150, "MB", f"{n}; the whole process")


def measure(folder: Path) -> dict[str, float]:
    """Seconds of parsing alone and of the import, and the process's peak memory in MB."""
    path = folder / "batch.csv"
    parse = seconds(lambda: _parse(path))
    desk = new_desk(folder)
    took = seconds(lambda: import_file(desk.ledger, path, ImportOptions(), setting_of(desk)))
    desk.ledger.close()
    return {"parse": parse, "import": took, "peak": peak()}


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
