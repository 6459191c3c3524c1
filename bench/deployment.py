"""`sh script/deployment`: tries a fleet as a real one would run, as far as this machine lets it, and says what came of it.

Hosts are network namespaces (root, `ip`), servers come from the wheel, the pooler is PgBouncer. What is not here is not tried.
The platform's own journal decides whether anything was lost or doubled. Exit 1 when something did not hold.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.hosts import Server, fill, pooler
from bench.site import NotHere, Site, ended, site, until
from takedown.fleet.handing import hand

ROOT = Path(__file__).parent.parent
FROZEN = 40.0


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


def worker_frozen() -> str:
    """Far longer than its lease, and than the server waits for what it has begun."""
    with site("db") as at:
        (server,) = at.servers
        hand(at.desk, at.plan)
        at.work("w1", server.url())
        at.until_taken(20)
        at.workers["w1"].send_signal(signal.SIGSTOP)
        at.work("w2", server.url())
        began = time.monotonic()
        time.sleep(1)
        took = 1 + at.goes_on()
        time.sleep(max(FROZEN - (time.monotonic() - began), 0))
        at.workers["w1"].send_signal(signal.SIGCONT)
        at.settled(server)
        return f"lane resumed after {took:.0f} s, woken after {FROZEN:.0f}; {at.judged(server)}"


def disk_full() -> str:
    """Whatever the server does then, be it that it dies: it is started again once there is room."""
    with site("db", room="300m") as at:
        (server,) = at.servers
        hand(at.desk, at.plan)
        for name in ("w1", "w2"):
            at.work(name, server.url())
        at.until_taken(20)
        filled = server.folder / "filled"
        fill(filled)
        time.sleep(15)
        filled.unlink()
        died = not server.runs()
        if died:
            server.start()
        took = at.goes_on()
        at.settled(server)
        how = "the server died and was started again" if died else "the server went on"
        return f"full for 15 s, {how}, went on {took:.0f} s later; {at.judged(server)}"


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
        until(lambda: any(one.poll() is not None for one in at.workers.values()), "a worker ends")
        codes = sorted(ended(one) for one in at.workers.values())
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
        until(lambda: primary.ask("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == "1", "it follows")
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
    "a worker stands still for 40 s": worker_frozen, "the server's disk is full": disk_full,
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
