import io
from typing import Any

import pytest

from takedown.cli import context as module
from takedown.cli.context import Context
from takedown.cli.flags import Flags
from takedown.contract import UsageError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts a person who types at a terminal in front of the tool; returns what they see."""

    def sits(typed: str) -> Terminal:
        seen = Terminal()
        monkeypatch.setattr("sys.stdin", Terminal(typed))
        monkeypatch.setattr("sys.stderr", seen)
        return seen

    return sits


def test_a_person_is_asked(person: Any) -> None:
    seen = person(" 12 \n")
    assert Context(Flags()).ask("How many cases? \x1b[2J", "--cases") == "12"
    assert seen.getvalue() == "How many cases? \\x1b[2J "


@pytest.mark.parametrize(("typed", "answer"), [("y\n", True), ("YES\n", True), ("\n", False), ("n\n", False), ("yep\n", False)])
def test_a_confirmation_is_no_unless_it_is_yes(person: Any, typed: str, answer: bool) -> None:
    person(typed)
    assert Context(Flags()).confirm("Sure?") is answer


def test_yes_answers_without_asking(person: Any) -> None:
    seen = person("n\n")
    assert Context(Flags(yes=True)).confirm("Sure?") is True
    assert seen.getvalue() == ""


def test_nobody_there_is_exit_2_naming_the_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("12\n"))
    with pytest.raises(UsageError) as caught:
        Context(Flags()).ask("How many cases?", "--cases")
    assert caught.value.exit == 2
    assert caught.value.as_dict()["do"] == "give --cases"


def test_no_input_and_a_closed_stdin_are_nobody(person: Any) -> None:
    person("12\n")
    with pytest.raises(UsageError):
        Context(Flags(no_input=True)).ask("How many?", "--cases")
    person("")
    with pytest.raises(UsageError):
        Context(Flags()).ask("How many?", "--cases")


def test_who_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "officer")
    monkeypatch.delenv("TAKEDOWN_AS", raising=False)
    assert Context(Flags()).acting() == "officer"
    monkeypatch.setenv("TAKEDOWN_AS", "alice")
    assert Context(Flags()).acting() == "alice"
    assert Context(Flags()).acting("bilal") == "bilal"


def test_a_user_without_a_name_still_acts_as_someone(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4242")

    monkeypatch.setattr("getpass.getuser", nameless)
    monkeypatch.setattr("os.getuid", lambda: 4242)
    monkeypatch.delenv("TAKEDOWN_AS", raising=False)
    assert module.current().acting() == "uid-4242"


@pytest.mark.parametrize(
    ("flags", "no_color", "color"), [(Flags(), "", True), (Flags(), "1", False), (Flags(no_color=True), "", False)]
)
def test_colour_can_be_refused(monkeypatch: pytest.MonkeyPatch, flags: Flags, no_color: str, color: bool) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    assert Context(flags).display.mode.color is color
