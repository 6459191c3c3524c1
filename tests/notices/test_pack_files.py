"""Shipped packs are sound, operators' packs override them, and a broken one is refused with its file and field."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from notice_samples import PACK_IDS, PACKS, copied_texts, operators_folder, write

from takedown.contract import Instrument
from takedown.notices import BadPacks, check_templates, load_packs, read_packs
from takedown.sources import fingerprint_now

INSTRUMENTS = {
    "court-order": Instrument.ORDER,
    "eu-dsa-16": Instrument.NOTICE,
    "eu-dsa-9": Instrument.ORDER,
    "eu-tco-3": Instrument.ORDER,
    "pk-peca-37": Instrument.ORDER,
    "terms-referral": Instrument.REFERRAL,
    "un-1267": Instrument.ORDER,
}


def test_every_shipped_pack_is_sound() -> None:
    packs, faults = read_packs()
    assert faults == ()
    assert {name: pack.instrument for name, pack in packs.items()} == INSTRUMENTS
    assert [fault for pack in packs.values() for fault in check_templates(pack)] == []


@pytest.mark.parametrize("pack", PACK_IDS)
def test_what_is_not_verified_says_so(pack: str) -> None:
    made = PACKS[pack]
    assert made.verified or (made.unverified and made.standing.startswith("NOT VERIFIED: "))
    assert made.shipped
    for clock in made.clocks:
        assert clock.verified or "not verified" in clock.source.lower()


def test_no_letter_prints_a_clock_that_is_not_verified() -> None:
    assert "Time limit" not in write(PACKS["pk-peca-37"]).letter
    clock = PACKS["pk-peca-37"].clocks[0].model_copy(update={"verified": True, "says": {"en": "48 hours from receipt"}})
    assert "Time limit: 48 hours from receipt" in write(PACKS["pk-peca-37"].model_copy(update={"clocks": (clock,)})).letter


def test_an_operators_pack_overrides_by_id_and_is_not_shipped(tmp_path: Path) -> None:
    file = operators_folder(tmp_path) / "packs" / "pk-peca-37.toml"
    file.write_text(file.read_text().replace('patience = "72h"', 'patience = "5d"'))
    pack = load_packs([tmp_path])["pk-peca-37"]
    assert (pack.patience, pack.patience_seconds) == ("5d", 5 * 86400)
    assert (pack.shipped, pack.origin) == (False, str(tmp_path))
    assert pack.fingerprint != PACKS["pk-peca-37"].fingerprint
    assert load_packs([tmp_path])["eu-dsa-16"].fingerprint == PACKS["eu-dsa-16"].fingerprint


def test_the_last_folder_wins(tmp_path: Path) -> None:
    for name, patience in (("one", "1d"), ("two", "2d")):
        file = operators_folder(tmp_path / name) / "packs" / "pk-peca-37.toml"
        file.write_text(file.read_text().replace('patience = "72h"', f'patience = "{patience}"'))
    assert load_packs([tmp_path / "one", tmp_path / "two"])["pk-peca-37"].patience == "2d"
    assert load_packs([tmp_path / "two", tmp_path / "one"])["pk-peca-37"].patience == "1d"


def test_a_new_pack_may_use_the_texts_of_another(tmp_path: Path) -> None:
    pack = load_packs([operators_folder(tmp_path, name="pk-desk-two")])["pk-desk-two"]
    assert write(pack).basis.pack == "pk-desk-two"
    assert write(pack).letter == write(PACKS["pk-peca-37"]).letter


def test_a_changed_template_changes_the_fingerprint_and_the_origin(tmp_path: Path) -> None:
    letter = copied_texts(tmp_path, "pk-peca-37") / "letter.txt"
    letter.write_text(letter.read_text().replace("ORDER\n", "ORDER OF THE DESK\n"))
    pack = load_packs([tmp_path])["pk-peca-37"]
    assert "ORDER OF THE DESK" in write(pack).letter
    assert pack.fingerprint != PACKS["pk-peca-37"].fingerprint
    assert not pack.shipped


def test_a_changed_shared_part_changes_every_pack_that_includes_it(tmp_path: Path) -> None:
    (tmp_path / "en" / "shared").mkdir(parents=True)
    (tmp_path / "en" / "shared" / "foot.txt").write_text("\nDesk\nTakedown-Reference: {{ reference }}\n")
    packs = load_packs([tmp_path])
    assert all(packs[name].fingerprint != PACKS[name].fingerprint and not packs[name].shipped for name in PACK_IDS)


def swap(old: str, new: str) -> Callable[[str], str]:
    def changed(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return changed


BROKEN = {
    "not TOML": (lambda text: text + "\n= 3", "file", "not TOML"),
    "another id": (swap('id = "pk-peca-37"', 'id = "pk-peca-38"'), "id", "it says pk-peca-38"),
    "a field lost": (swap('patience = "72h"', ""), "patience", "it is missing"),
    "a field unknown": (swap('patience = "72h"', 'patience = "72h"\ngreed = 1'), "greed", "no such field"),
    "fields of ours": (swap('patience = "72h"', 'patience = "72h"\norigin = "built-in"'), "origin", "no such field"),
    "a length that is none": (swap('patience = "72h"', 'patience = "soon"'), "patience", "not a length of time"),
    "an instrument unknown": (swap('instrument = "order"', 'instrument = "wish"'), "instrument", "'order', 'notice'"),
    "a referral with a law": (swap('instrument = "order"', 'instrument = "referral"'), "status", "claims no law"),
    "a column unknown": (swap('"reference"]', '"reference", "mood"]'), "required", "mood"),
    "no reason asked": (swap('["reason", "reference"]', '["reference"]'), "required", "reason"),
    "no proportionality": (swap('["remove_account"]', "[]"), "proportionality_for", "account-level"),
    "no redress": (swap("en = ", "fr = "), "redress", "no text in en"),
    "verified and not": (swap("unverified = [", "verified_on = 2026-01-01\nunverified = ["), "pack", "one of the two"),
    "a verified clock unsaid": (swap("verified = false", "verified = true"), "clocks.action by the platform.says", "in en"),
    "a column of everyone's": (swap('name = "section_37_ground"', 'name = "reason"'), "columns", "column of every case"),
    "a pattern that is none": (swap("max_length = 300", 'pattern = "("'), "columns.0.pattern", "pattern"),
}  # fmt: skip


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_pack_names_its_file_and_field(tmp_path: Path, how: str) -> None:
    change, field, what = BROKEN[how]
    file = operators_folder(tmp_path) / "packs" / "pk-peca-37.toml"
    file.write_text(change(file.read_text()))
    with pytest.raises(BadPacks) as caught:
        load_packs([tmp_path])
    assert any(f.file == str(file) and f.field == field and what in f.what and f.do for f in caught.value.faults), (
        caught.value.faults
    )
    assert str(file) in caught.value.message


def test_every_fault_is_told_at_once_and_sound_packs_are_still_read(tmp_path: Path) -> None:
    one, two = operators_folder(tmp_path / "a"), operators_folder(tmp_path / "b", "eu-dsa-16")
    for folder in (one, two):
        (file,) = (folder / "packs").iterdir()
        file.write_text(file.read_text().replace("patience", "patients"))
    packs, faults = read_packs([one, two])
    assert {fault.field for fault in faults} == {"patience", "patients"}
    assert len({fault.file for fault in faults}) == 2
    assert "terms-referral" in packs


def test_the_same_id_twice_in_a_folder_and_a_folder_that_is_none(tmp_path: Path) -> None:
    file = operators_folder(tmp_path) / "packs" / "pk-peca-37.toml"
    (tmp_path / "pk-peca-37.toml").write_text(file.read_text())
    assert [fault.what for fault in read_packs([tmp_path])[1]] == ["pk-peca-37 is there twice in this folder"]
    assert [fault.what for fault in read_packs([tmp_path / "lost"])[1]] == ["it is not a folder"]


def in_french_too(root: Path) -> None:
    file = operators_folder(root) / "packs" / "pk-peca-37.toml"
    text = (
        file.read_text()
        .replace('languages = ["en", "ur"]', 'languages = ["en", "fr"]')
        .replace("label.en =", 'label.fr = "x"\nlabel.en =')
    )
    file.write_text(text.replace("[redress]", '[redress]\nfr = "x"'))


def test_a_language_needs_its_texts_and_its_words(tmp_path: Path) -> None:
    in_french_too(tmp_path)
    faults = read_packs([tmp_path])[1]
    names = ("subject", "statement", "letter", "reminder", "reminder_subject")
    shared = {f"fr/shared/{name}.txt" for name in ("withdrawal", "withdrawal_subject", "reply", "reply_subject")}
    assert {fault.field for fault in faults} == {"fr/words.toml", *(f"fr/pk-peca-37/{name}.txt" for name in names), *shared}


@pytest.mark.parametrize("lost", ["withdrawal", "withdrawal_subject", "reply", "reply_subject", "foot"])
def test_a_language_that_lacks_a_shared_text_is_told_what_it_is_for(tmp_path: Path, lost: str) -> None:
    in_french_too(tmp_path)
    shutil.copytree(str(files("takedown_notices") / "en"), tmp_path / "fr")
    assert read_packs([tmp_path])[1] == ()
    (tmp_path / "fr" / "shared" / f"{lost}.txt").unlink()
    (fault,) = read_packs([tmp_path])[1]
    assert fault.field == f"fr/shared/{lost}.txt"
    assert fault.do.startswith("write it" if lost == "foot" else f"translate en/shared/{lost}.txt")
    purpose = {"withdrawal": "takes a request back", "reply": "answers a platform's question", "foot": "prints it"}
    assert purpose[lost.partition("_")[0]] in fault.what


def test_a_fingerprint_is_told_without_loading_a_pack(tmp_path: Path) -> None:
    assert {name: fingerprint_now(name, []) for name in PACK_IDS} == {name: PACKS[name].fingerprint for name in PACK_IDS}
    folder = operators_folder(tmp_path)
    file = folder / "packs" / "pk-peca-37.toml"
    assert fingerprint_now("pk-peca-37", [folder]) == load_packs([folder])["pk-peca-37"].fingerprint != ""
    before = fingerprint_now("pk-peca-37", [folder])
    file.write_text(file.read_text() + "# mended\n")
    assert fingerprint_now("pk-peca-37", [folder]) == load_packs([folder])["pk-peca-37"].fingerprint != before


@pytest.mark.parametrize("text", ["", "not TOML", "languages = 7", 'languages = ["en"]\nforms = 7', "\xff"])
def test_of_a_pack_that_is_not_plainly_sound_no_fingerprint_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "pk-peca-37.toml").write_text(text, encoding="latin-1")
    assert fingerprint_now("pk-peca-37", [tmp_path]) == ""
    assert fingerprint_now("../pk-peca-37", [tmp_path / "packs"]) == ""
    assert fingerprint_now("pk-none", [tmp_path]) == ""


def test_of_a_pack_that_is_there_twice_no_fingerprint_is_told(tmp_path: Path) -> None:
    folder = operators_folder(tmp_path)
    shutil.copy(folder / "packs" / "pk-peca-37.toml", folder)
    assert fingerprint_now("pk-peca-37", [folder]) == ""


def test_a_pack_of_ones_own_needs_texts_or_takes_those_of_another(tmp_path: Path) -> None:
    built_in = (files("takedown_notices") / "packs" / "pk-peca-37.toml").read_text()
    own = built_in.replace('id = "pk-peca-37"', 'id = "own-law"').replace('languages = ["en", "ur"]', 'languages = ["en"]')
    (tmp_path / "own-law.toml").write_text(own)
    faults = read_packs([tmp_path])[1]
    assert {fault.field.partition("/")[0] for fault in faults} == {"en"}
    assert {fault.do for fault in faults} == {
        'write it beside the pack, or take the texts of another one: texts_of = "pk-peca-37"'
    }
    (tmp_path / "own-law.toml").write_text('texts_of = "pk-peca-37"\n' + own)
    assert read_packs([tmp_path])[1] == ()
