"""Packs from the installed data and from operators' folders (`takedown.sources`), checked as they are read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from takedown.notices.errors import BadPacks, Fault, NoSuchPack
from takedown.notices.lint import lint
from takedown.notices.pack import Pack
from takedown.notices.pack_file import PackFile
from takedown.sources import BUILT_IN, Source, fingerprint, sources_of, texts_of


class Packs(dict[str, Pack]):
    """Packs by id, in alphabetical order. `packs[id]` raises NoSuchPack."""

    def __missing__(self, name: str) -> Pack:
        raise NoSuchPack(name=repr(name), known=", ".join(self))


def load_packs(folders: Sequence[Path] = ()) -> Packs:
    """The built-in packs, overridden by id from operators' folders in their order. Raises BadPacks with every fault."""
    packs, faults = read_packs(folders)
    if faults:
        raise BadPacks(faults)
    return packs


def read_packs(folders: Sequence[Path] = ()) -> tuple[Packs, tuple[Fault, ...]]:
    """The sound packs, and what is wrong with the others."""
    sources = sources_of(folders)
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
        texts, owners = texts_of(terms.id, terms.texts_of, terms.languages, terms.forms, sources)
    except (OSError, UnicodeDecodeError) as error:
        return [Fault(name, "texts", f"a template cannot be read: {error}", "save it as UTF-8, readable by you")]
    owners.add(source.name)
    pack = Pack.model_construct(
        **dict(terms),
        origin=BUILT_IN if owners == {BUILT_IN} else next(s.name for s in reversed(sources) if s.name in owners),
        file=name,
        texts=tuple(sorted(texts.items())),
        fingerprint=fingerprint(raw, texts),
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
