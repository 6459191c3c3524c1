"""The two streams: stdout for data (blocks, or one JSON envelope), stderr for messages, progress and errors."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

from takedown.display.blocks import Block, Lines, drawn, plain
from takedown.display.lanes import BarLanes, Lanes, LineLanes, NoLanes
from takedown.display.safe import safe, safe_lines

if TYPE_CHECKING:
    from rich.console import Console

SCHEMA_VERSION = 1
NARROW = 120


@dataclass(frozen=True, slots=True)
class Mode:
    """How a run was asked to speak. `color` False means none; True leaves the decision to the terminal."""

    json: bool = False
    quiet: bool = False
    verbose: bool = False
    color: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as it is told: the fields of `TakedownError.as_dict()`."""

    code: str
    message: str
    why: str = ""
    do: str = ""
    retryable: bool = False
    exit: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command says to scripts. `summary` and `warnings` are read after the last item, so items may be a stream."""

    items: Iterable[Mapping[str, object]] = ()
    summary: Mapping[str, object] = field(default_factory=dict[str, object])
    warnings: Iterable[str] = ()
    dry_run: bool = False


class Display:
    """Writes. A reader of stdout that has gone away raises BrokenPipeError; one of stderr is ignored."""

    def __init__(self, mode: Mode | None = None, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.mode = mode or Mode()
        self._out, self._err = out, err
        self._warnings: list[str] = []

    @property
    def out(self) -> TextIO:
        return self._out or sys.stdout

    @property
    def err(self) -> TextIO:
        return self._err or sys.stderr

    @property
    def narrow(self) -> bool:
        """Whether stdout is a terminal on which a table of four columns of sentences cannot be read."""
        return self.out.isatty() and shutil.get_terminal_size().columns < NARROW

    def show(self, answer: Answer, *blocks: Block) -> None:
        """The blocks for people, or with --json the envelope; whichever is not shown is not read either."""
        if self.mode.json:
            warned = Answer(answer.items, answer.summary, _both(self._warnings, answer.warnings), answer.dry_run)
            for part in envelope(warned):
                self.out.write(part)
            return
        for block in blocks:
            self._block(block)
        for warning in answer.warnings:
            self.warn(warning)

    def raw(self, data: bytes) -> None:
        """Exact bytes to a pipe or a file; to a terminal their safe picture."""
        if self.out.isatty():
            self.out.write(safe_lines(data.decode("utf-8", "backslashreplace")) + "\n")
            return
        self.out.flush()
        self.out.buffer.write(data)
        self.out.buffer.flush()

    def say(self, text: str) -> None:
        """A message. Silent with --quiet and --json, whose stderr holds errors only."""
        if not self.mode.quiet and not self.mode.json:
            self._tell(text)

    def detail(self, text: str) -> None:
        """A message for --verbose."""
        if self.mode.verbose:
            self.say(text)

    def warn(self, text: str) -> None:
        """Also with --quiet; with --json it becomes one of the envelope's warnings."""
        if self.mode.json:
            self._warnings.append(text)
        else:
            self._tell(f"warning: {text}")

    def next(self, command: str) -> None:
        """The command to paste next."""
        self.say(f"next: {command}")

    def prompt(self, question: str) -> None:
        """Also with --quiet and --json: whoever waits for an answer must ask."""
        self.err.write(f"{safe(question)} ")
        self.err.flush()

    def error(self, problem: Problem) -> None:
        if self.mode.json:
            self._tell(_dump({"error": asdict(problem)}))
            return
        rows = [("error[" + problem.code + "]: ", problem.message), ("  why:  ", problem.why), ("  do:   ", problem.do)]
        for label, text in rows:
            if text:
                self._tell(label + safe_lines(text).replace("\n", "\n        "))

    def nothing(self, problem: Problem, answer: Answer | None = None) -> None:
        """There was nothing to do, which is no error: a message, or an envelope without items that says so among its warnings."""
        if self.mode.json:
            self.show(answer or Answer(warnings=[problem.message]))
            return
        self.say(f"{problem.message}: {problem.why}.")
        self.next(problem.do)

    def lanes(self) -> Lanes:
        """Where a run reports its progress; call `done` on it at the end."""
        if self.mode.quiet or self.mode.json:
            return NoLanes()
        if self.err.isatty() and os.environ.get("TERM") != "dumb":
            return BarLanes(self._messages)
        return LineLanes(self.say)

    def _block(self, block: Block) -> None:
        if self.out.isatty() and not isinstance(block, Lines):
            console = self._console(self.out)
            for renderable in drawn(block, console.width):
                console.print(renderable)
            return
        for line in plain(block):
            self.out.write(line + "\n")

    def _tell(self, text: str) -> None:
        try:
            if "_messages" in self.__dict__:  # bars may be on the screen, which only their console can write above
                from rich.text import Text

                self._messages.print(Text(safe_lines(text)), soft_wrap=True)
            else:
                self.err.write(safe_lines(text) + "\n")
                self.err.flush()
        except OSError:
            return  # nobody listens; the work goes on

    @cached_property
    def _messages(self) -> Console:
        return self._console(self.err)

    def _console(self, stream: TextIO) -> Console:
        from rich.console import Console

        wide = shutil.get_terminal_size().columns
        colors: Literal["auto"] | None = "auto" if self.mode.color else None
        return Console(file=stream, width=wide, color_system=colors, markup=False, highlight=False, emoji=False)


def envelope(answer: Answer) -> Iterator[str]:
    """The JSON of the contract in parts, one item a line. ASCII only, so that no value can speak to a terminal."""
    yield f'{{"schema_version":{SCHEMA_VERSION},"dry_run":{_dump(answer.dry_run)},"items":['
    between = "\n"
    for item in answer.items:
        yield between + _dump(dict(item))
        between = ",\n"
    yield f'],"summary":{_dump(dict(answer.summary))},"warnings":{_dump(list(answer.warnings))}}}\n'


def _both(first: list[str], second: Iterable[str]) -> Iterator[str]:
    yield from first
    yield from second


def _dump(value: object) -> str:
    return json.dumps(value, default=_jsonable, allow_nan=False, separators=(",", ":")).replace("\x7f", "\\u007f")


def _jsonable(value: object) -> object:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Path():
            return str(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no place in JSON")
