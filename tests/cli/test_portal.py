import json
import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import takedown
from desks import add_cases, make_desk, make_key
from servers import ledger_url
from sqlalchemy import update

from takedown.cli import run
from takedown.delivery.deliver import hand_over
from takedown.ledger.setup import open_ledger
from takedown.ledger.tables import requests
from takedown.planning.approving import verify
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection

PORTAL = {"channel": "portal", "cases_per_request": 2}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with four packets of two cases, planned by `planner`, at which `asma` sits."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAKEDOWN_AS", "asma")
    desk = make_desk(tmp_path, {"facebook": PORTAL, "x": {**PORTAL, "first_step_waived": "sample"}})
    add_cases(desk, "facebook", range(1, 5))
    add_cases(desk, "x", range(5, 9))
    plan = make_plan(desk, Selection()).plan
    verify(desk, plan)
    hand_over(desk, plan)
    desk.ledger.close()
    return tmp_path


@pytest.fixture
def ask(folder, capsys):
    def asked(*words: str, code: int = 0):
        assert run([*words, "--json"]) == code, capsys.readouterr()
        out, err = capsys.readouterr()
        return json.loads(err if code else out)

    return asked


def test_next_gives_another_tool_the_whole_packet(ask):
    (item,) = ask("portal", "next")["items"]
    assert (item["request"], item["state"], item["who"], item["references"]) == ("R-1", "operator", "asma", ["FILE-1", "FILE-2"])
    assert item["url"].startswith("https://")
    assert {field["label"] for field in item["fields"]} >= {"Links", "Reasons", "Reference number"}
    assert item["cases"][0] == {"case": "C-1", "url": "https://www.facebook.com/standin.0001"}
    assert (item["check_first"], item["attachments"], item["folder"]) == (False, [], None)
    assert ask("portal", "next")["items"][0]["request"] == "R-2"
    assert ask("portal", "next", "R-2")["items"][0]["request"] == "R-2"


def test_done_in_its_three_ways_and_the_number_that_follows(ask, folder):
    (folder / "shot.png").write_bytes(b"stand-in")
    assert ask("portal", "done", "R-1", "--ref", "FB-1")["items"] == [{"request": "R-1", "delivery": "sent"}]
    ask("portal", "done", "R-2", "--ref-later", "--except", "C-4=the form refused it")
    ask("portal", "done", "R-3", "--no-ref", "--evidence", "shot.png")
    listed = ask("portal", "list")
    assert listed["summary"]["to_follow"] == 1
    assert [(item["request"], item["state"]) for item in listed["items"]] == [("R-4", "operator"), ("R-2", "sent")]
    ask("portal", "done", "R-2", "--ref", "FB-2")
    assert ask("portal", "list")["summary"]["to_follow"] == 0
    assert ask("portal", "done", "R-1", "--ref", "OTHER", code=7)["error"]["code"] == "TD-0754"


@pytest.mark.parametrize(
    "words",
    [
        ["R-1"],
        ["R-1", "--ref", "A-12", "--no-ref"],
        ["R-1", "--ref", ""],
        ["R-1", "--ref", "FB-1", "--except", "C-1"],
        ["R-1", "--ref", "FB-1", "--except", "C-1=a", "--except", "C-2=b"],
        ["R-1", "--ref", "FB-1", "--except", "C-8=not in it"],
        ["R-1", "--no-ref", "--evidence", "missing.png"],
        ["R-99", "--ref", "FB-1"],
    ],
)
def test_done_that_cannot_be_is_refused_and_changes_nothing(ask, words):
    assert ask("portal", "done", *words, code=2)["error"]["do"]
    assert ask("portal", "list")["summary"]["waiting"] == 4


def test_unsure_release_fail_and_assign(ask):
    ask("portal", "next")
    assert ask("portal", "release", "R-1", code=2)["error"]["code"] == "TD-0736"
    assert ask("portal", "release", "R-1", "--not-filed")["items"][0]["delivery"] == "approved"
    assert {item["request"]: item["state"] for item in ask("portal", "list")["items"]}["R-1"] == "approved"
    assert ask("portal", "unsure", "R-2")["items"][0]["delivery"] == "unknown"
    assert ask("portal", "fail", "R-3", "--reason", "not taken")["items"][0]["delivery"] == "refused"
    assert ask("portal", "assign", "bilal", "--count", "9")["summary"] == {"assigned": 2}
    assert ask("portal", "next")["items"] == []
    assert ask("portal", "next", "--as", "bilal")["items"][0]["request"] == "R-1"
    who = {item["request"]: item["who"] for item in ask("portal", "list")["items"]}
    assert who == {"R-1": "bilal", "R-2": "asma", "R-4": "bilal"}


def test_an_uncertain_packet_comes_with_the_word_to_look_first(ask):
    ask("portal", "unsure", "R-1")
    (item,) = ask("portal", "next", "R-1")["items"]
    assert (item["check_first"], item["state"]) == (True, "unknown")
    (unknown,) = ask("unknown", "list")["items"]
    assert (unknown["request"], unknown["settled_by"], unknown["references"]) == ("R-1", "portal", ["FILE-1", "FILE-2"])


