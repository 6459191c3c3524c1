"""Every command: where it lives and its line in the help, in the order of the work.

A module defines `app`, a `typer.Typer`. An entry is the app's command of that name, or else the whole app as a group
(one with a single command needs an `@app.callback()` to stay a group). A command returns None or its exit code.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    name: str
    module: str
    help: str


SECTIONS: dict[str, tuple[Entry, ...]] = {
    "Set up": (
        Entry("config", "takedown.cli.config", "Show the configuration and where each value comes from"),
        Entry("platforms", "takedown.cli.platforms", "What each platform accepts: channels, settings, sources, dates"),
    ),
    "Prepare": (Entry("recognise", "takedown.cli.recognise", "Say what each URL points to, or why it is refused"),),
}

COMMANDS = {entry.name: entry for entries in SECTIONS.values() for entry in entries}
