"""A desk with invented cases against a stand-in: the ground on which sending is measured."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from bench.stand_in import stand_in
from takedown.cli.import_ import setting_of
from takedown.delivery.deliver import Delivered, deliver
from takedown.desk import Desk, open_desk
from takedown.intake import ImportOptions, import_file
from takedown.ledger.setup import create
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.settings import load

UNPACED = "100000/s"
HOSTS = {"tiktok": "https://www.tiktok.com/@", "x": "https://x.com/", "telegram": "https://t.me/",
    "facebook": "https://www.facebook.com/", "instagram": "https://www.instagram.com/",
}  # fmt: skip
HEAD = ("url", "legal_basis", "reason", "reference", "measure", "proportionality")


class Quiet:
    """Progress that nobody watches."""

    def start(self, lane: str, total: int) -> None: ...

    def advance(self, lane: str, outcome: str) -> None: ...

    def waiting(self, lane: str, until: float, why: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Ground:
    """A desk, and the stand-in platforms by name as `sandbox.json` describes them."""

    folder: Path
    desk: Desk
    platforms: dict[str, Any]
    journal: Path

    def token(self, name: str) -> str:
        return str(self.platforms[name]["token"])


@contextmanager
def ground(
    seed: int,
    rates: dict[str, str],
    keyed: bool = True,
    platforms: Mapping[str, Mapping[str, object]] | None = None,
    extra: str = "",
) -> Generator[Ground]:
    """A fresh desk whose platforms have these rates; everything goes when the block ends.

    platforms: further tables, of platforms without a stand-in; extra: other tables, as text.
    """
    with TemporaryDirectory(prefix="takedown-bench-") as name:
        folder = Path(name)
        with stand_in(folder / "platforms", seed, **dict.fromkeys(rates, keyed)) as described:
            stands = described["platforms"]
            channels = {
                name: {
                    "channel": "api",
                    "base_url": stands[name]["base_url"],
                    "token_file": stands[name]["token_file"],
                    "rate": rate,
                    "idempotency": keyed,
                    "cases_per_request": 1,
                }
                for name, rate in rates.items()
            }
            write_config(folder, {**channels, **(platforms or {})}, extra)
            desk = new_desk(folder)
            try:
                yield Ground(folder, desk, stands, Path(described["journal"]))
            finally:
                desk.ledger.close()


@contextmanager
def afresh(here: Ground) -> Generator[Ground]:
    """Another desk beside the same stand-ins: what a desk pays with its first requests is paid again."""
    folder = Path(mkdtemp(dir=here.folder))
    shutil.copy(here.folder / "takedown.toml", folder)
    desk = new_desk(folder)
    try:
        yield replace(here, folder=folder, desk=desk)
    finally:
        desk.ledger.close()


def write_config(folder: Path, platforms: Mapping[str, Mapping[str, object]], extra: str = "") -> None:
    lines = [
        'environment = "sandbox"', "[authority]", 'name = "Example Authority"', 'unit = "Desk 1"', 'contact = "Duty officer"',
        'email = "desk@authority.example"', 'country = "PK"', "[policy]", "approvals = 0", "max_cases_per_plan = 1000000",
    ]  # fmt: skip
    for name, keys in platforms.items():
        consent = {"automation_consent": "BENCH-1"} if name == "x" else {}
        lines += [f"[platforms.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in {**keys, **consent}.items())]
    (folder / "takedown.toml").write_text("\n".join(lines) + "\n" + extra)


def new_desk(folder: Path) -> Desk:
    """A desk with an empty ledger, from the configuration in `folder`."""
    config = load(folder / "takedown.toml")
    create(config.settings.ledger.url, config.folder, "sandbox").close()
    return open_desk(config, "bench")


def write_batch(path: Path, platform: str, numbers: Iterable[int]) -> None:
    reason = "Account publishes calls to violence for a banned organisation, see annex."
    why = "Every item seen on the account is of the same kind; removing single items would not end it."
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEAD)
        for n in numbers:
            writer.writerow((f"{HOSTS[platform]}standin{n:07d}", "pk-peca-37", reason, f"FILE-{n}", "remove_account", why))


def add_cases(desk: Desk, platform: str, numbers: Iterable[int]) -> None:
    path = desk.config.folder / f"{platform}.csv"
    write_batch(path, platform, numbers)
    done = import_file(desk.ledger, path, ImportOptions(), setting_of(desk))
    if done.exit:
        raise RuntimeError(f"the import ended with {done.exit}: {done.problems[:1]}")


def plan(desk: Desk) -> int:
    return make_plan(desk, Selection()).plan


def send(desk: Desk, number: int, expected: int) -> Delivered:
    """Send a plan. Raises RuntimeError unless all of it was sent: a run that failed has no speed."""
    done = deliver(desk, number, wait=10, limit=None, progress=Quiet())
    if done.sent != expected:
        raise RuntimeError(f"{done.sent} of {expected} requests were sent: {done}")
    return done