def test_a_packet_that_was_left_is_among_the_uncertain_ones_as_soon_as_they_are_listed(ask, folder):
    ask("portal", "next")
    assert ask("unknown", "list")["items"] == []
    ledger = open_ledger(ledger_url(folder), folder, "sandbox")
    ledger.write(lambda book: book.db.execute(update(requests).where(requests.c.id == 1).values(lease_until=book.now - 1)))
    ledger.close()
    (unknown,) = ask("unknown", "list")["items"]
    assert (unknown["request"], unknown["why"]) == ("R-1", "opened to be filed by hand, and left")


def test_the_switch_stops_next_and_run(ask):
    assert run(["halt", "--reason", "a mistake", "--quiet"]) == 0
    assert ask("portal", "next", code=7)["error"]["code"] == "TD-0720"


def test_without_a_terminal_run_names_the_other_commands(folder):
    done = takedown("portal", "run", cwd=folder)
    assert (done.code, done.out) == (2, "")
    assert "portal next" in done.err
    assert "portal done" in done.err


def test_resolving(ask, folder):
    (folder / "seen.png").write_bytes(b"stand-in")
    for request in ("R-1", "R-2", "R-3"):
        ask("portal", "unsure", request)
    assert ask("unknown", "resolve", "R-1", "--sent", "FB-1", code=2)["error"]["why"] == "a receipt must be one that can be shown"
    assert ask("unknown", "resolve", "R-1", "--sent", "FB-1", "--evidence", "seen.png")["items"][0]["delivery"] == "sent"
    assert ask("unknown", "resolve", "R-2", "--not-sent")["items"][0]["delivery"] == "approved"
    assert ask("unknown", "resolve", "R-3", "--again", "--not-sent", code=2)["error"]["code"] == "TD-0002"
    assert ask("unknown", "resolve", "R-2", "--again", code=2)["error"]["code"] == "TD-0755"
    assert [item["request"] for item in ask("unknown", "list")["items"]] == ["R-3"]


def test_resolving_with_a_second_persons_key(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("planner", "alice", "bilal"):
        make_key(tmp_path, name)
    desk = make_desk(tmp_path, {"facebook": PORTAL}, approvals=1)
    add_cases(desk, "facebook", range(1, 3))
    make_plan(desk, Selection())
    desk.ledger.close()
    assert run(["approve", "P-1", "--as", "alice", "--key", "alice", "--cases", "2"]) == 0
    assert run(["submit", "P-1"]) == 8
    assert run(["portal", "unsure", "R-1", "--as", "alice"]) == 0
    assert run(["unknown", "resolve", "R-1", "--again", "--as", "alice", "--key", "alice"]) == 7
    assert run(["unknown", "resolve", "R-1", "--again", "--as", "planner", "--key", "planner"]) == 7
    assert "ask one of: alice, bilal" in capsys.readouterr().err
    assert run(["unknown", "resolve", "R-1", "--again", "--as", "bilal", "--key", "bilal"]) == 0


class Window:
    """The real command on a pseudo-terminal of so many columns."""

    def __init__(self, folder: Path, columns: int, *words: str) -> None:
        import fcntl
        import struct
        import termios

        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        env = {key: value for key, value in os.environ.items() if key not in {"DISPLAY", "WAYLAND_DISPLAY", "TMUX"}}
        env |= {"TERM": "xterm", "NO_COLOR": "1", "SSH_TTY": "/dev/pts/9", "COLUMNS": str(columns)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "takedown.cli", *words], stdin=slave, stdout=slave, stderr=slave, cwd=folder, env=env
        )
        os.close(slave)
        self.seen = ""

    def until(self, words: str) -> str:
        """What came since the last time, up to these words."""
        start = len(self.seen)
        while words not in self.seen[start:]:
            ready = select.poll()  # select() takes no number beyond 1023, and many desks may be open
            ready.register(self.master, select.POLLIN)
            if not ready.poll(60_000):
                raise AssertionError(f"{words!r} did not come; seen: {self.seen[start:]}")
            try:
                data = os.read(self.master, 65536)
            except OSError:
                raise AssertionError(f"{words!r} did not come; ended with: {self.seen[start:]}") from None
            self.seen += data.decode("utf-8", "replace")
        return self.seen[start:]

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())


@pytest.mark.parametrize("columns", [80, 40])
def test_the_walk_on_a_real_terminal(folder, columns):
    window = Window(folder, columns, "portal", "run", "--platform", "facebook")
    first = window.until("R-1 number (?: help):")
    assert "https://www.facebook.com/records/login/" in first
    assert "\x1b]52;c;RXhhbXBsZSBBdXRob3JpdHk=\x07" in first  # the first box, by the terminal's own clipboard
    assert all(len(line) <= columns for line in first.split("\x1b]52")[0].replace("\r", "").split("\n") if "://" not in line)
    window.type("\n")
    assert "copied: 2 Unit (6 characters), 2 of" in window.until("R-1 number")
    window.type("FB-0001\n")
    second = window.until("R-2 number")
    assert "As before:" in second
    window.type("FB-0002\nand more\n")
    window.until("Several lines were pasted")
    window.type("q\n")
    window.until("next: takedown portal run")
    assert window.process.wait(60) == 8


def test_ctrl_c_leaves_the_packet_with_its_officer(folder, ask):
    window = Window(folder, 80, "portal", "run")
    window.until("R-1 number")
    window.process.send_signal(signal.SIGINT)
    window.until("Interrupted")
    assert window.process.wait(60) == 130
    (item,) = [item for item in ask("portal", "list")["items"] if item["who"]]
    assert (item["request"], item["state"], item["who"]) == ("R-1", "operator", "asma")
