"""A real IMAP server on loopback (pymap, mails in memory), and a process that dies while it reads from it."""

import imaplib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER, PASSWORD, FOLDER = "demouser", "demopass", "Answers"
SERVE = "import sys; from pymap.main import main; sys.exit(main())"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving() -> Iterator[int]:
    port = free_port()
    words = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict", "--demo-user", USER, "--demo-password", PASSWORD]
    process = subprocess.Popen([sys.executable, "-c", SERVE, *words], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        listening(process, port)
        yield port
    finally:
        process.kill()
        process.wait()


def listening(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except ConnectionRefusedError:
            assert process.poll() is None, "the server did not start"
            threading.Event().wait(0.05)
    raise AssertionError("the server does not listen")


@contextmanager
def connected(port: int) -> Iterator[imaplib.IMAP4]:
    with imaplib.IMAP4("127.0.0.1", port) as client:
        client.login(USER, PASSWORD)
        yield client


def post(port: int, *raws: bytes, folder: str = FOLDER) -> None:
    with connected(port) as client:
        client.create(folder)
        for raw in raws:
            assert client.append(folder, "", "", raw)[0] == "OK"


def empty(port: int, folder: str = FOLDER) -> None:
    """The folder is made anew: its mails have other UIDs, under another UIDVALIDITY."""
    with connected(port) as client:
        assert client.delete(folder)[0] == "OK"


def flags(port: int, folder: str = FOLDER) -> list[bytes]:
    with connected(port) as client:
        client.select(folder, readonly=True)
        return [line for line in client.fetch("1:*", "(FLAGS)")[1] if isinstance(line, bytes)]


def configure(folder: Path, port: int, server: str) -> None:
    """Point the desk's configuration to the server."""
    (folder / "imap.password").write_text(PASSWORD + "\n")
    (folder / "imap.password").chmod(0o600)
    text = (folder / "takedown.toml").read_text().partition("[imap]")[0]
    lines = ["[imap]", 'host = "127.0.0.1"', f"port = {port}", f'user = "{USER}"', 'password_file = "imap.password"']
    lines += [f'folder = "{FOLDER}"', f'authserv_id = "{server}"']
    (folder / "takedown.toml").write_text(text + "\n".join(lines) + "\n")


DYING = """
import os, signal, sys
from pathlib import Path
from takedown.desk import open_desk
from takedown.inbox import mailbox, store
from takedown.settings import load

where = {"before storing": (mailbox, "store"), "before marking": (mailbox.OpenMailbox, "mark")}
where |= {"before judging": (mailbox, "judge_new"), "while judging": (store, "_apply_all")}
home, name = where[sys.argv[2]]
whole, left = getattr(home, name), int(sys.argv[3])

def die(*given, **named):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(*given, **named)

setattr(home, name, die)
mailbox.BATCH = store.BATCH = 3
mailbox.read_mailbox(open_desk(load(Path(sys.argv[1])), "planner"), None)
"""


def die_reading(folder: Path, where: str, nth: int = 1) -> None:
    """A process reads the mailbox, three mails at a time, and is killed when it comes there for the nth time."""
    words = [sys.executable, "-c", DYING, str(folder / "takedown.toml"), where, str(nth)]
    done = subprocess.run(words, check=False, env={**os.environ})
    assert done.returncode == -signal.SIGKILL
