"""Secrets and targets with unmistakable names: every command is run, also into faults, and nothing says them where it must not.

A secret may be in its own file and on its wire, nowhere else. A target may be in the ledger, in what leaves, and on the screen of
a command that is asked for it; not in faults' messages, tracebacks, temporary files or the list of processes.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from desks import URLS, make_key

sys.path.append(str(Path(__file__).parents[1] / "outcomes"))

from asking import Platform

from takedown.cli import run
from takedown.cli.commands import COMMANDS
from takedown.ledger.reader import Reader
from takedown.ledger.store import Ledger

TOKEN, PASSWORD, TARGET = "canary-token-7f3a9c51", "canary-password-20b6d8", "canary.target.4471"
TEXT = "canary reason 9d02"
LONG = {"sandbox", "work"}
"""They run until they are stopped."""
LINES = """
init
doctor
doctor --online
config show --origin
config path
auth list
auth test
packs list
packs lint
packs check B-1
platforms
platforms facebook
policy show
recognise {url}
import batch.csv
import batch.csv
import bad.csv
import bad.csv --check
import batch.csv --check
plan
plan list
plan show P-1
plan show P-1 --raw R-1
plan show P-1 --raw R-2
reject P-9 --reason {text}
approve P-1 --as alice --key alice --cases 2
approve P-1 --as mallory --key alice --cases 2
submit P-1 --wait 0s
submit P-1 --wait 0s --verbose
resubmit --pending --older-than 0s --dry-run
status
sync
inbox list
inbox add nothing.eml
unknown list
unknown resolve R-1 --not-sent
portal list
portal next
claim add C-1 --value removed --as alice
verify
verify --due
sight C-1 --value gone --from PK --evidence batch.csv
case list
case show C-1
case explain C-1
case note C-1 {text}
case close C-1 --as done
report
export --format csv -o out.csv
export --format jsonl -o out.jsonl
audit verify
audit verify --read-data
audit head
audit bundle C-1 -o bundle
evidence list
evidence erase C-9 --reason {text}
handover --from alice --to bilal
reconcile
ledger upgrade
ledger backup copy.db
halt --reason {text}
unhalt --as alice --key alice
withdraw C-2 --reason {text}
answer R-1 --text batch.csv
appeal list
question close R-1 --reason {text}
answer R-1 --text batch.csv --sent-by-hand {text}
review list
ledger restore nothing.db
""".strip().splitlines()


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with a token in a file, a password from a command, and two rows about a target; nothing is imported yet."""
    make_key(tmp_path, "alice")
    (tmp_path / "facebook.token").write_text(TOKEN + "\n")
    (tmp_path / "facebook.token").chmod(0o600)
    (tmp_path / "smtp.secret").write_text(PASSWORD + "\n")
    (tmp_path / "smtp.secret").chmod(0o600)
    alice = (tmp_path / "alice.pub").read_text().strip()
    url = URLS["facebook"].replace("standin.{:04d}", TARGET)
    grounds = f'pk-peca-37,"{TEXT}, calls to violence."'
    rows = [f"{url},{grounds},F-1,remove_account,Every item is of the same kind.",
            f"https://t.me/{TARGET.replace('.', '_')},{grounds},F-2,remove_account,All of it is."]  # fmt: skip
    head = "url,legal_basis,reason,reference,measure,proportionality"
    (tmp_path / "batch.csv").write_text("\n".join([head, *rows]) + "\n")
    (tmp_path / "bad.csv").write_text("\n".join([head, rows[0].replace("pk-peca-37", "no-such-pack")]) + "\n")
    with Platform().open() as platform:
        base = platform.settings()["facebook"]["base_url"]
        (tmp_path / "takedown.toml").write_text(f"""
environment = "sandbox"
[authority]
name = "Example Authority"
unit = "Desk 1"
contact = "Duty officer"
email = "desk@authority.example"
country = "PK"
[policy]
approvals = 1
approvers = ["alice {alice}"]
[platforms.facebook]
channel = "api"
base_url = "{base}"
token_file = "facebook.token"
rate = "20/s"
[platforms.telegram]
channel = "email"
to = "orders@telegram.example"
[smtp]
host = "127.0.0.1"
port = 9
user = "desk"
password_command = "cat smtp.secret"
""")
        monkeypatch.chdir(tmp_path)
        (tmp_path / "temp").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
        monkeypatch.setenv("TMPDIR", str(tmp_path / "temp"))
        monkeypatch.setenv("TAKEDOWN_AS", "planner")
        yield tmp_path


def words_of(line):
    url = URLS["facebook"].replace("standin.{:04d}", TARGET)
    return [word.replace("{url}", url).replace("{text}", TEXT) for word in line.split()]


