"""Desks for tests: a real ledger in a temporary folder, the real adapters, a clock that can be turned."""

from __future__ import annotations

import asyncio
import csv
import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from servers import ledger_url

from takedown.acting import act, owner
from takedown.approval import Signature, armored, open_key, public_key, sign_with_file
from takedown.cli.import_ import setting_of
from takedown.clock import SystemClock
from takedown.desk import Desk, open_desk
from takedown.intake import ImportOptions, import_file
from takedown.ledger.setup import create
from takedown.planning.oversight import adopt
from takedown.policy.signed import NAMESPACE, signature_file, signers
from takedown.reading import Reading
from takedown.report.status import Status, status
from takedown.settings import load

URLS = {
    "facebook": "https://www.facebook.com/standin.{:04d}",
    "instagram": "https://www.instagram.com/standin_{:04d}/",
    "x": "https://x.com/standin_{:04d}",
    "tiktok": "https://www.tiktok.com/@standin_{:04d}",
    "telegram": "https://t.me/standin_{:04d}",
    "whatsapp": "https://chat.whatsapp.com/StandinGroup{:04d}Sample",
}
HEAD = ["url", "legal_basis", "reason", "reference", "measure", "proportionality"]


class TurnedClock(SystemClock):
    """Wall time that a test can turn forward; `sleep` turns it instead of waiting."""

    def __init__(self, at: float = 1_800_000_000.0) -> None:
        self.at = at

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += max(seconds, 0)
        await asyncio.sleep(0)


class QuickClock(SystemClock):
    """Time that passes fifty times as fast, so that back-offs and pauses are kept but hardly waited for."""

    speed = 50.0

    def __init__(self) -> None:
        self.start = time.time()

    def now(self) -> float:
        return self.start + (time.time() - self.start) * self.speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)


def write_config(folder: Path, platforms: Mapping[str, Mapping[str, object]], *, approvals: int = 0, extra: str = "") -> None:
    approvers = [f"{p.stem} {p.read_text().strip()}" for p in sorted(folder.glob("*.pub"))]
    lines = [
        'environment = "sandbox"', "[authority]", 'name = "Example Authority"', 'unit = "Desk 1"', 'contact = "Duty officer"',
        'email = "desk@authority.example"', 'country = "PK"', "[policy]", f"approvals = {approvals}",
        f"approvers = {json.dumps(approvers)}", "max_cases_per_plan = 500", "[ledger]", f'url = "{ledger_url(folder)}"',
    ]  # fmt: skip
    for name, keys in platforms.items():
        lines += [f"[platforms.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]
    (folder / "takedown.toml").write_text("\n".join(lines) + "\n" + extra)


def make_desk(
    folder: Path, platforms: Mapping[str, Mapping[str, object]], *, clock: Any = None, who: str = "planner", **more: Any
) -> Desk:
    write_config(folder, platforms, **more)
    config = load(folder / "takedown.toml")
    create(config.settings.ledger.url, config.folder, "sandbox", clock).close()
    return open_desk(config, who, clock)


def again(desk: Desk, who: str | None = None) -> Desk:
    """Another process at the same desk, reading the configuration anew."""
    return open_desk(load(desk.config.folder / "takedown.toml"), who or desk.who, desk.clock)


def reading(desk: Desk) -> Reading:
    """What a reading command at this desk would work with."""
    url = desk.ledger.engine.url.render_as_string(hide_password=False)
    return Reading(url, desk.ledger.folder, desk.settings.environment, clock=desk.clock)


def status_of(desk: Desk, batch: int | None = None) -> Status:
    return status(reading(desk), lambda: desk, batch)


def add_cases(desk: Desk, platform: str, numbers: Iterable[int], *, basis: str = "pk-peca-37", **columns: str) -> None:
    path = desk.config.folder / "batch.csv"
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([*HEAD, *columns])
        for n in numbers:
            reason = "Account publishes calls to violence for a banned organisation."
            why = "Every item seen on it is of the same kind."
            writer.writerow([URLS[platform].format(n), basis, reason, f"FILE-{n}", "remove_account", why, *columns.values()])
    if desk.live:
        desk = acting(again(desk), desk.who)
    done = import_file(desk.ledger, path, ImportOptions(), setting_of(desk))
    assert done.exit == 0, done


LIVE = """environment = "live"
[authority]
name = "Example Authority"
unit = "Desk 1"
contact = "Duty officer"
email = "desk@authority.example"
country = "PK"
"""
ELSEWHERE = '[audit]\ncopies = ["file:elsewhere"]\n'


def live_desk(folder: Path, people: Iterable[str] = ("planner", "alice", "bilal"), clock: Any = None, extra: str = "") -> Desk:
    """A live desk whose people are approvers, under a policy that its oversight signed."""
    for name in people:
        make_key(folder, name)
    write_policy(folder)
    (folder / "takedown.toml").write_text(LIVE + ELSEWHERE + extra)
    config = load(folder / "takedown.toml")
    create(config.settings.ledger.url, config.folder, "live", clock).close()
    desk = open_desk(config, "planner", clock)
    adopt_oversight(desk)
    return desk


def acting(desk: Desk, name: str, what: str = "a test") -> Desk:
    """The live desk with a person at it, whose key of that name lies in its folder: what it records is signed."""
    pair = open_key(desk.config.folder / name, lambda: "")
    return act(desk, owner(signers(desk.policy), pair.key, name), what, pair.sign)


def make_key(folder: Path, name: str) -> Path:
    """An OpenSSH key pair; the public half becomes an approver of `write_config`."""
    key, path = Ed25519PrivateKey.generate(), folder / name
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    path.chmod(0o600)
    path.with_suffix(".pub").write_bytes(key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    return path


def signed(path: Path, text: str) -> Signature:
    return sign_with_file(path, text, lambda: "")


POWER = '[[powers]]\nlaw = "PECA 2016, s. 37 (1)"\nbasis = "pk-peca-37"\nterritories = ["PK"]\n'


def write_policy(folder: Path, text: str = "", *, strangers: Iterable[str] = ("mallory", "oversight")) -> Path:
    """A live policy with everybody who has a key, signed by the key `oversight`, which is made when it is missing."""
    key = folder / "oversight"
    if not key.exists():
        make_key(folder, "oversight")
    people = [f"{p.stem} {p.read_text().strip()}" for p in sorted(folder.glob("*.pub")) if p.stem not in strangers]
    file = folder / "policy.toml"
    file.write_text(f"approvers = {json.dumps(people)}\n{text}{POWER}")
    sign_policy(file, key)
    return file


def sign_policy(file: Path, key: Path) -> None:
    signature = sign_with_file(key, file.read_text(), lambda: "", NAMESPACE)
    signature_file(file).write_text(armored(signature, NAMESPACE))


def adopt_oversight(desk: Desk, name: str = "oversight") -> None:
    adopt(desk, public_key((desk.config.folder / f"{name}.pub").read_text()))


class Quiet:
    """Progress that nobody watches."""

    def start(self, lane: str, total: int) -> None: ...

    def advance(self, lane: str, outcome: str) -> None: ...

    def waiting(self, lane: str, until: float, why: str) -> None: ...
