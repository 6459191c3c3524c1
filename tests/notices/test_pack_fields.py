"""Each field of each shipped pack deleted in turn: what a pack needs is refused by name, and the rest is listed here."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from notice_samples import PACK_IDS, copied_texts

from takedown.notices import read_packs

FILES = {name: tomllib.loads((files("takedown_notices") / "packs" / f"{name}.toml").read_text()) for name in PACK_IDS}
HAS_A_DEFAULT = {"review",
    "checked", "clocks", "columns", "first_order_notice", "forms", "letter", "proportionality_for", "reason_at_least", "required",
    "lumen", "sanctions_list", "waits_for_first_step",
    "ends", "file", "for_platform", "max_length", "multiline", "pattern", "pauses", "required_where_differ", "says", "ur",
    "verified",
}  # fmt: skip
"""Keys without which a pack is still whole: it then asks for less or says less, and its fingerprint is another one."""


def written(value: Any) -> str:
    """A value as TOML on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)} = {written(one)}" for key, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
        case date():
            return value.isoformat()
        case _:
            return json.dumps(value, ensure_ascii=False)


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every key at every depth, as the way to it."""
    if isinstance(value, dict):
        return [way for key, one in value.items() for way in ((*at, key), *paths(one, (*at, key)))]
    return [way for number, one in enumerate(value) for way in paths(one, (*at, number))] if isinstance(value, list) else []


def lacking(table: dict[str, Any], way: tuple[Any, ...]) -> dict[str, Any]:
    copy = json.loads(json.dumps(table, default=lambda day: {"a day": day.isoformat()}), object_hook=_day)
    holder: Any = copy
    for step in way[:-1]:
        holder = holder[step]
    del holder[way[-1]]
    return copy


def _day(table: dict[str, Any]) -> Any:
    return date.fromisoformat(table["a day"]) if set(table) == {"a day"} else table


def read(folder: Path, table: dict[str, Any], name: str) -> tuple[Any, ...]:
    (folder / "packs").mkdir(exist_ok=True)
    (folder / "packs" / f"{name}.toml").write_text("\n".join(f"{key} = {written(one)}" for key, one in table.items()))
    return read_packs([folder])[1]


@pytest.mark.parametrize("pack", PACK_IDS)
def test_a_pack_written_anew_is_still_sound(tmp_path: Path, pack: str) -> None:
    assert read(tmp_path, FILES[pack], pack) == ()


@pytest.mark.safeguard("S3")
@pytest.mark.parametrize("pack", PACK_IDS)
def test_each_field_deleted_in_turn_is_refused_by_name_or_has_a_default(tmp_path: Path, pack: str) -> None:
    silent: list[str] = []
    for way in paths(FILES[pack]):
        faults = read(tmp_path, lacking(FILES[pack], way), pack)
        named = [fault for fault in faults if any(str(way[-1]) in text for text in (fault.field, fault.what))]
        assert all(fault.do and fault.file.endswith(f"{pack}.toml") for fault in faults), way
        if not named and way[-1] not in HAS_A_DEFAULT:
            silent.append(f"{'.'.join(map(str, way))}: {[(f.field, f.what) for f in faults]}")
    assert silent == []


@pytest.mark.parametrize(
    "text",
    [
        b"\x00" * 50, b"\xff\xfe", b"id = " + b"[" * 5000, b"", b"a" * 1_000_000, b'id = "' + "\u202e".encode() + b'"',
        b"id = 1e400", b"id = 99999999999999999999999999", b"[[columns]]\n" * 20_000,
    ],
)  # fmt: skip
def test_a_file_that_is_no_pack_is_a_fault_not_a_crash(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "pk-peca-37.toml").write_bytes(text)
    packs, faults = read_packs([tmp_path])
    assert faults
    assert all(fault.do for fault in faults)
    assert "eu-dsa-16" in packs


@pytest.mark.parametrize("name", ["../../outside", "/etc", "pk-peca-37/../eu-dsa-16", "a\\b", "."])
def test_texts_are_taken_from_no_other_place(tmp_path: Path, name: str) -> None:
    table = FILES["pk-peca-37"] | {"texts_of": name}
    assert [fault.field for fault in read(tmp_path, table, "pk-peca-37")] == ["texts_of"]


@pytest.mark.parametrize(
    "text",
    [
        "{% include 'letter.txt' %}", "{% include '../../../etc/passwd' %}", "{% import 'os' as os %}", "{{ cycler.__init__ }}",
        "{{ ''.__class__.__mro__ }}", "{% for i in range(10000000000) %}{% endfor %}", "{{ unheard_of }}", "{% endif %}",
    ],
)  # fmt: skip
def test_a_template_that_reaches_out_is_a_fault(tmp_path: Path, text: str) -> None:
    letter = copied_texts(tmp_path, "pk-peca-37") / "letter.txt"
    letter.write_text(letter.read_text() + text)
    from takedown.notices import check_templates

    packs, faults = read_packs([tmp_path])
    assert faults or [fault for pack in packs.values() for fault in check_templates(pack)]
