"""What the documentation shows of the program is made from the program: `sh script/docs` writes it, a test compares.

Made are docs/commands.md and the marked parts of README.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from typer import Context
from typer.main import get_command

from takedown.cli.commands import SECTIONS
from takedown.cli.frame import NAME, app
from takedown.cli.lazy import load
from takedown.contract import Channel, Platform
from takedown.display.words import TRUTHS, WORDS
from takedown.registry import load as load_registry

README, COMMANDS_PAGE = Path("README.md"), Path("docs/commands.md")
WIDTH = 100
MADE = "<!-- made by `sh script/docs` from the program: change the program -->"
COUNTED = {"retry_later", "remaining"}
"""What `submit` counts of requests; no case is in such a state."""


def pages(readme: str) -> Mapping[Path, str]:
    """Path -> whole text, as they should be, given README.md as it is. Raises ValueError when it has lost a marker."""
    readme = replaced(readme, "platforms", platform_table(load_registry().platforms.values()))
    return {README: replaced(readme, "words", word_table()), COMMANDS_PAGE: commands_page()}


def replaced(text: str, marker: str, body: str) -> str:
    """`text` with `body` between `<!-- marker -->` and `<!-- /marker -->`. Raises ValueError when one is not there once."""
    start, end = f"<!-- {marker} -->", f"<!-- /{marker} -->"
    if text.count(start) != 1 or text.count(end) != 1:
        raise ValueError(f"there must be one {start} and one {end}")
    return f"{text.partition(start)[0]}{start}\n{MADE}\n\n{body}\n{end}{text.partition(end)[2]}"


def platform_table(platforms: Iterable[type[Platform]]) -> str:
    """Our own platforms; a plugin that happens to be installed here is not part of this project."""
    ours = [one for one in platforms if one.__module__.startswith(f"{NAME}_platforms.")]
    return _table(["platform", "usual channel", "other channels", "facts as of", "source"], map(_platform, ours))


def _platform(platform: type[Platform]) -> list[str]:
    usual = platform.channels[platform.default_channel]
    name = platform.default_channel.value
    others = [one.value for one in Channel if one in platform.channels and one is not platform.default_channel]
    form = f"[{name}]({usual.form.url})" if usual.form and usual.form.url else name
    return [platform.title, form, ", ".join(others), str(usual.verified_on or ""), usual.source]


def word_table() -> str:
    """The officer's words beside the values in JSON."""
    values = [(truth, value) for truth in TRUTHS for value in WORDS[truth] if value not in COUNTED]
    rows = [[TRUTHS[truth], WORDS[truth][value], f"`{value}`"] for truth, value in values]
    return _table(["truth", "on the screen", "in JSON"], rows)


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)


def commands_page() -> str:
    """The help of every command, in the order of the work."""
    parts = [f"# Commands\n{MADE}\n", *_helps(get_command(app), NAME, into=())]
    for section, entries in SECTIONS.items():
        parts.append(f"## {section}\n")
        for entry in entries:
            command = load(entry.name)
            parts += _helps(command, f"{NAME} {entry.name}", getattr(command, "commands", {}))
    return "\n".join(parts)


def _helps(command: Any, path: str, into: Iterable[str]) -> Iterator[str]:
    text = command.get_help(Context(command, info_name=path, terminal_width=WIDTH))
    lines = [line.rstrip() for line in text.splitlines()]
    yield "\n".join([f"### {path}\n\n```", *lines, "```\n"])
    for name in into:
        yield from _helps(command.commands[name], f"{path} {name}", ())


def main() -> None:
    for path, text in pages(README.read_text(encoding="utf-8")).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
