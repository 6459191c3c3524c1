"""The global flags, understood before and after the command. Imports nothing that takes time: every start pays for it."""

from __future__ import annotations

from typing import NamedTuple


class Flags(NamedTuple):
    config: str | None = None
    json: bool = False
    quiet: bool = False
    verbose: bool = False
    no_color: bool = False
    no_input: bool = False
    yes: bool = False


TO_THE_END = "end"
"""What `--wait` means without a time behind it."""
SWITCHES = {f"--{name.replace('_', '-')}": name for name in Flags._fields if name != "config"}


def hoist(argv: list[str]) -> tuple[Flags, list[str]]:
    """Take the global flags out of a command line; what follows `--` is left alone.

    A `--config` without a file stays, for the parser to complain about. A value that looks like a global flag
    (`--reason --json`) counts as the flag; `--reason=--json` does not.
    """
    config: str | None = None
    switched: set[str] = set()
    rest: list[str] = []
    words = iter(_with_ends(argv))
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in SWITCHES:
            switched.add(SWITCHES[word])
        elif word.startswith("--config="):
            config = word.removeprefix("--config=")
        elif word == "--config" and (file := next(words, None)) is not None:
            config = file
        else:
            rest.append(word)
    return Flags(config, **dict.fromkeys(switched, True)), rest


def _with_ends(argv: list[str]) -> list[str]:
    """The parser knows no option whose value may be missing."""
    following = [*argv[1:], ""]
    return [
        f"--wait={TO_THE_END}" if word == "--wait" and not after[:1].isdigit() else word
        for word, after in zip(argv, following, strict=False)
    ]
