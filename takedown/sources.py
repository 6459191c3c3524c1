"""Where packs and their texts lie, and the hash over all that shapes a pack.

A folder has the shape of the installed data: `packs/ID.toml` (or `ID.toml` beside it), `LANGUAGE/TEXTS/NAME.txt` for a pack's
templates, `LANGUAGE/shared/NAME.txt` for what they include. A later folder's pack or template replaces an earlier one's.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import product
from pathlib import Path

BUILT_IN = "built-in"
TEXTS = ("subject", "statement", "letter", "reminder", "reminder_subject")
FOLLOW_UPS = {
    "withdrawal": "takes a request back",
    "withdrawal_subject": "is the subject of a mail that takes a request back",
    "reply": "answers a platform's question",
    "reply_subject": "is the subject of a mail that answers a platform's question",
}
"""Texts that every pack has in common, unless it has its own, and what each does."""
INCLUDE = re.compile(r"""{%-?\s*include\s+["']([^"']*)["']""")
SHARED = re.compile(r"shared/[a-z0-9_]+\.txt")
ID = re.compile(r"[a-z][a-z0-9-]{1,39}")


@dataclass(frozen=True, slots=True)
class Source:
    """One tree of packs and templates; `name` is `built-in` or the folder as the operator wrote it."""

    name: str
    root: Traversable

    def read(self, path: str) -> str | None:
        found = self.root.joinpath(*path.split("/"))
        return found.read_text(encoding="utf-8") if found.is_file() else None

    @property
    def folders(self) -> tuple[Traversable, Traversable]:
        return self.root, self.root.joinpath("packs")

    def pack_files(self) -> Iterator[Traversable]:
        for folder in self.folders:
            if folder.is_dir():
                yield from sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def sources_of(folders: Sequence[Path]) -> list[Source]:
    """The built-in packs, and those of operators' folders, which come later and so count."""
    return [Source(BUILT_IN, files("takedown_notices")), *(Source(str(folder), folder) for folder in folders)]


def texts_of(
    pack: str, texts_of: str, languages: Sequence[str], forms: Sequence[str], sources: Sequence[Source]
) -> tuple[dict[str, str], set[str]]:
    """Templates by path (`en/letter.txt`, `en/shared/items.txt`) with all that they include, and the sources they came from."""
    texts: dict[str, str] = {}
    owners: set[str] = set()
    for language in languages:
        folder = f"{language}/{texts_of or pack}"
        own = (*TEXTS, *forms, *FOLLOW_UPS)
        waiting: dict[str, tuple[str, ...]] = {f"{language}/{name}.txt": (f"{folder}/{name}.txt",) for name in own}
        for name in FOLLOW_UPS:
            waiting[f"{language}/{name}.txt"] += (f"{language}/shared/{name}.txt",)
        waiting[f"{language}/words.toml"] = (f"{language}/words.toml",)
        while waiting:
            path, places = waiting.popitem()
            for place, source in product(places, reversed(sources)):
                text = source.read(place)
                if text is not None:
                    texts[path] = text
                    owners.add(source.name)
                    nested = (f"{language}/{name}" for name in INCLUDE.findall(text) if SHARED.fullmatch(name))
                    waiting |= {name: (name,) for name in nested if name not in texts}
                    break
    return texts, owners


def fingerprint(raw: bytes, texts: dict[str, str]) -> str:
    """sha256 over a pack's file and its templates by path."""
    made = hashlib.sha256(hashlib.sha256(raw).digest())
    for path, text in sorted(texts.items()):
        made.update(hashlib.sha256(path.encode()).digest() + hashlib.sha256(text.encode()).digest())
    return made.hexdigest()


def fingerprint_now(pack: str, folders: Sequence[Path]) -> str:
    """The fingerprint of a pack as it lies there; empty where only loading it can tell: it is not plainly sound.

    Whoever holds it against the fingerprint of a pack that was loaded need not load this one: equal bytes are equally sound.
    """
    if not ID.fullmatch(pack):
        return ""
    sources = sources_of(folders)
    try:
        for source in reversed(sources):
            if held := [file for file in (one.joinpath(f"{pack}.toml") for one in source.folders) if file.is_file()]:
                (file,) = held
                raw = file.read_bytes()
                table = tomllib.loads(raw.decode("utf-8"))
                given = (table.get("texts_of", ""), table["languages"], table.get("forms", ()))
                return fingerprint(raw, texts_of(pack, *given, sources)[0])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    return ""
