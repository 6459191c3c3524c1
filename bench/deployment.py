"""`sh script/deployment`: tries a fleet as a real one would run, as far as this machine lets it, and says what came of it.

Hosts are network namespaces (root, `ip`), servers come from the wheel, the pooler is PgBouncer. What is not here is not tried.
The platform's own journal decides whether anything was lost or doubled. Exit 1 when something did not hold.
"""

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
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from bench.desks import add_cases, ground, plan
from bench.hosts import Host, Server, network, pooler, reachable_from, started
from takedown.desk import Desk, open_desk
from takedown.fleet.handing import hand
from takedown.sandbox.journal import read_journal
from takedown.settings import load

ROOT = Path(__file__).parent.parent
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
        _until(lambda: sum(self.taken().values()) >= enough, f"{more} more were taken")

    def goes_on(self) -> float:
        """Seconds until another request is taken."""
        before = sum(self.taken().values())
        return _until(lambda: sum(self.taken().values()) > before, "it goes on")

    def settled(self, server: Server) -> None:
        _until(lambda: not {"approved", "sending"} & set(self.states(server)), "all is settled")

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


def _until(what: Callable[[], bool], name: str) -> float:
    began = time.monotonic()
    while not what():
        if time.monotonic() - began > PATIENCE:
            raise AssertionError(f"not within {PATIENCE:.0f} s: {name}")
        time.sleep(0.1)
    return time.monotonic() - began


