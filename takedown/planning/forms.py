"""Portal form layouts: the adapter's own, or the operator's file of the platform's name in `[packs] forms`."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from takedown.contract import Channel, FormField, Platform, PortalForm, UsageError
from takedown.specimens import sample_request


class BadForm(UsageError):
    """The form layout {file} is not usable: {what}."""

    code, why, do = (
        "TD-0302",
        "it has name, url, source, verified_on and a list of fields (label, value, max_length)",
        "mend the file; takedown platforms NAME --form prints one to start from",
    )


def form_for(platform: Platform, folder: Path | None) -> PortalForm | None:
    """The layout in force for a platform's portal; None for other channels. Raises BadForm."""
    terms = platform.channels.get(Channel.PORTAL)
    own = folder / f"{platform.name}.toml" if folder else None
    if own is None or not own.exists():
        return terms.form if terms else None
    form = read_form(own)
    known = sample_request(platform, Channel.PORTAL).values
    if unknown := [f.value for f in form.fields if not f.value.startswith("=") and f.value not in known]:
        raise BadForm(file=own, what=f"there is no value {', '.join(unknown)}; known are {', '.join(known)}")
    return form


@cache
def read_form(path: Path) -> PortalForm:
    """A layout from an operator's TOML file. Raises BadForm."""
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        fields = tuple(
            FormField(str(f["label"]), str(f["value"]), int(f.get("max_length", 0)), bool(f.get("required", True)))
            for f in table["fields"]
        )
        if not fields:
            raise ValueError("it has no fields")
        return PortalForm(
            str(table["name"]),
            str(table["url"]),
            fields,
            str(table["source"]),
            str(table["verified_on"]),
            str(table.get("note", "")),
            bool(table.get("takes_files", False)),
        )
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise BadForm(file=path, what=error) from None


def write_form(form: PortalForm) -> str:
    """A layout as TOML, to start an operator's own from."""
    head = {"name": form.name, "url": form.url, "source": form.source, "verified_on": form.verified_on, "note": form.note}
    lines = [f"{name} = {_quoted(text)}" for name, text in head.items()]
    lines.append(f"takes_files = {str(form.takes_files).lower()}")
    for f in form.fields:
        lines += ["", "[[fields]]", f"label = {_quoted(f.label)}", f"value = {_quoted(f.value)}"]
        lines += [f"max_length = {f.max_length}", f"required = {str(f.required).lower()}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")  # a basic string of TOML, but for DEL
