"""Packs from the installed data and from operators' folders, checked as they are read.

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
from typing import Any

from pydantic import ValidationError

from takedown.notices.errors import BadPacks, Fault, NoSuchPack
from takedown.notices.lint import FOLLOW_UPS, INCLUDE, lint
from takedown.notices.pack import Pack
from takedown.notices.pack_file import PackFile

BUILT_IN = "built-in"
TEXTS = ("subject", "statement", "letter", "reminder", "reminder_subject")
SHARED = re.compile(r"shared/[a-z0-9_]+\.txt")


class Packs(dict[str, Pack]):
    """Packs by id, in alphabetical order. `packs[id]` raises NoSuchPack."""

    def __missing__(self, name: str) -> Pack:
        raise NoSuchPack(name=repr(name), known=", ".join(self))


@dataclass(frozen=True, slots=True)
class Source:
    """One tree of packs and templates; `name` is `built-in` or the folder as the operator wrote it."""

    name: str
    root: Traversable

    def read(self, path: str) -> str | None:
        found = self.root.joinpath(*path.split("/"))
        return found.read_text(encoding="utf-8") if found.is_file() else None

    def pack_files(self) -> Iterator[Traversable]:
        for folder in (self.root, self.root.joinpath("packs")):
            if folder.is_dir():
                yield from sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def load_packs(folders: Sequence[Path] = ()) -> Packs:
    """The built-in packs, overridden by id from operators' folders in their order. Raises BadPacks with every fault."""
    packs, faults = read_packs(folders)
    if faults:
        raise BadPacks(faults)
    return packs


def read_packs(folders: Sequence[Path] = ()) -> tuple[Packs, tuple[Fault, ...]]:
    """The sound packs, and what is wrong with the others."""
    sources = [Source(BUILT_IN, files("takedown_notices")), *(Source(str(folder), folder) for folder in folders)]
    faults = [
        Fault(s.name, "folder", "it is not a folder", "create it, or mend [packs] folder") for s in sources if not s.root.is_dir()
    ]
    found: dict[str, Pack] = {}
    for source in sources:
        seen: set[str] = set()
        for file in source.pack_files():
            made = _read(source, file, sources)
            if isinstance(made, Pack) and made.id in seen:
                made = [Fault(made.file, "id", f"{made.id} is there twice in this folder", "remove one of the two files")]
            if isinstance(made, Pack):
                seen.add(made.id)
                found[made.id] = made
            else:
                faults += made
    return Packs(sorted(found.items())), tuple(faults)


def _read(source: Source, file: Traversable, sources: Sequence[Source]) -> Pack | list[Fault]:
    name = file.name if source.name == BUILT_IN else str(file)
    try:
        raw = file.read_bytes()
        table: dict[str, Any] = tomllib.loads(raw.decode("utf-8"))
        terms = PackFile.model_validate(table)
    except OSError as error:
        return [Fault(name, "file", str(error), "make it readable")]
    except UnicodeDecodeError:
        return [Fault(name, "file", "it is not UTF-8 text", "save it as UTF-8")]
    except tomllib.TOMLDecodeError as error:
        return [Fault(name, "file", f"not TOML: {error}", "mend the syntax")]
    except RecursionError:
        return [Fault(name, "file", "its lists are nested too deep", "mend the syntax")]
    except ValidationError as error:
        return [_fault(name, one["loc"], one["msg"], one["type"]) for one in error.errors()]
    if terms.id != file.name.removesuffix(".toml"):
        return [Fault(name, "id", f"it says {terms.id}", f"call the file {terms.id}.toml, or mend id")]
    try:
        texts, owners = _texts(terms, sources)
    except (OSError, UnicodeDecodeError) as error:
        return [Fault(name, "texts", f"a template cannot be read: {error}", "save it as UTF-8, readable by you")]
    owners.add(source.name)
    pack = Pack.model_construct(
        **dict(terms),
        origin=BUILT_IN if owners == {BUILT_IN} else next(s.name for s in reversed(sources) if s.name in owners),
        file=name,
        texts=tuple(sorted(texts.items())),
        fingerprint=_fingerprint(raw, texts),
    )
    return lint(pack) or pack


def _fault(name: str, loc: tuple[int | str, ...], message: str, kind: str) -> Fault:
    message = message.removeprefix("Value error, ")
    field = ".".join(map(str, loc))
    if kind == "value_error" and not loc:
        field, _, message = message.partition(": ") if re.match(r"[\w. ]+: ", message) else ("pack", "", message)
    what = {"missing": "it is missing", "extra_forbidden": "there is no such field"}.get(kind, message)
    do = {"missing": "add it", "extra_forbidden": "remove it, or mend its spelling"}.get(kind, "mend the value")
    return Fault(name, field, what, do)


def _texts(terms: PackFile, sources: Sequence[Source]) -> tuple[dict[str, str], set[str]]:
    """Templates by path (`en/letter.txt`, `en/shared/items.txt`) with all that they include, and the sources they came from."""
    texts: dict[str, str] = {}
    owners: set[str] = set()
    for language in terms.languages:
        folder = f"{language}/{terms.texts_of or terms.id}"
        own = (*TEXTS, *terms.forms, *FOLLOW_UPS)
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


def _fingerprint(raw: bytes, texts: dict[str, str]) -> str:
    made = hashlib.sha256(hashlib.sha256(raw).digest())
    for path, text in sorted(texts.items()):
        made.update(hashlib.sha256(path.encode()).digest() + hashlib.sha256(text.encode()).digest())
    return made.hexdigest()
