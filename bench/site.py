"""Where a trial of a deployment takes place: hosts, servers, workers on them, and the platform whose journal decides."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from bench.desks import add_cases, ground, plan
from bench.hosts import Host, Server, network, reachable_from, small_disk, started
from takedown.desk import Desk, open_desk
from takedown.sandbox.journal import read_journal
from takedown.settings import load

TAKEDOWN = [sys.executable, "-m", "takedown.cli", "--no-input"]
CASES, RATE = 150, "10/s"
PATIENCE = 120.0
"""Seconds until a trial is given up."""


class NotHere(Exception):
    """This machine lacks what a trial needs."""


@dataclass
class Site:
    """Two workers' hosts, the servers, and the desk as it is seen from this machine."""

    desk: Desk
    plan: int
    journal: Path
    hosts: dict[str, Host]
    servers: list[Server]
    folder: Path
    workers: dict[str, subprocess.Popen[Any]] = field(default_factory=dict[str, "subprocess.Popen[Any]"])

    def work(self, host: str, url: str) -> None:
        """A worker on a host, with a folder of its own: for a lane's owner there it is another machine."""
        here, there = self.desk.config.folder, self.folder / host
        there.mkdir(exist_ok=True)
        shutil.copy(here / "takedown.toml", there)
        shutil.copy(self.desk.ledger.secret_path, there)
        os.environ["TAKEDOWN_LEDGER__URL"] = url
        self.workers[host] = started(self.hosts[host], [*TAKEDOWN, "work"], there)
        del os.environ["TAKEDOWN_LEDGER__URL"]

    def taken(self) -> Counter[str]:
        return Counter(row["reference"] for row in read_journal(self.journal) if row["event"] == "accepted")

    def states(self, server: Server) -> Counter[str]:
        told = server.ask("SELECT state || ' ' || count(*) FROM requests GROUP BY state", "takedown")
        return Counter({state: int(count) for state, count in (line.split() for line in told.splitlines())})

    def until_taken(self, more: int) -> None:
        enough = sum(self.taken().values()) + more
        until(lambda: sum(self.taken().values()) >= enough, f"{more} more were taken")

    def goes_on(self) -> float:
        """Seconds until another request is taken."""
        before = sum(self.taken().values())
        return until(lambda: sum(self.taken().values()) > before, "it goes on")

    def settled(self, server: Server) -> None:
        until(lambda: not {"approved", "sending"} & set(self.states(server)), "all is settled")

    def judged(self, server: Server) -> str:
        """Raises AssertionError when something was lost, doubled or falsely called sent."""
        took = self.taken()
        rows = [line.split("|") for line in server.ask("SELECT reference, state FROM requests", "takedown").splitlines()]
        state = dict(rows)
        doubled = [one for one, count in took.items() if count > 1]
        false = [one for one, said in state.items() if said == "sent" and one not in took]
        lost = [one for one in took if state[one] not in {"sent", "unknown"}]
        if doubled or false or lost:
            raise AssertionError(f"{len(doubled)} doubled, {len(false)} falsely sent, {len(lost)} taken and not known")
        counts = Counter(state.values())
        return f"{counts['sent']} sent, {counts['unknown']} for a person, none lost or doubled"


def until(what: Callable[[], bool], name: str) -> float:
    began = time.monotonic()
    while not what():
        if time.monotonic() - began > PATIENCE:
            raise AssertionError(f"not within {PATIENCE:.0f} s: {name}")
        time.sleep(0.1)
    return time.monotonic() - began


@contextmanager
def site(*servers: str, room: str = "") -> Generator[Site]:
    """A keyless platform, a handed plan on the first server, and hosts for two workers; none works yet.

    room: the size of the first server's disk, as tmpfs(5) has it; otherwise it shares this machine's.
    """
    if os.geteuid() or not shutil.which("ip") or not shutil.which("runuser"):
        raise NotHere("network namespaces need root, `ip` and `runuser`")
    with ExitStack() as stack:
        folder = Path(mkdtemp(prefix="takedown-deployment-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        hosts = stack.enter_context(network("w1", "w2", *servers))
        if room:
            stack.enter_context(small_disk(folder / servers[0], room))
        made = [Server(host, folder / host.name) for host in hosts[2:]]
        for one in made:
            stack.callback(one.stop)
        made[0].make()
        made[0].start()
        made[0].ask("CREATE DATABASE takedown")
        os.environ["TAKEDOWN_LEDGER__URL"] = made[0].near
        stack.callback(os.environ.pop, "TAKEDOWN_LEDGER__URL", None)
        here = stack.enter_context(ground(1, {"tiktok": RATE}, keyed=False))
        del os.environ["TAKEDOWN_LEDGER__URL"]
        text = (here.folder / "takedown.toml").read_text()
        (here.folder / "takedown.toml").write_text(f'{text}[ledger]\nurl = "{made[0].near}"\n')
        port = int(here.platforms["tiktok"]["base_url"].split(":")[2].split("/")[0])
        for host in hosts[:2]:
            stack.enter_context(reachable_from(host, port))
        desk = open_desk(load(here.folder / "takedown.toml"), "bench")
        add_cases(desk, "tiktok", range(CASES))
        at = Site(desk, plan(desk), here.journal, {host.name: host for host in hosts}, made, folder)
        stack.callback(desk.ledger.close)
        stack.callback(lambda: [ended(one) for one in at.workers.values()])
        yield at


def ended(worker: subprocess.Popen[Any], seconds: float = 30.0) -> int:
    if worker.poll() is None:
        worker.send_signal(signal.SIGTERM)
    try:
        return worker.wait(seconds)
    except subprocess.TimeoutExpired:
        worker.kill()
        return worker.wait()
