"""What a command knows about its run: flags, screen, configuration, who acts, and whether somebody can be asked."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from takedown.cli.flags import Flags

if TYPE_CHECKING:
    from takedown.approval import KeyPair
    from takedown.display import Display
    from takedown.settings import Config


@dataclass(frozen=True)
class Context:
    flags: Flags
    keys: dict[Path, KeyPair] = field(default_factory=dict[Path, "KeyPair"], compare=False, repr=False)
    """Key files that are open: a passphrase is asked for once."""

    @cached_property
    def display(self) -> Display:
        from takedown.display import Display, Mode

        color = not self.flags.no_color and not os.environ.get("NO_COLOR")
        return Display(Mode(self.flags.json, self.flags.quiet, self.flags.verbose, color))

    @property
    def interactive(self) -> bool:
        """Whether a person sits at a terminal and may be asked."""
        return not self.flags.no_input and sys.stdin.isatty() and sys.stderr.isatty()

    @property
    def config_file(self) -> Path | None:
        """What `--config` names."""
        return Path(self.flags.config) if self.flags.config is not None else None

    def load_config(self) -> Config:
        """The configuration. Raises BadConfiguration."""
        from takedown.settings import load

        return load(self.config_file)

    def acting(self, given: str | None = None) -> str:
        """Who acts: `--as`, else TAKEDOWN_AS, else the operating system's user."""
        return self.said(given) or _system_user()

    def said(self, given: str | None = None) -> str | None:
        """The name that somebody said: `--as`, else TAKEDOWN_AS."""
        return given or os.environ.get("TAKEDOWN_AS") or None

    def ask(self, question: str, flag: str) -> str:
        """An answer typed on one line, stripped. Raises UsageError, which names `flag`, when nobody can be asked."""
        if not self.interactive:
            raise _unanswered(question, flag)
        self.display.prompt(question)
        line = sys.stdin.readline()
        if not line:
            raise _unanswered(question, flag)
        return line.strip()

    def confirm(self, question: str) -> bool:
        """Yes or no, default no; `--yes` answers. Raises UsageError when nobody can be asked."""
        return self.flags.yes or self.ask(f"{question} [y/N]", "--yes").lower() in {"y", "yes"}


_CURRENT: ContextVar[Context | None] = ContextVar("takedown_cli_context", default=None)


def current() -> Context:
    """The context of the command that runs; a plain one outside the command line, as in a test."""
    return _CURRENT.get() or Context(Flags())


@contextmanager
def use(context: Context) -> Generator[None]:
    token = _CURRENT.set(context)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def _system_user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user id has no name; KeyError until Python 3.13
        return f"uid-{os.getuid()}"


def _unanswered(question: str, flag: str) -> Exception:
    from takedown.contract.errors import UsageError

    return UsageError(what=f"no answer to: {question}", why="there is no terminal to ask on", do=f"give {flag}")