def secrets(folder):
    lines = [(folder / name).read_text().split() for name in ("takedown.db.secret", "alice")]
    return [TOKEN, PASSWORD, *(one[len(one) // 2] for one in lines)]


def files(folder, *but):
    return [path for path in folder.rglob("*") if path.is_file() and path.name not in but]


OWN = ("facebook.token", "smtp.secret", "takedown.db.secret", "copy.db.secret", "alice", "alice.pub")


def test_every_command_is_among_them():
    assert {line.split()[0] for line in LINES} == set(COMMANDS) - LONG


@pytest.mark.figure("canary secrets", unit="runs of all commands", how="a secret is in its own file and nowhere else")
def test_no_secret_is_said_or_kept(desk, capfd):
    for line in LINES:
        assert run([*words_of(line), "--no-input", "--yes"]) != 1, line
    said = "".join(capfd.readouterr())
    assert "R-1" in said
    for secret in secrets(desk):
        assert secret not in said
        assert [path for path in files(desk, *OWN) if secret.encode() in path.read_bytes()] == []
    assert [path for path in files(desk / "temp") if TARGET.encode() in path.read_bytes()] == []
    assert {path.stat().st_mode & 0o077 for path in [desk / "copy.db", desk / "copy.db.secret", *files(desk / "bundle")]} == {0}


@pytest.mark.figure("faults that quote canaries", unit="commands", how="neither secret nor target is in a message or a traceback")
@pytest.mark.parametrize("line", ["plan", "submit P-1", "sync", "report", "audit verify", "case note C-1 x"])
def test_a_fault_quotes_neither_secret_nor_target(desk, capfd, monkeypatch, line):
    for one in ("init", "import batch.csv", "plan"):
        run([*one.split(), "--quiet"])
    capfd.readouterr()

    def broken(*_: object, **__: object) -> None:
        try:
            raise ValueError(f"token {TOKEN}")
        except ValueError as error:
            raise RuntimeError(f"while asking about {TARGET} with {TOKEN}: {TEXT}") from error

    for name in ("read", "write", "peek"):
        monkeypatch.setattr(Ledger, name, broken)
    monkeypatch.setattr(Reader, "rows", broken)
    assert run([*line.split(), "--verbose"]) == 1
    said = "".join(capfd.readouterr())
    assert "RuntimeError" in said
    assert [one for one in (TOKEN, TARGET, TEXT) if one in said] == []


def test_a_fault_of_the_database_quotes_no_row(desk, capfd):
    for one in ("init", "import batch.csv"):
        run([*one.split(), "--quiet"])
    capfd.readouterr()
    with sqlite3.connect("takedown.db") as db:
        db.execute("DROP TABLE request_cases")
    assert run(["plan", "--verbose"]) != 0
    assert [one for one in (TOKEN, TARGET, TEXT) if one in "".join(capfd.readouterr())] == []


def test_the_list_of_processes_says_no_secret(desk, capfd):
    for one in ("init", "import batch.csv", "plan", "approve P-1 --as alice --key alice --cases 2"):
        run([*one.split(), "--quiet"])
    seen, over = set[bytes](), threading.Event()

    def watch():
        while not over.is_set():
            for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208 -- Path.glob fails when a process ends
                try:
                    seen.add(Path(f"/proc/{name}/cmdline").read_bytes())
                except OSError:
                    continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    around = {**os.environ, "TAKEDOWN_AS": "planner"}
    done = subprocess.run(
        [sys.executable, "-m", "takedown.cli", "submit", "P-1", "--wait", "0s"], env=around, capture_output=True, check=False
    )
    over.set()
    watcher.join()
    assert done.returncode in {0, 5}
    assert any(b"submit" in one for one in seen)
    assert [one for one in seen if TOKEN.encode() in one or PASSWORD.encode() in one or TARGET.encode() in one] == []
    assert [one for one in (TOKEN, PASSWORD, TARGET) if one.encode() in done.stdout + done.stderr] == []


LOOSE = {
    "facebook.token": "submit P-1 --wait 0s",
    "takedown.db.secret": "plan",
    "alice": "approve P-1 --as alice --key alice --cases 2",
}


@pytest.mark.parametrize("name", LOOSE)
def test_a_secret_that_others_can_read_is_refused(desk, capfd, name):
    for one in ("init", "import batch.csv", "plan"):
        run([*one.split(), "--quiet"])
    if name == "facebook.token":
        run(["approve", "P-1", "--as", "alice", "--key", "alice", "--cases", "2", "--quiet"])
    if name == "takedown.db.secret":
        run(["plan", "discard", "P-1", "--quiet"])
    (desk / name).chmod(0o644)
    assert run(LOOSE[name].split()) == 4
    assert "can be read by others" in "".join(capfd.readouterr())
