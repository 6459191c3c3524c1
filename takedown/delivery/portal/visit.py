"""One packet on the screen: boxes are copied one by one, then the officer says what became of it. No terminal in here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from pathlib import Path
from typing import Protocol

from takedown.contract import TakedownError
from takedown.delivery.portal.attachments import keep, tidy
from takedown.delivery.portal.filing import Filed, Number, correct, done, fail, release, same_number, unsure
from takedown.delivery.portal.packet import to_copy
from takedown.delivery.portal.tasks import Task
from takedown.desk import Desk
from takedown.ledger.moves import State

HELP = """A number and Enter: filed, next packet.
Enter alone: copy the next box.
b    the box before; at the first box:
     mend the number of the last packet
c 4  copy box 4     a  all boxes
o    open the form  x  except a case
l    filed, the number is to follow
n    filed, the portal gives no number
s    skip: I did not file it
u    unsure whether it was filed
f    the portal refused it
q    quit"""

SHORT = 4
"""Fewer characters than any portal's number has: a slip of the finger."""


class Screen(Protocol):
    """What the walk needs of a terminal. `ask` gives a line, or None at the end of input."""

    def packet(self, view: View) -> None: ...
    def say(self, text: str) -> None: ...
    def ask(self, question: str) -> str | None: ...
    def copy(self, text: str) -> bool: ...
    def open(self, url: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class View:
    """A packet as it is shown: which boxes in full, how many were filed in this walk, how many wait, where its files lie."""

    task: Task
    shown: tuple[int, ...]
    filed: int
    waiting: int
    folder: Path | None
    warning: str = ""


class Ending(Enum):
    FILED = auto()
    SKIPPED = auto()
    UNSURE = auto()
    REFUSED = auto()
    QUIT = auto()


@dataclass
class Visit:
    """`at` is the box that was copied last, counted among `order`; `before` the request filed before this one."""

    desk: Desk
    screen: Screen
    task: Task
    view: View
    before: int | None = None
    at: int = -1
    excepted: dict[int, str] = field(default_factory=dict[int, str])
    doubted: str = ""
    begun: float = 0.0
    touched: bool = False
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.order = to_copy(self.task.packet, self.view.shown)
        self.begun = self.desk.clock.now()

    def run(self) -> Ending:
        self.screen.packet(self.view)
        if not self.view.warning:
            self._copy_next()  # the first box without a keystroke; the officer's own begins after it
            self.touched = False
        while True:
            line = self.screen.ask(f"{self.task.id} number (?: help):")
            if line is None:
                return Ending.QUIT
            try:
                ending = self._answer(line)
            except TakedownError as error:
                self.screen.say(f"{error.message}: {error.as_dict()['why']}")
                continue
            if ending is not None:
                return ending

    def _answer(self, line: str) -> Ending | None:
        text = line.strip()
        if "\n" in text:
            self.screen.say("Several lines were pasted. Nothing was recorded; paste the number alone.")
            return None
        if box := re.fullmatch(r"c ?(\d{1,2})", text):
            self._copy_box(int(box[1]) - 1)
            return None
        if not text:
            self._copy_next()
            return None
        command = COMMANDS.get(text.lower())
        return command(self) if command else self._number(text)

    def _copy_next(self) -> None:
        if not self.order:
            self.screen.say("Nothing to copy: every box holds what it held before. a: all boxes")
            return
        self._copy((self.at + 1) % len(self.order))

    def _copy(self, at: int) -> None:
        self.at = at
        self._copy_box(self.order[at], f", {at + 1} of {len(self.order)}")

    def _copy_box(self, box: int, place: str = "") -> None:
        if not 0 <= box < len(self.task.packet.fields):
            self.screen.say(f"There are {len(self.task.packet.fields)} boxes.")
            return
        one = self.task.packet.fields[box]
        self.touched = True
        worked = self.screen.copy(one.value)
        self.screen.say(
            f"{'copied' if worked else 'could not copy'}: {box + 1} {one.label} ({len(one.value):,} characters){place}"
        )

    def back(self) -> Ending | None:
        if self.at > 0:
            self._copy(self.at - 1)
        elif self.before is None:
            self.screen.say("Nothing was filed before this.")
        else:
            number = self.screen.ask("Number of the packet before (Enter: leave it as it is):")
            if number and number.strip():
                correct(self.desk, self.before, number)
                self.screen.say("Mended.")
        return None

    def all_boxes(self) -> None:
        everything = tuple(range(len(self.task.packet.fields)))
        self.order, self.at = to_copy(self.task.packet, everything), -1
        self.view = replace(self.view, shown=everything)
        self.screen.packet(self.view)
        self._copy_next()

    def open_form(self) -> None:
        self.touched = True
        if not self.screen.open(self.task.packet.url):
            self.screen.say(f"No browser can be opened from here: {self.task.packet.url}")

    def help(self) -> None:
        self.screen.say(HELP)

    def _number(self, text: str) -> Ending | None:
        if what := self._suspicious(text):
            self.doubted = text
            self.screen.say(f"{what} Nothing was recorded. If it is right, enter it once more.")
            return None
        return self._file(Number.GIVEN, text)

    def _suspicious(self, text: str) -> str:
        """What the clipboard may still hold instead of the portal's number."""
        if text == self.doubted:
            return ""
        if any(text == one.value.strip() for one in self.task.packet.fields) or text == self.task.packet.reference:
            return "That is one of our own boxes, not the portal's number."
        if len(text) < SHORT:
            return f"{text} is very short for a number, and no command."
        if other := same_number(self.desk, self.task.request, text):
            return f"{other} has that number already."
        return ""

    def later(self) -> Ending:
        return self._file(Number.LATER)

    def no_number(self) -> Ending:
        file = (self.screen.ask("A file that shows it was filed (Enter: none):") or "").strip()
        evidence = keep(self.desk.ledger, Path(file)) if file else ""
        return self._file(Number.NONE, evidence=evidence)

    def _file(self, number: Number, reference: str = "", evidence: str = "") -> Ending:
        self.seconds = self.desk.clock.now() - self.begun
        done(self.desk, self.task.request, Filed(number, reference, evidence, self.excepted, self.seconds))
        return Ending.FILED

    def except_case(self) -> None:
        held = self.task.packet.cases
        if len(held) == 1:
            self.screen.say("It asks for one case only: s if you did not file it, f if the portal refused it.")
            return
        listed = "\n".join(f"{at} {case} {url}" for at, (case, url) in enumerate(held, 1))
        chosen = (self.screen.ask(f"{listed}\nWhich was not filed (Enter: none)?") or "").strip()
        if not chosen:
            return
        if not chosen.isdigit() or not 0 < int(chosen) <= len(held):
            self.screen.say("That is none of them.")
            return
        case = held[int(chosen) - 1][0]
        self.excepted[int(case.partition("-")[2])] = (self.screen.ask(f"Why was {case} not filed?") or "").strip() or "not filed"
        self.screen.say(f"{len(held) - len(self.excepted)} of {len(held)} cases will count as filed.")

    def skip(self) -> Ending:
        if self.task.state is State.OPERATOR:
            release(self.desk, self.task.request, not_filed=True)
        return Ending.SKIPPED

    def unsure(self) -> Ending:
        unsure(self.desk, self.task.request)
        return Ending.UNSURE

    def refused(self) -> Ending | None:
        reason = (self.screen.ask("What does the portal say (Enter: go back)?") or "").strip()
        if not reason:
            return None
        fail(self.desk, self.task.request, reason)
        return Ending.REFUSED

    def quit(self) -> Ending | None:
        """A packet that was only shown is given back; of one that was begun, the officer must say."""
        if self.task.state is State.UNKNOWN:
            return Ending.QUIT
        answer = "n" if not self.touched and not self.view.warning else self._begun()
        match answer:
            case "n":
                release(self.desk, self.task.request, not_filed=True)
            case "u":
                unsure(self.desk, self.task.request)
            case "":
                self.screen.say(f"{self.task.id} stays yours for a while; then it counts as uncertain.")
                return Ending.QUIT
            case _:
                return None
        tidy(self.desk.ledger, self.task.request)
        return Ending.QUIT

    def _begun(self) -> str:
        question = f"{self.task.id} was begun. n: not filed, u: unsure, Enter: I come back to it, b: go on with it"
        return (self.screen.ask(question) or "").strip()


COMMANDS: Mapping[str, Callable[[Visit], Ending | None]] = {
    "b": Visit.back,
    "a": Visit.all_boxes,
    "o": Visit.open_form,
    "?": Visit.help,
    "l": Visit.later,
    "n": Visit.no_number,
    "x": Visit.except_case,
    "s": Visit.skip,
    "u": Visit.unsure,
    "f": Visit.refused,
    "q": Visit.quit,
}
"""A letter and Enter. No portal's number is one letter long, so that a typed number never sets off a command."""