@contextmanager
def site(*servers: str) -> Generator[Site]:
    """A keyless platform, a handed plan on the first server, and hosts for two workers; none works yet."""
    if os.geteuid() or not shutil.which("ip") or not shutil.which("runuser"):
        raise NotHere("network namespaces need root, `ip` and `runuser`")
    with ExitStack() as stack:
        folder = Path(mkdtemp(prefix="takedown-deployment-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        hosts = stack.enter_context(network("w1", "w2", *servers))
        made = [Server(host, folder / host.name) for host in hosts[2:]]
        stack.callback(lambda: [one.stop() for one in made])
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
        stack.callback(lambda: [_ended(one) for one in at.workers.values()])
        yield at


def _ended(worker: subprocess.Popen[Any], seconds: float = 30.0) -> int:
    if worker.poll() is None:
        worker.send_signal(signal.SIGTERM)
    try:
        return worker.wait(seconds)
    except subprocess.TimeoutExpired:
        worker.kill()
        return worker.wait()


def worker_cut_off() -> str:
    with site("db") as at:
        (server,) = at.servers
        hand(at.desk, at.plan)
        at.work("w1", server.url())
        at.until_taken(20)
        at.hosts["w1"].cable("down")
        at.work("w2", server.url())
        time.sleep(1)  # what had left is answered
        took = 1 + at.goes_on()
        at.hosts["w1"].cable("up")
        at.settled(server)
        return f"lane resumed after {took:.0f} s; {at.judged(server)}"


def server_cut_off() -> str:
    return _server_away(lambda server: server.host.cable("down"), lambda server: server.host.cable("up"))


def server_frozen() -> str:
    return _server_away(lambda server: server.send_all(signal.SIGSTOP), lambda server: server.send_all(signal.SIGCONT))


def _server_away(go: Callable[[Server], None], come: Callable[[Server], None]) -> str:
    with site("db") as at:
        (server,) = at.servers
        hand(at.desk, at.plan)
        for name in ("w1", "w2"):
            at.work(name, server.url())
        at.until_taken(20)
        go(server)
        time.sleep(15)
        come(server)
        took = at.goes_on()
        at.settled(server)
        return f"away for 15 s, went on {took:.0f} s later; {at.judged(server)}"


def failover_synchronous() -> str:
    with _replicated("ANY 1 (*)") as (at, primary, replica):
        at.until_taken(20)
        primary.stop()
        replica.promote()
        took = at.goes_on()
        replica.ask("ALTER SYSTEM SET synchronous_standby_names = ''")
        replica.ask("SELECT pg_reload_conf()")
        at.settled(replica)
        return f"went on {took:.0f} s after the promotion; {at.judged(replica)}"


def failover_asynchronous() -> str:
    with _replicated("") as (at, primary, replica):
        at.until_taken(20)
        replica.host.cable("down")
        at.until_taken(10)
        primary.stop()
        replica.host.cable("up")
        replica.promote()
        _until(lambda: any(one.poll() is not None for one in at.workers.values()), "a worker ends")
        codes = sorted(_ended(one) for one in at.workers.values())
        if 12 not in codes:
            raise AssertionError(f"no worker said that commits were lost: they ended with {codes}")
        return f"workers ended with {codes}; {at.judged(replica)}"


@contextmanager
def _replicated(synchronous: str) -> Generator[tuple[Site, Server, Server]]:
    with site("db1", "db2") as at:
        primary, replica = at.servers
        replica.follow(primary)
        replica.start()
        primary.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{synchronous}'")
        primary.ask("SELECT pg_reload_conf()")
        _until(lambda: primary.ask("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == "1", "it follows")
        hand(at.desk, at.plan)
        for name in ("w1", "w2"):
            at.work(name, primary.url(replica))
        yield at, primary, replica


def pooled_by_session() -> str:
    with _pooled("session") as (at, url):
        hand(at.desk, at.plan)
        for name in ("w1", "w2"):
            at.work(name, url)
        at.settled(at.servers[0])
        return at.judged(at.servers[0])


def pooled_by_transaction() -> str:
    with _pooled("transaction") as (at, url):
        at.work("w1", url)
        code = at.workers["w1"].wait(60)
        said = (at.folder / "w1" / "work.log").read_text()
        if code != 10 or "TD-1012" not in said:
            raise AssertionError(f"it ended with {code}: {said[-300:]}")
        return "refused: TD-1012, exit 10"


@contextmanager
def _pooled(mode: str) -> Generator[tuple[Site, str]]:
    if not shutil.which("pgbouncer"):
        raise NotHere("no pgbouncer")
    with site("db") as at, pooler(at.hosts["db"], at.servers[0], mode, at.folder / "pooler") as url:
        yield at, url


def units() -> str:
    """The systemd units, with this checkout's program in the place of the installed one."""
    if not shutil.which("systemd-analyze"):
        raise NotHere("no systemd-analyze")
    program = Path(sys.executable).parent / "takedown"
    found = sorted([*(ROOT / "examples").glob("*.service"), *(ROOT / "examples").glob("*.timer")])
    with TemporaryDirectory() as folder:
        for one in found:
            text = one.read_text().replace("/opt/takedown/.venv/bin/takedown", str(program))
            (Path(folder) / one.name.replace("@.", "@1.")).write_text(text)
        words = ["systemd-analyze", "verify", *(str(one) for one in sorted(Path(folder).iterdir()))]
        done = subprocess.run(words, check=False, capture_output=True, text=True)
    if done.returncode or done.stderr:
        raise AssertionError(done.stderr)
    return f"{len(found)} units verified"


def compose() -> str:
    for words in (["docker", "compose"], ["podman", "compose"]):
        if shutil.which(words[0]) and not subprocess.run([*words, "version"], check=False, capture_output=True).returncode:
            file = ROOT / "examples" / "compose.yaml"
            done = subprocess.run([*words, "-f", str(file), "config", "-q"], check=False, capture_output=True, text=True)
            if done.returncode:
                raise AssertionError(done.stderr)
            return f"read by {' '.join(words)}"
    raise NotHere("neither docker compose nor podman compose")


TRIALS = {
    "systemd units": units, "compose file": compose, "a worker's cable is pulled": worker_cut_off,
    "the server's cable is pulled": server_cut_off, "the server stands still": server_frozen,
    "failover, commits wait": failover_synchronous, "failover, commits do not wait": failover_asynchronous,
    "PgBouncer by session": pooled_by_session, "PgBouncer by transaction": pooled_by_transaction,
}  # fmt: skip


def main(argv: list[str]) -> int:
    wanted = " ".join(argv)
    failed = 0
    for name, trial in TRIALS.items():
        if wanted not in name:
            continue
        try:
            word, what = "held", trial()
        except NotHere as lacking:
            word, what = "not tried", str(lacking)
        except AssertionError as failure:
            word, what, failed = "FAILED", str(failure), failed + 1
        print(f"{word:<9} {name:<32} {what}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
