"""`takedown recognise`: what each pasted line is."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, BinaryIO

import typer

from takedown.cli.context import current
from takedown.cli.installed import installed
from takedown.contract import NotATarget, Platform, Target
from takedown.display import Answer, Lines
from takedown.registry import recognise

app = typer.Typer()
LONGEST = 65_536

Urls = Annotated[
    list[str], typer.Argument(metavar="URL ... | -", help="Links, with or without https://; - reads stdin, a line each")
]


@app.command("recognise")
def recognise_(urls: Urls) -> None:
    """Say what each URL points to: platform, kind, key, canonical address; or why it is refused.

    Looks at the text alone; nothing is opened.
    """
    registry = installed()
    platforms = {name: made(made.Settings.model_construct()) for name, made in registry.platforms.items()}
    counts: Counter[str] = Counter(recognised=0, refused=0)
    items = _items(lines(sys.stdin.buffer) if urls == ["-"] else iter(urls), platforms, counts)
    warnings = [f"platform {broken.name} could not be loaded: {broken.why}" for broken in registry.broken]
    current().display.show(Answer(items, counts, warnings), Lines(_line(item) for item in items))


def lines(stream: BinaryIO) -> Iterator[str]:
    """Lines without their ends; a BOM is dropped, bytes that are not UTF-8 become surrogates, a line is cut at 64 KiB."""
    first = True
    while raw := stream.readline(LONGEST):
        rest = raw
        while not rest.endswith(b"\n") and (rest := stream.readline(LONGEST)):
            continue
        text = raw.decode("utf-8", "surrogateescape").rstrip("\r\n")
        yield text.removeprefix("\ufeff") if first else text
        first = False


def _items(texts: Iterator[str], platforms: Mapping[str, Platform], counts: Counter[str]) -> Iterator[dict[str, str]]:
    for text in texts:
        match recognise(text, platforms):
            case Target(platform, kind, key, url):
                counts["recognised"] += 1
                yield {"input": text, "platform": platform, "kind": kind.value, "key": key, "url": url}
            case NotATarget(reason, message):
                counts["refused"] += 1
                yield {"input": text, "error": message, "code": reason.code}


def _line(item: Mapping[str, str]) -> str:
    if "error" in item:
        return f"{'refused':<10} {item['input']}  {item['error']}"
    return f"{item['platform']:<10} {item['kind']:<8} {item['key']}  {item['url']}"
