"""Streams that a test can look at, and what a hostile name may hold."""

import io
import unicodedata

from takedown.display import Display, Mode

HOSTILE = [
    "\x1b[2J\x1b[31mstandin",
    "\x1b]8;;https://evil.example\x1b\\standin\x1b]8;;\x1b\\",
    "\x9b31mstandin",
    "standin\x9d0;title\x9c",
    "standin\rAPPROVED",
    "\u202enidnats",
    "stand\u200bin",
    "[/foo]",
    "[bold red]APPROVED[/]",
    "[link=https://evil.example]standin[/link]",
    ":skull:",
    "standin\x00\x07\x08",
    "standin\ud800",
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def screen(
    *, terminal: bool = False, color: bool = False, json: bool = False, **mode: bool
) -> tuple[Display, io.StringIO, io.StringIO]:
    out, err = (Terminal(), Terminal()) if terminal else (io.StringIO(), io.StringIO())
    return Display(Mode(json=json, color=color, **mode), out, err), out, err


def steering(text: str) -> set[str]:
    """What in a screen could steer a terminal or hide, line breaks apart."""
    return {char for char in text if char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}}
