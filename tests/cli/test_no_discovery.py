"""The tool acts on an authority's decisions. It finds no targets: there is no command, option or column for it."""

import re
from pathlib import Path

import pytest

from takedown.cli.commands import COMMANDS
from takedown.intake.columns import COLUMNS

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
NAMED = re.findall(r"^#+ `?takedown ([a-z -]+)", PAGE, re.M)
FINDING = {
    "crawl", "discover", "find", "hunt", "keyword", "keywords", "monitor", "rank", "scan", "score", "scrape", "search",
    "similar", "spider", "suggest", "trend", "watch",
}  # fmt: skip


@pytest.mark.safeguard("S20")
def test_no_command_finds_targets():
    assert len(NAMED) > len(COMMANDS) // 2, "the page of commands is read"
    words = {word for name in (*COMMANDS, *NAMED) for word in re.split(r"[ -]", name)}
    assert words & FINDING == set()


@pytest.mark.safeguard("S20")
def test_no_option_finds_targets():
    options = {word for option in re.findall(r"--([a-z-]+)", PAGE) for word in option.split("-")}
    assert options & FINDING == {"find"}, "report --find, which finds a paragraph that was quoted"


@pytest.mark.safeguard("S20")
def test_no_column_scores_a_target():
    assert set(COLUMNS) & FINDING == set()
