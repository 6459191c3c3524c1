"""What is written about the program is true of the program: generated parts, commands that are shown, links, rooms."""

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from takedown.cli import docs, lazy
from takedown.cli.commands import COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
SHOWN = [path for path in [*PAGES, *sorted(ROOT.glob("examples/*"))] if path.name != docs.COMMANDS_PAGE.name]
NAME = "takedown"


def words_of(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:  # prose with an apostrophe
        return line.partition("#")[0].split()


def shown(text: str) -> Iterator[list[str]]:
    """Every command line of ours in a page: `takedown ...` in code, `$ takedown ...` in a session, after `next:` and `do:`."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    spans = re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    lines = [line for block in blocks for line in block.splitlines()] + [" ".join(span.split()) for span in spans]
    for line in lines:
        if found := re.match(r"(?:\$ |next: |\s*do:\s+(?:correct the rows, or: )?)?(?:\S*bin/)?takedown (?=[a-z-])(.*)", line):
            yield words_of(found[1])


def faults(words: list[str]) -> Iterator[str]:
    """What `takedown WORDS` would be refused for, as far as names go."""
    line = " ".join([NAME, *words])
    options = {option for one in docs.get_command(docs.app).params for option in one.opts}
    while words and words[0] in options:
        words = words[1:]
    if not words:
        return
    if words[0] not in COMMANDS:
        yield f"{line}: no such command"
        return
    command: Any = lazy.load(words[0])
    inner = getattr(command, "commands", {})
    if len(words) > 1 and words[1] in inner:
        command, words = inner[words[1]], words[1:]
    elif inner and not command.invoke_without_command and len(words) > 1 and words[1].islower():
        yield f"{line}: no such command"
    options |= {option for one in command.params for option in one.opts} | {"--help", "-h"}
    yield from (f"{line}: no such option {word}" for word in words if word.startswith("-") and word not in {*options, "-"})


def said(module: Path) -> Iterator[list[str]]:
    """The command lines that a module's messages tell people to paste; several stand in one, divided by `;`, `,` or `&&`."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "X" for part in node.values]
            text = "".join(str(part) for part in parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if re.match(r"takedown [a-z]+\b", text) and "\n" not in text:
            yield from (words_of(one) for one in re.findall(r"takedown ([a-z][^;,&]*)", text))


@pytest.mark.parametrize("path", [docs.README, docs.COMMANDS_PAGE], ids=str)
def test_what_is_made_from_the_program_is_fresh(path: Path) -> None:
    pages = docs.pages((ROOT / docs.README).read_text(encoding="utf-8"))
    assert (ROOT / path).read_text(encoding="utf-8") == pages[path], "stale: sh script/docs"


@pytest.mark.parametrize("page", SHOWN, ids=lambda path: path.name)
def test_every_command_that_is_shown_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if page.parent.name == "examples":
        text = "\n".join(f"`takedown {found}`" for found in re.findall(r"(?:bin/takedown|\$BIN) ([a-z-][^;`\n]*)", text))
    assert [fault for words in shown(text) for fault in faults(words)] == []


@pytest.mark.parametrize(
    "words", [["nope"], ["case", "nope", "C-1"], ["submit", "P-1", "--nope"], ["--quiet", "nope"]], ids=" ".join
)
def test_a_command_that_does_not_exist_is_seen(words: list[str]) -> None:
    assert list(faults(words))


def test_a_page_holds_the_commands_that_it_seems_to_hold() -> None:
    page = (
        "In `takedown case\nlist --all`:\n```\n$ takedown plan\nnext: takedown submit P-1  # so\n  do:   takedown status\n```\n"
    )
    assert list(shown(page)) == [["plan"], ["submit", "P-1"], ["status"], ["case", "list", "--all"]]


def test_every_command_that_a_message_names_exists() -> None:
    modules = [*ROOT.glob("takedown/**/*.py"), *ROOT.glob("adapters/**/*.py")]
    wrong = [f"{path.name}: {fault}" for path in modules for words in said(path) for fault in faults(words)]
    assert sorted(wrong) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    files = [one for one in targets if "://" not in one and not one.startswith("mailto:")]
    assert [one for one in files if not (page.parent / one).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_file_of_ours_that_is_named_exists(page: Path) -> None:
    named = re.findall(
        r"`(?:sh )?((?:script|takedown|tests|docs|examples|adapters|templates)/[\w./@-]+)", page.read_text("utf-8")
    )
    allowed = {"tests/platforms/test_chirp.py"}  # the platform that CONTRIBUTING adds
    assert [one for one in named if one not in allowed and not (ROOT / one).exists()] == []


def test_every_room_is_on_the_map() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = {room.strip() for line in contracts[0]["layers"] for room in line.split(":")}
    rows = re.findall(r"^\| (`.*?`) \|", (ROOT / "docs/architecture.md").read_text("utf-8"), re.M)
    rooms = {room for row in rows for room in re.findall(r"`([a-z]+)`", row)}
    assert layers - rooms == set()
    assert [room for room in rooms if not [*ROOT.glob(f"takedown/{room}"), *ROOT.glob(f"takedown/{room}.py")]] == []
