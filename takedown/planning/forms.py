"""Portal form layouts: the adapter's own, or the operator's file of the platform's name in `[packs] forms`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from takedown.contract import Channel, FormField, Platform, PortalForm, UsageError


class BadForm(UsageError):
    """The form layout {file} is not usable: {what}."""

    code, why, do = (
        "TD-0302",
        "it has name, url, source, verified_on and a list of fields (label, value, max_length)",
        "mend the file",
    )


def form_for(platform: Platform, folder: Path | None) -> PortalForm | None:
    """The layout in force for a platform's portal; None for other channels. Raises BadForm."""
    terms = platform.channels.get(Channel.PORTAL)
    own = folder / f"{platform.name}.toml" if folder else None
    if own is not None and own.exists():
        return read_form(own)
    return terms.form if terms else None


@cache
def read_form(path: Path) -> PortalForm:
    """A layout from an operator's TOML file. Raises BadForm."""
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        fields = tuple(
            FormField(str(f["label"]), str(f["value"]), int(f.get("max_length", 0)), bool(f.get("required", True)))
            for f in table["fields"]
        )
        return PortalForm(
            str(table["name"]),
            str(table["url"]),
            fields,
            str(table["source"]),
            str(table["verified_on"]),
            str(table.get("note", "")),
        )
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise BadForm(file=path, what=error) from None


def write_form(form: PortalForm) -> str:
    """A layout as TOML, to start an operator's own from."""

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    head = [
        f"{k} = {quoted(v)}"
        for k, v in (
            ("name", form.name),
            ("url", form.url),
            ("source", form.source),
            ("verified_on", form.verified_on),
            ("note", form.note),
        )
    ]
    for f in form.fields:
        head += [
            "",
            "[[fields]]",
            f"label = {quoted(f.label)}",
            f"value = {quoted(f.value)}",
            f"max_length = {f.max_length}",
            f"required = {str(f.required).lower()}",
        ]
    return "\n".join(head) + "\n"
